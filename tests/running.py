"""A whole store in a process of its own, as a stranger would start it. What a test does with it is its own business."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

COMMAND = str(Path(sys.executable).with_name("fairday"))
START_LIMIT_S = 60
STOP_LIMIT_S = 15
_OWNER_PASSWORD = re.compile(r"(?im)^.*\b(?:owner )?password\b[^:\n]*:\s*(\S+)\s*$")


class StoreFailedError(AssertionError):
    """The store did not start or stop as it should; the message ends with what it printed."""


@dataclass
class Store:
    """A running store: `url` without a closing slash, and the folder its state lives in."""

    url: str
    port: int
    state: Path
    process: subprocess.Popen[bytes]
    log: Path
    started_in_ms: int = 0

    @property
    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    @property
    def owner_password(self) -> str:
        """Printed once, at the first start on a state folder, just after the store began to answer."""
        for _ in range(100):
            found = _OWNER_PASSWORD.search(self.output)
            if found:
                return found.group(1)
            time.sleep(0.05)
        raise StoreFailedError(f"no owner password in what the store printed:\n{self.output}")

    def kill(self) -> None:
        """As a power cut would: no chance to write anything."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """As Ctrl-C would; answers the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                self.kill()
                raise StoreFailedError(f"still running {STOP_LIMIT_S} s after Ctrl-C:\n{self.output}") from None
        return self.process.returncode


def unused_port() -> int:
    """A port of the loopback that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def store(state: Path, *, port: int = 0, environment: Mapping[str, str] | None = None) -> Iterator[Store]:
    """Start `fairday up` on `state`, wait until healthy, stop it at the end. This shell's settings don't count."""
    running = _start(state, port or unused_port(), environment or {})
    try:
        _wait_until_healthy(running)
        yield running
    finally:
        running.stop()


def _start(state: Path, port: int, environment: Mapping[str, str]) -> Store:
    state.mkdir(parents=True, exist_ok=True)
    log = state.parent / f"{state.name}-{port}.log"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FAIRDAY_")}
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [COMMAND, "up", "--port", str(port), "--state", str(state)],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            env={**inherited, **environment},
            start_new_session=True,  # a Ctrl-C for the tests is not one for the store: `stop` sends it
        )
    return Store(url=f"http://127.0.0.1:{port}", port=port, state=state, process=process, log=log)


def _wait_until_healthy(running: Store) -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < START_LIMIT_S:
        if running.process.poll() is not None:
            raise StoreFailedError(f"the store ended with {running.process.returncode}:\n{running.output}")
        try:
            with urllib.request.urlopen(f"{running.url}/healthz", timeout=2):  # noqa: S310 - a loopback address of ours
                running.started_in_ms = int((time.monotonic() - begun) * 1000)
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.05)
    running.kill()
    raise StoreFailedError(f"not healthy after {START_LIMIT_S} s:\n{running.output}")
