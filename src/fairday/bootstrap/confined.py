"""A process of the table answers its own addresses: whatever else a router sends it is told where it belongs."""

from typing import ClassVar

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from fairday.bootstrap.processes import Process, owner_of, serves
from fairday.interfaces.api.problems import MEDIA_TYPE, choose_language, problem
from fairday.kernel.errors import Refusal
from fairday.messages import LANGUAGES


class Elsewhere(Refusal):
    """This process does not answer the address; the process `owner` does."""

    code: ClassVar[str] = "elsewhere"
    status: ClassVar[int] = 404


class Confined:
    """ASGI middleware: lets through what belongs to this kind of process."""

    def __init__(self, app: ASGIApp, process: Process) -> None:
        self.app = app
        self._process = process

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A problem document for the rest; it says which process the router should have asked."""
        if scope["type"] != ScopeType.HTTP or serves(self._process, scope["path"]):
            await self.app(scope, receive, send)
            return
        spoken = dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1")
        refusal = Elsewhere(owner=owner_of(scope["path"]))
        content = msgspec.json.encode(problem(refusal, choose_language(spoken, LANGUAGES)))
        headers = [
            (b"content-type", MEDIA_TYPE.encode()),
            (b"cache-control", b"no-store"),
            (b"content-length", str(len(content)).encode()),
        ]
        await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
        await send({"type": "http.response.body", "body": content, "more_body": False})
