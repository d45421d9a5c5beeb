"""Days of a shop, by seed: people buy, staff send, give back and call off, and every so often whoever acts is gone.

After each day the sweep runs, and the auditor finds nothing. A seed that fails fails again.
"""

import random

import pytest

from fairday.domain.access import SYSTEM
from fairday.domain.pricing import ShippingMethod, Voucher
from fairday.domain.pricing import store as pricing
from fairday.kernel.clock import MINUTE_MS, FixedClock, SystemClock
from fairday.kernel.errors import Refusal
from fairday.usecases.cancel_order import cancel_order
from fairday.usecases.place_order import place_order
from fairday.usecases.refund_order import RefundOrder, refund_order
from fairday.usecases.settle_orders import settle_orders
from fairday.usecases.ship_order import ShipOrder, ship_order
from fairday.usecases.view_order import view_order
from tests.accounts import audit
from tests.buying import a_cart, an_order
from tests.goods import put_goods
from tests.shop import open_shop
from tests.watched import watched

DEEDS = 60
TOKENS = ("tok_ok",) * 6 + ("tok_lost_ack", "tok_timeout", "tok_challenge", "tok_declined")
VOUCHERS = (
    Voucher(code="HALF", kind="percent", percent_ppm=500_000, uses_limit=5),
    Voucher(code="ALL", kind="percent", percent_ppm=1_000_000),
    Voucher(code="SEVEN", kind="amount", amount=777, currency="EUR", customer_limit=2),
)
FREE = ShippingMethod(
    id="free", method="free", names={"en": "Free"}, countries=("DE",), currency="EUR", amount=0, max_weight_g=1_500
)


class GoneError(Exception):
    """Whoever was doing this is gone."""


class Day:
    """One shop, its dice, and the orders there are."""

    def __init__(self, shop, dice):
        self.shop = shop
        self.dice = dice
        self.orders = []
        self.left = None

    async def watch(self, point):
        """Now and then the actor is gone at a point; never twice in one deed."""
        if point not in {"read", "question"} and self.left is not None:
            self.left -= 1
            if self.left == 0:
                raise GoneError

    async def deed(self):
        self.left = self.dice.randrange(1, 60) if self.dice.random() < 0.4 else None
        act = self.dice.choice([self.buy, self.buy, self.send, self.give_back, self.call_off, self.wait])
        try:
            await act(watched(self.shop, self.watch))
        except (Refusal, GoneError):
            pass
        except ExceptionGroup as several:  # the sweep tells all at its end
            if several.split(GoneError)[1]:
                raise
        finally:
            self.left = None

    async def buy(self, shop):
        skus = self.dice.sample(["MUG", "LAMP", "RUG"], self.dice.randrange(1, 4))
        voucher = self.dice.choice(["", "", *(one.code for one in VOUCHERS)])
        cart = await a_cart(self.shop, {sku: self.dice.randrange(1, 4) for sku in skus}, voucher=voucher)
        command = await an_order(
            self.shop, cart, token=self.dice.choice(TOKENS), email=f"{self.dice.randrange(5)}@x.org"
        )
        try:
            self.orders.append((await place_order(shop, command)).order.id)
        except GoneError:
            await settle_orders(self.shop, stale_ms=0)
            self.orders.append((await place_order(self.shop, command)).order.id)

    async def send(self, shop):
        view = await self.pick()
        lines = {line.line_no: self.dice.randint(1, line.to_ship) for line in view.lines if line.to_ship}
        await ship_order(shop, ShipOrder(order_id=view.order.id, lines=self.some(lines)))

    async def give_back(self, shop):
        view = await self.pick()
        lines = {
            n.line_no: self.dice.randint(1, n.quantity - n.refunded) for n in view.lines if n.quantity > n.refunded
        }
        await refund_order(shop, RefundOrder(
            order_id=view.order.id, lines=self.some(lines), shipping=self.dice.randint(0, view.postage_left),
            restock=self.dice.random() < 0.5,
        ))  # fmt: skip

    async def call_off(self, shop):
        await cancel_order(shop, (await self.pick()).order.id, reason="", actor=SYSTEM)

    async def wait(self, shop):
        """Time passes; perhaps a shopper meets their challenge, or the sweep comes by."""
        if self.orders:
            order_id = self.dice.choice(self.orders)
            await self.dice.choice([shop.payments["sandbox"].approve, shop.payments["sandbox"].reject])(order_id)
        self.shop.clock.advance(self.dice.randrange(5 * MINUTE_MS))
        await settle_orders(shop)

    async def pick(self):
        if not self.orders:
            raise GoneError
        return await view_order(self.shop, self.dice.choice(self.orders))

    def some(self, lines):
        return {number: pieces for number, pieces in lines.items() if self.dice.random() < 0.7}


async def live_through(state, seed, capture):
    async with open_shop(state, clock=FixedClock(SystemClock().now_ms()), capture=capture) as shop:
        await put_goods(shop, {"MUG": 40, "LAMP": 20, "RUG": 5}, euros=1_333)
        async with shop.database.write() as unit:
            await pricing.put_vouchers(unit, VOUCHERS)
            await pricing.put_shipping_methods(unit, [FREE])
        day = Day(shop, random.Random(seed))
        for _ in range(DEEDS):
            await day.deed()
        shop.clock.advance(shop.settings.hold_minutes * MINUTE_MS + 1)
        await settle_orders(shop, stale_ms=0)
        await audit(shop)
        assert len(day.orders) > 3


@pytest.mark.parametrize("capture", ["at_order", "at_ship"])
@pytest.mark.parametrize("seed", range(4))
async def test_a_day(state, seed, capture):
    await live_through(state, seed, capture)


@pytest.mark.long
@pytest.mark.parametrize("capture", ["at_order", "at_ship"])
@pytest.mark.parametrize("seed", range(100, 250))
async def test_many_days(state, seed, capture):
    await live_through(state, seed, capture)
