"""No more requests at once than can be answered soon: the rest are told to come back before anything is done for them.

Without it a crowd ten times too large makes everybody wait ten times too long, and nobody buys.
"""

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from fairday.interfaces.api import Meters
from fairday.kernel.errors import Busy

AT_ONCE = 512
RETRY_AFTER_S = 1
ALWAYS = frozenset({"/healthz", "/readyz", "/metrics"})
_NO = msgspec.json.encode({"type": "about:blank", "title": "Service Unavailable", "status": 503, "code": Busy.code})
_HEADERS = [
    (b"content-type", b"application/problem+json"),
    (b"content-length", str(len(_NO)).encode()),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"retry-after", str(RETRY_AFTER_S).encode()),
]


class Admission:
    """ASGI middleware, outermost: at most `at_once` requests inside. Health and figures are always answered."""

    def __init__(self, app: ASGIApp, meters: Meters, at_once: int = AT_ONCE) -> None:
        self.app = app
        self._meters = meters
        self._at_once = at_once
        self._inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] != ScopeType.HTTP or scope["path"] in ALWAYS:
            await self.app(scope, receive, send)
            return
        if self._inside >= self._at_once:
            self._meters.refused(Busy.code)
            await send({"type": "http.response.start", "status": Busy.status, "headers": list(_HEADERS)})
            await send({"type": "http.response.body", "body": _NO, "more_body": False})
            return
        self._inside += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._inside -= 1
