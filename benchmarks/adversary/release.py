"""Send requests at the same moment: all connections are open and all bytes but the last are there, then those follow.

A server that handles requests as they become whole gets all of them within a few milliseconds.
"""

import http.client
import socket
import ssl
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

from benchmarks.adversary.shop import Request

ANSWER_LIMIT_S = 60.0
SETTLE_S = 0.1
AT_ONCE_LIMIT = 2_000


@dataclass(frozen=True)
class Answer:
    """What came back; status 0 is nothing (the connection broke, or time ran out)."""

    status: int
    body: bytes = b""


def at_once(url: str, requests: Sequence[Request]) -> list[Answer]:
    """The answers, in the order of the requests."""
    assert 0 < len(requests) <= AT_ONCE_LIMIT, "a bounded number of connections"
    parts = urlsplit(url)
    with ExitStack() as open_connections:
        connections = [open_connections.enter_context(_connect(parts.scheme, parts.netloc)) for _ in requests]
        whole = [_on_the_wire(parts.netloc, request) for request in requests]
        for connection, content in zip(connections, whole, strict=True):
            connection.sendall(content[:-1])
        time.sleep(SETTLE_S)  # what was sent is read and waits for its end
        for connection, content in zip(connections, whole, strict=True):
            connection.sendall(content[-1:])
        deadline = time.monotonic() + ANSWER_LIMIT_S
        return [_answer(connection, deadline) for connection in connections]


def one(url: str, request: Request) -> Answer:
    """A request with nobody beside it."""
    return at_once(url, [request])[0]


def _connect(scheme: str, netloc: str) -> socket.socket:
    host, _, port = netloc.partition(":")
    connection = socket.create_connection((host, int(port or (443 if scheme == "https" else 80))), timeout=10)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if scheme == "https":
        return ssl.create_default_context().wrap_socket(connection, server_hostname=host)
    return connection


def _on_the_wire(netloc: str, request: Request) -> bytes:
    headers = {"Host": netloc, "Connection": "close", "Content-Length": str(len(request.body)), **request.headers}
    lines = [f"{request.method} {request.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + request.body


def _answer(connection: socket.socket, deadline: float) -> Answer:
    connection.settimeout(max(deadline - time.monotonic(), 0.001))
    response = http.client.HTTPResponse(connection)
    try:
        response.begin()
        return Answer(response.status, response.read())
    except (OSError, http.client.HTTPException):
        return Answer(0)
    finally:
        response.close()
