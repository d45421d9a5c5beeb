"""A database that another process holds for a while: nothing is done by half, and nothing is lost."""

import sqlite3

import pytest

from fairday.adapters.database import sqlite
from fairday.kernel.clock import FixedClock, SystemClock
from fairday.kernel.errors import Busy
from fairday.usecases.place_order import place_order
from fairday.usecases.refund_order import RefundOrder, refund_order
from fairday.usecases.settle_orders import settle_orders
from tests.accounts import accounts, audit
from tests.buying import a_cart, an_order, buy
from tests.goods import put_goods
from tests.shop import open_shop
from tests.watched import watched

PATIENCE_MS = 31_000


@pytest.fixture
async def shop(state, monkeypatch):
    monkeypatch.setattr(sqlite, "BUSY_DEADLINE_S", 0.05)
    async with open_shop(state, clock=FixedClock(SystemClock().now_ms())) as opened:
        await put_goods(opened, {"MUG": 10})
        yield opened
        await audit(opened)


@pytest.fixture
def other(state, shop):
    """Another process's connection."""
    connection = sqlite3.connect(state / "fairday.db", isolation_level=None)
    yield connection
    connection.close()


def taken_at(shop, point, other):
    """The shop, whose database is taken by the other one from this point on."""

    async def watch(name):
        if name == point and not other.in_transaction:
            other.execute("BEGIN IMMEDIATE")

    return watched(shop, watch)


async def test_no_turn_before_the_hold_means_that_nothing_happened(shop, other):
    """F-33 F-34: the shopper is told to come back, and nobody was asked for money."""
    command = await an_order(shop, await a_cart(shop, {"MUG": 1}))
    before = await accounts(shop)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy):
        await place_order(shop, command)
    other.rollback()
    assert await accounts(shop) == before
    assert (await place_order(shop, command)).state == "placed"


@pytest.mark.parametrize("point", ["pay-before", "pay-after"])
async def test_no_turn_to_book_what_was_paid_is_booked_later(shop, other, point):
    command = await an_order(shop, await a_cart(shop, {"MUG": 1}))
    with pytest.raises(Busy):
        await place_order(taken_at(shop, point, other), command)
    other.rollback()
    shop.clock.advance(PATIENCE_MS)
    placed = await place_order(shop, command)
    assert (placed.state, placed.replayed) == ("placed", True)
    assert (await accounts(shop)).money_in == placed.order.total


async def test_no_turn_to_book_a_refund_is_booked_by_the_sweep(shop, other):
    order = (await buy(shop, {"MUG": 2})).order
    with pytest.raises(Busy):
        await refund_order(taken_at(shop, "refund-after", other), RefundOrder(order_id=order.id, lines={1: 1}))
    other.rollback()
    assert (await settle_orders(shop, stale_ms=0)).refunds == 1
    assert (await accounts(shop)).money_out == order.subtotal // 2
