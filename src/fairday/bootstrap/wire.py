"""uvicorn's HTTP/1.1, with the head of an answer and its body in one packet: a small answer is one system call."""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class JoinedWrites:
    """A transport that keeps what is written until more follows or the event loop's next turn, whichever is first."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._kept = b""

    def write(self, content: bytes) -> None:
        """Keep the first piece; send it with the second."""
        if self._kept:
            self._transport.writelines((self._kept, content))
            self._kept = b""
        elif content:
            self._kept = content
            self._loop.call_soon(self._flush)

    def close(self) -> None:
        """What is kept goes first."""
        self._flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever else a transport has
        return getattr(self._transport, name)

    def _flush(self) -> None:
        if self._kept:
            kept, self._kept = self._kept, b""
            self._transport.write(kept)


class Protocol(HttpToolsProtocol):
    """One connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Flow control keeps the real transport; answers go by way of ours."""
        super().connection_made(transport)
        self.transport = cast("asyncio.Transport", JoinedWrites(transport, self.loop))
