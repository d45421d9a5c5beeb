"""Buying in tests, through the use cases: a cart, what it costs, and the command that orders it."""

from collections.abc import Mapping

from fairday.domain.carts import Cart, CartLine
from fairday.domain.orders import Address
from fairday.kernel.ids import new_id
from fairday.usecases.place_order import PlacedOrder, PlaceOrder, place_order
from fairday.usecases.quote_cart import estimate
from fairday.usecases.shop import Shop

BERLIN = Address(name="Ada Example", line1="Lindenallee 1", city="Berlin", postcode="10115", country="DE")
HOUR_MS = 3_600_000


async def a_cart(shop: Shop, wanted: Mapping[str, int], *, voucher: str = "") -> Cart:
    """A stored cart of a German shopper."""
    cart = Cart(
        id=new_id(), currency="EUR", country="DE", voucher_code=voucher,
        lines=tuple(CartLine(sku, quantity) for sku, quantity in wanted.items()),
        expires_ms=shop.clock.now_ms() + HOUR_MS,
    )  # fmt: skip
    assert await shop.carts.put(cart)
    return (await shop.carts.get_many([cart.id]))[cart.id]


async def an_order(
    shop: Shop, cart: Cart, *, token: str = "tok_ok", key: str = "", email: str = "ada@example.org"
) -> PlaceOrder:
    """The command that buys this cart at what it costs now."""
    priced = await estimate(shop, cart)
    key = key or new_id()
    return PlaceOrder(
        identity=cart.id, route="test", key=key, request_hash=f"{cart.id} {token}", cart=cart, email=email,
        address=BERLIN, shipping_method=priced.quote.method, provider="sandbox", payment_token=token,
        expected_total=priced.quote.total,
    )  # fmt: skip


async def buy(shop: Shop, wanted: Mapping[str, int], *, token: str = "tok_ok", voucher: str = "") -> PlacedOrder:
    """Fill a cart and order it."""
    cart = await a_cart(shop, wanted, voucher=voucher)
    return await place_order(shop, await an_order(shop, cart, token=token))
