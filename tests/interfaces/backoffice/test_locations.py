"""Locations, deliveries, moves and policies through the pages, and a parcel from each place."""

import pytest

from fairday.domain.inventory import Offer
from fairday.domain.inventory import store as stock
from fairday.kernel.ids import derived_id
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.shop import Shop
from fairday.usecases.view_order import view_order
from tests.buying import buy
from tests.office import Browser

MUG = derived_id("product", "MUG")
NORTH = {"code": "north", "name": "North", "country": "de", "region": "", "priority": "50", "active": "1"}


async def shelves(shop: Shop) -> list[tuple[str, int]]:
    async with shop.database.read() as reader:
        return [(level.location, level.on_hand) for level in await stock.levels(reader, ["MUG"])]


async def offer(shop: Shop) -> Offer:
    async with shop.database.read() as reader:
        return (await stock.offers(reader, ["MUG"]))["MUG"]


async def north(owner: Browser) -> None:
    await owner.get("/stock/locations")
    answer = await owner.post("/stock/locations", NORTH)
    assert answer.headers.get("location") == "/backoffice/stock/locations/north?done=location-added", answer.text


async def test_a_location_is_made_filled_changed_and_closed(owner: Browser, shop: Shop) -> None:
    await north(owner)
    fields = {"sku": "MUG", "location": "north", "quantity": "3", "cost": "9,00", "reason": "Monday"}
    assert (await owner.post(f"/stock/{MUG}/receive", fields)).headers["location"].endswith("done=received")
    fields = {"sku": "MUG", "source": "main", "target": "north", "quantity": "5"}
    assert (await owner.post(f"/stock/{MUG}/move", fields)).headers["location"].endswith("done=moved")
    assert await shelves(shop) == [("main", 15), ("north", 8)]
    page = (await owner.get("/stock/locations/north")).text
    assert "MUG" in page
    listed = (await owner.get("/stock/locations")).text
    assert listed.index("North") < listed.index(">main<")
    closed = {name: value for name, value in NORTH.items() if name != "active"} | {"name": "Nord"}
    assert (await owner.post("/stock/locations/north", closed)).status_code == 303
    assert "Nord" in (await owner.get("/stock/locations")).text
    assert (await offer(shop)).now == 15
    log = (await owner.get("/audit")).text
    assert all(action in log for action in ("location.added", "location.changed", "stock.received", "stock.moved"))
    assert not await check_invariants(shop)


async def test_a_policy_is_set_and_shown(owner: Browser, shop: Shop) -> None:
    await owner.get(f"/stock/{MUG}")
    fields = {
        "sku": "MUG", "location": "main", "policy": "preorder", "beyond": "7", "expected": "2027-02-01",
        "per_customer": "2",
    }  # fmt: skip
    assert (await owner.post(f"/stock/{MUG}/policy", fields)).headers["location"].endswith("done=policy")
    assert await offer(shop) == Offer(20, 7, "preorder", 1_801_440_000_000, 2)
    page = (await owner.get(f"/stock/{MUG}")).text
    assert 'value="2027-02-01"' in page
    assert "2 at most for each customer" in page
    assert (await owner.post(f"/stock/{MUG}/policy", {**fields, "policy": "deny"})).status_code == 303
    assert await offer(shop) == Offer(20, 0, "deny", 0, 2)


@pytest.mark.parametrize(
    ("door", "fields"),
    [
        ("receive", {"sku": "MUG", "location": "main", "quantity": "-1"}),
        ("receive", {"sku": "MUG", "location": "main", "quantity": "2147483648"}),
        ("receive", {"sku": "MUG", "location": "main", "quantity": "1.5"}),
        ("receive", {"sku": "MUG", "location": "main", "quantity": "1e308"}),
        ("receive", {"sku": "MUG", "location": "main"}),
        ("receive", {"sku": "MUG", "location": "nowhere", "quantity": "1"}),
        ("receive", {"sku": "LAMP", "location": "main", "quantity": "1"}),
        ("move", {"sku": "MUG", "source": "main", "target": "main", "quantity": "1"}),
        ("move", {"sku": "MUG", "source": "main", "target": "north", "quantity": "21"}),
        ("move", {"sku": "MUG", "source": "main", "target": "north", "quantity": "NaN"}),
        ("policy", {"sku": "MUG", "location": "main", "policy": "always", "beyond": "1"}),
        ("policy", {"sku": "MUG", "location": "main", "policy": "preorder", "beyond": "1"}),
        ("policy", {"sku": "MUG", "location": "main", "policy": "backorder", "beyond": "99999999999"}),
        ("policy", {"sku": "MUG", "location": "main", "policy": "backorder", "beyond": "1", "expected": "soon"}),
    ],
)
async def test_nonsense_is_refused_and_nothing_changes(
    owner: Browser, shop: Shop, door: str, fields: dict[str, str]
) -> None:
    await north(owner)
    answer = await owner.post(f"/stock/{MUG}/{door}", fields)
    assert 400 <= answer.status_code < 500
    assert 'class="note bad"' in answer.text
    assert (await shelves(shop), await offer(shop)) == ([("main", 20)], Offer(20))


async def test_a_parcel_leaves_from_each_place_and_says_from_where(owner: Browser, shop: Shop) -> None:
    await north(owner)
    fields = {"sku": "MUG", "source": "main", "target": "north", "quantity": "18"}
    await owner.post(f"/stock/{MUG}/move", fields)
    order = (await buy(shop, {"MUG": 19})).order
    page = (await owner.get(f"/orders/{order.id}")).text
    assert "north × 18" in page
    await owner.post(f"/orders/{order.id}/ship", {"line_1": "2", "location": "north", "confirm": "1"})
    await owner.post(f"/orders/{order.id}/ship", {"line_1": "17", "confirm": "1"})
    view = await view_order(shop, order.id)
    sent = [(parcel.location, sum(line.quantity for line in parcel.lines)) for parcel in view.shipments]
    assert sorted(sent) == [("main", 1), ("north", 2), ("north", 16)]
    assert view.order.state == "shipped"
    assert "from north" in (await owner.get(f"/orders/{order.id}")).text
    assert not await check_invariants(shop)


async def test_what_is_not_there_cannot_be_sent_and_the_page_says_so(owner: Browser, shop: Shop) -> None:
    await owner.get(f"/stock/{MUG}")
    fields = {"sku": "MUG", "location": "main", "policy": "backorder", "beyond": "5"}
    await owner.post(f"/stock/{MUG}/policy", fields)
    first, second = [(await buy(shop, {"MUG": pieces})).order for pieces in (19, 4)]
    answer = await owner.post(f"/orders/{second.id}/ship", {"line_1": "2", "confirm": "1"})
    assert answer.status_code == 409
    assert "Only 1 of MUG can be sent now" in answer.text
    assert "3 promised beyond the shelf" in (await owner.get(f"/stock/{MUG}")).text
    await owner.post(f"/stock/{MUG}/receive", {"sku": "MUG", "location": "main", "quantity": "3"})
    assert (await owner.post(f"/orders/{second.id}/ship", {"line_1": "4", "confirm": "1"})).status_code == 303
    assert (await owner.post(f"/orders/{first.id}/ship", {"line_1": "19", "confirm": "1"})).status_code == 303
    assert not await check_invariants(shop)
