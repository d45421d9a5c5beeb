"""What is special about delivery from a table: leases of processes that died, and an outbox that stays small."""

import asyncio
import contextlib
from typing import ClassVar

import pytest

from fairday.adapters.bus import progress
from fairday.adapters.bus.local import LocalBus, Pace
from fairday.kernel.clock import DAY_MS, FixedClock
from fairday.kernel.events import Event, announce, outbox_after
from fairday.ports.bus import Subscription
from tests.engines import NOW_MS, open_database


class Rang(Event, frozen=True, kw_only=True):
    kind: ClassVar[str] = "rang"


@pytest.fixture
async def database(tmp_path):
    async with open_database(tmp_path) as opened:
        yield opened


@pytest.fixture
def clock():
    return FixedClock(NOW_MS)


async def ring(database, clock, *subjects: str) -> None:
    async with database.write() as unit:
        await announce(unit, [Rang(subject=subject) for subject in subjects], clock.now_ms())


async def left(database) -> list[str]:
    async with database.read() as reader:
        return [delivery.subject for delivery in await outbox_after(reader, 0, 100)]


def hearer(heard: list[str], name: str = "bell") -> Subscription:
    async def hear(deliveries) -> None:
        heard.extend(delivery.subject for delivery in deliveries)

    return Subscription(name, frozenset({"rang"}), hear)


async def test_the_lease_of_a_process_that_died_runs_out(database, clock):
    heard: list[str] = []
    bus = LocalBus(database, clock)
    await bus.deliver([hearer(heard)])
    async with database.write() as unit:  # somebody claims it and is never heard of again
        await progress.claim(unit, hearer(heard), progress.Claim("dead", clock.now_ms(), clock.now_ms() + 30_000, 0))
    await ring(database, clock, "a")
    assert await bus.deliver([hearer(heard)]) == 0
    clock.advance(30_000)
    assert await bus.deliver([hearer(heard)]) == 1
    assert heard == ["a"]


async def test_a_long_delivery_keeps_its_lease(database, clock):
    pace = Pace(lease_ms=60, poll_ms=5)
    mine, theirs = LocalBus(database, clock, pace), LocalBus(database, clock, pace)
    inside = asyncio.Event()

    async def slow(_deliveries) -> None:
        inside.set()
        await asyncio.sleep(0.15)
        clock.advance(50)
        await asyncio.sleep(0.15)

    subscription = Subscription("bell", frozenset({"rang"}), slow)
    await mine.deliver([subscription])
    await ring(database, clock, "a")
    task = asyncio.create_task(mine.deliver([subscription]))
    await inside.wait()
    for _ in range(10):
        assert await theirs.deliver([hearer([])]) == 0
        await asyncio.sleep(0.02)
        clock.advance(5)
    assert await task == 1


async def test_heard_events_leave_the_outbox_after_their_time_and_unheard_ones_never(database, clock):
    heard: list[str] = []
    bus = LocalBus(database, clock)
    both = [hearer(heard, "one"), hearer(heard, "two")]
    await bus.deliver(both)
    await ring(database, clock, "a", "b", "c")
    await bus.deliver(both)
    await ring(database, clock, "unheard")
    await bus.deliver(both[:1])
    async with database.write() as unit:
        assert await progress.forget_heard(unit, clock.now_ms() - DAY_MS, 10) == 0
    clock.advance(2 * DAY_MS)
    async with database.write() as unit:
        assert await progress.forget_heard(unit, clock.now_ms() - DAY_MS, 2) == 2
    assert await left(database) == ["c", "unheard"]
    async with database.write() as unit:
        assert await progress.forget_heard(unit, clock.now_ms() - DAY_MS, 10) == 1
    assert await left(database) == ["unheard"]
    await bus.deliver(both)
    await ring(database, clock, "later")
    await bus.deliver(both)
    assert heard.count("later") == 2


async def test_running_tidies(database, clock):
    bus = LocalBus(database, clock, Pace(tidy_ms=10, kept_ms=0, poll_ms=5))
    heard: list[str] = []
    await bus.deliver([hearer(heard)])
    await ring(database, clock, "a")
    await bus.deliver([hearer(heard)])
    clock.advance(1)
    running = asyncio.create_task(bus.run([hearer(heard)]))
    for _ in range(100):
        if not await left(database):
            break
        await asyncio.sleep(0.01)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    assert await left(database) == []


async def test_nothing_is_written_while_nothing_happens(database, clock):
    bus = LocalBus(database, clock, Pace(poll_ms=5))
    await bus.deliver([hearer([])])
    before = database._writer.total_changes
    running = asyncio.create_task(bus.run([hearer([])]))
    await asyncio.sleep(0.1)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    assert database._writer.total_changes == before
