"""One product with all that its page and the API show: words, variants with price and stock, its way, similar goods.

When it would arrive depends on the cart's country, and is asked of pricing.
"""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from fairday.domain.catalog import Category, Product, localise
from fairday.domain.inventory import store as stock
from fairday.domain.pricing import store as pricing
from fairday.kernel.clock import MINUTE_MS
from fairday.kernel.errors import Busy, NotFound
from fairday.kernel.ids import is_id
from fairday.ports.search import SearchQuery
from fairday.usecases.list_cards import Card, card_of, list_cards, tag, variants_of
from fairday.usecases.shop import Shop

SIMILAR_LIMIT = 8
SIMILAR_TTL_MS = MINUTE_MS


class ProductView(Struct, frozen=True, kw_only=True):
    """A product in one language and currency. `card` has prices and stock by variant; `path` leads from the top."""

    product: Product
    card: Card
    path: tuple[Category, ...] = ()
    similar: tuple[Card, ...] = ()


async def view_product(
    shop: Shop, reference: str, *, language: str, currency: str, similar: int = SIMILAR_LIMIT
) -> ProductView:
    """The product with this id or slug; NotFound when there is none or shoppers may not see it."""
    product = await _find(shop, reference)
    skus = list(product.skus)
    async with shop.database.read(stale=True) as reader:
        if product.id not in await pricing.visible(reader, [product.id]):
            raise NotFound(what="product")
        prices = await pricing.prices_for(reader, skus, currency)
        offers = await stock.offers(reader, skus)
    near = await _similar_ids(shop, product, language) if similar else []
    return ProductView(
        product=localise(product, language),
        card=card_of(product, language, currency, variants_of(product, prices, offers)),
        path=path_to(await shop.products.categories(), product),
        similar=tuple(await list_cards(shop, near[:similar], language=language, currency=currency)),
    )


def path_to(tree: Sequence[Category], product: Product) -> tuple[Category, ...]:
    """The way from the top of the tree to the product's first category."""
    nodes = {node.id: node for node in tree}
    path: list[Category] = []
    node = nodes.get(product.category_ids[0]) if product.category_ids else None
    while node is not None and node not in path:
        path.append(node)
        node = nodes.get(node.parent_id)
    return tuple(reversed(path))


async def _find(shop: Shop, reference: str) -> Product:
    product_id = reference
    if not is_id(reference):
        product_id = (await shop.products.find("slug", [reference])).get(reference, "")
    found = (await shop.products.get_many([product_id])).get(product_id) if product_id else None
    if found is None:
        raise NotFound(what="product")
    return found


async def _similar_ids(shop: Shop, product: Product, language: str) -> list[str]:
    """Products of its category that share most words with it, then the best of the category."""
    key = f"similar/{language}/{product.id}"
    kept = await shop.cache.get(key)
    if kept is not None:
        return msgspec.json.decode(kept, type=list[str])
    words = localise(product, language)
    category_id = product.category_ids[0] if product.category_ids else ""
    asked = SearchQuery(
        text=f"{words.name} {product.brand}", language=language, category_id=category_id, match="any", facets=False,
        limit=SIMILAR_LIMIT + 1,
    )  # fmt: skip
    try:
        found = list((await shop.search.search(asked)).ids)
        if len(found) <= SIMILAR_LIMIT and category_id:
            rest = SearchQuery(category_id=category_id, language=language, facets=False, limit=2 * SIMILAR_LIMIT)
            found += (await shop.search.search(rest)).ids
    except Busy:
        return []  # the page does without; asked again next time
    ids = [one for one in dict.fromkeys(found) if one != product.id][:SIMILAR_LIMIT]
    await shop.cache.put(key, msgspec.json.encode(ids), ttl_ms=SIMILAR_TTL_MS, tags=[tag(product.id)])
    return ids
