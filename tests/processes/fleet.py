"""A store in pieces: one process a row of the table, on one database server and one state folder, behind a router."""

import http.client
import os
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from fairday.bootstrap.processes import PROCESSES, owner_of
from tests.running import COMMAND, START_LIMIT_S, StoreFailedError, unused_port

PARTS = tuple(name for name in PROCESSES if name != "all")
HOP_BY_HOP = {"connection", "transfer-encoding", "keep-alive", "host"}


class Fleet:
    """The processes by name, and the address of the router in front of them."""

    def __init__(self, state: Path, environment: Mapping[str, str], names: tuple[str, ...]) -> None:
        self.state = state
        self.ports = {name: unused_port() for name in names}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._router = _Router(self)
        self.url = f"http://127.0.0.1:{self._router.server_port}"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("FAIRDAY_")}
        self._environment = {**inherited, "FAIRDAY_STATE": str(state), "FAIRDAY_URL": self.url, **environment}
        self._thread = threading.Thread(target=self._router.serve_forever, daemon=True)
        self._thread.start()

    def log(self, name: str) -> Path:
        return self.state.parent / f"{name}-{self.ports[name]}.log"

    def start(self, *names: str) -> None:
        """Start these at once, and wait until all are healthy."""
        for name in names:
            with self.log(name).open("ab") as sink:
                self.running[name] = subprocess.Popen(
                    [COMMAND, "serve", _kind(name), "--port", str(self.ports[name])],
                    stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, env=self._environment, start_new_session=True,
                )  # fmt: skip
        for name in names:
            self._await_health(name)

    def kill(self, name: str) -> None:
        """As a power cut would."""
        self.running[name].kill()
        self.running[name].wait()

    def stop(self) -> list[int]:
        """Ask all to end; their exit codes."""
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        codes = [process.wait(START_LIMIT_S) for process in self.running.values()]
        self._router.shutdown()
        self._router.server_close()
        self._thread.join()
        return codes

    def _await_health(self, name: str) -> None:
        deadline = time.monotonic() + START_LIMIT_S
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[name]}/healthz", timeout=2):
                    return
            except (urllib.error.URLError, TimeoutError, ConnectionError):
                if self.running[name].poll() is not None or time.monotonic() > deadline:
                    raise StoreFailedError(f"{name} did not start:\n{self.log(name).read_text()[-3000:]}") from None
                time.sleep(0.05)


@contextmanager
def fleet(state: Path, environment: Mapping[str, str], names: tuple[str, ...] = PARTS) -> Iterator[Fleet]:
    """All of them running, until the block ends. `NAME-2` is a second process of the kind NAME."""
    state.mkdir(parents=True, exist_ok=True)
    made = Fleet(state, environment, names)
    try:
        made.start(*names)
        yield made
    finally:
        codes = made.stop()
    assert not any(codes), codes


def _kind(name: str) -> str:
    return name.partition("-")[0]


class _Router(ThreadingHTTPServer):
    """Sends a request to the process that its path belongs to; 502 while that one is not there."""

    daemon_threads = True

    def __init__(self, of: Fleet) -> None:
        self.fleet = of
        super().__init__(("127.0.0.1", 0), _Hop)


class _Hop(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Router

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        port = self.server.fleet.ports[owner_of(self.path.partition("?")[0])]
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        upstream = http.client.HTTPConnection("127.0.0.1", port, timeout=START_LIMIT_S)
        try:
            upstream.request(self.command, self.path, body, {**headers, "Host": self.headers["host"]})
            answer = upstream.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self.send_error(502)
            return
        finally:
            upstream.close()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {*HOP_BY_HOP, "content-length", "date", "server"}:
                self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _pass_on  # noqa: N815 - named by http.server

    def log_message(self, *_: object) -> None:
        """Silence."""


__all__ = ["PARTS", "Fleet", "fleet"]
