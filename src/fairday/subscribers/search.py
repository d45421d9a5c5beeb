"""Keeps the search index (and cached cards) up with the catalogue, prices, stock and what is visible.

May lag, hear twice, and be rebuilt at any time: it always reads the present state, whatever the event said.
"""

from collections.abc import Sequence

from fairday.domain.catalog import CategoriesChanged, Category
from fairday.kernel.events import Delivery
from fairday.ports.bus import Subscription
from fairday.usecases.follow_changes import KINDS, changed_products
from fairday.usecases.index_products import index_products, rebuild_index
from fairday.usecases.list_cards import tag
from fairday.usecases.shop import Shop

NAME = "search"


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
        product_ids = await changed_products(self._shop, deliveries)
        moved = any(delivery.kind == CategoriesChanged.kind for delivery in deliveries)
        tree = {node.id: node for node in await self._shop.products.categories()} if moved else {}
        if moved and (self._indexed is None or any(tree.get(key) != node for key, node in self._indexed.items())):
            await rebuild_index(self._shop)
        else:
            await index_products(self._shop, product_ids)
        if moved:
            self._indexed = tree
        await self._shop.cache.drop_tags([tag(product_id) for product_id in product_ids])
