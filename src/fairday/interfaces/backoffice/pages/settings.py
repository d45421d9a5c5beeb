"""How the shop is set up, to read: tax, shipping, markets, payment. Changing it is done where the shop is started."""

from fairday.interfaces.backoffice.doors import Answer, Doors
from fairday.interfaces.backoffice.visit import Visit
from fairday.usecases.view_rules import view_rules

DOORS = Doors()


@DOORS.get("/settings", "settings.view")
async def show_settings(visit: Visit) -> Answer:
    rules = await view_rules(visit.shop, visit.actor)
    return visit.page(
        "settings",
        visit.text("office-settings"),
        rates=rules.rates,
        methods=rules.methods,
        settings=visit.shop.settings,
        providers=sorted(visit.shop.payments),
    )
