"""Refunds that are not simple: with discounts, of nothing, refused by the provider, before anything was captured."""

import pytest
from msgspec.structs import replace

from fairday.domain.access import SYSTEM
from fairday.domain.inventory import store as stock
from fairday.domain.ledger import store as ledger
from fairday.domain.orders import NotAllowed
from fairday.domain.payments import RefundTooLarge
from fairday.domain.pricing import ShippingMethod, Voucher
from fairday.domain.pricing import store as pricing
from fairday.kernel.events import outbox_after
from fairday.usecases.cancel_order import cancel_order
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.place_order import place_order
from fairday.usecases.reconcile_payments import reconcile_payments
from fairday.usecases.refund_order import RefundOrder, refund_order
from fairday.usecases.ship_order import ShipOrder, ship_order
from fairday.usecases.view_order import view_order
from tests.buying import BERLIN, a_cart, an_order, buy
from tests.goods import put_goods
from tests.shop import open_shop

NEW_YORK = replace(BERLIN, country="US", region="NY")


@pytest.fixture
async def shop(state):
    async with open_shop(state) as opened:
        await put_goods(opened, {"MUG": 10, "LAMP": 10}, euros=1_333, dollars=1_333)
        yield opened
        assert await check_invariants(opened) == []


async def put_voucher(shop, **fields):
    async with shop.database.write() as unit:
        await pricing.put_vouchers(unit, [Voucher(code="OFF", **fields)])


async def balance(shop, account):
    async with shop.database.read() as reader:
        found = await ledger.trial_balance(reader, 2**60)
    return {b.currency: b.amount for b in found if b.account == account}


async def level(shop, sku="MUG"):
    async with shop.database.read() as reader:
        (found,) = await stock.levels(reader, [sku])
    return found.on_hand, found.held, found.allocated


async def announced(shop):
    async with shop.database.read() as reader:
        return [event.kind for event in await outbox_after(reader, 0, 1_000)]


async def in_new_york(shop, wanted):
    cart = replace(await a_cart(shop, wanted), currency="USD", country="US", region="NY")
    return (await place_order(shop, replace(await an_order(shop, cart), address=NEW_YORK))).order


async def test_discounted_pieces_given_back_one_by_one_are_what_was_paid(shop):
    await put_voucher(shop, kind="amount", amount=1_000, currency="EUR")
    order = (await buy(shop, {"MUG": 3, "LAMP": 2}, voucher="OFF")).order
    assert order.discount == 1_000
    await ship_order(shop, ShipOrder(order_id=order.id))
    given = [
        await refund_order(shop, RefundOrder(order_id=order.id, lines={line: 1}, restock=True))
        for line in (1, 2, 1, 1, 2)
    ]
    assert sum(refund.amount for refund in given) == order.total - order.shipping
    last = await refund_order(shop, RefundOrder(order_id=order.id, shipping=order.shipping))
    assert sum(refund.tax for refund in (*given, last)) == order.tax
    (known,) = (await shop.payments["sandbox"].find([order.id])).values()
    assert known.refunded == order.total
    assert await balance(shop, "liability:tax") == {"EUR": 0}


