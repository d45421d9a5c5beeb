"""What changed anywhere leaves this process's own cache: every process reads along in the outbox, and none takes turns.

It keeps no place in the database: a process that starts has an empty cache. An event can be missed, since a database
with several writers shows them out of order; how long a value with a tag may live then bounds how old it gets.
"""

from collections.abc import Sequence

from fairday.domain.catalog import CategoriesChanged, ProductsChanged
from fairday.domain.inventory import StockChanged
from fairday.domain.pricing.events import ListingsChanged, PricesChanged
from fairday.kernel.events import Delivery, outbox_end, outbox_of
from fairday.usecases.index_products import LISTINGS_TAG, products_of
from fairday.usecases.list_cards import tag
from fairday.usecases.shop import Shop

KINDS = frozenset(
    event.kind for event in (CategoriesChanged, ListingsChanged, PricesChanged, ProductsChanged, StockChanged)
)
OVERLAP = 500  # places that are looked at again: what stands there may have been committed later than what follows
PAGE = 500


class Follower:
    """One process's place in the outbox."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._end: int | None = None
        self._seen: set[int] = set()

    async def turn(self) -> int:
        """Drop what events since the last turn are about; how many were new. The first turn only finds the end."""
        async with self._shop.database.read() as reader:
            end = await outbox_end(reader)
            first = max((end if self._end is None else self._end) - OVERLAP, 0)
            found: list[Delivery] = []
            while page := await outbox_of(reader, found[-1].seq if found else first, KINDS, PAGE):
                found += page
        news = [] if self._end is None else [event for event in found if event.seq not in self._seen]
        self._end = max(end, found[-1].seq if found else 0)
        self._seen = {event.seq for event in found if event.seq > self._end - OVERLAP}
        if news:
            tags = [tag(product_id) for product_id in await changed_products(self._shop, news)]
            await self._shop.cache.drop_tags([*tags, LISTINGS_TAG])
        return len(news)


async def changed_products(shop: Shop, deliveries: Sequence[Delivery]) -> list[str]:
    """The products that the events are about, each once."""
    product_ids: dict[str, None] = {}
    skus: dict[str, None] = {}
    for delivery in deliveries:
        match delivery.kind:
            case ProductsChanged.kind:
                product_ids.update(dict.fromkeys(delivery.as_event(ProductsChanged).product_ids))
            case ListingsChanged.kind:
                product_ids.update(dict.fromkeys(delivery.as_event(ListingsChanged).product_ids))
            case PricesChanged.kind:
                skus.update(dict.fromkeys(delivery.as_event(PricesChanged).skus))
            case StockChanged.kind:
                skus.update(dict.fromkeys(delivery.as_event(StockChanged).skus))
    product_ids.update(dict.fromkeys(await products_of(shop, list(skus))))
    return list(product_ids)
