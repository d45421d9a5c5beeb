"""Give a new shop the tax rates and shipping methods it starts with; a shop that has any keeps its own."""

from fairday.domain.pricing import defaults, store
from fairday.usecases.shop import Shop


async def seed_rules(shop: Shop) -> bool:
    """Whether anything was written."""
    async with shop.database.read() as reader:
        if await store.tax_rates(reader):
            return False
    async with shop.database.write() as unit:
        rules = defaults.seed_rules()
        await store.put_tax_rates(unit, rules.tax_rates)
        await store.put_shipping_methods(unit, rules.shipping_methods)
    return True
