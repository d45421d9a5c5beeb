"""Parcels and money: where it is captured at shipment, none leaves without it, and none is taken without a parcel."""

import pytest

from fairday.domain.fulfilment.errors import NothingToShip
from fairday.domain.inventory import store as stock
from fairday.domain.orders import NotAllowed
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.settle_orders import settle_orders
from fairday.usecases.ship_order import ShipOrder, ship_order
from fairday.usecases.view_order import view_order
from tests.buying import buy
from tests.goods import put_goods
from tests.shop import open_shop


@pytest.fixture
async def shop(state):
    async with open_shop(state, capture="at_ship") as opened:
        await put_goods(opened, {"MUG": 10, "LAMP": 3})
        yield opened
        assert await check_invariants(opened) == []


async def captured(shop, order_id):
    return [move.amount for move in await shop.payments["sandbox"].record(order_id) if move.kind == "capture"]


async def test_the_first_parcel_takes_the_money_and_the_second_nothing_more(shop):
    order = (await buy(shop, {"MUG": 2, "LAMP": 1})).order
    assert await captured(shop, order.id) == []
    await ship_order(shop, ShipOrder(order_id=order.id, lines={2: 1}))
    assert await captured(shop, order.id) == [order.total]
    await ship_order(shop, ShipOrder(order_id=order.id, lines={1: 1}))
    await ship_order(shop, ShipOrder(order_id=order.id))
    assert await captured(shop, order.id) == [order.total]
    assert (await view_order(shop, order.id)).order.state == "shipped"


@pytest.mark.parametrize("lines", [{1: 3}, {3: 1}, {1: 0}, {1: -1}])
async def test_a_parcel_that_cannot_leave_takes_no_money(shop, lines):
    order = (await buy(shop, {"MUG": 2})).order
    with pytest.raises(NothingToShip):
        await ship_order(shop, ShipOrder(order_id=order.id, lines=lines))
    assert await captured(shop, order.id) == []
    assert (await view_order(shop, order.id)).payment.state == "authorised"


async def test_no_money_no_parcel(shop):
    """The authorisation ended at the provider: nothing is sent, and the sweep calls the order off."""
    order = (await buy(shop, {"MUG": 2})).order
    await shop.payments["sandbox"].void(order.id)
    with pytest.raises(NotAllowed) as refused:
        await ship_order(shop, ShipOrder(order_id=order.id))
    assert refused.value.details["state"] == "authorised"
    view = await view_order(shop, order.id)
    assert (view.order.state, view.shipments, view.entries) == ("placed", (), ())
    assert (await settle_orders(shop)).captures == 1
    assert (await view_order(shop, order.id)).order.state == "cancelled"
    async with shop.database.read() as reader:
        assert (await stock.available(reader, ["MUG"]))["MUG"] == 10


async def test_an_order_that_is_not_paid_is_not_sent(shop):
    order = (await buy(shop, {"MUG": 1}, token="tok_challenge")).order
    with pytest.raises(NotAllowed):
        await ship_order(shop, ShipOrder(order_id=order.id))
    assert await captured(shop, order.id) == []
