"""What every adapter of `ports.bus` promises. A further adapter is one more line in ADAPTERS."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

import pytest

from fairday.adapters.bus import horizon
from fairday.adapters.bus.horizon import WAYS
from fairday.adapters.bus.local import LocalBus, Pace
from fairday.kernel.clock import FixedClock
from fairday.kernel.errors import Busy
from fairday.kernel.events import Delivery, Event, announce
from fairday.ports.bus import Bus, Subscription
from fairday.ports.database import Database
from tests import engines
from tests.conftest import not_run
from tests.engines import NOW_MS


class Rang(Event, frozen=True, kw_only=True):
    kind: ClassVar[str] = "rang"


class Flashed(Event, frozen=True, kw_only=True):
    kind: ClassVar[str] = "flashed"


@dataclass
class Line:
    """Two processes on one outbox, and the clock they share."""

    database: Database
    clock: FixedClock
    bus: Bus
    other: Bus

    async def ring(self, *subjects: str) -> None:
        async with self.database.write() as unit:
            await announce(unit, [Rang(subject=subject) for subject in subjects], self.clock.now_ms())


@asynccontextmanager
async def local(engine: str, folder: Path) -> AsyncIterator[Line]:
    clock, pace = FixedClock(NOW_MS), Pace(poll_ms=5, attempts_limit=3, batch_limit=10)
    with engines.fresh(engine, folder) as url:
        database = engines.opened(url)
        try:
            buses = [LocalBus(database, clock, pace, ended=WAYS[engine]()) for _ in range(2)]
            yield Line(database, clock, *buses)
        finally:
            await database.close()


ADAPTERS: dict[str, Callable[[Path], AbstractAsyncContextManager[Line]]] = {
    f"local, {engine}": partial(local, engine) for engine in engines.ENGINES
}
LONGEST_DELAY_MS = 400_000


@pytest.fixture(params=ADAPTERS.values(), ids=ADAPTERS)
async def line(request, tmp_path, monkeypatch):
    monkeypatch.setattr(horizon, "GAP_AGE_S", 0)  # nobody writes beside these tests
    try:
        async with request.param(tmp_path) as opened:
            yield opened
    except engines.MissingEngineError as missing:
        not_run(str(missing))


class Hearer:
    """Writes down what it hears; `broken` subjects make it fail."""

    def __init__(self, *broken: str) -> None:
        self.heard: list[str] = []
        self.tries = 0
        self.broken = set(broken)
        self.problem: Exception = RuntimeError("broken on purpose")

    async def __call__(self, deliveries) -> None:
        self.tries += 1
        await asyncio.sleep(0)
        if self.broken & {delivery.subject for delivery in deliveries}:
            raise self.problem
        self.heard += [delivery.subject for delivery in deliveries]


def subscription(hear, name="bell", kinds=("rang",)) -> Subscription:
    return Subscription(name, frozenset(kinds), hear)


async def test_events_arrive_once_in_order_and_only_the_kinds_asked_for(line):
    hear = Hearer()
    await line.bus.deliver([subscription(hear)])
    subjects = [f"s{n}" for n in range(35)]
    await line.ring(*subjects)
    async with line.database.write() as unit:
        await announce(unit, [Flashed(subject="light")], NOW_MS)
    assert await line.bus.backlog() == {"bell": 35}
    assert await line.bus.deliver([subscription(hear)]) == 35
    assert await line.bus.deliver([subscription(hear)]) == 0
    assert await line.other.deliver([subscription(hear)]) == 0
    assert hear.heard == subjects
    assert await line.bus.backlog() == {"bell": 0}


async def test_a_delivery_carries_the_event(line):
    got: list[Delivery] = []

    async def hear(deliveries) -> None:
        got.extend(deliveries)

    await line.bus.deliver([subscription(hear)])
    await line.ring("door")
    await line.bus.deliver([subscription(hear)])
    assert [(one.kind, one.subject, one.at_ms) for one in got] == [("rang", "door", NOW_MS)]
    assert got[0].as_event(Rang) == Rang(subject="door")


async def test_what_was_before_a_subscription_is_not_for_it(line):
    await line.ring("before")
    hear = Hearer()
    await line.bus.deliver([subscription(hear)])
    await line.ring("after")
    await line.bus.deliver([subscription(hear)])
    assert hear.heard == ["after"]


async def test_subscriptions_hear_independently(line):
    good, bad = Hearer(), Hearer("s1")
    both = [subscription(bad, "bad"), subscription(good, "good")]
    await line.bus.deliver(both)
    await line.ring("s1", "s2")
    await line.bus.deliver(both)
    assert (good.heard, bad.heard) == (["s1", "s2"], [])
    assert await line.bus.backlog() == {"bad": 2, "good": 0}


async def test_a_failed_event_comes_again_after_a_growing_delay(line):
    hear = Hearer("s1")
    await line.bus.deliver([subscription(hear)])
    await line.ring("s1")
    assert await line.bus.deliver([subscription(hear)]) == 0
    assert await line.bus.deliver([subscription(hear)]) == 0
    assert hear.tries == 1
    delays = []
    while hear.tries < 3:
        waited, tries = 0, hear.tries
        while hear.tries == tries:
            line.clock.advance(50)
            waited += 50
            assert waited < LONGEST_DELAY_MS
            await line.other.deliver([subscription(hear)])
        delays.append(waited)
    assert delays == sorted(delays)
    assert delays[0] < delays[-1]
    assert hear.heard == []


async def test_the_one_event_that_fails_is_set_aside_and_the_rest_go_on(line):
    hear = Hearer("s3")
    await line.bus.deliver([subscription(hear)])
    await line.ring("s1", "s2", "s3", "s4", "s5")
    for _ in range(20):
        await line.bus.deliver([subscription(hear)])
        line.clock.advance(LONGEST_DELAY_MS)
    assert hear.heard == ["s1", "s2", "s4", "s5"]
    letters = await line.bus.dead_letters(10)
    assert [(one.subscription, one.delivery.subject) for one in letters] == [("bell", "s3")]
    assert "broken on purpose" in letters[0].problem
    assert await line.bus.backlog() == {"bell": 0}


async def test_dead_letters_can_be_tried_again(line):
    hear = Hearer("s1")
    await line.bus.deliver([subscription(hear)])
    await line.ring("s1")
    for _ in range(10):
        await line.bus.deliver([subscription(hear)])
        line.clock.advance(LONGEST_DELAY_MS)
    assert await line.bus.redrive("other") == 0
    assert await line.bus.redrive("bell") == 1
    await line.bus.deliver([subscription(hear)])
    assert len(await line.bus.dead_letters(10)) == 1, "it failed again, and is kept"
    hear.broken.clear()
    await line.bus.deliver([subscription(hear)])
    assert hear.heard == [], "nobody asked again"
    await line.bus.redrive("bell")
    await line.bus.deliver([subscription(hear)])
    assert hear.heard == ["s1"]
    assert await line.bus.dead_letters(10) == []


async def test_busy_is_no_failure(line):
    hear = Hearer("s1")
    hear.problem = Busy(retry_after_s=1)
    await line.bus.deliver([subscription(hear)])
    await line.ring("s1")
    for _ in range(20):
        await line.bus.deliver([subscription(hear)])
        line.clock.advance(LONGEST_DELAY_MS)
    assert await line.bus.dead_letters(10) == []
    hear.broken.clear()
    await line.bus.deliver([subscription(hear)])
    assert hear.heard == ["s1"]


async def test_one_process_at_a_time(line):
    inside, most = 0, 0

    async def hear(deliveries) -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0.02)
        inside -= 1

    await line.bus.deliver([subscription(hear)])
    await line.ring(*(f"s{n}" for n in range(30)))
    counts = await asyncio.gather(line.bus.deliver([subscription(hear)]), line.other.deliver([subscription(hear)]))
    assert most == 1
    assert sum(counts) == 30


async def test_running_delivers_promptly_and_can_be_cancelled(line):
    hear = Hearer()
    running = asyncio.create_task(line.bus.run([subscription(hear)]))
    await _until(lambda: running_has_begun(line))
    await line.ring("s1")
    await asyncio.wait_for(_until(lambda: _true(hear.heard == ["s1"])), 1)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    await line.ring("s2")
    assert await line.other.deliver([subscription(hear)]) == 1, "whoever was cancelled left no lease behind"
    assert hear.heard == ["s1", "s2"]


async def test_what_was_being_heard_when_cancelled_comes_again(line):
    begun, heard = asyncio.Event(), []

    async def hear(deliveries) -> None:
        begun.set()
        await asyncio.sleep(30)

    await line.bus.deliver([subscription(hear)])
    running = asyncio.create_task(line.bus.run([subscription(hear)]))
    await line.ring("s1")
    await asyncio.wait_for(begun.wait(), 1)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running

    async def hear_again(deliveries) -> None:
        heard.extend(delivery.subject for delivery in deliveries)

    await line.other.deliver([subscription(hear_again)])
    assert heard == ["s1"]


async def running_has_begun(line: Line) -> bool:
    return "bell" in await line.bus.backlog()


async def _true(value: bool) -> bool:  # noqa: FBT001
    return value


async def _until(condition) -> None:
    while not await condition():  # noqa: ASYNC110 - the tables are watched from outside
        await asyncio.sleep(0.005)
