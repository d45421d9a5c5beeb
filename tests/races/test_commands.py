"""What a server asks for twice, at once or later, happens once, under the id that its command gives it."""

import pytest
from msgspec.structs import replace

from fairday.domain.orders import Command, InFlight, KeyReused
from fairday.usecases.refund_order import RefundOrder, refund_order
from fairday.usecases.repeat_command import carried_out, effect_id
from fairday.usecases.ship_order import ShipOrder, ship_order
from fairday.usecases.view_order import view_order
from tests.accounts import audit
from tests.buying import buy
from tests.goods import put_goods
from tests.races.test_orders import kinds, together
from tests.shop import open_shop
from tests.watched import jostled

SEEDS = range(4)


@pytest.fixture
async def shop(state):
    async with open_shop(state) as opened:
        await put_goods(opened, {"MUG": 10})
        yield opened
        await audit(opened)


async def a_command(shop):
    order = (await buy(shop, {"MUG": 4})).order
    return Command(
        identity="key:test", route="test", idempotency_key="one", request_hash="this", order_id=order.id, at_ms=0
    )


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_parcel_asked_for_twice_at_once(shop, seed):
    once = await a_command(shop)
    command = ShipOrder(order_id=once.order_id, lines={1: 1}, once=once)
    answers = await together(*(ship_order(jostled(shop, seed * 10 + n), command) for n in range(3)))
    assert kinds(answers)[:2] == ["InFlight", "InFlight"]
    view = await view_order(shop, once.order_id)
    assert [shipment.id for shipment in view.shipments] == [effect_id(once)]
    assert view.to_ship == 3
    assert await carried_out(shop, once)


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_refund_asked_for_twice_at_once(shop, seed):
    once = await a_command(shop)
    command = RefundOrder(order_id=once.order_id, lines={1: 1}, once=once)
    answers = await together(*(refund_order(jostled(shop, seed * 10 + n), command) for n in range(3)))
    assert kinds(answers) == ["InFlight", "InFlight", "Refund"]
    view = await view_order(shop, once.order_id)
    assert [refund.id for refund in view.refunds] == [effect_id(once)]
    assert view.refunded == view.order.subtotal // 4


async def test_another_command_under_the_same_key_is_refused_and_nothing_happens(shop):
    once = await a_command(shop)
    await ship_order(shop, ShipOrder(order_id=once.order_id, lines={1: 1}, once=once))
    other = replace(once, request_hash="that")
    with pytest.raises(KeyReused):
        await carried_out(shop, other)
    with pytest.raises(KeyReused):
        await ship_order(shop, ShipOrder(order_id=once.order_id, lines={1: 2}, once=other))
    with pytest.raises(InFlight):
        await ship_order(shop, ShipOrder(order_id=once.order_id, lines={1: 1}, once=once))
    assert (await view_order(shop, once.order_id)).to_ship == 3
