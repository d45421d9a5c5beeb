"""The life of an order, through the use cases, on real files: bought, sent, given back, called off, and swept up."""

import dataclasses

import pytest
from msgspec.structs import replace

from fairday.domain.access import SYSTEM
from fairday.domain.inventory import OutOfStock
from fairday.domain.inventory import store as stock
from fairday.domain.ledger import store as ledger
from fairday.domain.orders import CartOrdered, InFlight, KeyReused, NotAllowed, StaleTotal
from fairday.domain.orders.errors import EmptyCart
from fairday.domain.payments import PaymentDeclined, RefundTooLarge
from fairday.kernel.clock import FixedClock
from fairday.kernel.errors import Invalid
from fairday.kernel.events import outbox_after
from fairday.kernel.ids import opens
from fairday.usecases.cancel_order import cancel_order
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.place_order import place_order
from fairday.usecases.refund_order import RefundOrder, refund_order
from fairday.usecases.settle_orders import settle_orders
from fairday.usecases.ship_order import ShipOrder, ship_order
from fairday.usecases.view_order import view_order
from tests.buying import a_cart, an_order, buy
from tests.goods import COST, EUROS, put_goods
from tests.shop import open_shop

NOON_MS = 1_790_000_000_000


@pytest.fixture
def clock():
    return FixedClock(NOON_MS)


@pytest.fixture
async def shop(state, clock, engine):
    async with open_shop(state, clock=clock, database=engine) as opened:
        await put_goods(opened, {"MUG": 10, "LAMP": 3})
        yield opened
        assert await check_invariants(opened) == []


async def levels(shop, sku="MUG"):
    async with shop.database.read() as reader:
        (level,) = await stock.levels(reader, [sku])
    return level.on_hand, level.held, level.allocated


async def balances(shop):
    async with shop.database.read() as reader:
        found = await ledger.trial_balance(reader, 2**60)
    return {(b.account, b.currency): b.amount for b in found if b.amount}


async def kinds(shop):
    async with shop.database.read() as reader:
        return [event.kind for event in await outbox_after(reader, 0, 1000)]


async def test_an_order_is_charged_what_the_shopper_saw_and_every_cent_is_in_the_books(shop):
    placed = await buy(shop, {"MUG": 2})
    order = placed.order
    assert (placed.state, order.state, order.invoice_number) == ("placed", "placed", 1)
    assert order.total == 2 * EUROS + order.shipping
    assert opens(shop.settings.secret, "order", order.id, placed.token)
    assert await levels(shop) == (10, 0, 2)
    (payment,) = (await shop.payments["sandbox"].find([order.id])).values()
    assert (payment.captured, payment.currency) == (order.total, "EUR")
    books = await balances(shop)
    assert books["asset:provider:sandbox", "EUR"] + books["expense:fees", "EUR"] == order.total
    assert books["liability:tax", "EUR"] == -order.tax
    assert (
        sum(amount for (account, _), amount in books.items() if account.startswith("income:"))
        == order.tax - order.total
    )
    assert (await kinds(shop))[-1] == "order_placed"
    assert await shop.carts.get_many([order.cart_id]) == {}


async def test_the_same_command_twice_is_one_order(shop):
    command = await an_order(shop, await a_cart(shop, {"MUG": 1}))
    first, second = await place_order(shop, command), await place_order(shop, command)
    assert (first.order.id, first.token, second.replayed) == (second.order.id, second.token, True)
    assert await levels(shop) == (10, 0, 1)


async def test_the_same_command_twice_at_once_does_not_miss_what_its_twin_took(shop, monkeypatch):
    command = await an_order(shop, await a_cart(shop, {"LAMP": 3}))
    find, twins = shop.products.find, []
    elsewhere = dataclasses.replace(shop)  # with batches of its own, as another process has

    async def find_after_the_twin_bought(*asked):
        if not twins:
            twins.append(None)
            twins[0] = await place_order(elsewhere, command)
        return await find(*asked)

    monkeypatch.setattr(shop.products, "find", find_after_the_twin_bought)
    second = await place_order(shop, command)
    assert (second.replayed, second.state, second.order.id) == (True, "placed", twins[0].order.id)
    assert await levels(shop, "LAMP") == (3, 0, 3)


