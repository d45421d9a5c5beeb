"""Prices, taxes, postage and vouchers change between what the shopper saw and what they pay.

At every point of an order a change is made. Either the order stands as it was seen, in every part of it, or it is
refused with the new total and nothing is taken; then it is bought at that, and every part is new.
"""

import asyncio

import pytest
from msgspec.structs import replace

from fairday.domain.orders import StaleTotal
from fairday.domain.pricing import Price, ShippingMethod, TaxRate, Voucher
from fairday.domain.pricing import store as pricing
from fairday.domain.pricing.defaults import seed_rules
from fairday.domain.pricing.errors import VoucherRefused
from fairday.kernel.clock import HOUR_MS, FixedClock
from fairday.kernel.ids import new_id
from fairday.usecases.place_order import place_order
from fairday.usecases.settle_orders import settle_orders
from fairday.usecases.view_order import view_order
from tests.accounts import audit
from tests.buying import a_cart, an_order
from tests.goods import put_goods
from tests.shop import open_shop
from tests.watched import watched

NOON_MS = 1_790_000_000_000
INSIDE = {"statement", "unit-ends"}  # another unit waits, or does not see it yet
PARTS = (
    "subtotal", "discount", "shipping", "shipping_tax", "tax", "total", "voucher_code",
)  # fmt: skip


async def dearer(shop):
    """F-16: more."""
    await _put(shop, pricing.set_prices, [Price("MUG", "EUR", 2_500)])


async def cheaper(shop):
    """F-16: more."""
    await _put(shop, pricing.set_prices, [Price("MUG", "EUR", 1_500)])


async def taxed_more(shop):
    """F-17: the total stays, what is in it does not."""
    await _put(shop, pricing.put_tax_rates, [TaxRate("DE", "", "standard", 210_000, 1)])


async def taxed_apart(shop):
    """F-17: tax is added from now on."""
    rates = [TaxRate("DE", "", name, 190_000, 0) for name in ("standard", "reduced", "books")]
    await _put(shop, pricing.put_tax_rates, rates)


async def postage_up(shop):
    """F-17: postage."""
    await _postage(shop, 590)


async def shifted(shop):
    """F-16 and F-17 at once, in one unit: the price falls by what the postage rises, and the total is the same."""
    async with shop.database.write() as unit:
        await pricing.set_prices(unit, [Price("MUG", "EUR", 1_950)])
        methods = await pricing.shipping_methods(unit)
        await pricing.put_shipping_methods(unit, [_at(method, 580) for method in methods])


async def over(shop):
    """F-18: its time, or its owner, ended it."""
    shop.clock.advance(HOUR_MS)


async def ended(shop):
    """F-18: its time, or its owner, ended it."""
    await _put(shop, pricing.put_vouchers, [replace(TEN, active=0)])


async def halved(shop):
    """F-18: the voucher takes off less."""
    await _put(shop, pricing.put_vouchers, [replace(TEN, percent_ppm=50_000)])


async def _put(shop, write, rows):
    async with shop.database.write() as unit:
        await write(unit, rows)


async def _postage(shop, amount):
    async with shop.database.read() as reader:
        methods = await pricing.shipping_methods(reader)
    await _put(shop, pricing.put_shipping_methods, [_at(method, amount) for method in methods])


def _at(method: ShippingMethod, amount: int) -> ShippingMethod:
    return replace(method, amount=amount) if "standard" in method.id and method.amount else method


TEN = Voucher(code="TEN", kind="percent", percent_ppm=100_000, ends_ms=NOON_MS + HOUR_MS)
CHANGES = (dearer, cheaper, taxed_more, taxed_apart, postage_up, shifted, over, ended, halved)


def parts(order, lines):
    """Everything of an order that a rule decides."""
    return {name: getattr(order, name) for name in PARTS} | {
        "lines": [
            (line.unit_amount, line.goods, line.discount, line.tax, line.tax_rate_ppm, line.total) for line in lines
        ]
    }


async def bought(shop, cart):
    """The parts of an order of this cart, at what it costs now."""
    view = await view_order(shop, (await place_order(shop, await an_order(shop, cart))).order.id)
    return parts(view.order, view.lines)


async def asked_again(shop, command, no):
    """The new total is one that it can be bought at."""
    if isinstance(no, StaleTotal):
        again = replace(command, key=new_id(), expected_total=no.details["total"])
        order = (await place_order(shop, again)).order
        assert order.total == no.details["total"] != command.expected_total


async def prepared(shop):
    """Two mugs, as they were priced before anything changed."""
    async with shop.database.write() as unit:
        await pricing.set_prices(unit, [Price("MUG", "EUR", 2_000)])
        await pricing.put_tax_rates(unit, seed_rules().tax_rates)
        await pricing.put_shipping_methods(unit, seed_rules().shipping_methods)
        await pricing.put_vouchers(unit, [TEN])
    shop.clock.at_ms = NOON_MS
    return await an_order(shop, await a_cart(shop, {"MUG": 2}, voucher="TEN"))


def changing(shop, change, at):
    """The shop, where `change` is made once, before point number `at` outside of units; and the points it came by."""
    reached = []

    async def watch(point):
        if point in INSIDE:
            return
        reached.append(point)
        if len(reached) == at + 1:
            await change(shop)

    return watched(shop, watch), reached


@pytest.mark.parametrize("change", CHANGES, ids=[change.__name__ for change in CHANGES])
async def test_as_it_was_seen_or_asked_again_and_never_mixed(state, change):
    """F-16 F-17 F-18: the change is made before every single step that is taken outside a unit."""
    async with open_shop(state, clock=FixedClock(NOON_MS)) as shop:
        await change_everywhere(shop, change)


@pytest.mark.parametrize("change", [shifted, ended], ids=["shifted", "ended"])
async def test_nor_where_statements_see_different_commits(state, engine, change):
    async with open_shop(state, clock=FixedClock(NOON_MS), database=engine) as shop:
        await change_everywhere(shop, change)


async def change_everywhere(shop, change):
    await put_goods(shop, {"MUG": 1_000})
    seen = parts(*await _one(shop, await prepared(shop)))
    at, points, stale, frozen = 0, 1, 0, 0
    while at < points:
        command, before = await prepared(shop), len(await captured(shop))
        there, reached = changing(shop, change, at)
        (answer,) = await asyncio.gather(place_order(there, command), return_exceptions=True)
        if isinstance(answer, StaleTotal | VoucherRefused):
            stale += 1
            assert len(await captured(shop)) == before, "nothing is taken"
            await asked_again(shop, command, answer)
        else:
            assert not isinstance(answer, BaseException), answer
            got = parts(answer.order, (await view_order(shop, answer.order.id)).lines)
            frozen += got == seen
            if got != seen:
                assert got == await bought(shop, await a_cart(shop, {"MUG": 2}, voucher="TEN")), reached[at]
            assert answer.order.total == command.expected_total == (await captured(shop))[before]
        at, points = at + 1, len(reached)
    assert frozen, "made late enough, every change finds the order as it was"
    assert stale or change in {taxed_more, shifted}, "made early enough, every change of the total is asked about"
    await settle_orders(shop, stale_ms=0)
    await audit(shop)


async def _one(shop, command):
    order = (await place_order(shop, command)).order
    return order, (await view_order(shop, order.id)).lines


async def captured(shop):
    return [line.amount for line in await shop.payments["sandbox"].record() if line.kind == "capture"]
