"""What an operation of the API is: one description that the dispatcher runs, the contract shows and the tests walk.

Operations themselves are in `goods`, `carts`, `orders` and `service`; how they are reached is in `dispatch`.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

from msgspec import Struct

from fairday.domain.access import Actor
from fairday.domain.carts import Remembered
from fairday.kernel.errors import Refusal
from fairday.usecases.shop import Shop

# Who may call: anybody; whoever has the cart's or the order's token, or a key; or only a key with the write scope.
Access = Literal["public", "cart", "order", "key"]
KeyRule = Literal["none", "optional", "required"]


class Caller(Struct, frozen=True):
    """Who is calling: the bearer token they sent, or the server whose API key it was, and where they call from."""

    source: str
    token: str = ""
    server: Actor | None = None

    @property
    def actor(self) -> Actor:
        """The caller as the audit log names them."""
        return self.server or Actor(kind="customer", source=self.source)


class Call(Struct, frozen=True, kw_only=True):
    """A request, read and checked. `query` and `body` are what the operation said they would be."""

    shop: Shop
    caller: Caller
    language: str
    ids: Mapping[str, str]
    query: Any = None
    body: Any = None
    # The idempotency key (hashed, under the route) and the hash of what came with it; None when no key was sent.
    once: Remembered | None = None


class Answer(Struct, frozen=True):
    """What is sent back. `fresh_s` is how long anybody may keep it; 0 is not at all."""

    body: Any
    status: int = 200
    replayed: bool = False
    fresh_s: int = 0
    location: str = ""


class Operation(Struct, frozen=True, kw_only=True):
    """One address and method. `answers` maps status to the document's type; `refusals` are its own, not everybody's."""

    method: Literal["GET", "POST"]
    path: str
    name: str
    summary: str
    act: Callable[[Call], Awaitable[Answer]]
    answers: Mapping[int, Any]
    description: str = ""
    query: Any = None
    body: Any = None
    access: Access = "public"
    key_rule: KeyRule = "none"
    refusals: tuple[type[Refusal], ...] = ()
    example: Any = None
    # Operations that take the `id` of the answer.
    links: tuple[str, ...] = ()
