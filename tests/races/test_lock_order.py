"""F-23: whatever order carts name their goods in, a unit changes rows in one order: a deadlock needs two.

This looks at what is sent to the database; the interleavings show on servers that nobody waits in a circle.
"""

import asyncio
import dataclasses
import random
from contextlib import asynccontextmanager

import pytest

from fairday.domain.inventory.store import LEVELS_LOCKED
from fairday.usecases.place_order import place_order
from tests.accounts import audit
from tests.buying import a_cart, an_order
from tests.goods import put_goods
from tests.shop import open_shop
from tests.watched import WatchedDatabase, WatchedWriter

SKUS = [f"SKU-{number}" for number in range(12)]


async def _pass(point):
    await asyncio.sleep(0)


class NotingUnit(WatchedWriter):
    """Notes which shelves each statement changes, in the order sent."""

    def __init__(self, inner, noted):
        super().__init__(inner, _pass, "statement")
        self._noted = noted

    async def run_many(self, statement, rows):
        if rows and "b_sku" in rows[0]:
            self._noted.append([(row["b_sku"], row.get("b_location", "")) for row in rows])
        return await super().run_many(statement, rows)


class NotingDatabase(WatchedDatabase):
    def __init__(self, inner, noted):
        super().__init__(inner, _pass)
        self._noted = noted

    @asynccontextmanager
    async def write(self):
        async with super().write() as unit:
            yield NotingUnit(unit, self._noted)


@pytest.mark.parametrize("seed", range(3))
async def test_shelves_are_locked_and_changed_in_one_order(state, seed):
    dice, noted = random.Random(seed), []
    async with open_shop(state) as shop:
        await put_goods(shop, dict.fromkeys(SKUS, 100))
        carts = [await a_cart(shop, dict.fromkeys(dice.sample(SKUS, 5), 1)) for _ in range(8)]
        commands = [await an_order(shop, cart) for cart in carts]
        noting = dataclasses.replace(shop, database=NotingDatabase(shop.database, noted))
        await asyncio.gather(*(place_order(noting, command) for command in commands))
        await audit(shop)
    assert any(len(set(shelves)) > 5 for shelves in noted), "a batch changes the shelves of several orders at once"
    assert all(shelves == sorted(shelves) for shelves in noted)
    for engine in ("sqlite", "postgresql", "mysql"):
        assert LEVELS_LOCKED.compiled(engine).text.partition("ORDER BY")[2].split()[:2] == [
            "stock.sku,",
            "stock.location",
        ]
