"""Search and listings: a question to the index, answered with cards."""

from msgspec import Struct

from fairday.ports.search import Facet, SearchQuery, Suggestion
from fairday.usecases.list_cards import Card, list_cards
from fairday.usecases.shop import Shop

SUGGESTIONS_LIMIT = 20


class FoundGoods(Struct, frozen=True, kw_only=True):
    """A page of results. `total`, `facets` and `price_range` are the index's word, which may lag by a second."""

    cards: tuple[Card, ...]
    total: int
    facets: tuple[Facet, ...]
    price_range: tuple[int, int] | None


async def search_goods(shop: Shop, query: SearchQuery) -> FoundGoods:
    """What the question finds, in its language and currency. A product hidden this moment is left out of the page."""
    found = await shop.search.search(query)
    cards = await list_cards(shop, found.ids, language=query.language, currency=query.currency)
    return FoundGoods(cards=tuple(cards), total=found.total, facets=found.facets, price_range=found.price_range)


async def suggest_goods(shop: Shop, text: str, *, language: str, limit: int = 8) -> list[Suggestion]:
    """Completions of what is being typed."""
    return await shop.search.suggest(text, language, min(max(limit, 0), SUGGESTIONS_LIMIT))
