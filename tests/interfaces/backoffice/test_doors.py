"""Who may pass where: every route, every role, and strangers; and that no route can be without a rule."""

import re

import pytest

from fairday.domain.access import ROLES, allows, audit
from fairday.interfaces.backoffice import all_doors
from fairday.interfaces.backoffice.doors import ANYONE, OPEN, PROVING, SETTING_UP, SIGNED_IN, Door, Doors
from fairday.interfaces.backoffice.doors import UnguardedDoorError as Unguarded
from fairday.interfaces.backoffice.visit import Visit
from fairday.kernel.events import outbox_end
from fairday.kernel.ids import new_id
from fairday.usecases.shop import Shop
from tests.office import Browser, Office

# Whoever comes without a role may open these and nothing else. A new one is a decision: it stands here.
OPEN_DOORS = {
    ("GET", "/backoffice/sign-in", ANYONE),
    ("POST", "/backoffice/sign-in", ANYONE),
    ("POST", "/backoffice/language", ANYONE),
    ("GET", "/mail", ANYONE),
    ("GET", "/backoffice/sign-in/factor", PROVING),
    ("POST", "/backoffice/sign-in/factor", PROVING),
    ("POST", "/backoffice/sign-out", SETTING_UP),
    ("GET", "/backoffice/welcome", SETTING_UP),
    ("POST", "/backoffice/welcome/password", SETTING_UP),
    ("POST", "/backoffice/account/totp", SETTING_UP),
    ("POST", "/backoffice/account/passkeys", SETTING_UP),
    ("GET", "/backoffice/account", SIGNED_IN),
    ("POST", "/backoffice/account/password", SIGNED_IN),
    ("POST", "/backoffice/account/passkeys/remove", SIGNED_IN),
    ("POST", "/backoffice/account/recovery", SIGNED_IN),
}
GUARDED = [door for door in all_doors(development=True) if door.permission not in OPEN]
# Written by hand, so that a slip in the table of permissions shows: door -> who may.
PINNED = {
    ("GET", "/backoffice/"): {"owner", "manager", "support"},
    ("GET", "/backoffice/orders"): {"owner", "manager", "support", "warehouse"},
    ("POST", "/backoffice/orders/{order_id:str}/ship"): {"owner", "manager", "warehouse"},
    ("POST", "/backoffice/orders/{order_id:str}/refund"): {"owner", "manager", "support"},
    ("POST", "/backoffice/orders/{order_id:str}/cancel"): {"owner", "manager", "support"},
    ("POST", "/backoffice/products/new"): {"owner", "manager"},
    ("POST", "/backoffice/products/{product_id:str}/prices"): {"owner", "manager"},
    ("POST", "/backoffice/products/{product_id:str}/pictures"): {"owner", "manager"},
    ("POST", "/backoffice/stock/{product_id:str}"): {"owner", "manager", "warehouse"},
    ("GET", "/backoffice/customers"): {"owner", "manager", "support"},
    ("POST", "/backoffice/vouchers/new"): {"owner", "manager"},
    ("GET", "/backoffice/books"): {"owner", "manager"},
    ("POST", "/backoffice/books/closing/day"): {"owner", "manager"},
    ("POST", "/backoffice/books/reconciliation"): {"owner", "manager"},
    ("GET", "/backoffice/audit"): {"owner", "manager"},
    ("GET", "/backoffice/staff"): {"owner"},
    ("POST", "/backoffice/staff"): {"owner"},
    ("POST", "/backoffice/api-keys"): {"owner"},
    ("GET", "/backoffice/settings"): {"owner"},
}


async def written(shop: Shop) -> tuple[object, ...]:
    """What shows that something happened: the log's heads and the end of the outbox."""
    async with shop.database.read() as reader:
        return await audit.heads(reader), await outbox_end(reader)


async def _knock(browser: Browser, door: Door) -> tuple[int, str]:
    path = re.sub(r"\{[^}]+\}", new_id(), door.path).removeprefix("/backoffice")
    answer = await (browser.get(path) if door.method == "GET" else browser.post(path))
    return answer.status_code, answer.headers.get("location", "")


@pytest.mark.parametrize("role", ROLES)
async def test_every_route_lets_in_those_who_may_and_nobody_else(office: Office, shop: Shop, role: str) -> None:
    browser = await office.enter(role)
    token = browser.token
    for door in GUARDED:
        browser.token = token
        before = await written(shop)
        status, location = await _knock(browser, door)
        if allows(role, door.permission):
            assert status not in {401, 403}, (door.method, door.path, status)
            assert status < 500, (door.method, door.path, status)
            assert "/sign-in" not in location, (door.method, door.path, location)
        else:
            assert status == 403, (door.method, door.path, status)
            assert await written(shop) == before, (door.method, door.path)


async def test_strangers_are_sent_to_sign_in(office: Office, shop: Shop) -> None:
    browser = office.browser()
    await browser.get("/sign-in")
    before = await written(shop)
    for door in all_doors(development=True):
        if door.permission != ANYONE:
            assert await _knock(browser, door) == (303, "/backoffice/sign-in"), (door.method, door.path)
    assert await written(shop) == before


async def test_a_password_alone_opens_nothing_but_the_second_step(office: Office, shop: Shop) -> None:
    await office.enter("owner")
    browser = office.browser()
    await browser.get("/sign-in")
    answer = await browser.post("/sign-in", {"login": "owner", "password": "seven grey herons"})
    assert answer.headers["location"] == "/backoffice/sign-in/factor"
    await browser.get("/sign-in/factor")
    for door in all_doors(development=True):
        if door.permission not in {ANYONE, PROVING}:
            assert await _knock(browser, door) == (303, "/backoffice/sign-in"), (door.method, door.path)


def test_roles_may_what_was_decided_by_hand() -> None:
    by_place = {(door.method, door.path): door.permission for door in all_doors(development=True)}
    for place, roles in PINNED.items():
        assert {role for role in ROLES if allows(role, by_place[place])} == roles, place


def test_the_open_doors_are_known_one_by_one() -> None:
    found = {(door.method, door.path, door.permission) for door in all_doors(development=True)} - {
        (door.method, door.path, door.permission) for door in GUARDED
    }
    assert found == OPEN_DOORS


def test_every_mounted_route_is_a_door(office: Office) -> None:
    doors = {(door.method, re.sub(r"\{(\w+):\w+\}", r"{\1}", door.path)) for door in all_doors(development=True)}
    doors = {(method, path.rstrip("/") or "/") for method, path in doors}
    mounted = set()
    for route in office.app.routes:
        if "/static/" not in route.path:
            path = re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path).rstrip("/") or "/"
            mounted |= {(method, path) for method in route.methods - {"OPTIONS", "HEAD"}}
    assert mounted == doors


def test_letters_are_shown_in_development_only() -> None:
    assert not [door for door in all_doors(development=False) if door.path == "/mail"]


@pytest.mark.parametrize("permission", ["", "orders.view.all", "admin", "*"])
def test_a_door_without_a_rule_that_exists_stops_the_start(permission: str) -> None:
    async def handle(visit: Visit) -> object:
        return visit

    with pytest.raises(Unguarded):
        Door("GET", "/backoffice/x", permission, handle)
    with pytest.raises(Unguarded):
        Doors().get("/x", permission)(handle)
