"""The sweep leaves nobody behind: not those who stand behind many who wait, nor those behind one that goes wrong."""

from dataclasses import replace

import pytest

from fairday.bootstrap.running import settle_at_start
from fairday.domain.payments import PaymentRequest
from fairday.usecases import settle_orders as sweep
from fairday.usecases.cancel_order import cancel_order
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.place_order import place_order
from fairday.usecases.refund_order import RefundOrder, refund_order
from fairday.usecases.settle_orders import Settled, settle_orders
from fairday.usecases.view_order import view_order
from tests.buying import a_cart, an_order, buy
from tests.goods import put_goods
from tests.shop import open_shop
from tests.watched import watched


class GoneError(Exception):
    """Whoever was doing this is gone."""


@pytest.fixture
async def shop(state):
    async with open_shop(state) as opened:
        await put_goods(opened, {"MUG": 50})
        yield opened
        assert await check_invariants(opened) == []


@pytest.fixture(autouse=True)
def small_pages(monkeypatch):
    monkeypatch.setattr(sweep, "BATCH", 2)


def gone_at(shop, point):
    async def watch(name):
        if name == point:
            raise GoneError

    return watched(shop, watch)


async def left_at(shop, point, token="tok_ok"):
    """The order of a purchase that nobody carried on from `point`."""
    command = await an_order(shop, await a_cart(shop, {"MUG": 1}), token=token)
    with pytest.raises(GoneError):
        await place_order(gone_at(shop, point), command)
    async with shop.database.read() as reader:
        return (await sweep.orders.find_command(reader, command.identity, command.route, command.key)).order_id


async def state_of(shop, order_id):
    return (await view_order(shop, order_id)).order.state


async def test_whoever_waits_for_a_challenge_keeps_nobody_waiting(shop):
    waiting = [(await buy(shop, {"MUG": 1}, token="tok_challenge")).order.id for _ in range(5)]
    paid = await left_at(shop, "pay-after")
    assert await settle_orders(shop, stale_ms=0) == Settled(orders=1)
    assert await state_of(shop, paid) == "placed"
    assert {await state_of(shop, order_id) for order_id in waiting} == {"held"}


async def test_authorised_orders_keep_a_captured_one_from_nothing(state):
    async with open_shop(state, capture="at_ship") as shop:
        await put_goods(shop, {"MUG": 50})
        *_, last = [(await buy(shop, {"MUG": 1})).order for _ in range(5)]
        await shop.payments["sandbox"].capture(last.id, last.total)
        assert await settle_orders(shop, stale_ms=0) == Settled(captures=1)
        assert (await view_order(shop, last.id)).payment.captured == last.total
        assert await check_invariants(shop) == []


async def test_what_goes_wrong_is_told_after_the_rest_is_done(state):
    """A provider that took another amount than agreed is our mistake or theirs: that order stops, loudly, alone."""
    async with open_shop(state) as shop:
        await put_goods(shop, {"MUG": 50})
        odd = await left_at(shop, "pay-before")
        await shop.payments["sandbox"].pay(
            PaymentRequest(order_id=odd, token="tok_ok", amount=1, currency="EUR", capture=True)
        )
        paid = [await left_at(shop, "pay-after") for _ in range(3)]
        for _ in range(2):
            with pytest.raises(ExceptionGroup) as told:
                await settle_orders(shop, stale_ms=0)
            assert [type(one) for one in told.value.exceptions] == [AssertionError]
            assert odd in str(told.value.exceptions[0])
        assert {await state_of(shop, order_id) for order_id in paid} == {"placed"}
        assert await state_of(shop, odd) == "held"
        await settle_at_start(shop, alone=True)  # logged: the shop opens all the same
        assert [broken.name for broken in await check_invariants(shop)] == ["captures-have-orders"]


async def test_orders_of_a_provider_that_was_taken_away_wait_for_it(shop):
    held = await left_at(shop, "pay-after")
    order = (await buy(shop, {"MUG": 1})).order
    without = replace(shop, payments={})
    refund = await refund_order(without, RefundOrder(order_id=order.id, lines={1: 1}))
    assert refund.state == "requested"
    assert await settle_orders(without, stale_ms=0) == Settled()
    assert await settle_orders(shop, stale_ms=0) == Settled(orders=1, refunds=1)
    assert await state_of(shop, held) == "placed"


async def test_a_purchase_that_never_reached_the_provider_is_let_go_for_good(shop):
    order_id = await left_at(shop, "pay-before")
    assert await settle_orders(shop, stale_ms=0) == Settled(orders=1)
    late = PaymentRequest(order_id=order_id, token="tok_ok", amount=1, currency="EUR", capture=True)
    assert (await shop.payments["sandbox"].pay(late)).state == "declined"
    assert await state_of(shop, order_id) == "declined"


async def test_many_refunds_that_were_left_are_all_finished(shop):
    orders = [(await buy(shop, {"MUG": 1})).order for _ in range(5)]
    for order in orders:
        with pytest.raises(GoneError):
            await cancel_order(gone_at(shop, "refund-before"), order.id, reason="", actor=sweep.SYSTEM)
    assert await settle_orders(shop, stale_ms=0) == Settled(refunds=5)
    found = await shop.payments["sandbox"].find([order.id for order in orders])
    assert [found[order.id].refunded for order in orders] == [order.total for order in orders]
