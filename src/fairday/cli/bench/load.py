"""The load client: compiled from `load.c` on first use, told what to send, read back. It is the only C in the house.

It runs as a process of its own and stops by itself. What it measures and how is on top of `load.c`.
"""

import hashlib
import os
import platform
import shutil
import struct
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

SOURCE = Path(__file__).with_name("load.c")
FLAGS = ("-std=c11", "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror")
COMPILE_LIMIT_S = 60
TIMEOUT_MS = 30_000
CONNECTIONS_LIMIT = 4_096
SECONDS_LIMIT = 3_600
_ANSWER = struct.Struct("=IHI")


class NoCompilerError(OSError):
    """The client cannot be made on this machine; the text says why."""


class Load(Struct, frozen=True, kw_only=True):
    """Over how many connections, and for how long. `rate` is how many a second an open loop sends; 0 closes it."""

    connections: int
    seconds: float
    rate: float = 0.0


class Report(Struct, frozen=True):
    """What the client saw. Percentiles are over all answers; `broken` and `timed_out` are requests without one."""

    begun: int
    answered: int
    broken: int
    timed_out: int
    seconds: float
    p50_ms: float
    p99_ms: float
    p999_ms: float
    max_ms: float
    cpu_s: float
    statuses: dict[str, int]


class Answer(Struct, frozen=True):
    """One answer, by the number of its request. Status 0 is none."""

    number: int
    status: int
    body: bytes


def client() -> Path:
    """The program, compiled once for each version of its source, in this user's cache."""
    if platform.system() != "Linux":
        raise NoCompilerError("the load client needs Linux (epoll)")
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fairday"
    text = SOURCE.read_bytes()
    program = folder / f"load-{hashlib.sha256(text + platform.machine().encode()).hexdigest()[:16]}"
    if program.is_file():
        return program
    compiler = shutil.which("cc")
    if compiler is None:
        raise NoCompilerError("the load client is compiled on first use, and there is no C compiler (cc) here")
    folder.mkdir(parents=True, exist_ok=True)
    fresh = program.with_suffix(f".{os.getpid()}")
    done = subprocess.run(  # noqa: S603 - the compiler that is installed here, on our own source
        [compiler, *FLAGS, "-o", str(fresh), str(SOURCE)],
        capture_output=True, text=True, check=False, timeout=COMPILE_LIMIT_S,
    )  # fmt: skip
    if done.returncode:
        raise NoCompilerError(f"cc could not compile the load client: {done.stderr.strip().splitlines()[-1:]}")
    fresh.replace(program)
    return program


def write_requests(path: Path, requests: Iterable[bytes]) -> int:
    """Lay down whole requests for the client; how many."""
    count = 0
    with path.open("wb") as file:
        for request in requests:
            file.write(len(request).to_bytes(4, "little"))
            file.write(request)
            count += 1
    return count


def post(port: int, path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A whole POST of JSON, as it goes over the wire."""
    lines = [
        f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Content-Type: application/json",
        f"Content-Length: {len(body)}", *(f"{name}: {value}" for name, value in headers.items()),
    ]  # fmt: skip
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def fire(port: int, requests: Path, load: Load, answers: Path) -> Report:
    """Send what is in the file. ConnectionError when the client could not do its work."""
    limit_s = load.seconds + 3 * TIMEOUT_MS / 1000
    done = subprocess.run(  # noqa: S603 - compiled from our own source
        [
            str(client()), str(port), str(load.connections), str(requests), str(answers), f"{load.seconds:.3f}",
            f"{load.rate:.3f}", str(TIMEOUT_MS),
        ],
        capture_output=True, text=True, check=False, timeout=limit_s,
    )  # fmt: skip
    if done.returncode:
        raise ConnectionError(done.stderr.strip() or f"the load client ended with {done.returncode}")
    return msgspec.json.decode(done.stdout, type=Report)


def read_answers(path: Path) -> Iterator[Answer]:
    """What came back, in the order it came."""
    with path.open("rb") as file:
        while head := file.read(_ANSWER.size):
            number, status, length = _ANSWER.unpack(head)
            yield Answer(number, status, file.read(length))
