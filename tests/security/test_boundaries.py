"""Where one request ends and the next begins, on a real connection: what two readers could read differently is refused.

Otherwise a proxy and the store could disagree, and one shopper's request would carry the beginning of another's.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from fairday.bootstrap.server import Bind, _server
from tests.security.walk import Store

pytestmark = pytest.mark.store
HIDDEN = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /api/v1/carts HTTP/1.1\r\nHost: x\r\n"
AMBIGUOUS = {
    "a length and chunks": POST + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": POST + b"Content-Length: 0\r\nContent-Length: 35\r\n\r\n",
    "an unknown encoding": POST + b"Transfer-Encoding: xchunked\r\n\r\n",
    "chunks that are not last": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "a space before the colon": POST + b"Transfer-Encoding : chunked\r\nContent-Length: 0\r\n\r\n",
    "a length below nothing": POST + b"Content-Length: -1\r\n\r\n",
    "a length with a sign": POST + b"Content-Length: +0\r\n\r\n",
    "a chunk's odd length": POST + b"Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n",
    "a folded header": POST + b"X-A: a\r\n Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n",
    "bare line ends": b"POST /api/v1/carts HTTP/1.1\nHost: x\nContent-Length: 0\n\n",
    "a null in a header": b"GET / HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n",
}


@pytest.fixture
async def port(store: Store, free_port: int) -> AsyncIterator[int]:
    """The store on a port, served as `fairday up` serves it."""
    server = _server(store.app, Bind(port=free_port))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells no other way
        await asyncio.sleep(0.01)
    yield free_port
    server.should_exit = True
    await serving


async def sent(port: int, raw: bytes) -> bytes:
    """All that comes back, until the store closes or has said enough."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(raw)
    answer = b""
    try:
        while piece := await asyncio.wait_for(reader.read(65_536), 1):
            answer += piece
    except TimeoutError:
        pass
    writer.close()
    return answer


async def test_no_request_hides_behind_another(port):
    for name, raw in AMBIGUOUS.items():
        answer = await sent(port, raw + HIDDEN)
        assert answer.count(b"HTTP/1.1 ") == 1, name
        assert answer.startswith(b"HTTP/1.1 400"), name
        assert b"ok" not in answer, name


async def test_two_plain_requests_get_two_answers(port):
    """The control: one behind the other is fine as long as it is clear where each ends."""
    answer = await sent(port, HIDDEN + HIDDEN)
    assert answer.count(b"HTTP/1.1 200") == 2


async def test_the_log_has_the_path_and_no_more(port):
    with capture_logs() as lines:
        await sent(port, b"GET /en-de/search?q=whisper HTTP/1.1\r\nHost: x\r\nCookie: fairday=whisper\r\n\r\n")
        async with asyncio.timeout(5):  # the answer is sent before its line is written
            while not any(one["event"] == "request" for one in lines):  # noqa: ASYNC110 - a log has no event for it
                await asyncio.sleep(0.01)
    (line,) = [one for one in lines if one["event"] == "request"]
    assert line["path"] == "/en-de/search"
    assert "whisper" not in str(lines)
