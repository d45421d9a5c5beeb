"""What a cart costs, here and now: the one price that the cart page, the checkout, the API and the order all use.

Carts that are priced at the same moment share their questions to the catalogue and the database.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Protocol

from msgspec import Struct

from fairday.domain.carts import Cart, CartLine
from fairday.domain.catalog import Product, Variant, localise
from fairday.domain.inventory import Offer
from fairday.domain.inventory import store as stock
from fairday.domain.pricing import Price, Quote, QuoteLine, Rules, RulesQuery, estimate_cart, price_cart
from fairday.domain.pricing import store as pricing
from fairday.ports.products import BATCH_LIMIT
from fairday.usecases.shop import Shop


class CartItem(Struct, frozen=True, kw_only=True):
    """A line of a cart with what it is and costs. `available` is how many could be had just now, over all locations.

    `offer` says how many of them are there, and when the others would be.
    """

    sku: str
    quantity: int
    product: Product
    variant: Variant
    price: Price
    available: int
    offer: Offer = Offer()

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


class _Asked(Struct, frozen=True):
    """A cart to be priced, and for whom."""

    cart: Cart
    rules: RulesQuery


class _Goods(Struct, frozen=True):
    """What a cart's lines are, and the rules where it goes."""

    items: tuple[CartItem, ...]
    rules: Rules


async def quote_cart(shop: Shop, cart: Cart, *, customer_key: str = "") -> PricedCart:
    """The price to pay. NoShipping when nothing sends it there, or not by the cart's method."""
    return await _quote(shop, cart, customer_key, price_cart)


async def estimate(shop: Shop, cart: Cart, *, customer_key: str = "") -> PricedCart:
    """The price as far as it is known, for a cart that may still change; never refuses."""
    return await _quote(shop, cart, customer_key, estimate_cart)


async def read_carts(shop: Shop, cart_ids: Sequence[str]) -> list[Cart | None]:
    """The live carts with these ids, in their order; for `shop.batches`."""
    found: dict[str, Cart] = {}
    for some in _chunks(sorted(set(cart_ids))):
        found |= await shop.carts.get_many(some)
    return [found.get(cart_id) for cart_id in cart_ids]


async def _quote(shop: Shop, cart: Cart, customer_key: str, count: _Count) -> PricedCart:
    asked = RulesQuery(
        currency=cart.currency, country=cart.country, region=cart.region, voucher_code=cart.voucher_code,
        customer_key=customer_key,
    )  # fmt: skip
    goods = await shop.batches.ask(_read, shop, _Asked(cart, asked))
    quote = count([_quote_line(item) for item in goods.items], goods.rules, cart.shipping_method)
    sold = {item.sku for item in goods.items}
    gone = tuple(line.sku for line in cart.lines if line.sku not in sold)
    return PricedCart(cart=cart, items=goods.items, quote=quote, gone=gone)


async def _read(shop: Shop, asked: Sequence[_Asked]) -> list[_Goods]:
    """Everything these carts' prices depend on, asked for once for all of them."""
    skus = sorted({line.sku for one in asked for line in one.cart.lines})
    found: dict[str, str] = {}
    products: dict[str, Product] = {}
    for some in _chunks(skus):
        found |= await shop.products.find("sku", some)
    for some in _chunks(sorted(set(found.values()))):
        products |= await shop.products.get_many(some)
    currencies = sorted({one.cart.currency for one in asked})
    async with shop.database.read() as reader:
        visible = await pricing.visible(reader, sorted(products))
        offers = await stock.offers(reader, skus)
        prices = await pricing.prices_in(reader, skus, currencies)
        while True:
            rules = await pricing.rules_for_many(reader, [one.rules for one in asked], shop.clock.now_ms())
            before, prices = prices, await pricing.prices_in(reader, skus, currencies)
            # Statements may see different commits: prices that are the same before and after belong to these rules.
            if prices == before:
                break
    shown = {sku: products[product_id] for sku, product_id in found.items() if product_id in visible}
    make = partial(_item, shown=shown, prices=prices, offers=offers)
    return [
        _Goods(tuple(item for line in one.cart.lines if (item := make(one.cart, line))), theirs)
        for one, theirs in zip(asked, rules, strict=True)
    ]


def _chunks(values: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), BATCH_LIMIT):
        yield values[start : start + BATCH_LIMIT]


def _item(
    cart: Cart, line: CartLine, *, shown: Mapping[str, Product], prices: Mapping[tuple[str, str], Price],
    offers: Mapping[str, Offer],
) -> CartItem | None:  # fmt: skip
    product, price = shown.get(line.sku), prices.get((line.sku, cart.currency))
    variant = product.variant(line.sku) if product else None
    if product is None or variant is None or price is None:
        return None
    return CartItem(
        sku=line.sku, quantity=line.quantity, product=localise(product, cart.language), variant=variant, price=price,
        available=offers[line.sku].total, offer=offers[line.sku],
    )  # fmt: skip


def _quote_line(item: CartItem) -> QuoteLine:
    return QuoteLine(
        sku=item.sku, quantity=item.quantity, unit_amount=item.price.amount, tax_class=item.product.tax_class,
        weight_g=item.variant.weight_g,
    )  # fmt: skip
