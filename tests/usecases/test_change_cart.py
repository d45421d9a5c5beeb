"""Carts are begun once for each key, opened by their token alone, and lose no change when several are made at once."""

import asyncio

import pytest
from msgspec.structs import replace

from fairday.domain.carts import CartFull, CartGone, CartLine, QuantityRefused, Remembered, UnknownSku, set_line
from fairday.domain.orders import CartOrdered, KeyReused
from fairday.domain.pricing import Voucher
from fairday.domain.pricing import store as pricing
from fairday.domain.pricing.errors import PriceMissing, VoucherRefused
from fairday.kernel.clock import DAY_MS, HOUR_MS, FixedClock
from fairday.kernel.errors import Invalid, TooMany
from fairday.kernel.ids import derived_token, is_id, new_id
from fairday.usecases.change_cart import (
    CART_TTL_MS,
    VOUCHER_MISSES_AN_HOUR,
    cart_token,
    change_cart,
    change_cart_once,
    create_cart,
    create_cart_once,
    open_cart,
    put_lines,
    put_voucher,
)
from fairday.usecases.place_order import place_order
from tests.buying import an_order
from tests.goods import put_goods
from tests.shop import open_shop

NOON_MS = 1_790_000_000_000
GERMAN = {"currency": "EUR", "country": "DE", "language": "de"}


@pytest.fixture
def clock():
    return FixedClock(NOON_MS)


@pytest.fixture
async def shop(state, clock):
    async with open_shop(state, clock=clock) as opened:
        await put_goods(opened, {"MUG": 10, "LAMP": 3})
        yield opened


async def a_cart(shop, **fields):
    return await create_cart(shop, **{**GERMAN, **fields})


async def test_a_cart_is_kept_as_it_was_begun(shop):
    cart = await a_cart(shop, lines=[CartLine("MUG", 2), CartLine("LAMP", 1), CartLine("MUG", 3)], region="BE")
    assert is_id(cart.id)
    assert cart.lines == (CartLine("MUG", 5), CartLine("LAMP", 1))
    assert cart.expires_ms == NOON_MS + 30 * DAY_MS
    assert (await shop.carts.get_many([cart.id]))[cart.id] == cart
    assert (await create_cart(shop, **GERMAN)).id != cart.id


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"country": "XX"}, "country"), ({"currency": "GBP"}, "currency"), ({"language": "fr"}, "language")],
)
async def test_a_cart_for_nowhere_is_refused(shop, fields, field):
    with pytest.raises(Invalid) as refused:
        await a_cart(shop, **fields)
    assert refused.value.details["field"] == field


async def test_what_is_not_sold_is_named(shop):
    with pytest.raises(UnknownSku) as refused:
        await a_cart(shop, lines=[CartLine("MUG", 1), CartLine("NOPE", 1), CartLine("GONE", 1)])
    assert refused.value.details["skus"] == ["NOPE", "GONE"]
    found = await shop.products.find("sku", ["LAMP"])
    async with shop.database.write() as unit:
        await pricing.set_listings(unit, [(found["LAMP"], "hidden")])
        await pricing.remove_prices(unit, [("MUG", "USD")])
    with pytest.raises(UnknownSku):
        await a_cart(shop, lines=[CartLine("LAMP", 1)])
    with pytest.raises(PriceMissing) as unpriced:
        await a_cart(shop, currency="USD", country="US", lines=[CartLine("MUG", 1)])
    assert unpriced.value.details == {"skus": ["MUG"], "currency": "USD"}


async def test_the_token_opens_its_cart_and_no_other(shop):
    mine, theirs = await a_cart(shop), await a_cart(shop)
    assert await open_cart(shop, mine.id, cart_token(shop, mine.id)) == mine
    for cart_id, token in (
        (mine.id, cart_token(shop, theirs.id)),
        (mine.id, ""),
        (mine.id, derived_token(shop.settings.secret, "order", mine.id)),
        (new_id(), cart_token(shop, mine.id)),
    ):
        with pytest.raises(CartGone):
            await open_cart(shop, cart_id, token)
    absent = new_id()
    with pytest.raises(CartGone) as gone:
        await open_cart(shop, absent, cart_token(shop, absent))
    assert gone.value.details == {}


async def test_a_cart_lives_for_thirty_days_after_its_last_change(shop, clock):
    cart = await a_cart(shop)
    clock.advance(CART_TTL_MS - 1)
    await change_cart(shop, cart.id, lambda now: set_line(now, "MUG", 1))
    clock.advance(CART_TTL_MS - 1)
    assert (await open_cart(shop, cart.id, cart_token(shop, cart.id))).count == 1
    clock.advance(1)
    with pytest.raises(CartGone):
        await open_cart(shop, cart.id, cart_token(shop, cart.id))


async def test_no_change_is_lost_when_many_come_at_once(shop):
    cart = await a_cart(shop)

    def one_more(now):
        return set_line(now, "MUG", now.count + 1)

    await asyncio.gather(*(change_cart(shop, cart.id, one_more) for _ in range(20)))
    assert (await shop.carts.get_many([cart.id]))[cart.id].count == 20


async def test_without_trying_again_a_change_would_be_lost(shop):
    """The control: the same two changes from one reading, written as they come."""
    cart = await a_cart(shop)
    assert await shop.carts.put(set_line(cart, "MUG", 1))
    assert not await shop.carts.put(set_line(cart, "LAMP", 1))


