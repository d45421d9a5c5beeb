"""SQLite runs units one after another, so there batches are what can meet: all orders of arrival, in all groupings.

Who gets what must not depend on who else was in the batch: it is as if each order had come alone, first come first
served. The control lets a batch decide by what was there before it, and gives the last piece twice.
"""

import asyncio
import dataclasses
import shutil
from collections.abc import Iterator, Sequence
from itertools import islice, permutations
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import bindparam, update

from fairday.adapters.database.sqlite import SqliteDatabase
from fairday.domain.inventory import store as stock
from fairday.domain.inventory.model import plan_holds
from fairday.domain.inventory.tables import STOCK
from fairday.domain.pricing import Voucher
from fairday.domain.pricing import store as pricing
from fairday.kernel.ids import new_id
from fairday.kernel.sql import Statement
from fairday.usecases import place_order
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.hold_order import HeldOrder, Wanted, hold_orders
from fairday.usecases.shop import Shop
from tests.buying import a_cart, an_order
from tests.goods import put_goods
from tests.shop import open_shop

Items = dict[str, Wanted]
Grouping = tuple[tuple[str, ...], ...]


@pytest.fixture
async def shop(state):
    async with open_shop(state) as opened:
        await put_goods(opened, {"LAST": 1, "PAIR": 2, "MUG": 9})
        async with opened.database.write() as unit:
            await pricing.put_vouchers(unit, [Voucher(code="ONE", kind="percent", percent_ppm=500_000, uses_limit=1)])
        yield opened


async def wanted(shop: Shop, names: str) -> Items:
    """Orders that are decided on, and that cannot all be had: by shelf, voucher, cart and key."""
    one_cart = await a_cart(shop, {"LAST": 1, "MUG": 1})
    commands = {
        "a": await an_order(shop, one_cart),
        "b": await an_order(shop, await a_cart(shop, {"LAST": 1}, voucher="ONE"), email="b@x.org"),
        "c": await an_order(shop, await a_cart(shop, {"PAIR": 2}, voucher="ONE"), email="c@x.org"),
        "d": await an_order(shop, replace(one_cart, lines=one_cart.lines[1:])),
        "e": await an_order(shop, await a_cart(shop, {"PAIR": 1, "MUG": 1})),
    }
    items: Items = {}
    for name in names:
        held = await place_order._decide(shop, commands[name])
        items[name] = Wanted(place_order._command(commands[name], held.order), held)
    return items


def groupings(names: str) -> Iterator[Grouping]:
    """Every order of arrival, cut into batches in every way."""
    for order in permutations(names):
        for cuts in range(2 ** (len(order) - 1)):
            groups, group = [], [order[0]]
            for place, name in enumerate(order[1:]):
                if cuts >> place & 1:
                    groups.append(tuple(group))
                    group = []
                group.append(name)
            yield (*groups, tuple(group))


class Bench:
    """The same stored shop again and again."""

    def __init__(self, shop: Shop, folder: Path) -> None:
        self._shop = shop
        self._before = folder / "before.db"
        self._now = folder / "now.db"
        connection = shop.database._writer  # type: ignore[attr-defined]
        connection.execute("VACUUM INTO ?", (str(self._before),))

    async def arrive(self, items: Items, groups: Sequence[Sequence[str]], *, audited: bool) -> dict[str, str]:
        """What becomes of each when they come in these batches."""
        shutil.copyfile(self._before, self._now)
        database = SqliteDatabase(self._now)
        shop = dataclasses.replace(self._shop, database=database)
        found: dict[str, str] = {}
        try:
            for group in groups:
                asked = (shop.batches.ask(hold_orders, shop, items[name]) for name in group)
                answers = await asyncio.gather(*asked, return_exceptions=True)
                found |= dict(zip(group, map(_said, answers), strict=True))
            if audited:
                assert await check_invariants(shop) == []
        finally:
            await database.close()
        return found


def _said(answer: Any) -> str:
    return "held" if isinstance(answer, HeldOrder) else type(answer).__name__


async def test_who_gets_what_does_not_depend_on_who_is_in_the_batch(shop, tmp_path):
    await all_ways(shop, tmp_path, "abcd", every=5)


@pytest.mark.long
async def test_nor_do_five(shop, tmp_path):
    await all_ways(shop, tmp_path, "abcde", every=1)


async def all_ways(shop: Shop, folder: Path, names: str, *, every: int) -> None:
    bench, items = Bench(shop, folder), await wanted(shop, names)
    alone: dict[tuple[str, ...], dict[str, str]] = {}
    seen = set()
    for number, groups in enumerate(islice(groupings(names), 0, None, every)):
        order = tuple(name for group in groups for name in group)
        if order not in alone:
            alone[order] = await bench.arrive(items, [(name,) for name in order], audited=True)
        found = await bench.arrive(items, groups, audited=number % 10 == 0)
        assert found == alone[order], groups
        seen.add(tuple(sorted(found.items())))
    assert len(seen) > 1, "who comes first makes a difference"


async def test_one_key_twice_in_a_batch_is_held_once(shop, tmp_path):
    """The same command, decided twice: whoever is second shares the first one's outcome, wherever it stands."""
    bench, items = Bench(shop, tmp_path), await wanted(shop, "ab")
    held, again = items["a"].held, new_id()
    lines = tuple(replace(line, order_id=again) for line in held.lines)
    items["A"] = Wanted(
        replace(items["a"].command, order_id=again), replace(held, order=replace(held.order, id=again), lines=lines)
    )
    for groups in groupings("aAb"):
        found = await bench.arrive(items, groups, audited=True)
        assert list(found.values()).count("held") == 1, "there is one LAST"
        assert {found["a"], found["A"]} <= {"held", "InFlight", "OutOfStock"}


async def test_the_control_a_batch_that_looks_once_gives_the_last_piece_twice(shop, tmp_path, monkeypatch):
    """Every order of the batch is planned on the shelf as the batch found it, and the shelf takes whatever comes."""

    def each_for_itself(requests: Sequence[Any], *shelf: Any) -> Any:
        plans = [plan_holds([request], *shelf) for request in requests]
        return _together(plans)

    here = (STOCK.c.sku == bindparam("b_sku"), STOCK.c.location == bindparam("b_location"))
    more = bindparam("b_quantity", type_=STOCK.c.held.type)
    monkeypatch.setattr(stock, "plan_holds", each_for_itself)
    monkeypatch.setattr(stock, "_HOLD", Statement(update(STOCK).where(*here).values(held=STOCK.c.held + more)))
    bench, items = Bench(shop, tmp_path), await wanted(shop, "ab")
    assert await bench.arrive(items, [("a",), ("b",)], audited=False) == {"a": "held", "b": "OutOfStock"}
    assert await bench.arrive(items, [("a", "b")], audited=False) == {"a": "held", "b": "held"}


def _together(plans: Sequence[Any]) -> Any:
    first = plans[0]
    return replace(
        first,
        holds=tuple(hold for plan in plans for hold in plan.holds),
        refused={key: left for plan in plans for key, left in plan.refused.items()},
    )
