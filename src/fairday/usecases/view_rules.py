"""What the shop charges besides prices, to look at: tax rates and ways of sending."""

from msgspec import Struct

from fairday.domain.access import Actor, require
from fairday.domain.pricing import ShippingMethod, TaxRate
from fairday.domain.pricing import store as pricing
from fairday.usecases.shop import Shop


class RulesView(Struct, frozen=True):
    """Every rate by country, region and class; every way of sending by currency and id."""

    rates: tuple[TaxRate, ...]
    methods: tuple[ShippingMethod, ...]


async def view_rules(shop: Shop, actor: Actor) -> RulesView:
    """All of them: there are as many as somebody wrote down, not as many as there are orders."""
    require(actor.role, "settings.view")
    async with shop.database.read() as reader:
        return RulesView(tuple(await pricing.tax_rates(reader)), tuple(await pricing.shipping_methods(reader)))
