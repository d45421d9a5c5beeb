"""Locations: where stock lies and orders are sent from, one of them with its shelves, and a new one."""

from fairday.domain.inventory import Location
from fairday.domain.inventory.routing import MAIN, MIDDLE_PRIORITY
from fairday.interfaces.backoffice.amounts import typed_whole
from fairday.interfaces.backoffice.doors import Answer, Doors
from fairday.interfaces.backoffice.visit import Fields, Notice, Visit
from fairday.kernel.errors import Refusal
from fairday.usecases.manage_stock import add_location, change_location, list_locations, view_location

DOORS = Doors()
NAMES = ("code", "name", "country", "region", "priority", "active")


@DOORS.get("/stock/locations", "stock.view")
async def show_locations(visit: Visit) -> Answer:
    fresh = Fields({"priority": str(MIDDLE_PRIORITY), "active": "1"})
    return await _list_page(visit, fresh)


@DOORS.post("/stock/locations", "stock.edit")
async def make_location(visit: Visit) -> Answer:
    try:
        place = await add_location(visit.shop, visit.actor, _typed(visit, visit.form.text("code", 65)))
    except Refusal as refusal:
        return await _list_page(visit, visit.refused(refusal, visit.form.typed(list(NAMES))), refusal)
    return visit.go(f"/stock/locations/{place.code}", done="location-added")


@DOORS.get("/stock/locations/{code:str}", "stock.view")
async def show_location(visit: Visit) -> Answer:
    return await _page(visit)


@DOORS.post("/stock/locations/{code:str}", "stock.edit")
async def save_location(visit: Visit) -> Answer:
    code = visit.path("code")
    try:
        await change_location(visit.shop, visit.actor, _typed(visit, code))
    except Refusal as refusal:
        return await _page(visit, refusal)
    return visit.go(f"/stock/locations/{code}", done="location-saved")


def _typed(visit: Visit, code: str) -> Location:
    form = visit.form
    priority = typed_whole(form, "priority")
    return Location(
        code=code,
        name=form.text("name", 101),
        country=form.text("country", 3),
        region=form.text("region", 17),
        priority=MIDDLE_PRIORITY if priority is None else priority,
        active=int(form.has("active")),
    )


async def _list_page(visit: Visit, fields: Fields, refusal: Refusal | None = None) -> Answer:
    return visit.page(
        "locations",
        visit.text("office-locations"),
        status=refusal.status if refusal else 200,
        notice=Notice(visit.sentence(refusal), "bad") if refusal else None,
        found=await list_locations(visit.shop, visit.actor),
        fields=fields,
    )


async def _page(visit: Visit, refusal: Refusal | None = None) -> Answer:
    found = await view_location(visit.shop, visit.actor, visit.path("code"), after=visit.query("cursor", 191))
    place = found.location
    stored = {
        "name": place.name, "country": place.country, "region": place.region, "priority": str(place.priority),
        "active": "1" if place.active else "",
    }  # fmt: skip
    typed = visit.form.typed(list(NAMES))
    return visit.page(
        "location",
        visit.text("office-location-title", name=place.name),
        status=refusal.status if refusal else 200,
        notice=Notice(visit.sentence(refusal), "bad") if refusal else None,
        found=found,
        place=place,
        is_main=place.code == MAIN,
        fields=visit.refused(refusal, typed) if refusal else Fields(stored),
    )
