"""Bring products into the search index: some of them, those with certain SKUs, or all of them anew."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from fairday.domain.catalog import Category, Product, localise
from fairday.domain.inventory import store as stock
from fairday.domain.pricing import Price
from fairday.domain.pricing import store as pricing
from fairday.kernel.clock import HOUR_MS
from fairday.ports.products import BATCH_LIMIT
from fairday.ports.search import SearchDocument, SearchQuery
from fairday.usecases import rich_text
from fairday.usecases.shop import Shop

# Read in slices that keep the event loop free for others, written in commits that are worth their cost.
SLICE = 40
COMMIT = 1_000
TEXT_CHARACTERS = 20_000
_MISMATCH = "index/mismatch"
LISTINGS_TAG = "listings"  # on every cached answer of the index

Progress = Callable[[int], None]


class _Tree:
    """The category tree, asked for ancestors and names."""

    def __init__(self, nodes: Sequence[Category], languages: Sequence[str]) -> None:
        self._nodes = {node.id: node for node in nodes}
        self._languages = languages
        self._named: dict[tuple[str, ...], dict[str, tuple[str, ...]]] = {}

    def with_ancestors(self, category_ids: Sequence[str]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for category_id in category_ids:
            node = self._nodes.get(category_id)
            while node is not None and node.id not in found:
                found[node.id] = None
                node = self._nodes.get(node.parent_id)
        return tuple(found)

    def names(self, category_ids: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        found = self._named.get(category_ids)
        if found is None:
            nodes = [self._nodes[category_id] for category_id in category_ids]
            found = self._named[category_ids] = {
                language: tuple(node.names.get(language, node.name) for node in nodes) for language in self._languages
            }
        return found


async def index_products(shop: Shop, product_ids: Sequence[str]) -> int:
    """Bring these up to date, and take out those that shoppers may not see; how many were put in."""
    tree = await _tree(shop)
    unique = list(dict.fromkeys(product_ids))
    count = 0
    for start in range(0, len(unique), COMMIT):
        documents: list[SearchDocument] = []
        wanted = unique[start : start + COMMIT]
        for first in range(0, len(wanted), SLICE):
            found = await shop.products.get_many(wanted[first : first + SLICE])
            documents += await _documents(shop, list(found.values()), tree)
            await asyncio.sleep(0)
        await shop.search.put_many(documents)
        await shop.search.delete_many(sorted(set(wanted) - {document.id for document in documents}))
        count += len(documents)
    await shop.cache.drop_tags([LISTINGS_TAG])
    return count


async def products_of(shop: Shop, skus: Sequence[str]) -> list[str]:
    """The ids of the products that have these SKUs."""
    ids: dict[str, None] = {}
    for start in range(0, len(skus), BATCH_LIMIT):
        ids.update(dict.fromkeys((await shop.products.find("sku", skus[start : start + BATCH_LIMIT])).values()))
        await asyncio.sleep(0)
    return list(ids)


async def rebuild_index(shop: Shop, progress: Progress | None = None) -> int:
    """Fill the index anew from the catalogue while it goes on answering; how many products are in it."""
    count = await shop.search.rebuild(_all_documents(shop, progress))
    await shop.cache.drop_tags([LISTINGS_TAG])
    return count


async def ensure_index(shop: Shop) -> int:
    """Rebuild the index when it does not hold as many products as shoppers may see; how many were put in.

    For a start of the shop, before events are delivered, and now and then: an index that only lags is left to events.
    """
    indexed = (await shop.search.search(SearchQuery(limit=0, facets=False))).total
    async with shop.database.read() as reader:
        expected = await pricing.count_visible(reader)
    lags = indexed > 0 and (await shop.bus.backlog()).get("search", 0) > 0
    mismatch = f"{indexed} of {expected}".encode()
    if indexed == expected or lags or await shop.cache.get(_MISMATCH) == mismatch:
        return 0
    count = await rebuild_index(shop)
    if count != expected:  # shown, but without a document: rebuilding again would not help
        await shop.cache.put(_MISMATCH, f"{count} of {expected}".encode(), ttl_ms=HOUR_MS)
    return count


async def _all_documents(shop: Shop, progress: Progress | None) -> AsyncIterator[list[SearchDocument]]:
    tree = await _tree(shop)
    after = ""
    while page := await shop.products.page(after, SLICE):
        after = page[-1].id
        documents = await _documents(shop, page, tree)
        if progress:
            progress(len(page))
        yield documents
        await asyncio.sleep(0)


async def _tree(shop: Shop) -> _Tree:
    return _Tree(await shop.products.categories(), shop.settings.languages)


async def _documents(shop: Shop, products: Sequence[Product], tree: _Tree) -> list[SearchDocument]:
    skus = [sku for product in products for sku in product.skus]
    async with shop.database.read() as reader:
        visible = await pricing.visible(reader, [product.id for product in products])
        prices = await pricing.all_prices(reader, skus)
        available = await stock.available(reader, skus)
    shown = [product for product in products if product.id in visible]
    return [_document(product, prices, available, tree, shop.settings.languages) for product in shown]


def _document(
    product: Product, prices: Mapping[str, Sequence[Price]], available: Mapping[str, int], tree: _Tree,
    languages: Sequence[str],
) -> SearchDocument:  # fmt: skip
    category_ids = tree.with_ancestors(product.category_ids)
    mine = [price for sku in product.skus for price in prices.get(sku, ())]
    cheapest = {price.currency: price.amount for price in sorted(mine, key=lambda one: -one.amount)}
    return SearchDocument(
        id=product.id,
        words={language: _words(localise(product, language)) for language in _spoken(product, languages)},
        brand=product.brand,
        codes=_codes(product),
        category_ids=category_ids,
        category_names=tree.names(category_ids),
        attributes=tuple(
            (one.name, f"{one.shown} {one.unit}" if one.unit else one.shown) for one in product.attributes
        ),
        prices=cheapest,
        offers=tuple(sorted({price.currency for price in mine if price.compare_at is not None})),
        rating_x100=product.rating.average_x100,
        released_ms=product.released_ms,
        available=any(available.get(sku, 0) > 0 for sku in product.skus),
    )


def _spoken(product: Product, languages: Sequence[str]) -> list[str]:
    """Languages the product has words in; its own are taken for those of the shop's first."""
    return list(dict.fromkeys([languages[0], *(one for one in languages if one in product.translations)]))


def _words(product: Product) -> tuple[str, str, str]:
    return product.name, product.summary, rich_text.plain(product.description_html)[:TEXT_CHARACTERS]


def _codes(product: Product) -> tuple[str, ...]:
    codes = [product.key]
    for variant in product.variants:
        codes += [variant.sku, variant.part_number, *variant.ean]
    return tuple(dict.fromkeys(code for code in codes if code))