async def test_the_same_key_with_another_request_is_refused(shop):
    command = await an_order(shop, await a_cart(shop, {"MUG": 1}))
    await place_order(shop, command)
    with pytest.raises(KeyReused):
        await place_order(shop, replace(command, request_hash="another"))


async def test_a_cart_becomes_one_order_even_under_two_keys(shop):
    cart = await a_cart(shop, {"MUG": 1})
    first = await place_order(shop, await an_order(shop, cart, key="one"))
    with pytest.raises(CartOrdered) as refused:
        await place_order(shop, await an_order(shop, cart, key="two"))
    assert refused.value.details["order_id"] == first.order.id
    assert await levels(shop) == (10, 0, 1)


async def test_a_price_that_changed_is_asked_again_and_nothing_happens(shop):
    command = await an_order(shop, await a_cart(shop, {"MUG": 1}))
    await put_goods(shop, {"MUG": 10}, euros=EUROS + 1)
    with pytest.raises(StaleTotal) as refused:
        await place_order(shop, command)
    assert refused.value.details["total"] == command.expected_total + 1
    assert await shop.payments["sandbox"].find([]) == {}
    assert await levels(shop) == (10, 0, 0)


async def test_more_than_there_is_is_refused_by_name(shop):
    with pytest.raises(OutOfStock) as refused:
        await buy(shop, {"MUG": 1, "LAMP": 4})
    assert refused.value.details == {"skus": ["LAMP"], "left": {"LAMP": 3}}
    assert await levels(shop) == (10, 0, 0)


async def test_what_is_not_sold_any_more_is_named(shop):
    with pytest.raises(EmptyCart) as refused:
        await buy(shop, {"GONE": 1})
    assert refused.value.details["skus"] == ["GONE"]


async def test_a_declined_card_leaves_nothing_held_and_the_answer_is_remembered(shop):
    cart = await a_cart(shop, {"MUG": 2})
    command = await an_order(shop, cart, token="tok_declined")
    for _ in range(2):
        with pytest.raises(PaymentDeclined) as refused:
            await place_order(shop, command)
        assert refused.value.details["decline_code"] == "card_declined"
    assert await levels(shop) == (10, 0, 0)
    paid = await place_order(shop, await an_order(shop, cart))
    assert (paid.state, paid.order.invoice_number) == ("placed", 1)


async def test_a_lost_answer_is_looked_up_and_charged_once(shop):
    placed = await buy(shop, {"MUG": 1}, token="tok_lost_ack")
    assert placed.state == "placed"
    moves = await shop.payments["sandbox"].record(placed.order.id)
    assert [move.amount for move in moves if move.kind == "capture"] == [placed.order.total]


async def test_a_time_out_waits_for_the_sweep_which_lets_go(shop, clock):
    command = await an_order(shop, await a_cart(shop, {"MUG": 1}), token="tok_timeout")
    assert (await place_order(shop, command)).state == "pending"
    assert await levels(shop) == (10, 1, 0)
    with pytest.raises(InFlight):
        await place_order(shop, command)
    assert (await settle_orders(shop)).orders == 0
    clock.advance(61_000)
    assert (await settle_orders(shop)).orders == 1
    assert await levels(shop) == (10, 0, 0)
    with pytest.raises(PaymentDeclined):
        await place_order(shop, command)


async def test_a_challenge_met_books_the_order_and_one_left_alone_expires(shop, clock):
    met, left = await buy(shop, {"MUG": 1}, token="tok_challenge"), await buy(shop, {"MUG": 2}, token="tok_challenge")
    assert (met.state, met.challenge_url != "") == ("challenge", True)
    await shop.payments["sandbox"].approve(met.order.id)
    assert (await settle_orders(shop, stale_ms=0)).orders == 1
    assert await levels(shop) == (10, 2, 1)
    clock.advance(15 * 60_000 + 1)
    assert (await settle_orders(shop)).orders == 1
    assert await levels(shop) == (10, 0, 1)
    assert (await view_order(shop, left.order.id)).order.state == "declined"


