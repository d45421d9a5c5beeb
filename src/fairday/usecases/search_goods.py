"""Search and listings: a question to the index, answered with cards."""

import hashlib

import msgspec
from msgspec import Struct

from fairday.kernel.clock import SECOND_MS
from fairday.kernel.errors import Busy
from fairday.ports.search import Facet, SearchQuery, SearchResult, Suggestion
from fairday.usecases.find_without_index import find_without_index
from fairday.usecases.index_products import LISTINGS_TAG
from fairday.usecases.list_cards import Card, list_cards
from fairday.usecases.shop import Shop

SUGGESTIONS_LIMIT = 20
LISTING_TTL_MS = 5 * SECOND_MS


class FoundGoods(Struct, frozen=True, kw_only=True):
    """A page of results. `total`, `facets` and `price_range` are the index's word, which may lag by a second."""

    cards: tuple[Card, ...]
    total: int
    facets: tuple[Facet, ...]
    price_range: tuple[int, int] | None


async def search_goods(shop: Shop, query: SearchQuery) -> FoundGoods:
    """What the question finds, in its language and currency. A product hidden this moment is left out of the page."""
    try:
        found = await _listing(shop, query) if not query.text else await shop.search.search(query)
    except Busy:
        found = await find_without_index(shop, query)
    cards = await list_cards(shop, found.ids, language=query.language, currency=query.currency)
    return FoundGoods(cards=tuple(cards), total=found.total, facets=found.facets, price_range=found.price_range)


async def suggest_goods(shop: Shop, text: str, *, language: str, limit: int = 8) -> list[Suggestion]:
    """Completions of what is being typed; none while the index does not answer."""
    try:
        return await shop.search.suggest(text, language, min(max(limit, 0), SUGGESTIONS_LIMIT))
    except Busy:
        return []


async def _listing(shop: Shop, query: SearchQuery) -> SearchResult:
    """Listings without words are the same for everybody and count the most, so their answers are kept for seconds."""
    key = f"listing/{hashlib.sha256(msgspec.json.encode(query)).hexdigest()}"
    kept = await shop.cache.get(key)
    if kept is not None:
        return msgspec.json.decode(kept, type=SearchResult)
    found = await shop.search.search(query)
    await shop.cache.put(key, msgspec.json.encode(found), ttl_ms=LISTING_TTL_MS, tags=[LISTINGS_TAG])
    return found
