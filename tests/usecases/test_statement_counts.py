"""How often the order path asks its database: a figure each, that grows only on purpose, and not with the cart.

Counted at the port: statements and units of work of the use case itself (catalogue and carts keep their own).
"""

from collections import Counter

import pytest

from fairday.domain.access import SYSTEM
from fairday.kernel.clock import FixedClock
from fairday.usecases.cancel_order import cancel_order
from fairday.usecases.place_order import place_order
from fairday.usecases.quote_cart import quote_cart
from fairday.usecases.refund_order import RefundOrder, refund_order
from fairday.usecases.settle_orders import settle_orders
from fairday.usecases.ship_order import ShipOrder, ship_order
from tests.buying import a_cart, an_order, buy
from tests.goods import put_goods
from tests.shop import open_shop
from tests.watched import watched

NOON_MS = 1_790_000_000_000
# Units of work, statements in them, questions outside them.
QUOTED = (0, 0, 6)
PLACED = (2, 23, 6)
REPEATED = (1, 6, 9)
AFTER = {"ship": (1, 24, 3), "refund": (2, 29, 2), "cancel": (2, 29, 7)}
GOODS = {f"SKU{number:02}": 50 for number in range(20)}


@pytest.fixture
async def shop(state):
    async with open_shop(state, clock=FixedClock(NOON_MS)) as opened:
        await put_goods(opened, GOODS)
        yield opened


def wanted(lines):
    return dict.fromkeys(list(GOODS)[:lines], 2)


def counted(shop):
    points = Counter()

    async def watch(point):
        points[point] += 1

    return watched(shop, watch), points


def asked(points):
    return points["unit-begins"], points["statement"], points["question"]


@pytest.mark.parametrize("lines", [1, 20])
async def test_a_cart_is_priced_with_a_handful_of_questions(shop, lines):
    watching, points = counted(shop)
    await quote_cart(watching, await a_cart(shop, wanted(lines)))
    assert asked(points) == QUOTED


@pytest.mark.parametrize("lines", [1, 20])
async def test_an_order_is_two_units_of_work(shop, lines):
    command = await an_order(shop, await a_cart(shop, wanted(lines)))
    watching, points = counted(shop)
    await place_order(watching, command)
    assert asked(points) == PLACED
    assert (points["pay-before"], points["find-before"], points["cart-delete-before"]) == (1, 0, 1)
    points.clear()
    await place_order(watching, command)
    assert asked(points) == REPEATED
    assert points["pay-before"] == 0


@pytest.mark.parametrize("lines", [1, 20])
async def test_what_comes_after_the_sale_does_not_grow_with_the_order(shop, lines):
    order, other = [(await buy(shop, wanted(lines))).order for _ in range(2)]
    watching, points = counted(shop)
    found = {}
    for name, act in {
        "ship": ship_order(watching, ShipOrder(order_id=order.id)),
        "refund": refund_order(watching, RefundOrder(order_id=order.id, lines={1: 1}, restock=True)),
        "cancel": cancel_order(watching, other.id, reason="", actor=SYSTEM),
    }.items():
        points.clear()
        await act
        found[name] = asked(points)
    assert found == AFTER


async def test_an_idle_sweep_asks_three_questions_and_writes_nothing(shop):
    await buy(shop, wanted(3))
    watching, points = counted(shop)
    await settle_orders(watching, stale_ms=0)
    assert asked(points) == (0, 0, 3)
