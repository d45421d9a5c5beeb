"""Keeps the search index (and cached cards) up with the catalogue, prices, stock and what is visible.

May lag, hear twice, and be rebuilt at any time: it always reads the present state, whatever the event said.
"""

from collections.abc import Sequence

from fairday.domain.catalog import CategoriesChanged, ProductsChanged
from fairday.domain.inventory import StockChanged
from fairday.domain.pricing.events import ListingsChanged, PricesChanged
from fairday.kernel.events import Delivery
from fairday.ports.bus import Subscription
from fairday.usecases.index_products import index_products, products_of, rebuild_index
from fairday.usecases.list_cards import tag
from fairday.usecases.shop import Shop

NAME = "search"
KINDS = frozenset(
    event.kind for event in (CategoriesChanged, ListingsChanged, PricesChanged, ProductsChanged, StockChanged)
)


def subscription(shop: Shop) -> Subscription:
    """What the index hears."""

    async def hear(deliveries: Sequence[Delivery]) -> None:
        product_ids = await _concerned(shop, deliveries)
        if any(delivery.kind == CategoriesChanged.kind for delivery in deliveries):
            await rebuild_index(shop)
        else:
            await index_products(shop, product_ids)
        await shop.cache.drop_tags([tag(product_id) for product_id in product_ids])

    return Subscription(NAME, KINDS, hear)


async def _concerned(shop: Shop, deliveries: Sequence[Delivery]) -> list[str]:
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
