"""A posting races with the closing of its day: it is in the day and counted, or in the next one. Never in between."""

import asyncio
import time
from datetime import date

import pytest

from fairday.domain.access import SYSTEM
from fairday.domain.ledger import Entry, closing, stock_entry
from fairday.domain.ledger import store as ledger
from fairday.kernel.clock import HOUR_MS, FixedClock
from fairday.usecases.close_period import changed_days, close_day
from fairday.usecases.shop import Shop
from tests.engines import ask
from tests.shop import open_shop

MONDAY_NOON = 1_793_620_800_000
MIDNIGHT = MONDAY_NOON + 12 * HOUR_MS
MONDAY = date(2026, 11, 2)
WAITING = {
    "postgresql": (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"
    ),
    "mysql": "SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'",
}
DEADLINE_S = 20


async def blocked(url: str, task: asyncio.Future[object]) -> bool:
    """Whether the engine holds the task's statement up, seen in its own lock view; False once the task is done."""
    engine = url.partition(":")[0]
    deadline = time.monotonic() + DEADLINE_S
    while not task.done() and time.monotonic() < deadline:
        if engine == "sqlite":  # one writer: whoever waits for its turn is blocked
            await asyncio.sleep(0)
            return not task.done()
        if int((await asyncio.to_thread(ask, url, WAITING[engine]))[0][0][-1]):
            return True
    return False


def late(name: str) -> Entry:
    return stock_entry(name, "EUR", 5, MONDAY_NOON)


async def in_unit(shop: Shop, entry: Entry) -> None:
    async with shop.database.write() as unit:
        await ledger.post(unit, [entry])


async def dated(shop: Shop, *names: str) -> list[int]:
    async with shop.database.read() as reader:
        pages = [page async for page in closing.entries_between(reader, 0, 2**60)]
    found = {entry.ref: entry.at_ms for page in pages for _, entry in page}
    return [found[name] for name in names]


async def unchanged(shop: Shop) -> bool:
    return await changed_days(shop) == []


@pytest.fixture
async def shop(state, engine):
    async with open_shop(state, database=engine, clock=FixedClock(MIDNIGHT + HOUR_MS)) as opened:
        async with opened.database.write() as unit:
            await ledger.post(unit, [late("early")])
        yield opened


async def test_who_posts_first_is_in_the_day(shop, engine):
    async with shop.database.write() as unit:
        await ledger.post(unit, [late("posting")])
        closer = asyncio.ensure_future(close_day(shop, SYSTEM, MONDAY))
        assert await blocked(engine, closer), "the day waits for whoever is posting"
    closed = await closer
    assert closed.entries == 2
    assert await dated(shop, "posting") == [MONDAY_NOON]
    assert await unchanged(shop)


async def test_who_comes_while_it_is_shut_is_in_the_next_day(shop, engine):
    async with shop.database.write() as unit:
        assert await closing.shut(unit, MIDNIGHT)
        poster = asyncio.ensure_future(in_unit(shop, late("posting")))
        assert await blocked(engine, poster), "the posting waits to see where the books begin"
    await poster
    assert await dated(shop, "posting") == [MIDNIGHT]
    assert (await close_day(shop, SYSTEM, MONDAY)).entries == 1
    assert await unchanged(shop)


async def test_many_post_while_the_day_is_closed(shop):
    posters = [in_unit(shop, late(f"entry-{n}")) for n in range(40)]
    closed, *_ = await asyncio.gather(close_day(shop, SYSTEM, MONDAY), *posters)
    times = await dated(shop, *(f"entry-{n}" for n in range(40)))
    assert set(times) <= {MONDAY_NOON, MIDNIGHT}
    assert closed.entries == 1 + times.count(MONDAY_NOON)
    assert await unchanged(shop)


async def test_the_control_without_the_boundary_changes_a_closed_day(shop):
    """Who dates an entry by what was read before, and holds nothing, writes into a day that is closed meanwhile."""
    await close_day(shop, SYSTEM, MONDAY)
    async with shop.database.write() as unit:
        await unit.run(ledger._INSERT_ENTRY, id="x", kind="stock", ref="x", order_id="", at_ms=MONDAY_NOON)
    assert not await unchanged(shop)
