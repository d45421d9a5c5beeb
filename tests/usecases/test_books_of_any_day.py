"""Whatever a day brings, the books balance: in currencies of no, two and three decimals, to the last minor unit."""

import asyncio
import tempfile
from collections import Counter
from datetime import date
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from fairday.domain.access import SYSTEM
from fairday.domain.carts import Cart, CartLine
from fairday.domain.ledger import closing
from fairday.domain.ledger import store as ledger
from fairday.domain.orders import Order
from fairday.domain.orders import store as orders
from fairday.domain.pricing import Price, Voucher
from fairday.domain.pricing import store as pricing
from fairday.domain.pricing.model import ShippingMethod, TaxRate
from fairday.kernel.clock import DAY_MS, HOUR_MS, FixedClock
from fairday.kernel.ids import new_id
from fairday.usecases.cancel_order import cancel_order
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.close_period import close_day
from fairday.usecases.place_order import place_order
from fairday.usecases.quote_cart import estimate
from fairday.usecases.reconcile_payments import reconcile_payments
from fairday.usecases.refund_order import RefundOrder, refund_order
from fairday.usecases.ship_order import ShipOrder, ship_order
from fairday.usecases.shop import Shop
from tests.buying import BERLIN, an_order
from tests.goods import put_goods
from tests.shop import open_shop

NOON_MS = 1_793_620_800_000
COUNTRIES = {"DE": "EUR", "JP": "JPY", "KW": "KWD", "HU": "HUF"}
SKUS = ("MUG", "LAMP", "CHAIR")


class Deal(Struct, frozen=True):
    """An order and what becomes of it: so many pieces of each SKU, then these refunds, and what the bank does."""

    country: str
    pieces: tuple[int, int, int]
    voucher: bool
    ends: str
    given_back: tuple[int, ...]
    disputed: bool


DEALS = st.builds(
    Deal, st.sampled_from(sorted(COUNTRIES)), st.tuples(*[st.integers(1, 7)] * 3), st.booleans(),
    st.sampled_from(("kept", "shipped", "cancelled", "all back")), st.lists(st.integers(1, 3), max_size=3).map(tuple),
    st.booleans(),
)  # fmt: skip
PRICES = st.tuples(*[st.integers(1, 99_999)] * 3)
RATES = st.integers(1, 300_000)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(deals=st.lists(DEALS, min_size=1, max_size=6), prices=PRICES, rate=RATES, postage=st.integers(0, 2_000))
def test_the_books_of_any_day_balance(deals, prices, rate, postage):
    asyncio.run(a_day(deals, prices, rate, postage))


async def a_day(deals: list[Deal], prices: tuple[int, ...], rate: int, postage: int) -> None:
    clock = FixedClock(NOON_MS)
    with tempfile.TemporaryDirectory() as folder:
        async with open_shop(Path(folder), clock=clock) as shop:
            await rules(shop, prices, rate, postage)
            for deal in deals:
                await done(shop, deal)
            await reconcile_payments(shop, SYSTEM, repair=True)
            assert await check_invariants(shop) == []
            await zero_in_every_currency(shop)
            clock.advance(DAY_MS)
            await close_day(shop, SYSTEM, date(2026, 11, 2))
            assert await check_invariants(shop) == []


async def rules(shop: Shop, prices: tuple[int, ...], rate: int, postage: int) -> None:
    """Every country has its currency, its tax (one adds it at checkout), and postage."""
    await put_goods(shop, dict.fromkeys(SKUS, 500))
    async with shop.database.write() as unit:
        priced = list(zip(SKUS, prices, strict=True))
        await pricing.set_prices(unit, [Price(sku, one, n) for one in COUNTRIES.values() for sku, n in priced])
        await pricing.put_tax_rates(
            unit, [TaxRate(one, "", "standard", rate, int(one != "JP")) for one in COUNTRIES if one != "DE"]
        )
        await pricing.put_shipping_methods(unit, [
            ShippingMethod(
                id=f"{one}-standard", method="standard", countries=(one,), currency=currency, amount=postage,
                names={"en": "Post", "de": "Post"}, min_days=1, max_days=2,
            )
            for one, currency in COUNTRIES.items() if one != "DE"
        ])  # fmt: skip
        await pricing.put_vouchers(unit, [Voucher(code="THIRD", kind="percent", percent_ppm=333_333)])


async def done(shop: Shop, deal: Deal) -> None:
    cart = Cart(
        id=new_id(), currency=COUNTRIES[deal.country], country=deal.country,
        voucher_code="THIRD" if deal.voucher else "",
        lines=tuple(CartLine(sku, n) for sku, n in zip(SKUS, deal.pieces, strict=True)),
        expires_ms=shop.clock.now_ms() + HOUR_MS,
    )  # fmt: skip
    assert await shop.carts.put(cart)
    command = await an_order(shop, (await shop.carts.get_many([cart.id]))[cart.id])
    priced = await estimate(shop, command.cart)
    command = replace(
        command, address=replace(BERLIN, country=deal.country), shipping_method=priced.quote.method,
        expected_total=priced.quote.total,
    )  # fmt: skip
    order = (await place_order(shop, command)).order
    if deal.ends == "shipped":
        await ship_order(shop, ShipOrder(order_id=order.id))
    left = dict(enumerate(deal.pieces, start=1))
    for number, pieces in enumerate(deal.given_back, start=1):
        await refund_order(
            shop, RefundOrder(order_id=order.id, lines={number: min(pieces, left[number])}, restock=True)
        )
        left[number] -= min(pieces, left[number])
    if deal.disputed:
        await shop.payments["sandbox"].dispute_payment(order.id)
    await ended(shop, deal, order, {number: n for number, n in left.items() if n})


async def ended(shop: Shop, deal: Deal, order: Order, left: dict[int, int]) -> None:
    """An order of which everything came back leaves nothing on any account but the provider's own fees."""
    async with shop.database.read() as reader:
        state = (await orders.get_many(reader, [order.id]))[order.id].state
    if deal.ends == "cancelled" and state == "placed":
        await cancel_order(shop, order.id, reason="", actor=SYSTEM)
    elif deal.ends == "all back":
        postage = order.shipping + (0 if order.tax_included else order.shipping_tax)
        if left or postage:
            await refund_order(shop, RefundOrder(order_id=order.id, lines=left, shipping=postage))
    else:
        return
    sums: Counter[str] = Counter()
    async with shop.database.read() as reader:
        for entry in await ledger.entries_of(reader, order.id):
            for posting in entry.postings:
                sums[posting.account] += posting.amount
    assert sums["asset:provider:sandbox"] == -sums["expense:fees"]
    assert sums["liability:tax"] == sums["income:shipping"] == 0
    assert sums["income:sales"] + sums["income:discounts"] + sums["income:refunds"] == 0


async def zero_in_every_currency(shop: Shop) -> None:
    sums: Counter[str] = Counter()
    async with shop.database.read() as reader:
        for one in await closing.balances(reader, 2**60):
            sums[one.currency] += one.amount
    assert not any(sums.values())
