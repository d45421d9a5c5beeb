"""Counting the shelves: stock, books, event and log in one unit, or nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fairday.domain.access import SYSTEM
from fairday.domain.inventory import Received, StockRefused
from fairday.domain.inventory import store as stock
from fairday.domain.ledger import store as ledger
from fairday.kernel.clock import FixedClock
from fairday.kernel.errors import Invalid, NotFound
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.count_stock import COUNTS_LIMIT, CountStock, count_stock
from fairday.usecases.shop import Shop
from fairday.usecases.write_audit import read_audit
from tests.buying import buy
from tests.goods import COST, put_goods
from tests.people import announced
from tests.shop import open_shop


@pytest.fixture
async def shop(state: Path) -> AsyncIterator[Shop]:
    async with open_shop(state, clock=FixedClock(1_790_000_000_000)) as opened:
        await put_goods(opened, {"MUG": 10, "LAMP": 4})
        yield opened


async def worth_in_the_books(shop: Shop) -> int:
    async with shop.database.read() as reader:
        return sum(b.amount for b in await ledger.trial_balance(reader, 2**53) if b.account == "asset:stock")


async def test_more_and_fewer_in_one_count(shop: Shop) -> None:
    before = await worth_in_the_books(shop)
    counts = (Received("MUG", "main", 12, 900), Received("LAMP", "main", 1), Received("LAMP", "north", 2, 500))
    worth = await count_stock(shop, CountStock(counts=counts, reason="Year's end"))
    assert worth == 2 * 900 - 3 * COST + 2 * 500
    assert await worth_in_the_books(shop) == before + worth
    async with shop.database.read() as reader:
        assert await stock.available(reader, ["MUG", "LAMP"]) == {"MUG": 12, "LAMP": 3}
    assert (await announced(shop, "stock_changed"))[-1]["skus"] == ["LAMP", "MUG"]
    entries, _ = await read_audit(shop, SYSTEM, limit=3)
    assert {(entry.action, entry.actor_name) for entry in entries} == {("stock.counted", "system")}
    assert len(entries) == 3
    assert not await check_invariants(shop)


async def test_counting_what_is_there_changes_nothing_in_the_books(shop: Shop) -> None:
    before = await worth_in_the_books(shop)
    assert await count_stock(shop, CountStock(counts=(Received("MUG", "main", 10, 5_000),))) == 0
    assert await worth_in_the_books(shop) == before
    assert not await check_invariants(shop)


@pytest.mark.parametrize(
    ("counts", "refusal"),
    [
        ((), Invalid),
        ((Received("MUG", "main", -1),), Invalid),
        ((Received("MUG", "main", 10**9),), Invalid),
        ((Received("MUG", "main", 11, -5),), Invalid),
        ((Received("MUG", " ", 11),), Invalid),
        ((Received("MUG", "x" * 65, 11),), Invalid),
        ((Received("MUG", "main", 11), Received("NOSUCH", "main", 1)), NotFound),
        ((Received("MUG", "main", 11), Received("LAMP", "main", 0)), StockRefused),
        (tuple(Received("MUG", f"place {n}", 1) for n in range(COUNTS_LIMIT + 1)), Invalid),
    ],
)
async def test_one_bad_row_leaves_everything_as_it_was(
    shop: Shop, counts: tuple[Received, ...], refusal: type[Exception]
) -> None:
    await buy(shop, {"LAMP": 1})
    before, events = await worth_in_the_books(shop), await announced(shop)
    with pytest.raises(refusal):
        await count_stock(shop, CountStock(counts=counts))
    async with shop.database.read() as reader:
        assert await stock.available(reader, ["MUG", "LAMP"]) == {"MUG": 10, "LAMP": 3}
    assert (await worth_in_the_books(shop), await announced(shop)) == (before, events)
