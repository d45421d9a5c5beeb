"""Closing: in order, once, after the day is over and its money settled; and nothing gets into a closed day."""

import sqlite3
from datetime import date

import pytest

from fairday.domain.access import SYSTEM, Actor, Change
from fairday.domain.access.errors import Forbidden
from fairday.domain.ledger import closing, cost_entry
from fairday.domain.ledger import store as ledger
from fairday.domain.ledger.errors import (
    DayClosed,
    DayNotOver,
    EarlierDayOpen,
    EarlierMonthOpen,
    MonthClosed,
    UnsettledMoney,
)
from fairday.kernel.clock import DAY_MS, HOUR_MS, MINUTE_MS, FixedClock
from fairday.kernel.errors import Invalid
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.close_period import close_day, close_days, close_month, last_day_over, open_day
from fairday.usecases.settle_orders import settle_orders
from fairday.usecases.write_audit import write_audit
from tests.buying import buy
from tests.goods import put_goods
from tests.shop import open_shop

MONDAY_NOON = 1_793_620_800_000  # 2026-11-02T12:00:00Z
MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, day) for day in (2, 3, 4))


@pytest.fixture
def clock():
    return FixedClock(MONDAY_NOON)


@pytest.fixture
async def shop(state, clock):
    async with open_shop(state, clock=clock) as opened:
        await put_goods(opened, {"MUG": 50})
        await buy(opened, {"MUG": 2})
        yield opened


async def broken(shop):
    return [rule.name for rule in await check_invariants(shop)]


async def test_a_day_is_closed_with_what_it_came_to(shop, clock):
    clock.advance(DAY_MS)
    closed = await close_day(shop, SYSTEM, MONDAY)
    await buy(shop, {"MUG": 1})
    clock.advance(DAY_MS)
    second = await close_day(shop, SYSTEM, TUESDAY)
    assert (closed.entries, second.entries) == (2, 1)
    assert (closed.until_ms, second.from_ms) == (second.from_ms, closed.until_ms)
    assert closed.hash != second.hash
    async with shop.database.read() as reader:
        kept = {(t.account, t.currency): t for t in await closing.totals_of_day(reader, second.day)}
        balances = await ledger.trial_balance(reader, second.until_ms)
        assert await closing.balances(reader, second.until_ms) == balances
    assert {key: t.balance for key, t in kept.items()} == {(b.account, b.currency): b.amount for b in balances}
    assert sum(t.debit + t.credit for t in kept.values()) == 0
    assert kept["asset:stock", "EUR"].debit == 0, "nothing moved on Tuesday"
    assert await broken(shop) == []


async def test_days_are_closed_in_order_once_and_when_they_are_over(shop, clock):
    assert await open_day(shop) == MONDAY
    with pytest.raises(DayNotOver):
        await close_day(shop, SYSTEM, MONDAY)
    clock.at_ms = MONDAY_NOON + 12 * HOUR_MS + 5 * MINUTE_MS - 1
    with pytest.raises(DayNotOver):
        await close_day(shop, SYSTEM, MONDAY)
    clock.advance(1)
    with pytest.raises(EarlierDayOpen):
        await close_day(shop, SYSTEM, TUESDAY)
    assert last_day_over(shop) == MONDAY
    await close_day(shop, SYSTEM, MONDAY)
    with pytest.raises(DayClosed):
        await close_day(shop, SYSTEM, MONDAY)
    with pytest.raises(DayClosed):
        await close_day(shop, SYSTEM, date(2026, 11, 1))
    clock.advance(2 * DAY_MS)
    assert [one.day for one in await close_days(shop, SYSTEM, WEDNESDAY)] == ["2026-11-03", "2026-11-04"]


async def test_a_day_whose_money_is_not_settled_stays_open(shop, clock):
    await buy(shop, {"MUG": 1}, token="tok_challenge")
    clock.advance(DAY_MS)
    with pytest.raises(UnsettledMoney) as refusal:
        await close_day(shop, SYSTEM, MONDAY)
    assert refusal.value.details == {"orders": 1, "refunds": 0}
    await settle_orders(shop)
    await close_day(shop, SYSTEM, MONDAY)


async def test_what_comes_late_is_dated_after_the_closed_day(shop, clock):
    clock.advance(DAY_MS)
    closed = await close_day(shop, SYSTEM, MONDAY)
    async with shop.database.write() as unit:
        await ledger.post(unit, [cost_entry("late", "o", "EUR", 0, MONDAY_NOON)])
        late = cost_entry("very-late", "late-order", "EUR", 5, MONDAY_NOON)
        await ledger.post(unit, [late])
    async with shop.database.read() as reader:
        (found,) = await ledger.entries_of(reader, "late-order")
    assert found.at_ms == closed.until_ms
    assert "ledger-closed-days-unchanged" not in await broken(shop)