async def test_lines_are_set_and_taken_out(shop):
    cart = await a_cart(shop, lines=[CartLine("MUG", 2)])
    kept = (await put_lines(shop, cart.id, [CartLine("MUG", 3), CartLine("LAMP", 1)])).cart
    assert kept.lines == (CartLine("MUG", 3), CartLine("LAMP", 1))
    assert (await put_lines(shop, cart.id, [CartLine("MUG", 0)])).cart.lines == (CartLine("LAMP", 1),)
    for wrong, refusal in (
        ([CartLine("NOPE", 1)], UnknownSku),
        ([CartLine("MUG", 1000)], QuantityRefused),
        ([CartLine("MUG", 1)] * 101, CartFull),
    ):
        with pytest.raises(refusal):
            await put_lines(shop, cart.id, wrong)
    assert (await shop.carts.get_many([cart.id]))[cart.id].lines == (CartLine("LAMP", 1),)


async def test_what_is_no_longer_sold_can_still_be_taken_out(shop):
    cart = await a_cart(shop, lines=[CartLine("LAMP", 1)])
    found = await shop.products.find("sku", ["LAMP"])
    async with shop.database.write() as unit:
        await pricing.set_listings(unit, [(found["LAMP"], "hidden")])
    assert (await put_lines(shop, cart.id, [CartLine("LAMP", 0)])).cart.lines == ()


async def test_a_key_begins_one_cart(shop):
    once = {"key": "k1", "identity": "me", "request_hash": "h1"}
    first = await create_cart_once(shop, **GERMAN, **once)
    again = await create_cart_once(shop, **GERMAN, **once)
    assert (first.replayed, again.replayed) == (False, True)
    assert again.cart == first.cart
    with pytest.raises(KeyReused):
        await create_cart_once(shop, **GERMAN, **{**once, "request_hash": "h2"})
    other = await create_cart_once(shop, **GERMAN, **{**once, "identity": "you", "request_hash": "h2"})
    assert other.cart.id != first.cart.id


async def test_a_key_begins_one_cart_even_at_once(shop):
    once = {"key": "k1", "identity": "me", "request_hash": "h1"}
    made = await asyncio.gather(*(create_cart_once(shop, **GERMAN, **once) for _ in range(10)))
    assert len({kept.cart.id for kept in made}) == 1
    assert sum(not kept.replayed for kept in made) == 1


async def test_a_key_does_not_bring_a_sold_cart_back(shop):
    once = {"key": "k1", "identity": "me", "request_hash": "h1"}
    kept = await create_cart_once(shop, **GERMAN, lines=[CartLine("MUG", 1)], **once)
    placed = await place_order(shop, await an_order(shop, kept.cart))
    with pytest.raises(CartOrdered) as refused:
        await create_cart_once(shop, **GERMAN, lines=[CartLine("MUG", 1)], **once)
    assert refused.value.details == {"order_id": placed.order.id}


async def test_a_change_with_a_key_happens_once(shop):
    cart = await a_cart(shop)

    def one_more(now):
        return set_line(now, "MUG", now.count + 1)

    once = Remembered("k1", "h1")
    first = await change_cart_once(shop, cart.id, one_more, once)
    again = await change_cart_once(shop, cart.id, one_more, once)
    assert (first.replayed, again.replayed) == (False, True)
    assert again.cart == first.cart
    assert again.cart.count == 1
    with pytest.raises(KeyReused):
        await change_cart_once(shop, cart.id, one_more, Remembered("k1", "h2"))
    with pytest.raises(KeyReused):
        await put_lines(shop, cart.id, [CartLine("MUG", 9)], once=Remembered("k1", "h2"))
    await asyncio.gather(*(change_cart_once(shop, cart.id, one_more, Remembered("k2", "h")) for _ in range(10)))
    assert (await shop.carts.get_many([cart.id]))[cart.id].count == 2


async def test_a_voucher_is_noted_only_if_it_can_be_used(shop, clock):
    async with shop.database.write() as unit:
        await pricing.put_vouchers(unit, [
            Voucher(code="TEN", kind="percent", percent_ppm=100_000),
            Voucher(code="BIG", kind="percent", percent_ppm=100_000, currency="EUR", min_total=1_000_000),
            Voucher(code="OVER", kind="percent", percent_ppm=100_000, ends_ms=NOON_MS),
        ])  # fmt: skip
    cart = await a_cart(shop, lines=[CartLine("MUG", 1)])
    assert (await put_voucher(shop, cart.id, " ten ", source="here")).cart.voucher_code == "TEN"
    for code in ("OVER", "NOPE"):
        with pytest.raises(VoucherRefused) as refused:
            await put_voucher(shop, cart.id, code, source="here")
        assert refused.value.details == {}, "expired and absent look the same"
    assert (await shop.carts.get_many([cart.id]))[cart.id].voucher_code == "TEN"
    assert (await put_voucher(shop, cart.id, "big", source="here")).cart.voucher_code == "BIG"
    assert (await put_voucher(shop, cart.id, "", source="here")).cart.voucher_code == ""


async def test_guessing_vouchers_ends_soon(shop, clock):
    async with shop.database.write() as unit:
        await pricing.put_vouchers(unit, [Voucher(code="TEN", kind="percent", percent_ppm=100_000)])
    cart = await a_cart(shop)
    for number in range(VOUCHER_MISSES_AN_HOUR):
        with pytest.raises(VoucherRefused):
            await put_voucher(shop, cart.id, f"GUESS{number}", source="here")
    with pytest.raises(TooMany):
        await put_voucher(shop, cart.id, "TEN", source="here")
    assert (await put_voucher(shop, cart.id, "TEN", source="elsewhere")).cart.voucher_code == "TEN"
    clock.advance(HOUR_MS + 1)
    assert (await put_voucher(shop, cart.id, "TEN", source="here")).cart.voucher_code == "TEN"


async def test_a_change_that_changes_nothing_writes_nothing(shop):
    cart = await a_cart(shop)
    assert await change_cart(shop, cart.id, lambda now: now) == cart
    assert await change_cart(shop, cart.id, lambda now: replace(now, region="BE")) != cart