async def test_postage_given_back_cent_by_cent_gives_back_all_of_its_tax(shop):
    """Tax on top, and postage in parts of which none divides evenly."""
    order = await in_new_york(shop, {"MUG": 1})
    assert order.shipping_tax > 0
    postage = order.shipping + order.shipping_tax
    parts = [postage // 3, postage // 3, postage - 2 * (postage // 3)]
    given = [await refund_order(shop, RefundOrder(order_id=order.id, shipping=part)) for part in parts]
    assert sum(refund.tax for refund in given) == order.shipping_tax
    await refund_order(shop, RefundOrder(order_id=order.id, lines={1: 1}))
    assert await balance(shop, "liability:tax") == {"USD": 0}
    with pytest.raises(RefundTooLarge):
        await refund_order(shop, RefundOrder(order_id=order.id, shipping=1))


async def test_an_order_that_cost_nothing_is_placed_sent_and_given_back(shop):
    await put_voucher(shop, kind="percent", percent_ppm=1_000_000, uses_limit=2)
    async with shop.database.write() as unit:
        free = ShippingMethod(
            id="free", method="free", names={"en": "Free"}, countries=("DE",), currency="EUR", amount=0
        )
        await pricing.put_shipping_methods(unit, [free])
    order = (await buy(shop, {"MUG": 2}, voucher="OFF")).order
    assert (order.total, order.state) == (0, "placed")
    await ship_order(shop, ShipOrder(order_id=order.id))
    refund = await refund_order(shop, RefundOrder(order_id=order.id, lines={1: 2}, restock=True))
    assert (refund.state, refund.amount) == ("done", 0)
    assert await level(shop) == (10, 0, 0)
    off = (await buy(shop, {"MUG": 2}, voucher="OFF")).order
    assert (await cancel_order(shop, off.id, reason="", actor=SYSTEM)).state == "cancelled"
    assert await level(shop) == (10, 0, 0)
    assert [move.kind for move in await shop.payments["sandbox"].record() if move.kind == "refund"] == []
    assert "order_refunded" not in await announced(shop)


async def test_cancelling_gives_the_voucher_back(shop):
    await put_voucher(shop, kind="percent", percent_ppm=100_000, uses_limit=1)
    order = (await buy(shop, {"MUG": 2}, voucher="OFF")).order
    await cancel_order(shop, order.id, reason="", actor=SYSTEM)
    assert (await buy(shop, {"MUG": 2}, voucher="OFF")).order.discount == order.discount


async def test_what_a_provider_refuses_to_give_back_can_be_asked_for_again(shop):
    """Somebody gave a part back at the provider itself, so the whole is refused; what is left is not lost."""
    order = (await buy(shop, {"MUG": 3})).order
    await shop.payments["sandbox"].refund(order.id, "by-hand", order.shipping)
    await cancel_order(shop, order.id, reason="", actor=SYSTEM)
    view = await view_order(shop, order.id)
    assert (view.order.state, view.refunds[0].state, view.refunded) == ("cancelled", "refused", 0)
    assert await level(shop) == (10, 0, 0)
    again = await refund_order(shop, RefundOrder(order_id=order.id, lines={1: 2}, restock=True))
    rest = await refund_order(shop, RefundOrder(order_id=order.id, lines={1: 1}, restock=True))
    assert (again.state, rest.state, again.amount + rest.amount) == ("done", "done", order.subtotal)
    assert await level(shop) == (10, 0, 0), "what never left does not come back"
    assert (await reconcile_payments(shop, SYSTEM, repair=True)).left_over == ()


async def test_all_of_an_order_is_not_taken_off_before_it_was_captured_but_called_off(state):
    async with open_shop(state, capture="at_ship") as shop:
        await put_goods(shop, {"MUG": 10})
        await put_voucher(shop, kind="percent", percent_ppm=1_000_000)
        paid, free = (await buy(shop, {"MUG": 2})).order, (await buy(shop, {"MUG": 2}, voucher="OFF")).order
        for order in (paid, free):
            with pytest.raises(NotAllowed) as refused:
                await refund_order(shop, RefundOrder(order_id=order.id, lines={1: 2}))
            assert refused.value.details["state"] == "authorised"
            assert (await view_order(shop, order.id)).order.state == "placed"
        assert await level(shop) == (10, 0, 4)
        await cancel_order(shop, free.id, reason="", actor=SYSTEM)
        with pytest.raises(RefundTooLarge):
            await refund_order(shop, RefundOrder(order_id=free.id, lines={1: 1}))
        assert await check_invariants(shop) == []


async def test_an_order_that_is_not_booked_gives_nothing_back(shop):
    held = (await buy(shop, {"MUG": 1}, token="tok_challenge")).order
    with pytest.raises(NotAllowed):
        await refund_order(shop, RefundOrder(order_id=held.id, lines={1: 1}))
