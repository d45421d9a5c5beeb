"""Doors: every address of the back office, with who may pass. A door without a permission cannot be made.

What happens behind a door is in `pages/`; how a door is opened (session, rights, CSRF, refusals) in `desk.py`.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Literal

from litestar import Response
from msgspec import Struct

from fairday.domain.access.permissions import EVERY_PERMISSION
from fairday.interfaces.backoffice.visit import ROOT, Visit

FORM_BYTES = 1_000_000

# Doors for which no role is asked. Everything else needs a permission that the access package knows.
ANYONE = "anyone"  # signing in
PROVING = "proving"  # whoever knows a password and owes the second factor
SETTING_UP = "setting-up"  # whoever is signed in, even with a given password or without a second factor
SIGNED_IN = "signed-in"  # one's own matters, for everybody who works here
OPEN = frozenset({ANYONE, PROVING, SETTING_UP, SIGNED_IN})

Method = Literal["GET", "POST"]
Answer = Response[Any]
Handle = Callable[[Visit], Awaitable[Answer]]


class UnguardedDoorError(TypeError):
    """A door was declared without a permission that exists: the back office does not start."""


class Door(Struct, frozen=True):
    """`handle` answers `method` at `path`; `body_bytes` bounds what may be sent."""

    method: Method
    path: str
    permission: str
    handle: Handle
    body_bytes: int = FORM_BYTES

    def __post_init__(self) -> None:
        """Default deny: a permission that nobody knows, or none, is no permission."""
        if self.permission not in EVERY_PERMISSION and self.permission not in OPEN:
            raise UnguardedDoorError(f"{self.method} {self.path} asks for {self.permission!r}, which nobody can have")


class Doors:
    """The doors of one part of the back office, in the order they were declared."""

    def __init__(self, root: str = ROOT) -> None:
        self.all: list[Door] = []
        self._root = root

    def get(self, path: str, permission: str) -> Callable[[Handle], Handle]:
        """Declare a page."""
        return self._declare("GET", path, permission, FORM_BYTES)

    def post(self, path: str, permission: str, *, body_bytes: int = FORM_BYTES) -> Callable[[Handle], Handle]:
        """Declare something that changes things; its form carries a CSRF token."""
        return self._declare("POST", path, permission, body_bytes)

    def _declare(self, method: Method, path: str, permission: str, body_bytes: int) -> Callable[[Handle], Handle]:
        def declare(handle: Handle) -> Handle:
            self.all.append(Door(method, f"{self._root}{path}", permission, handle, body_bytes))
            return handle

        return declare
