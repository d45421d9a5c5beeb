"""Stock is kept from paying on, not from putting into a basket, and not for ever (F-53)."""

import pytest

from fairday.bootstrap.settings import SettingsError, from_environment
from fairday.domain.inventory import OutOfStock
from fairday.domain.inventory import store as stock
from fairday.interfaces.api.meters import Meters
from fairday.kernel.clock import MINUTE_MS, FixedClock
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.place_order import place_order
from fairday.usecases.settle_orders import settle_orders
from tests.buying import a_cart, an_order, buy
from tests.goods import put_goods
from tests.shop import open_shop

NOON_MS = 1_790_000_000_000


@pytest.fixture
def clock():
    return FixedClock(NOON_MS)


@pytest.fixture
async def shop(state, clock):
    async with open_shop(state, clock=clock, hold_minutes="7") as opened:
        await put_goods(opened, {"MUG": 3})
        yield opened
        assert await check_invariants(opened) == []


async def left(shop):
    async with shop.database.read() as reader:
        return (await stock.available(reader, ["MUG"]))["MUG"]


async def overdue(shop):
    text = (await Meters().exposition(shop)).decode()
    return next(line.split()[1] for line in text.splitlines() if line.startswith("fairday_orders_overdue "))


async def test_a_full_basket_keeps_nothing_from_others(shop):
    for _ in range(20):
        await a_cart(shop, {"MUG": 3})
    assert await left(shop) == 3
    assert (await buy(shop, {"MUG": 3})).state == "placed"


async def test_who_hoards_without_paying_loses_it_again(shop, clock):
    latecomer = await an_order(shop, await a_cart(shop, {"MUG": 1}))
    hoards = [await buy(shop, {"MUG": 1}, token="tok_challenge") for _ in range(3)]
    assert {hoard.state for hoard in hoards} == {"challenge"}
    with pytest.raises(OutOfStock):
        await place_order(shop, latecomer)
    clock.advance(7 * MINUTE_MS)
    assert (await settle_orders(shop)).orders == 0
    assert (await left(shop), await overdue(shop)) == (0, "0.0")
    clock.advance(2 * MINUTE_MS + 1)
    assert await overdue(shop) == "3.0"
    assert (await settle_orders(shop)).orders == 3
    assert (await left(shop), await overdue(shop)) == (3, "0.0")
    assert [one.kind for one in await shop.payments["sandbox"].record() if one.kind == "capture"] == []
    assert (await place_order(shop, latecomer)).state == "placed"


@pytest.mark.parametrize("minutes", ["0", "-1", "1.5", "1441", "soon", "٣"])
def test_minutes_that_cannot_be_are_refused(minutes):
    with pytest.raises(SettingsError, match="FAIRDAY_HOLD_MINUTES"):
        from_environment({"FAIRDAY_HOLD_MINUTES": minutes})
