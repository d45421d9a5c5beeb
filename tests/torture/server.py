"""Stores to be killed: a process with everything loaded that forks one for each life, so that it begins in a moment.

    python -m tests.torture.server

reads one line of JSON (a `Life`) from its input, forks a child that serves the whole store as `fairday serve` does,
answers the child's process id, and then, when it has ended, its exit code. A life may be told to end by itself, as in a
power cut, at the nth passing of a point (see `tests.watched`). That is done here, around the shop: the product knows
of no such thing.
"""

import asyncio
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
import uvloop
from msgspec import Struct

from fairday.bootstrap.logs import configure_logs
from fairday.bootstrap.server import Bind, Opening, serve
from fairday.bootstrap.settings import Settings
from fairday.usecases import place_order
from fairday.usecases.shop import Shop
from tests.watched import watched

ROOT = Path(__file__).resolve().parents[2]
EVERY_POINT = "any"


class Life(Struct, frozen=True, kw_only=True):
    """One life of a store: its settings (by name), where it listens, and after how many passings of a point it dies.

    `in_flight_ms` is how long it takes an order that nobody speaks of any more for one that somebody works on.
    """

    settings: dict[str, str]
    port: int
    process: str = "all"
    point: str = ""
    passings: int = 0
    in_flight_ms: int = place_order.IN_FLIGHT_MS

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"


class Lives:
    """The other end of the pipe."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process

    def begin(self, life: Life) -> int:
        """The process id of the store that begins now."""
        assert self._process.stdin
        self._process.stdin.write(msgspec.json.encode(life) + b"\n")
        self._process.stdin.flush()
        return self._answer()

    def ended(self) -> int:
        """Its exit code (-9: killed), once it has ended."""
        return self._answer()

    def _answer(self) -> int:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "the process that forks stores has ended"
        return int(line)


@contextmanager
def many_lives(log: Path, more: Mapping[str, str] | None = None) -> Iterator[Lives]:
    """Lives, one after another, with `more` in their environment, until the block ends; what they print is in `log`."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FAIRDAY_")} | {
        **(more or {})
    }
    with log.open("ab") as sink, subprocess.Popen(
        [sys.executable, "-m", "tests.torture.server"],
        cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=sink,
    ) as process:  # fmt: skip
        yield Lives(process)
        assert process.stdin
        process.stdin.close()


async def live(life: Life) -> None:
    """Serve until killed, from within or from outside."""
    passed = 0

    async def watch(point: str) -> None:
        nonlocal passed
        if point == life.point or (life.point == EVERY_POINT and point not in {"read", "question"}):
            passed += 1
            if passed == life.passings:
                os.kill(os.getpid(), signal.SIGKILL)

    async def dress(shop: Shop) -> Shop:
        return watched(shop, watch) if life.point else shop

    place_order.IN_FLIGHT_MS = life.in_flight_ms
    await serve(Settings(**life.settings), life.process, Bind(port=life.port), Opening(before=dress))


def main() -> None:
    """Fork, tell, wait, tell; until the input ends."""
    for request in sys.stdin.buffer:
        life = msgspec.json.decode(request, type=Life)
        child = os.fork()
        if child == 0:
            os._exit(_run(life))
        _tell(child)
        _tell(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _tell(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def _run(life: Life) -> int:
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(live(life))
    except BaseException:  # noqa: BLE001 - a child must end here, whatever happened to it, and not in the loop above
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    configure_logs("error")
    main()
