"""How the shop is set up, to read: tax, shipping, markets, payment. Changing it is done in the environment for now."""

from fairday.domain.pricing import store as pricing
from fairday.interfaces.backoffice.doors import Answer, Doors
from fairday.interfaces.backoffice.visit import Visit

DOORS = Doors()


@DOORS.get("/settings", "settings.view")
async def show_settings(visit: Visit) -> Answer:
    async with visit.shop.database.read() as reader:
        rates = await pricing.tax_rates(reader)
        methods = await pricing.shipping_methods(reader)
    return visit.page(
        "settings",
        visit.text("office-settings"),
        rates=rates,
        methods=methods,
        settings=visit.shop.settings,
        providers=sorted(visit.shop.payments),
    )