async def test_an_order_is_sent_in_parts_at_its_cost(shop):
    order = (await buy(shop, {"MUG": 3, "LAMP": 1})).order
    await ship_order(shop, ShipOrder(order_id=order.id, lines={1: 2}, carrier="DHL", tracking="123"))
    assert (await view_order(shop, order.id)).order.state == "part_shipped"
    assert await levels(shop) == (8, 0, 1)
    await ship_order(shop, ShipOrder(order_id=order.id))
    view = await view_order(shop, order.id)
    assert (view.order.state, len(view.shipments)) == ("shipped", 2)
    assert (await balances(shop))["expense:cost-of-goods", "EUR"] == 4 * COST
    with pytest.raises(NotAllowed):
        await ship_order(shop, ShipOrder(order_id=order.id))


async def test_part_and_then_the_rest_is_given_back_without_a_lost_cent(shop):
    order = (await buy(shop, {"MUG": 3})).order
    await ship_order(shop, ShipOrder(order_id=order.id))
    first = await refund_order(shop, RefundOrder(order_id=order.id, lines={1: 1}, restock=True))
    rest = await refund_order(shop, RefundOrder(order_id=order.id, lines={1: 2}, shipping=order.shipping))
    assert (first.state, first.amount + rest.amount, first.tax + rest.tax) == ("done", order.total, order.tax)
    assert await levels(shop) == (8, 0, 0)
    assert (await balances(shop))["expense:cost-of-goods", "EUR"] == 2 * COST
    (known,) = (await shop.payments["sandbox"].find([order.id])).values()
    assert known.refunded == order.total
    with pytest.raises(Invalid):
        await refund_order(shop, RefundOrder(order_id=order.id, lines={1: 1}))
    with pytest.raises(RefundTooLarge):
        await refund_order(shop, RefundOrder(order_id=order.id, shipping=1))


async def test_what_was_not_sent_yet_is_taken_off_and_can_be_sold_again(shop):
    order = (await buy(shop, {"MUG": 3})).order
    await refund_order(shop, RefundOrder(order_id=order.id, lines={1: 1}))
    assert await levels(shop) == (10, 0, 2)
    await ship_order(shop, ShipOrder(order_id=order.id))
    assert await levels(shop) == (8, 0, 0)
    assert (await view_order(shop, order.id)).order.state == "shipped"


async def test_cancelling_gives_everything_back(shop):
    order = (await buy(shop, {"MUG": 3, "LAMP": 1})).order
    cancelled = await cancel_order(shop, order.id, reason="changed mind", actor=SYSTEM)
    assert cancelled.state == "cancelled"
    assert await levels(shop) == (10, 0, 0)
    (known,) = (await shop.payments["sandbox"].find([order.id])).values()
    assert known.refunded == order.total
    with pytest.raises(NotAllowed):
        await cancel_order(shop, order.id, reason="again", actor=SYSTEM)


async def test_captured_at_shipment_means_sold_at_shipment(state, clock, engine):
    async with open_shop(state, clock=clock, capture="at_ship", database=engine) as shop:
        await put_goods(shop, {"MUG": 10})
        order = (await buy(shop, {"MUG": 1})).order
        assert "income:sales" not in {account for account, _ in await balances(shop)}
        await ship_order(shop, ShipOrder(order_id=order.id))
        assert (await balances(shop))["income:sales", "EUR"] < 0
        other = (await buy(shop, {"MUG": 1})).order
        assert (await cancel_order(shop, other.id, reason="", actor=SYSTEM)).state == "cancelled"
        (known,) = (await shop.payments["sandbox"].find([other.id])).values()
        assert (known.state, known.captured) == ("voided", 0)
        assert await levels(shop) == (9, 0, 0)
        assert await check_invariants(shop) == []
