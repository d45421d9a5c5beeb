"""Whoever changes something sees it: for a few seconds after a form was sent, that browser is read to from the primary.

Only where there are replicas. The cookie is sealed, and says when it was given and nothing else.
"""

from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from fairday.interfaces.web.cookies import SealedCookie
from fairday.interfaces.web.surface import Web
from fairday.kernel.clock import Clock
from fairday.kernel.lag import lag_allowed

COOKIE = "fairday-wrote"
LASTS_S = 10  # longer than a replica may lag
ASKING = frozenset({"GET", "HEAD"})
EXACT = ("/backoffice",)  # what is edited there is edited as it is
PROGRAMS = ("/api/", "/webhooks/")  # they keep no cookies, and what they may read back comes from the primary anyway


class Wrote(msgspec.Struct, frozen=True):
    """When this browser last sent something that may have changed the shop."""

    at_ms: int


class OwnWrites:
    """ASGI middleware: a request that only asks may be answered by a replica, unless its browser wrote just now."""

    def __init__(self, app: ASGIApp, web: Web, clock: Clock) -> None:
        self.app = app
        self._clock = clock
        self._cookie = SealedCookie(COOKIE, Wrote, web.secrets, tls=web.tls, max_age_s=LASTS_S)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Decides for one request; what changes things gets the cookie, and reads from the primary itself."""
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
        elif scope["method"] not in ASKING:
            program = scope["path"].startswith(PROGRAMS)
            await self.app(scope, receive, send if program else self._marking(send))
        elif scope["path"].startswith(EXACT) or self._wrote_lately(scope):
            await self.app(scope, receive, send)
        else:
            with lag_allowed():
                await self.app(scope, receive, send)

    def _marking(self, send: Send) -> Send:
        async def mark(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < HTTPStatus.BAD_REQUEST:
                cookie = self._cookie.write(Wrote(self._clock.now_ms()))
                message["headers"] = [*message["headers"], cookie.to_encoded_header()]
            await send(message)

        return mark

    def _wrote_lately(self, scope: HTTPScope) -> bool:
        """A cookie that is not ours, or whose time is over, counts for nothing."""
        wrote = self._cookie.read(Request[Any, Any, Any](scope).cookies)
        return wrote is not None and self._clock.now_ms() - wrote.at_ms < LASTS_S * 1000
