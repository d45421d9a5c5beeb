"""What the API shows of the catalogue: products, one product, search, categories. Anybody may read it."""

import re
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from fairday.domain.catalog import Attribute, Category, Media, Product, localise
from fairday.domain.inventory import Offer
from fairday.interfaces.api.operation import Answer, Call, Operation
from fairday.interfaces.api.shapes import (
    AttributeItem,
    CategoryItem,
    CategoryTree,
    Currency,
    Facet,
    FacetValue,
    MediaItem,
    Money,
    OptionItem,
    ProductDetail,
    ProductItem,
    ProductPage,
    RatingItem,
    RenditionItem,
    StockState,
    VariantDetail,
    VariantItem,
)
from fairday.kernel.clock import iso
from fairday.kernel.errors import Invalid, NotFound
from fairday.kernel.ids import is_id
from fairday.kernel.money import LIMIT
from fairday.ports.search import SearchQuery, Sort
from fairday.usecases.list_cards import Card, CardVariant, list_cards
from fairday.usecases.list_goods import list_goods
from fairday.usecases.search_goods import search_goods
from fairday.usecases.shop import Shop

LARGEST_PAGE = 100
LAST_OFFSET = 10_000
FRESH_S = 5
FILTERS_LIMIT = 20
MEDIA_PREFIX = "/media/"
# `a` and the id to go on after; `n` and how many to leave out.
CURSOR = re.compile("a([0-9a-z]{26})|n([1-9][0-9]{0,4})")

Limit = Annotated[int, Meta(ge=1, le=LARGEST_PAGE, description="How many at most.")]
Cursor = Annotated[
    str,
    Meta(pattern="^(a[0-9a-z]{26}|n[1-9][0-9]{0,4})?$", max_length=32, description="`next_cursor` of the page before."),
]
Language = Annotated[str, Meta(max_length=2, pattern="^[a-z]{2}$", description="Default: Accept-Language.")]
Filters = Annotated[
    tuple[Annotated[str, Meta(max_length=200, pattern="^[^:]+:")], ...],
    Meta(max_length=FILTERS_LIMIT, description="`NAME:VALUE` of a facet; values of one name are alternatives."),
]  # fmt: skip
PriceBound = Annotated[int, Meta(ge=0, le=LIMIT, description="Minor units of `currency`.")]


class View(Struct, frozen=True, kw_only=True):
    """In which language and currency."""

    currency: Annotated[Currency, Meta(description="Default: the shop's own.")] = ""
    language: Language = ""


class ListQuery(View, frozen=True, kw_only=True):
    """How to list."""

    limit: Limit = 24
    cursor: Cursor = ""
    category: Annotated[str, Meta(max_length=191, description="Id, key or slug of a category.")] = ""
    filter: Filters = ()
    price_from: PriceBound = 0
    price_to: PriceBound = LIMIT
    only_available: Annotated[bool, Meta(description="Leave out what is sold out.")] = False


class ProductsQuery(ListQuery, frozen=True, kw_only=True):
    """How to list products; without sort and filters, all of them by id."""

    sort: Sort | UnsetType = UNSET


class FindQuery(ListQuery, frozen=True, kw_only=True):
    """What to search."""

    q: Annotated[str, Meta(max_length=200, description="Words, or a SKU, part number or EAN.")] = ""
    sort: Sort = "relevance"


async def get_products(call: Call) -> Answer:
    """All goods; the index answers when there is something to choose by."""
    query: ProductsQuery = call.query
    chosen = (query.sort is not UNSET, query.category, query.filter, query.price_from, query.only_available)
    after, offset = _cursor(query.cursor)
    if any(chosen) or query.price_to != LIMIT or offset:
        return await _search(call, query, "", "newest" if query.sort is UNSET else query.sort)
    language, currency = _view(call, query)
    page = await list_goods(call.shop, after=after, limit=query.limit, language=language, currency=currency)
    items = tuple(_item(card) for card in page.cards)
    return Answer(ProductPage(items, page.total, f"a{page.after}" if page.after else None), fresh_s=FRESH_S)


async def find_products(call: Call) -> Answer:
    """Answer a search."""
    query: FindQuery = call.query
    return await _search(call, query, query.q, query.sort)


async def get_product(call: Call) -> Answer:
    """One product, unless it is hidden."""
    product_id, shop = call.ids["id"], call.shop
    language, currency = _view(call, call.query)
    found = await shop.products.get_many([product_id]) if is_id(product_id) else {}
    cards = await list_cards(shop, list(found), language=language, currency=currency)
    if not cards:
        raise NotFound(what="product")
    tree = {category.id: category for category in await shop.products.categories()}
    here = tuple(_category(tree[one], language) for one in found[product_id].category_ids if one in tree)
    return Answer(_detail(localise(found[product_id], language), cards[0], here), fresh_s=FRESH_S)


async def get_categories(call: Call) -> Answer:
    """The whole tree."""
    language, _ = _view(call, call.query)
    found = await call.shop.products.categories()
    return Answer(CategoryTree(tuple(_category(one, language) for one in found)), fresh_s=FRESH_S)


async def _search(call: Call, query: ListQuery, text: str, sort: Sort) -> Answer:
    language, currency = _view(call, query)
    after, offset = _cursor(query.cursor)
    if after:
        raise Invalid(field="cursor", problem="problem-cursor")
    brands, categories, attributes = _filters(query.filter)
    if query.category:
        categories = (query.category, *categories)
    if len(categories) > 1:
        raise Invalid(field="category", problem="problem-given-twice")
    found = await search_goods(
        call.shop,
        SearchQuery(
            text=text, language=language, currency=currency, category_id=await _category_id(call.shop, *categories),
            brands=brands, attributes=attributes, price_from=query.price_from or None,
            price_to=query.price_to if query.price_to != LIMIT else None, only_available=query.only_available,
            sort=sort, offset=min(offset, LAST_OFFSET), limit=query.limit,
        ),
    )  # fmt: skip
    following = offset + query.limit
    more = following < min(found.total, LAST_OFFSET)
    page = ProductPage(
        tuple(_item(card) for card in found.cards),
        found.total,
        f"n{following}" if more else None,
        tuple(Facet(facet.name, tuple(FacetValue(*value) for value in facet.values)) for facet in found.facets),
    )
    return Answer(page, fresh_s=FRESH_S)


