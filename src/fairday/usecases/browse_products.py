"""The goods as the back office sees them, hidden ones too: a searched list, and one with prices and stock."""

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

from fairday.domain.access import Actor, require
from fairday.domain.catalog import Category, Product
from fairday.domain.inventory import Movement, StockLevel, shelves
from fairday.domain.inventory import store as stock
from fairday.domain.pricing import Price
from fairday.domain.pricing import store as pricing
from fairday.kernel.errors import Busy, NotFound
from fairday.kernel.ids import is_id
from fairday.ports.products import Lookup
from fairday.ports.search import SearchQuery, SearchResult
from fairday.usecases.shop import Shop

Listed = Literal["", "visible", "hidden"]
PAGE_LIMIT = 100
ROUNDS_LIMIT = 40
ROUND = 250
MOVEMENTS_SHOWN = 50
LOOKUPS: tuple[Lookup, ...] = ("sku", "key", "slug")


class ProductRow(Struct, frozen=True, kw_only=True):
    """A product in the list: its first price in the shop's own currency (None without one) and what can be sold."""

    product: Product
    visible: bool
    price: Price | None
    available: int


class ProductPage(Struct, frozen=True):
    """Rows, and the cursor of the next page ("" at the end)."""

    rows: tuple[ProductRow, ...]
    cursor: str


class ProductRecord(Struct, frozen=True, kw_only=True):
    """All that is kept of a product: document, prices and shelves by SKU, newest movements; and the category tree."""

    product: Product
    visible: bool
    prices: Mapping[str, Sequence[Price]]
    levels: Mapping[str, Sequence[StockLevel]]
    movements: tuple[Movement, ...]
    categories: tuple[Category, ...]


async def browse_products(
    shop: Shop, actor: Actor, *, search: str = "", listed: Listed = "", cursor: str = "", limit: int = 50
) -> ProductPage:
    """In the order they came, or by how well they fit. A SKU, key or slug finds its product whether shown or not."""
    require(actor.role, "products.view")
    limit = max(1, min(limit, PAGE_LIMIT))
    if search.strip():
        offset = int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) < 6 else 0  # noqa: PLR2004
        ids = await _found(shop, search.strip(), offset, limit + 1)
        products = await shop.products.get_many(ids[:limit])
        rows = await _rows(shop, [products[one] for one in ids[:limit] if one in products])
        fitting = tuple(row for row in rows if not listed or row.visible == (listed == "visible"))
        return ProductPage(fitting, str(offset + limit) if len(ids) > limit else "")
    return await _paged(shop, listed, cursor if is_id(cursor) else "", limit)


async def open_product(shop: Shop, actor: Actor, product_id: str) -> ProductRecord:
    """One product, shown to shoppers or not; NotFound."""
    require(actor.role, "products.view")
    found = (await shop.products.get_many([product_id])).get(product_id) if is_id(product_id) else None
    if found is None:
        raise NotFound(what="product")
    skus = list(found.skus)
    levels: dict[str, list[StockLevel]] = {sku: [] for sku in skus}
    movements: list[Movement] = []
    async with shop.database.read() as reader:
        for level in await stock.levels(reader, skus):
            levels[level.sku].append(level)
        for sku in skus[:PAGE_LIMIT]:
            movements += await shelves.movements(reader, sku, MOVEMENTS_SHOWN)
        return ProductRecord(
            product=found,
            visible=bool(await pricing.visible(reader, [found.id])),
            prices=await pricing.all_prices(reader, skus),
            levels=levels,
            movements=tuple(sorted(movements, key=lambda one: one.id, reverse=True)[:MOVEMENTS_SHOWN]),
            categories=tuple(await shop.products.categories()),
        )


async def _paged(shop: Shop, listed: Listed, after: str, limit: int) -> ProductPage:
    """Looks through at most ROUNDS_LIMIT rounds of documents; a short page still says where to go on."""
    rows: list[ProductRow] = []
    ended = False
    for _ in range(ROUNDS_LIMIT):
        products = await shop.products.page(after, ROUND if listed else limit + 1)
        ended = len(products) < (ROUND if listed else limit + 1)
        async with shop.database.read() as reader:
            shown = await pricing.visible(reader, [one.id for one in products])
        fitting = [one for one in products if not listed or (one.id in shown) == (listed == "visible")]
        rows += await _rows(shop, fitting[: limit + 1 - len(rows)])
        if ended or len(rows) > limit:
            break
        after = products[-1].id
    if len(rows) > limit:
        return ProductPage(tuple(rows[:limit]), rows[limit - 1].product.id)
    return ProductPage(tuple(rows), "" if ended else after)


async def _found(shop: Shop, text: str, offset: int, limit: int) -> list[str]:
    exact: list[str] = []
    if not offset:
        for by in LOOKUPS:
            exact += (await shop.products.find(by, [text])).values()
        exact += [text] if is_id(text) else []
    asked = SearchQuery(text=text, offset=offset, limit=min(limit, PAGE_LIMIT), facets=False)
    try:
        found = await shop.search.search(asked)
    except Busy:
        found = SearchResult()  # while the index does not answer, goods are found by their exact names
    return list(dict.fromkeys([*exact, *found.ids]))[:limit]


async def _rows(shop: Shop, products: Sequence[Product]) -> list[ProductRow]:
    skus = [sku for product in products for sku in product.skus]
    async with shop.database.read() as reader:
        shown = await pricing.visible(reader, [product.id for product in products])
        prices = await pricing.prices_for(reader, skus, shop.settings.base_currency)
        available = await stock.available(reader, skus)
    return [
        ProductRow(
            product=product,
            visible=product.id in shown,
            price=next((prices[sku] for sku in product.skus if sku in prices), None),
            available=sum(available[sku] for sku in product.skus),
        )
        for product in products
    ]
