"""Processes that do a shop's work and kill themselves at a chosen point, as a power cut would.

    python -m tests.crew

reads one line of JSON (a list of `Job`) from its input, forks a child for each, and answers with their exit codes:
0 done, -9 killed, 1 something else went wrong (on its error output). A child appends to its job's log: one line for
every step that was answered, and for every point it passed. What is not in the log was never promised to anybody.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from fairday.bootstrap.logs import configure_logs
from fairday.domain.access import SYSTEM
from fairday.domain.orders import Command
from fairday.kernel.clock import SystemClock
from fairday.kernel.errors import Refusal
from fairday.subscribers.notifications import subscription
from fairday.usecases.cancel_order import cancel_order
from fairday.usecases.place_order import PlaceOrder, place_order
from fairday.usecases.refund_order import RefundOrder, refund_order
from fairday.usecases.repeat_command import carried_out
from fairday.usecases.settle_orders import settle_orders
from fairday.usecases.ship_order import ShipOrder, ship_order
from fairday.usecases.shop import Shop
from tests.shop import open_shop
from tests.watched import watched

ROOT = Path(__file__).resolve().parents[1]
NEVER = -1
KILLED = -9
STANDING_S = 30.0


class Step(Struct, frozen=True, kw_only=True):
    """One thing to do. `order_id` names the order for all but `place`, `once` is the command's own name."""

    do: Literal["place", "ship", "refund", "cancel", "settle", "deliver"]
    place: PlaceOrder | None = None
    order_id: str = ""
    lines: dict[int, int] = {}
    shipping: int = 0
    restock: bool = False
    once: Command | None = None


class Job(Struct, frozen=True, kw_only=True):
    """Steps on a state folder, and the point (counted from 0) at which to be killed, or to stand still (SIGSTOP).

    `after` names the log of a job that stands still: this one begins then, and lets it go on (SIGCONT) at its end.
    `ahead_ms` is how far its clock is ahead of the others'.
    """

    state: str
    log: str
    steps: tuple[Step, ...]
    kill_at: int = NEVER
    stop_at: int = NEVER
    after: str = ""
    ahead_ms: int = 0
    settings: dict[str, str] = {}
    begin_at: float = 0.0


class Line(Struct, frozen=True, kw_only=True):
    """What a child wrote down: a point it reached, or the answer to a step; who it is, before it stands still."""

    pid: int = 0
    point: str = ""
    step: int = -1
    answer: str = ""
    order_id: str = ""


class Crew:
    """The foreman's end of the pipe, in the process of the tests."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def run(self, jobs: Sequence[Job]) -> list[int]:
        """Their exit codes, once all have ended."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(msgspec.json.encode(list(jobs)) + b"\n")
        self._process.stdin.flush()
        return msgspec.json.decode(self._process.stdout.readline(), type=list[int])

    def logged(self, job: Job) -> list[Line]:
        """What the job wrote down before it ended."""
        path = Path(job.log)
        lines = path.read_bytes().splitlines() if path.exists() else []
        return [msgspec.json.decode(line, type=Line) for line in lines]


@contextmanager
def hire(more: Mapping[str, str] | None = None) -> Iterator[Crew]:
    """A crew, until the block ends, with `more` in its environment. This shell's settings don't count."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FAIRDAY_")} | {
        **(more or {})
    }
    with subprocess.Popen(
        [sys.executable, "-m", "tests.crew"],
        cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        yield Crew(process)
        assert process.stdin
        process.stdin.close()


async def work(job: Job) -> None:
    """Do the steps; a refusal is an answer too."""
    log = os.open(job.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    reached = 0

    async def watch(point: str) -> None:
        nonlocal reached
        if point in {"read", "question"}:
            return
        if reached == job.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if reached == job.stop_at:
            _write(log, Line(pid=os.getpid()))
            os.kill(os.getpid(), signal.SIGSTOP)
        reached += 1
        _write(log, Line(point=point))

    stopped = await _standing_still(job.after) if job.after else 0
    clock = Ahead(job.ahead_ms) if job.ahead_ms else None
    async with open_shop(Path(job.state), clock=clock, **job.settings) as opened:
        await asyncio.sleep(max(0.0, job.begin_at - time.time()))
        shop = watched(opened, watch)
        for number, step in enumerate(job.steps):
            try:
                answer, order_id = await take(shop, step)
            except Refusal as no:
                answer, order_id = no.code, ""
            _write(log, Line(step=number, answer=answer, order_id=order_id))
    if stopped:
        os.kill(stopped, signal.SIGCONT)


async def _standing_still(log: str) -> int:
    """Who wrote that they would, once they do."""
    end = time.monotonic() + STANDING_S
    while time.monotonic() < end:
        lines = Path(log).read_bytes().splitlines(keepends=True) if Path(log).exists() else []
        for line in lines:
            pid = msgspec.json.decode(line, type=Line).pid if line.endswith(b"\n") else 0
            if pid and Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T":
                return pid
        await asyncio.sleep(0.01)
    raise AssertionError("nobody stands still")


class Ahead:
    """The clock of a machine that is ahead of the others."""

    def __init__(self, by_ms: int) -> None:
        self._by_ms = by_ms

    def now_ms(self) -> int:
        return SystemClock().now_ms() + self._by_ms


async def take(shop: Shop, step: Step) -> tuple[str, str]:
    """Do one step; its answer, and the order it is about. A command that was carried out is `done`."""
    if step.once and await carried_out(shop, step.once):
        return "done", step.order_id
    match step.do:
        case "place":
            assert step.place is not None
            placed = await place_order(shop, step.place)
            return placed.state, placed.order.id
        case "ship":
            await ship_order(shop, ShipOrder(order_id=step.order_id, lines=step.lines, once=step.once))
        case "refund":
            command = RefundOrder(
                order_id=step.order_id, lines=step.lines, shipping=step.shipping, restock=step.restock, once=step.once
            )
            await refund_order(shop, command)
        case "cancel":
            await cancel_order(shop, step.order_id, reason="test", actor=SYSTEM, once=step.once)
        case "settle":
            await settle_orders(shop, stale_ms=0)
        case "deliver":
            await shop.bus.deliver([subscription(shop)])
    return "done", step.order_id


def _write(log: int, line: Line) -> None:
    os.write(log, msgspec.json.encode(line) + b"\n")


def main() -> None:
    """Fork, wait, answer; until the input ends."""
    for request in sys.stdin.buffer:
        children = []
        for job in msgspec.json.decode(request, type=list[Job]):
            child = os.fork()
            if child == 0:
                os._exit(_run(job))
            children.append(child)
        codes: list[Any] = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        sys.stdout.write(msgspec.json.encode(codes).decode() + "\n")
        sys.stdout.flush()


def _run(job: Job) -> int:
    try:
        asyncio.run(work(job))
    except BaseException:  # noqa: BLE001 - a child must end here, whatever happened to it, and not in the loop above
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    configure_logs("error")  # not on the pipe
    main()
