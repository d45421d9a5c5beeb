"""A store made for one run and taken away after it: a folder, a database of its own, a server process.

Nothing that exists is written to. A `sqlite:` URL names no more than the engine: the file is in the run's own folder.
"""

import asyncio
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from fairday.adapters.database.beside import drop_beside, make_beside
from fairday.bootstrap.settings import Settings, scheme_of

START_LIMIT_S = 600  # a million products want their search index
STOP_LIMIT_S = 60
ON_DISK = Path("/var/tmp")  # noqa: S108 - /tmp may be memory, which would make every commit look free


class StoreFailedError(OSError):
    """The server did not start or stop as it should; the message ends with what it printed."""


class Server(Struct, frozen=True):
    """A running store of our own."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def cpu_s(self) -> float:
        """CPU seconds that it has used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return sum(int(field) for field in fields[11:13]) / os.sysconf("SC_CLK_TCK")

    def said(self) -> str:
        """The end of what it printed."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-2_000:]


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder on a disk, for the time of a run."""
    base = ON_DISK if os.access(ON_DISK, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="fairday-bench-", dir=base))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def scratch_settings(settings: Settings, database: str, folder: Path) -> Iterator[Settings]:
    """Settings of a new store: everything is in `folder`, or in a database made beside the named one."""
    new = Settings(
        state=str(folder), database="sqlite:fairday.db", capture=settings.capture, currency="EUR",
        rate_limits="off", log_level=settings.log_level,
    )  # fmt: skip
    if scheme_of(database) == "sqlite":
        yield new
        return
    made = asyncio.run(make_beside(database))
    try:
        yield replace(new, database=made)
    finally:
        asyncio.run(drop_beside(database, made))


@contextmanager
def serving(settings: Settings, folder: Path) -> Iterator[Server]:
    """Serve it on a free port of the loopback, as `fairday serve` does, and stop it at the end."""
    port, log = _free_port(), folder / "server.log"
    command = [sys.executable, "-m", "fairday.cli", "serve", "all", "--port", str(port)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FAIRDAY_")}
    with log.open("wb") as sink:
        process = subprocess.Popen(  # noqa: S603 - ourselves
            command, stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT,
            env={**environment, **settings.to_environment()}, start_new_session=True,
        )  # fmt: skip
    server = Server(port, process, log)
    try:
        _wait_until_ready(server)
        yield server
    finally:
        _stop(server)


def _stop(server: Server) -> None:
    if server.process.poll() is not None:
        return
    server.process.send_signal(signal.SIGTERM)
    try:
        server.process.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        server.process.kill()
        server.process.wait()
        raise StoreFailedError(f"the store did not stop within {STOP_LIMIT_S} s: {server.said()}") from None


def _wait_until_ready(server: Server) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise StoreFailedError(f"the store ended with {server.process.returncode}: {server.said()}")
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == http.client.OK:
                return
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
    raise StoreFailedError(f"the store was not ready within {START_LIMIT_S} s: {server.said()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
