"""A voucher from the cart to the books: lowered price, limits, and given back when the order comes to nothing."""

import pytest

from fairday.domain.orders import StaleTotal
from fairday.domain.payments import PaymentDeclined
from fairday.domain.pricing import Voucher, store
from fairday.domain.pricing.errors import VoucherRefused
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.place_order import place_order
from fairday.usecases.seed_rules import seed_rules
from tests.buying import a_cart, an_order
from tests.goods import put_goods
from tests.shop import open_shop


@pytest.fixture
async def shop(state):
    async with open_shop(state) as opened:
        await seed_rules(opened)
        await put_goods(opened, {"MUG": 10})
        yield opened
        assert await check_invariants(opened) == []


async def put(shop, **limits) -> None:
    async with shop.database.write() as unit:
        await store.put_vouchers(unit, [Voucher(code="TEN", kind="percent", percent_ppm=100_000, **limits)])


async def used(shop) -> int:
    async with shop.database.read() as reader:
        return (await store.vouchers(reader, ["TEN"]))["TEN"].used


async def test_the_price_is_lower_and_the_use_is_counted(shop):
    await put(shop)
    placed = await place_order(shop, await an_order(shop, await a_cart(shop, {"MUG": 3}, voucher="ten")))
    order = placed.order
    assert (order.subtotal, order.discount, order.voucher_code) == (6_000, 600, "TEN")
    assert order.total == 5_400 + order.shipping
    (movement,) = [line for line in await shop.payments["sandbox"].record(order.id) if line.kind == "capture"]
    assert movement.amount == order.total
    assert await used(shop) == 1


async def test_two_carts_and_one_voucher(shop):
    """Both shoppers saw the lower price; who comes second is shown the new one and charged nothing."""
    await put(shop, uses_limit=1)
    first, second = [
        await an_order(shop, await a_cart(shop, {"MUG": 1}, voucher="TEN"), email=f"{n}@x.org") for n in "ab"
    ]
    await place_order(shop, first)
    with pytest.raises((StaleTotal, VoucherRefused)):
        await place_order(shop, second)
    assert await used(shop) == 1
    captures = [line for line in await shop.payments["sandbox"].record() if line.kind == "capture"]
    assert len(captures) == 1


async def test_once_a_customer_whatever_the_tag(shop):
    await put(shop, customer_limit=1)
    for email, refused in (("ada@x.org", False), ("Ada+again@X.org", True), ("bob@x.org", False)):
        command = await an_order(shop, await a_cart(shop, {"MUG": 1}, voucher="TEN"), email=email)
        if refused:
            with pytest.raises(StaleTotal):
                await place_order(shop, command)
        else:
            await place_order(shop, command)
    assert await used(shop) == 2


async def test_a_decline_gives_it_back(shop):
    await put(shop, uses_limit=1)
    with pytest.raises(PaymentDeclined):
        await place_order(
            shop, await an_order(shop, await a_cart(shop, {"MUG": 1}, voucher="TEN"), token="tok_declined")
        )
    assert await used(shop) == 0
    await place_order(shop, await an_order(shop, await a_cart(shop, {"MUG": 1}, voucher="TEN")))
    assert await used(shop) == 1
