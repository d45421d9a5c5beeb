"""Units that commit out of order: nothing is handed over before its turn, and nothing is passed by."""

import asyncio
import contextlib
import time
from typing import ClassVar

import pytest

from fairday.adapters.bus import horizon
from fairday.adapters.bus.horizon import WAYS, Horizon
from fairday.adapters.bus.local import LocalBus
from fairday.kernel.clock import FixedClock
from fairday.kernel.events import Event, announce, outbox_after
from fairday.ports.bus import Subscription
from tests import engines
from tests.conftest import not_run
from tests.engines import NOW_MS


class Rang(Event, frozen=True, kw_only=True):
    kind: ClassVar[str] = "rang"


@pytest.fixture(params=engines.SERVERS)
async def outbox(request, tmp_path, monkeypatch):
    """A server's outbox, and a bus on it."""
    monkeypatch.setattr(horizon, "GAP_AGE_S", 0.2)
    try:
        with engines.fresh(request.param, tmp_path) as url:
            database = engines.opened(url)
            yield database, LocalBus(database, FixedClock(NOW_MS), ended=WAYS[request.param]()), request.param
            await database.close()
    except engines.MissingEngineError as missing:
        not_run(str(missing))


async def ring(unit, *subjects: str) -> None:
    await announce(unit, [Rang(subject=subject) for subject in subjects], NOW_MS)


def hearer(heard: list[str]) -> Subscription:
    async def hear(deliveries) -> None:
        heard.extend(delivery.subject for delivery in deliveries)

    return Subscription("bell", frozenset({"rang"}), hear)


async def until(bus: LocalBus, heard: list[str], expected: list[str]) -> None:
    deadline = time.monotonic() + 10
    while heard != expected and time.monotonic() < deadline:
        await bus.deliver([hearer(heard)])
    assert heard == expected


async def test_what_commits_late_is_waited_for_and_heard_in_its_place(outbox):
    database, bus, _ = outbox
    heard: list[str] = []
    await bus.deliver([hearer(heard)])
    async with database.write() as unit:
        await ring(unit, "first")
    await until(bus, heard, ["first"])
    async with database.write() as slow:
        await ring(slow, "early place, late commit")
        async with database.write() as quick:
            await ring(quick, "late place, early commit")
        waited = time.monotonic() + 3 * horizon.GAP_AGE_S
        while time.monotonic() < waited:
            await bus.deliver([hearer(heard)])
            assert heard == ["first"], "what stands behind a running unit was handed over"
    await until(bus, heard, ["first", "early place, late commit", "late place, early commit"])


async def test_the_control_reading_to_the_end_passes_it_by(outbox):
    """The test above can fail: a reader that believes the newest place never sees what commits below it."""
    database, _, _ = outbox
    seen: list[str] = []
    async with database.write() as slow:
        await ring(slow, "early place, late commit")
        async with database.write() as quick:
            await ring(quick, "late place, early commit")
        async with database.read() as reader:
            found = await outbox_after(reader, 0, 10)
            seen += [one.subject for one in found]
    async with database.read() as reader:
        seen += [one.subject for one in await outbox_after(reader, found[-1].seq, 10)]
    assert seen == ["late place, early commit"]


async def test_what_was_undone_holds_nothing_up(outbox):
    database, bus, _ = outbox
    heard: list[str] = []
    await bus.deliver([hearer(heard)])
    with pytest.raises(RuntimeError):
        async with database.write() as unit:
            await ring(unit, "never")
            raise RuntimeError
    async with database.write() as unit:
        await ring(unit, "after")
    await until(bus, heard, ["after"])


async def test_a_report_that_takes_long_holds_nothing_up(outbox):
    database, bus, _ = outbox
    heard: list[str] = []
    await bus.deliver([hearer(heard)])
    async with database.read(snapshot=True) as report:
        assert await outbox_after(report, 0, 10) == []
        with pytest.raises(RuntimeError):
            async with database.write() as unit:
                await ring(unit, "never")
                raise RuntimeError
        async with database.write() as unit:
            await ring(unit, "meanwhile")
        await until(bus, heard, ["meanwhile"])


async def test_many_writers_at_once_and_nothing_is_lost_or_out_of_order(outbox):
    database, bus, engine = outbox
    heard: list[str] = []
    await bus.deliver([hearer(heard)])
    done = asyncio.Event()

    async def writer(name: int) -> None:
        for number in range(20):
            with contextlib.suppress(ZeroDivisionError):
                async with database.write() as unit:
                    await ring(unit, f"{name}-{number}")
                    await asyncio.sleep(0.001 * ((name + number) % 5))
                    1 / ((name + number) % 7)  # some are undone

    async def listener() -> None:
        while not done.is_set():
            await bus.deliver([hearer(heard)])
            await asyncio.sleep(0)

    listening = asyncio.create_task(listener())
    await asyncio.gather(*(writer(name) for name in range(6)))
    done.set()
    await listening
    async with database.read() as reader:
        kept = [one.subject for one in await outbox_after(reader, 0, 1_000)]
        reached = Horizon(WAYS[engine]())
        assert await reached.reach(reader) >= 0
    await until(bus, heard, kept)
    assert len(kept) == len([n for n in range(6) for m in range(20) if (n + m) % 7])
