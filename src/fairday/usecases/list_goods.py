"""All goods by id, a page at a time: nothing is left out, however many there are. No index is asked."""

from msgspec import Struct

from fairday.domain.pricing import store as pricing
from fairday.usecases.list_cards import Card, list_cards
from fairday.usecases.shop import Shop

# Enough for any catalogue that hides a few of its products: a page may be short, but it says where to go on.
ROUNDS_LIMIT = 50


class GoodsPage(Struct, frozen=True, kw_only=True):
    """Cards in id order, how many products shoppers may see in all, and the id to go on after ("" at the end)."""

    cards: tuple[Card, ...]
    total: int
    after: str


async def list_goods(shop: Shop, *, after: str, limit: int, language: str, currency: str) -> GoodsPage:
    """The first `limit` goods with an id above `after`."""
    cards: list[Card] = []
    cursor, ended = after, False
    for _ in range(ROUNDS_LIMIT):
        ids = [product.id for product in await shop.products.page(cursor, limit + 1)]
        cards += await list_cards(shop, ids, language=language, currency=currency)
        ended = len(ids) <= limit
        if ended or len(cards) > limit:
            break
        cursor = ids[-1]
    async with shop.database.read(stale=True) as reader:
        total = await pricing.count_visible(reader)
    if len(cards) > limit:
        return GoodsPage(cards=tuple(cards[:limit]), total=total, after=cards[limit - 1].product_id)
    return GoodsPage(cards=tuple(cards), total=total, after="" if ended else cursor)
