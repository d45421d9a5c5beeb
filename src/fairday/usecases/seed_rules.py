"""Give a new shop what it starts with: tax rates, shipping methods, open books. A shop that has them keeps its own."""

from fairday.domain.ledger import store as ledger
from fairday.domain.pricing import defaults, store
from fairday.usecases.shop import Shop


async def seed_rules(shop: Shop) -> bool:
    """Whether anything was written."""
    async with shop.database.read() as reader:
        has_rules = bool(await store.tax_rates(reader))
        if has_rules and await ledger.are_open(reader):
            return False
    async with shop.database.write() as unit:
        await ledger.open_books(unit)
        if not has_rules:
            rules = defaults.seed_rules()
            await store.put_tax_rates(unit, rules.tax_rates)
            await store.put_shipping_methods(unit, rules.shipping_methods)
    return True