def _view(call: Call, view: View) -> tuple[str, str]:
    """Language and currency, of those the shop has."""
    settings = call.shop.settings
    if view.language and view.language not in settings.languages:
        raise Invalid(field="language", problem="problem-unknown-language")
    if view.currency and view.currency not in dict(settings.countries).values():
        raise Invalid(field="currency", problem="problem-unknown-currency")
    return view.language or call.language, view.currency or settings.base_currency


def _cursor(text: str) -> tuple[str, int]:
    """The id to go on after, or how many to leave out."""
    if not text:
        return "", 0
    match = CURSOR.fullmatch(text)
    if match is None:
        raise Invalid(field="cursor", problem="problem-cursor")
    return match[1] or "", int(match[2] or 0)


def _filters(filters: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...], dict[str, tuple[str, ...]]]:
    """Brands, categories, and values by attribute name."""
    values: dict[str, tuple[str, ...]] = {}
    for one in filters:
        name, _, value = one.partition(":")
        values[name] = (*values.get(name, ()), value)
    return values.pop("brand", ()), values.pop("category", ()), values


async def _category_id(shop: Shop, wanted: str = "") -> str:
    if not wanted:
        return ""
    for category in await shop.products.categories():
        if wanted in {category.id, category.key, category.slug}:
            return category.id
    raise Invalid(field="category", problem="problem-unknown-category")


def _price(variant: CardVariant, amount: int | None, currency: str) -> Money | None:
    return None if amount is None or variant.amount is None else Money(amount, currency)


def stock_state(offer: Offer) -> StockState:
    """What of it is there, and what may be ordered before it is."""
    expected_at = iso(offer.expected_ms) if offer.expected_ms else None
    return StockState(offer.now, offer.later, offer.policy, expected_at, offer.per_customer or None)


def _item(card: Card) -> ProductItem:
    variants = (VariantItem(one.sku, _price(one, one.amount, card.currency), one.available) for one in card.variants)
    return ProductItem(card.product_id, card.key, card.name, tuple(variants))


def _detail(product: Product, card: Card, categories: tuple[CategoryItem, ...]) -> ProductDetail:
    known = {variant.sku: variant for variant in product.variants}
    variants = tuple(
        VariantDetail(
            sku=one.sku, price=_price(one, one.amount, card.currency),
            compare_at=_price(one, one.compare_at, card.currency), available=one.available,
            stock=stock_state(one.offer), options=one.options,
            ean=known[one.sku].ean, part_number=known[one.sku].part_number, weight_g=known[one.sku].weight_g,
        )
        for one in card.variants
        if one.sku in known
    )  # fmt: skip
    return ProductDetail(
        id=product.id, key=product.key, slug=product.slug, name=product.name, summary=product.summary,
        description=product.description_html, brand=product.brand,
        rating=RatingItem(product.rating.average_x100, product.rating.count),
        options=tuple(OptionItem(option.name, option.values) for option in product.options), variants=variants,
        attributes=tuple(_attribute(attribute) for attribute in product.attributes),
        media=tuple(_media(media) for media in product.media), categories=categories,
    )  # fmt: skip


def _attribute(attribute: Attribute) -> AttributeItem:
    value: str | float | bool = attribute.text
    if attribute.kind == "number" and attribute.number is not None:
        value = attribute.number
    elif attribute.kind == "flag":
        value = bool(attribute.flag)
    return AttributeItem(attribute.name, attribute.kind, value, attribute.unit)


def _media(media: Media) -> MediaItem:
    return MediaItem(
        kind=media.kind, url=MEDIA_PREFIX + media.key, alt=media.alt, mime=media.mime, width_px=media.width_px,
        height_px=media.height_px,
        renditions=tuple(
            RenditionItem(MEDIA_PREFIX + one.key, one.format, one.width_px, one.height_px) for one in media.renditions
        ),
        poster_url=MEDIA_PREFIX + media.poster_key if media.poster_key else None,
        captions_url=MEDIA_PREFIX + media.captions_key if media.captions_key else None,
    )  # fmt: skip


def _category(category: Category, language: str) -> CategoryItem:
    name = category.names.get(language) or category.name
    return CategoryItem(category.id, category.key, name, category.parent_id or None)


GOODS = (
    Operation(
        method="GET", path="/products", name="listProducts", act=get_products, query=ProductsQuery,
        summary="All products, a page at a time", answers={200: ProductPage},
        description="By id, so that no product is left out however many there are; with `sort` or a filter, in that "
        "order and with facets, 10,000 at most.",
    ),
    Operation(
        method="GET", path="/search", name="searchProducts", act=find_products, query=FindQuery,
        summary="Search", answers={200: ProductPage},
        description="Words with prefixes, or an exact SKU, part number or EAN. 10,000 results can be paged through.",
    ),
    Operation(
        method="GET", path="/products/{id}", name="getProduct", act=get_product, query=View,
        summary="One product", answers={200: ProductDetail}, refusals=(NotFound,),
    ),
    Operation(
        method="GET", path="/categories", name="listCategories", act=get_categories, query=View,
        summary="The category tree", answers={200: CategoryTree},
    ),
)  # fmt: skip
