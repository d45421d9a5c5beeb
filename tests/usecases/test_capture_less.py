"""What is taken off an order before its first parcel is never charged; what is called off afterwards is given back."""

from dataclasses import replace

import pytest

from fairday.domain.access import SYSTEM
from fairday.domain.ledger.model import TAX, provider_account
from fairday.domain.orders import NotAllowed
from fairday.domain.payments.errors import ProviderMissing
from fairday.usecases.cancel_order import cancel_order
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.refund_order import RefundOrder, refund_order
from fairday.usecases.settle_orders import settle_orders
from fairday.usecases.ship_order import ShipOrder, ship_order
from fairday.usecases.view_order import view_order
from tests.buying import buy
from tests.goods import put_goods
from tests.shop import open_shop
from tests.watched import watched


class GoneError(Exception):
    """Whoever was doing this is gone."""


@pytest.fixture
async def shop(state):
    async with open_shop(state, capture="at_ship") as opened:
        await put_goods(opened, {"MUG": 10, "LAMP": 3}, euros=719)
        yield opened
        assert await check_invariants(opened) == []


async def moved(shop, order_id):
    return [(move.kind, move.amount) for move in await shop.payments["sandbox"].record(order_id)]


async def test_the_first_parcel_takes_what_is_still_wanted(shop):
    order = (await buy(shop, {"MUG": 3, "LAMP": 1})).order
    released = await refund_order(shop, RefundOrder(order_id=order.id, lines={1: 1}))
    assert released.state == "released"
    assert (await view_order(shop, order.id)).payment.refunded == 0
    await ship_order(shop, ShipOrder(order_id=order.id, lines={1: 1}))
    rest = order.total - released.amount
    assert await moved(shop, order.id) == [("authorise", order.total), ("capture", rest)]
    view = await view_order(shop, order.id)
    assert (view.payment.state, view.payment.captured, view.order.state) == ("captured", rest, "part_shipped")
    (sale,) = [entry for entry in view.entries if entry.kind == "sale"]
    booked = {posting.account: posting.amount for posting in sale.postings}
    assert booked[TAX] == -(order.tax - released.tax)
    assert booked[provider_account("sandbox")] == rest - view.payment.fee
    await ship_order(shop, ShipOrder(order_id=order.id))
    assert (await view_order(shop, order.id)).order.state == "shipped"
    assert [kind for kind, _ in await moved(shop, order.id)] == ["authorise", "capture"]


async def test_parts_and_postage_go_before_and_the_rest_after_and_all_adds_up(shop):
    """Prices that no number of pieces divides: in the end nothing is kept, and no cent is made."""
    order = (await buy(shop, {"MUG": 3, "LAMP": 2})).order
    first = await refund_order(shop, RefundOrder(order_id=order.id, lines={1: 1}, shipping=100))
    second = await refund_order(shop, RefundOrder(order_id=order.id, lines={1: 1, 2: 1}))
    assert {first.state, second.state} == {"released"}
    await ship_order(shop, ShipOrder(order_id=order.id))
    back = await refund_order(
        shop, RefundOrder(order_id=order.id, lines={1: 1, 2: 1}, shipping=order.shipping - 100, restock=True)
    )
    assert back.state == "done"
    assert first.amount + second.amount + back.amount == order.total
    assert first.tax + second.tax + back.tax == order.tax
    view = await view_order(shop, order.id)
    assert view.payment.captured == view.payment.refunded == back.amount


async def test_all_of_it_is_for_calling_off(shop):
    order = (await buy(shop, {"MUG": 2})).order
    await refund_order(shop, RefundOrder(order_id=order.id, lines={1: 1}))
    with pytest.raises(NotAllowed):
        await refund_order(shop, RefundOrder(order_id=order.id, lines={1: 1}))
    await cancel_order(shop, order.id, reason="", actor=SYSTEM)
    assert [kind for kind, _ in await moved(shop, order.id)] == ["authorise", "void"]
    assert (await view_order(shop, order.id)).order.state == "cancelled"


@pytest.mark.parametrize("gone", ["capture-before", "capture-after"])
async def test_what_is_captured_is_decided_before_the_provider_is_asked(shop, gone):
    """Somebody takes pieces off while a capture is under way: refused, or too much would be taken."""
    order = (await buy(shop, {"MUG": 3})).order
    released = await refund_order(shop, RefundOrder(order_id=order.id, lines={1: 1}))

    async def watch(point):
        if point == gone:
            raise GoneError

    with pytest.raises(GoneError):
        await ship_order(watched(shop, watch), ShipOrder(order_id=order.id, lines={1: 1}))
    with pytest.raises(NotAllowed):
        await refund_order(shop, RefundOrder(order_id=order.id, lines={1: 1}))
    assert (await settle_orders(shop)).captures == (1 if gone == "capture-after" else 0)
    await ship_order(shop, ShipOrder(order_id=order.id, lines={1: 1}))
    assert (await view_order(shop, order.id)).payment.captured == order.total - released.amount


async def test_without_its_provider_an_order_is_neither_sent_nor_called_off_and_says_why(shop):
    order = (await buy(shop, {"MUG": 1})).order
    without = replace(shop, payments={})
    for deed in (
        ship_order(without, ShipOrder(order_id=order.id)),
        cancel_order(without, order.id, reason="", actor=SYSTEM),
    ):
        with pytest.raises(ProviderMissing) as refused:
            await deed
        assert refused.value.details == {"provider": "sandbox"}
    assert (await view_order(shop, order.id)).order.state == "placed"
    await cancel_order(shop, order.id, reason="", actor=SYSTEM)
