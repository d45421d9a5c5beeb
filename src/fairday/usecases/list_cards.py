"""Cards: what a listing shows of a product, joined in bulk from document, price and stock, and kept for seconds.

The card's price is a picture of it: a cart asks again before anyone pays.
"""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from fairday.domain.catalog import Media, Product, Rating, localise
from fairday.domain.inventory import Offer
from fairday.domain.inventory import store as stock
from fairday.domain.pricing import Price
from fairday.domain.pricing import store as pricing
from fairday.kernel.clock import SECOND_MS
from fairday.ports.products import BATCH_LIMIT
from fairday.usecases.shop import Shop

TTL_MS = 5 * SECOND_MS


class CardVariant(Struct, frozen=True, kw_only=True):
    """One thing to buy. `amount` in minor units, None when it has no price in the currency.

    `available` is how many may be ordered; `offer` says how many of them are there, and when the others are.
    """

    sku: str
    options: dict[str, str] = {}
    amount: int | None = None
    compare_at: int | None = None
    available: int = 0
    offer: Offer = Offer()


class Card(Struct, frozen=True, kw_only=True):
    """A product in a listing. `amount` is the cheapest variant's (of those that can be had, while any can).

    `from_price`: not all variants cost the same. `picture` is the first image.
    """

    product_id: str
    slug: str
    key: str
    name: str
    currency: str
    brand: str = ""
    summary: str = ""
    amount: int | None = None
    compare_at: int | None = None
    from_price: bool = False
    available: bool = False
    rating: Rating = Rating()
    picture: Media | None = None
    released_ms: int = 0
    variants: tuple[CardVariant, ...] = ()


async def list_cards(shop: Shop, product_ids: Sequence[str], *, language: str, currency: str) -> list[Card]:
    """The cards of those that shoppers may see, in the order given. At most 500."""
    assert len(product_ids) <= BATCH_LIMIT
    cards: dict[str, Card] = {}
    for product_id in product_ids:
        kept = await shop.cache.get(_key(product_id, language, currency))
        if kept is not None:
            cards[product_id] = _CARD.decode(kept)
    missing = [product_id for product_id in product_ids if product_id not in cards]
    if missing:
        for card in await _join(shop, missing, language, currency):
            cards[card.product_id] = card
            await shop.cache.put(
                _key(card.product_id, language, currency), msgspec.json.encode(card), ttl_ms=TTL_MS,
                tags=[tag(card.product_id)],
            )  # fmt: skip
    return [cards[product_id] for product_id in product_ids if product_id in cards]


def tag(product_id: str) -> str:
    """The cache tag of everything that shows a product."""
    return f"product:{product_id}"


def card_of(product: Product, language: str, currency: str, variants: Sequence[CardVariant]) -> Card:
    """A card from its parts."""
    words = localise(product, language)
    priced = [one for one in variants if one.amount is not None]
    shown = min((one for one in priced if one.available), key=_amount, default=min(priced, key=_amount, default=None))
    return Card(
        product_id=product.id,
        slug=product.slug,
        key=product.key,
        name=words.name,
        currency=currency,
        brand=product.brand,
        summary=words.summary,
        amount=shown.amount if shown else None,
        compare_at=shown.compare_at if shown else None,
        from_price=len({one.amount for one in priced}) > 1,
        available=any(one.available for one in priced),
        rating=product.rating,
        picture=next((media for media in product.media if media.kind == "image"), None),
        released_ms=product.released_ms,
        variants=tuple(variants),
    )


def variants_of(product: Product, prices: Mapping[str, Price], offers: Mapping[str, Offer]) -> tuple[CardVariant, ...]:
    """The variants with what they cost and how many there are."""
    return tuple(
        CardVariant(
            sku=variant.sku,
            options=variant.options,
            amount=prices[variant.sku].amount if variant.sku in prices else None,
            compare_at=prices[variant.sku].compare_at if variant.sku in prices else None,
            available=offers[variant.sku].total,
            offer=offers[variant.sku],
        )
        for variant in product.variants
    )


async def _join(shop: Shop, product_ids: Sequence[str], language: str, currency: str) -> list[Card]:
    products = await shop.products.get_many(list(dict.fromkeys(product_ids)))
    skus = [sku for product in products.values() for sku in product.skus]
    async with shop.database.read(stale=True) as reader:
        visible = await pricing.visible(reader, list(products))
        prices = await pricing.prices_for(reader, skus, currency)
        offers = await stock.offers(reader, skus)
    return [
        card_of(product, language, currency, variants_of(product, prices, offers))
        for product in products.values()
        if product.id in visible
    ]


def _amount(variant: CardVariant) -> int:
    return variant.amount or 0


def _key(product_id: str, language: str, currency: str) -> str:
    return f"card/{language}/{currency}/{product_id}"


_CARD = msgspec.json.Decoder(Card)
