"""What a cart costs, here and now: the one price that the cart page, the checkout, the API and the order all use."""

from collections.abc import Mapping
from functools import partial
from typing import Protocol

from msgspec import Struct

from fairday.domain.carts import Cart, CartLine
from fairday.domain.catalog import Product, Variant, localise
from fairday.domain.inventory import store as stock
from fairday.domain.pricing import Price, Quote, QuoteLine, Rules, RulesQuery, estimate_cart, price_cart
from fairday.domain.pricing import store as pricing
from fairday.usecases.shop import Shop

LOOKUP_LIMIT = 500


class CartItem(Struct, frozen=True, kw_only=True):
    """A line of a cart with what it is and costs. `available` is how many could be had just now, over all locations."""

    sku: str
    quantity: int
    product: Product
    variant: Variant
    price: Price
    available: int

    @property
    def options(self) -> str:
        """The chosen options as one text: "Slate, Large"."""
        return ", ".join(self.variant.options.values())


class PricedCart(Struct, frozen=True, kw_only=True):
    """A cart, its items in order, its price, and the SKUs in it that are not sold any more."""

    cart: Cart
    items: tuple[CartItem, ...]
    quote: Quote
    gone: tuple[str, ...]


class _Count(Protocol):
    def __call__(self, lines: list[QuoteLine], rules: Rules, method: str) -> Quote: ...


async def quote_cart(shop: Shop, cart: Cart, *, customer_key: str = "") -> PricedCart:
    """The price to pay. NoShipping when nothing sends it there, or not by the cart's method."""
    return await _quote(shop, cart, customer_key, price_cart)


async def estimate(shop: Shop, cart: Cart, *, customer_key: str = "") -> PricedCart:
    """The price as far as it is known, for a cart that may still change; never refuses."""
    return await _quote(shop, cart, customer_key, estimate_cart)


async def _quote(shop: Shop, cart: Cart, customer_key: str, count: _Count) -> PricedCart:
    skus = [line.sku for line in cart.lines]
    found = await shop.products.find("sku", skus)
    products = await shop.products.get_many(sorted(set(found.values())))
    asked = RulesQuery(
        currency=cart.currency, country=cart.country, region=cart.region, voucher_code=cart.voucher_code,
        customer_key=customer_key,
    )  # fmt: skip
    async with shop.database.read() as reader:
        prices = await pricing.prices_for(reader, skus, cart.currency)
        visible = await pricing.visible(reader, sorted(products))
        available = await stock.available(reader, skus)
        rules = await pricing.rules_for(reader, asked, shop.clock.now_ms())
    shown = {sku: products[found[sku]] for sku in skus if found.get(sku) in visible}
    make = partial(_item, shown=shown, prices=prices, available=available, language=cart.language)
    items = tuple(item for item in map(make, cart.lines) if item)
    quote = count([_quote_line(item) for item in items], rules, cart.shipping_method)
    sold = {item.sku for item in items}
    return PricedCart(cart=cart, items=items, quote=quote, gone=tuple(sku for sku in skus if sku not in sold))


def _item(
    line: CartLine, *, shown: Mapping[str, Product], prices: Mapping[str, Price], available: Mapping[str, int],
    language: str,
) -> CartItem | None:  # fmt: skip
    product, price = shown.get(line.sku), prices.get(line.sku)
    variant = product.variant(line.sku) if product else None
    if product is None or variant is None or price is None:
        return None
    return CartItem(
        sku=line.sku, quantity=line.quantity, product=localise(product, language), variant=variant, price=price,
        available=available[line.sku],
    )  # fmt: skip


def _quote_line(item: CartItem) -> QuoteLine:
    return QuoteLine(
        sku=item.sku, quantity=item.quantity, unit_amount=item.price.amount, tax_class=item.product.tax_class,
        weight_g=item.variant.weight_g,
    )  # fmt: skip
