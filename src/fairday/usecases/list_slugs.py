"""The slugs of all goods shoppers may see, a page at a time in id order: what a sitemap is made of."""

from fairday.domain.pricing import store as pricing
from fairday.ports.products import BATCH_LIMIT
from fairday.usecases.shop import Shop


async def list_slugs(shop: Shop, after: str) -> tuple[list[str], str]:
    """Those with an id above `after`, and the id to go on after ("" at the end)."""
    products = await shop.products.page(after, BATCH_LIMIT)
    async with shop.database.read(stale=True) as reader:
        visible = await pricing.visible(reader, [product.id for product in products])
    slugs = [product.slug for product in products if product.id in visible]
    return slugs, products[-1].id if len(products) == BATCH_LIMIT else ""
