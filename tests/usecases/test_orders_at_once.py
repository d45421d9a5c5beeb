"""Orders that come at the same moment: they share statements and commits, and nothing else."""

import asyncio
from collections import Counter

import pytest

from fairday.domain.inventory import OutOfStock
from fairday.domain.orders import CartOrdered
from fairday.domain.payments import PaymentDeclined
from fairday.domain.pricing import Voucher
from fairday.domain.pricing import store as pricing
from fairday.domain.pricing.errors import VoucherRefused
from fairday.kernel.clock import FixedClock
from fairday.usecases.place_order import place_order
from fairday.usecases.settle_orders import settle_orders
from fairday.usecases.shop import Shop
from tests.accounts import audit
from tests.buying import a_cart, an_order
from tests.goods import put_goods
from tests.shop import open_shop
from tests.watched import watched

NOON_MS = 1_790_000_000_000
MANY = 40


@pytest.fixture
async def shop(state):
    async with open_shop(state, clock=FixedClock(NOON_MS)) as opened:
        await put_goods(opened, {"MUG": 500, "LAMP": 3, "VASE": 1})
        async with opened.database.write() as unit:
            await pricing.put_vouchers(unit, [Voucher(code="ONE", kind="percent", percent_ppm=100_000, uses_limit=1)])
        yield opened
        await audit(opened)


async def at_once(shop: Shop, *commands):
    return await asyncio.gather(*(place_order(shop, command) for command in commands), return_exceptions=True)


def counted(shop):
    points = Counter()

    async def watch(point):
        points[point] += 1

    return watched(shop, watch), points


async def cost(shop, commands):
    watching, points = counted(shop)
    answers = await at_once(watching, *commands)
    assert {answer.state for answer in answers} == {"placed"}
    return points["unit-begins"], points["statement"], points["question"], points["cart-delete-before"]


async def test_many_cost_what_one_does(shop):
    commands = [await an_order(shop, await a_cart(shop, {"MUG": 2}), email=f"{n}@example.org") for n in range(MANY + 2)]
    await cost(shop, commands[:1])  # the first of all begins the invoice counter
    alone = await cost(shop, commands[1:2])
    assert await cost(shop, commands[2:]) == alone
    assert alone[0] == 2


async def test_one_outcome_is_nobody_elses(shop):
    """Of one batch: placed, short of stock, declined, no answer, a second tab, a voucher that is gone."""
    cart = await a_cart(shop, {"MUG": 1})
    tabs = [await an_order(shop, cart, key=key) for key in ("one", "two")]
    with_voucher = [await an_order(shop, await a_cart(shop, {"MUG": 1}, voucher="ONE")) for _ in range(2)]
    lamps = [await an_order(shop, await a_cart(shop, {"LAMP": 2})) for _ in range(2)]
    declined = await an_order(shop, await a_cart(shop, {"MUG": 1}), token="tok_declined")
    unheard = await an_order(shop, await a_cart(shop, {"MUG": 1}), token="tok_timeout")
    plain = [await an_order(shop, await a_cart(shop, {"MUG": 1})) for _ in range(MANY)]
    answers = await at_once(shop, *tabs, *with_voucher, *lamps, declined, unheard, *plain)
    assert (answers[0].state, type(answers[1])) == ("placed", CartOrdered)
    assert (answers[2].state, type(answers[3])) == ("placed", VoucherRefused)
    assert (answers[4].state, type(answers[5])) == ("placed", OutOfStock)
    assert isinstance(answers[6], PaymentDeclined)
    assert answers[7].state == "pending"
    assert {answer.state for answer in answers[8:]} == {"placed"}
    assert (await settle_orders(shop, stale_ms=0)).orders == 1
    placed = [answers[n].order for n in (0, 2, 4)] + [answer.order for answer in answers[8:]]
    assert sorted(order.invoice_number for order in placed) == list(range(1, len(placed) + 1))


@pytest.mark.parametrize("short_first", [True, False])
async def test_a_voucher_that_comes_back_is_the_next_ones(shop, short_first):
    """The last use of a voucher, and somebody who names it and lacks the goods: the other one has it."""
    goods = [{"VASE": 1}, {"MUG": 1}] if short_first else [{"MUG": 1}, {"VASE": 1}]
    vase = await an_order(shop, await a_cart(shop, {"VASE": 1}))
    both = [await an_order(shop, await a_cart(shop, wanted, voucher="ONE")) for wanted in goods]
    answers = await at_once(shop, vase, *both)
    assert answers[0].state == "placed"
    mug, short = (answers[2], answers[1]) if short_first else (answers[1], answers[2])
    assert mug.state == "placed"
    assert isinstance(short, OutOfStock | VoucherRefused)


async def test_a_poisoned_order_spoils_no_other(shop, monkeypatch):
    """A payment of which more was taken than agreed stops its own order, loudly; the books of the rest are written."""
    commands = [await an_order(shop, await a_cart(shop, {"MUG": 1}), email=f"{n}@example.org") for n in range(5)]
    honest, seen = pricing.redeem_many, []

    async def poisoned(unit, uses):
        seen.append(len(seen))
        if len(seen) in {1, 3}:  # the batch, and then the second of those that are tried alone
            raise RuntimeError("poison")
        return await honest(unit, uses)

    monkeypatch.setattr(pricing, "redeem_many", poisoned)
    answers = await at_once(shop, *commands)
    assert [isinstance(answer, RuntimeError) for answer in answers] == [False, True, False, False, False]
    assert {answer.state for n, answer in enumerate(answers) if n != 1} == {"placed"}
