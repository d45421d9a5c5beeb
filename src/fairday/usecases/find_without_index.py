"""Find goods while the search index does not answer: the catalogue itself, plainly, so that the shop stays open.

Every word must begin a word of the name, the brand or a SKU. No facets, no price filter and no order but that of the
catalogue, of which only the beginning is looked through.
"""

from collections.abc import Mapping

from fairday.domain.catalog import Category, Product, localise
from fairday.domain.pricing import store as pricing
from fairday.kernel.folding import folded
from fairday.ports.products import BATCH_LIMIT
from fairday.ports.search import SearchQuery, SearchResult
from fairday.usecases.shop import Shop

PRODUCTS_LIMIT = 5_000
WORDS_LIMIT = 12


async def find_without_index(shop: Shop, query: SearchQuery) -> SearchResult:
    """What the question finds among the first products of the catalogue; `total` counts what was found there."""
    words = folded(query.text).split()[:WORDS_LIMIT]
    below = _below({node.id: node for node in await shop.products.categories()}, query.category_id)
    found: list[str] = []
    after = ""
    for _ in range(PRODUCTS_LIMIT // BATCH_LIMIT):
        products = await shop.products.page(after, BATCH_LIMIT)
        fitting = [one.id for one in products if _fits(one, words, below, query.language)]
        async with shop.database.read(stale=True) as reader:
            shown = await pricing.visible(reader, fitting)
        found += [product_id for product_id in fitting if product_id in shown]
        if len(products) < BATCH_LIMIT:
            break
        after = products[-1].id
    return SearchResult(ids=tuple(found[query.offset : query.offset + query.limit]), total=len(found))


def _fits(product: Product, words: list[str], below: frozenset[str], language: str) -> bool:
    if below and below.isdisjoint(product.category_ids):
        return False
    theirs = folded(" ".join((localise(product, language).name, product.brand, *product.skus))).split()
    return all(any(one.startswith(word) for one in theirs) for word in words)


def _below(nodes: Mapping[str, Category], top: str) -> frozenset[str]:
    """The category and all below it; empty when none was asked for."""
    if not top:
        return frozenset()
    inside = {top}
    for node_id in nodes:
        path = []
        at = node_id
        while at in nodes and at not in inside and at not in path:
            path.append(at)
            at = nodes[at].parent_id
        if at in inside:
            inside.update(path)
    return frozenset(inside)