async def test_a_day_that_was_shut_and_never_counted_is_finished(shop, clock):
    """What dies between the two units leaves the boundary moved."""
    clock.advance(DAY_MS)
    async with shop.database.write() as unit:
        assert await closing.shut(unit, MONDAY_NOON + 12 * HOUR_MS)
        assert not await closing.shut(unit, MONDAY_NOON)
    assert (await close_day(shop, SYSTEM, MONDAY)).entries == 2
    assert await broken(shop) == []


async def test_a_month_is_closed_when_all_its_days_are(shop, clock):
    with pytest.raises(Invalid):
        await close_month(shop, SYSTEM, "2026-13")
    clock.advance(31 * DAY_MS)
    with pytest.raises(EarlierDayOpen):
        await close_month(shop, SYSTEM, "2026-11")
    await close_days(shop, SYSTEM, last_day_over(shop))
    with pytest.raises(EarlierMonthOpen):
        await close_month(shop, SYSTEM, "2026-12")
    await close_month(shop, SYSTEM, "2026-11")
    with pytest.raises(MonthClosed):
        await close_month(shop, SYSTEM, "2026-11")
    with pytest.raises(MonthClosed):
        await close_month(shop, SYSTEM, "2026-10")
    assert await broken(shop) == []


async def test_who_may_not_close_does_not(shop, clock):
    clock.advance(DAY_MS)
    packer = Actor(kind="staff", id="x", name="packer", role="warehouse")
    for closing_it in (close_day(shop, packer, MONDAY), close_month(shop, packer, "2026-11")):
        with pytest.raises(Forbidden):
            await closing_it
    async with shop.database.read() as reader:
        assert await closing.shut_until(reader) == 0


async def test_a_day_is_as_long_as_it_is_where_the_books_are_kept(state):
    """On 25 October 2026 Berlin has 25 hours, and 23 in UTC is the next day there."""
    clock = FixedClock(1_792_882_800_000)  # 2026-10-24T23:00:00Z, 01:00 on Sunday in Berlin
    async with open_shop(state, clock=clock, books_zone="Europe/Berlin") as shop:
        await put_goods(shop, {"MUG": 50})
        assert await open_day(shop) == date(2026, 10, 25)
        clock.advance(26 * HOUR_MS)
        closed = await close_day(shop, SYSTEM, date(2026, 10, 25))
    assert closed.until_ms - closed.from_ms == 25 * HOUR_MS


async def test_an_audit_log_cut_off_at_its_end_shows_by_a_closed_day(shop, clock, state):
    """Entries, link and head of what was done last are gone, as if it had never been: only the noted end tells."""
    async with shop.database.write() as unit:
        for name in ("one", "two"):
            await write_audit(shop, unit, SYSTEM, Change("test.done", "test", name))
    clock.advance(DAY_MS)
    await close_day(shop, SYSTEM, MONDAY)
    assert await broken(shop) == []
    with sqlite3.connect(state / "fairday.db") as connection:
        (chain,) = connection.execute("SELECT DISTINCT chain FROM audit_links").fetchone()
        for table in ("audit_entries", "audit_links"):
            connection.execute(f"DELETE FROM {table} WHERE number > 1")  # noqa: S608 - written here
        connection.execute(
            "UPDATE audit_heads SET number = 1, hash = (SELECT hash FROM audit_links WHERE chain = ?)", (chain,)
        )
    assert await broken(shop) == ["audit-chain-unbroken"]


async def test_a_closed_day_cannot_be_closed_anew_without_the_key(shop, clock, state):
    clock.advance(DAY_MS)
    await close_day(shop, SYSTEM, MONDAY)
    with sqlite3.connect(state / "fairday.db") as connection:
        assert connection.execute("UPDATE ledger_closed_days SET marks = '[]', hash = ?", ("0" * 64,)).rowcount == 1
    assert "ledger-closed-days-unchanged" in await broken(shop)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_entries SET ref = 'other' WHERE kind = 'sale'",
        "UPDATE ledger_entries SET at_ms = at_ms + 1 WHERE kind = 'sale'",
        "UPDATE ledger_postings SET amount = amount * 2",
        "UPDATE ledger_postings SET account = 'income:other' WHERE account = 'income:sales'",
        "DELETE FROM ledger_postings WHERE entry_id IN (SELECT id FROM ledger_entries WHERE kind = 'sale')",
        "DELETE FROM ledger_entries WHERE kind = 'sale'",
        "UPDATE ledger_day_totals SET debit = debit + 1, credit = credit - 1",
    ],
)
async def test_any_change_of_a_closed_day_shows(shop, clock, state, sql):
    clock.advance(DAY_MS)
    await close_day(shop, SYSTEM, MONDAY)
    with sqlite3.connect(state / "fairday.db") as connection:
        assert connection.execute(sql).rowcount > 0
    assert "ledger-closed-days-unchanged" in await broken(shop)
