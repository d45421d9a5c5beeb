"""The books on a real database: an entry is written once, and the balances are its sums."""

import pytest

from fairday.domain.ledger import cost_entry, stock_entry
from fairday.domain.ledger import store as ledger
from tests.engines import NOW_MS, open_database


@pytest.fixture
async def database(tmp_path):
    async with open_database(tmp_path) as opened:
        yield opened


async def balances(database, until_ms=NOW_MS + 1_000):
    async with database.read() as reader:
        return {b.account: b.amount for b in await ledger.trial_balance(reader, until_ms)}


async def test_posting_twice_is_posting_once(database):
    entry = stock_entry("count", "EUR", 500, NOW_MS)
    for new in (1, 0):
        async with database.write() as unit:
            assert await ledger.post(unit, [entry]) == new
    assert await balances(database) == {"asset:stock": 500, "equity:stock-received": -500}


async def test_an_entry_about_nothing_is_not_written(database):
    async with database.write() as unit:
        assert await ledger.post(unit, [stock_entry("count", "EUR", 0, NOW_MS)]) == 0
    assert await balances(database) == {}


async def test_balances_are_of_a_time_and_entries_of_an_order(database):
    early, late = cost_entry("one", "order", "EUR", 30, NOW_MS), cost_entry("two", "order", "EUR", -10, NOW_MS + 5)
    async with database.write() as unit:
        await ledger.post(unit, [late, early, cost_entry("three", "other", "EUR", 7, NOW_MS)])
    assert (await balances(database, NOW_MS + 5))["expense:cost-of-goods"] == 37
    assert (await balances(database))["expense:cost-of-goods"] == 27
    async with database.read() as reader:
        assert await ledger.entries_of(reader, "order") == [early, late]


async def test_new_and_old_entries_in_one_call(database):
    old, new = stock_entry("old", "EUR", 500, NOW_MS), stock_entry("new", "EUR", 20, NOW_MS)
    async with database.write() as unit:
        await ledger.post(unit, [old])
    async with database.write() as unit:
        assert await ledger.post(unit, [new, old, new]) == 1
    assert await balances(database) == {"asset:stock": 520, "equity:stock-received": -520}
