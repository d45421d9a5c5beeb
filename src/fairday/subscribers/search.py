"""Keeps the search index (and cached cards) up with the catalogue, prices, stock and what is visible.

May lag, hear twice, and be rebuilt at any time: it always reads the present state, whatever the event said.
"""

from collections.abc import Sequence

from fairday.domain.catalog import CategoriesChanged, Category, ProductsChanged
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
    return Subscription(NAME, KINDS, _Hearer(shop).hear)


class _Hearer:
    """Remembers the tree as it was indexed: new categories change no product, renamed or moved ones may change all."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._indexed: dict[str, Category] | None = None

    async def hear(self, deliveries: Sequence[Delivery]) -> None:
        """Bring what the events are about up to date."""
        product_ids = await _concerned(self._shop, deliveries)
        moved = any(delivery.kind == CategoriesChanged.kind for delivery in deliveries)
        tree = {node.id: node for node in await self._shop.products.categories()} if moved else {}
        if moved and (self._indexed is None or any(tree.get(key) != node for key, node in self._indexed.items())):
            await rebuild_index(self._shop)
        else:
            await index_products(self._shop, product_ids)
        if moved:
            self._indexed = tree
        await self._shop.cache.drop_tags([tag(product_id) for product_id in product_ids])


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
