"""Staff, keys, vouchers, customers, the log, settings and letters, through their pages."""

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from fairday.domain.access import SYSTEM
from fairday.domain.access.errors import BadApiKey
from fairday.domain.access.tables import AUDIT_ENTRIES
from fairday.domain.orders import Address
from fairday.interfaces.backoffice.pages import audit
from fairday.kernel.clock import FixedClock
from fairday.kernel.sql import Statement
from fairday.ports.mail import Letter
from fairday.usecases.manage_api_keys import check_api_key
from fairday.usecases.manage_staff import list_staff
from fairday.usecases.manage_vouchers import list_vouchers
from fairday.usecases.place_order import place_order
from fairday.usecases.register_customer import register_customer
from fairday.usecases.shop import Shop
from tests.buying import a_cart, an_order
from tests.office import NOON_MS, Browser, Office, open_office
from tests.people import PASSWORD, a_customer
from tests.shop import open_shop

SCRIPT = '"><script>alert(1)</script>'


async def test_somebody_is_taken_on_and_chooses_their_own_password(office: Office, owner: Browser, shop: Shop) -> None:
    await owner.get("/staff")
    page = await owner.post("/staff", {"login": "wanda", "name": "Wanda", "role": "warehouse"})
    password = re.search(r'class="secret">([^<]{20})<', page.text)
    assert password
    assert password[1] not in (await owner.get("/staff")).text
    browser = office.browser()
    await browser.get("/sign-in")
    answer = await browser.post("/sign-in", {"login": "wanda", "password": password[1]})
    assert answer.headers["location"] == "/backoffice/welcome"
    assert (await browser.get("/orders")).headers["location"] == "/backoffice/welcome"
    again = await owner.post("/staff", {"login": "WANDA", "name": "Other", "role": "warehouse"})
    assert again.status_code == 409
    assert 'value="WANDA"' in again.text
    wrong = await owner.post("/staff", {"login": "x", "name": "X", "role": "emperor"})
    assert wrong.status_code == 400
    assert {person.login for person in await list_staff(shop, SYSTEM)} == {"owner", "wanda"}


async def test_a_role_changes_with_the_next_click(office: Office, owner: Browser) -> None:
    support = await office.enter("support")
    assert support.staff is not None
    await owner.get("/staff")
    answer = await owner.post(f"/staff/{support.staff.id}/role", {"role": "manager"})
    assert answer.status_code == 303
    assert (await support.get("/orders")).headers["location"] == "/backoffice/sign-in"
    await support.sign_in("support")
    assert (await support.get("/audit")).status_code == 200


async def test_the_last_owner_stays(owner: Browser) -> None:
    assert owner.staff is not None
    await owner.get("/staff")
    assert (await owner.post(f"/staff/{owner.staff.id}/role", {"role": "support"})).status_code == 409
    assert (await owner.post(f"/staff/{owner.staff.id}/leave", {"confirm": "1"})).status_code == 409
    assert (await owner.post(f"/staff/{owner.staff.id}/password", {"confirm": "1"})).status_code == 403
    assert (await owner.get("/staff")).status_code == 200


async def test_everything_is_reset_for_whoever_lost_everything(office: Office, owner: Browser) -> None:
    support = await office.enter("support")
    assert support.staff is not None
    await owner.get("/staff")
    page = await owner.confirm(f"/staff/{support.staff.id}/password", {"factors": "1"})
    password = re.search(r'class="secret">([^<]{20})<', page.text)
    assert password
    assert (await support.get("/orders")).headers["location"] == "/backoffice/sign-in"
    assert (await support.sign_in("support", PASSWORD)).status_code == 401
    answer = await support.sign_in("support", password[1])
    assert answer.headers["location"] == "/backoffice/welcome"


async def test_a_key_is_shown_once_works_and_is_revoked(owner: Browser, shop: Shop) -> None:
    await owner.get("/api-keys")
    page = await owner.post("/api-keys", {"name": f"Robot {SCRIPT}", "scopes": ["read", "write"]})
    key = re.search(r"fk_[\w-]+", page.text)
    assert key
    assert (await check_api_key(shop, key[0], "write")).kind == "api_key"
    page = await owner.get("/api-keys")
    assert key[0] not in page.text
    assert SCRIPT not in page.text
    path = re.search(r"/api-keys/\w+/revoke", page.text)
    assert path
    assert (await owner.confirm(path[0])).status_code == 303
    with pytest.raises(BadApiKey):
        await check_api_key(shop, key[0], "read")
    assert (await owner.post("/api-keys", {"name": "Robot", "scopes": ["everything"]})).status_code == 400
    assert (await owner.post("/api-keys", {"name": "Robot"})).status_code == 400


async def test_a_voucher_from_its_making_to_its_end(owner: Browser, shop: Shop) -> None:
    await owner.get("/vouchers/new")
    fields = {
        "code": "spring-25", "kind": "percent", "percent": "12,5", "currency": "EUR", "min_total": "30",
        "starts": "2026-01-01T00:00", "ends": "2027-01-01T00:00", "uses_limit": "100", "customer_limit": "1",
        "active": "1",
    }  # fmt: skip
    answer = await owner.post("/vouchers/new", fields)
    assert answer.headers["location"] == "/backoffice/vouchers/SPRING-25?done=saved"
    (voucher,) = await list_vouchers(shop, SYSTEM)
    assert (voucher.percent_ppm, voucher.currency, voucher.min_total) == (125_000, "EUR", 3_000)
    assert (voucher.uses_limit, voucher.customer_limit, voucher.active) == (100, 1, 1)
    assert voucher.starts_ms == 1_767_225_600_000
    page = await owner.get("/vouchers/SPRING-25")
    for typed in ('value="12.5"', 'value="30.00"', 'value="2026-01-01T00:00"', 'value="100"'):
        assert typed in page.text
    assert (await owner.post("/vouchers/new", fields)).status_code == 409
    answer = await owner.post("/vouchers/SPRING-25", {**fields, "kind": "amount", "amount": "5", "code": "OTHER"})
    assert answer.status_code == 303
    (voucher,) = await list_vouchers(shop, SYSTEM)
    assert (voucher.code, voucher.kind, voucher.amount, voucher.percent_ppm) == ("SPRING-25", "amount", 500, 0)
    await owner.post("/vouchers/SPRING-25/end")
    assert [one.active for one in await list_vouchers(shop, SYSTEM)] == [0]
    answer = await owner.confirm("/vouchers/SPRING-25/delete")
    assert answer.headers["location"] == "/backoffice/vouchers?done=deleted"
    assert await list_vouchers(shop, SYSTEM) == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": "x"}, "code"),
        ({"code": SCRIPT}, "code"),
        ({"percent": "0"}, "percent"),
        ({"percent": "101"}, "percent"),
        ({"percent": "half"}, "percent"),
        ({"kind": "amount", "amount": ""}, "amount"),
        ({"currency": "", "min_total": "10"}, "currency"),
        ({"starts": "2027-01-01T00:00", "ends": "2026-01-01T00:00"}, "ends"),
        ({"uses_limit": "many"}, "uses_limit"),
        ({"starts": "tomorrow"}, "starts"),
    ],
)
async def test_a_voucher_that_makes_no_sense(owner: Browser, shop: Shop, wrong: dict[str, str], field: str) -> None:
    await owner.get("/vouchers/new")
    fields = {"code": "SPRING", "kind": "percent", "percent": "10", "active": "1", **wrong}
    answer = await owner.post("/vouchers/new", fields)
    assert answer.status_code in {400, 422}
    assert f'href="#{field}"' in answer.text
    assert SCRIPT not in answer.text
    assert await list_vouchers(shop, SYSTEM) == []


async def test_what_shoppers_type_is_shown_as_text(office: Office, owner: Browser, shop: Shop) -> None:
    await register_customer(shop, "eve@example.com", PASSWORD, f"Eve {SCRIPT}", "en")
    await a_customer(shop)
    cart = await a_cart(shop, {"MUG": 1})
    evil = Address(name=f"Eve {SCRIPT}", line1=SCRIPT, line2=SCRIPT, city=SCRIPT, postcode="10115", country="DE")
    command = await an_order(shop, cart, email="eve@example.com")
    placed = await place_order(shop, replace(command, address=evil))
    await owner.get("/")
    await owner.confirm(f"/orders/{placed.order.id}/refund", {"line_1": "1", "reason": SCRIPT})
    for path in (
        "/", "/orders", f"/orders/{placed.order.id}", "/customers", "/audit", f"/orders?q={SCRIPT}",
        f"/customers?q={SCRIPT}", f"/products?q={SCRIPT}", f"/stock?q={SCRIPT}",
        f"/audit?kind=x&subject={SCRIPT}", f"/orders?done={SCRIPT}",
    ):  # fmt: skip
        page = await owner.get(path)
        assert page.status_code == 200, path
        assert SCRIPT not in page.text, path
        assert "<script>alert" not in page.text, path


async def test_a_log_that_somebody_rewrote_says_so(owner: Browser, shop: Shop) -> None:
    page = await owner.get("/audit")
    assert "The log is whole" in page.text
    async with shop.database.write() as unit:
        await unit.run(Statement(AUDIT_ENTRIES.update().values(source="10.0.0.1")))
    page = await owner.get("/audit")
    assert "tampered with" in page.text
    assert "The log is whole" not in page.text


async def test_a_long_log_is_checked_when_asked_for(owner: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "CHECKED_AT_SIGHT", 0)
    page = await owner.get("/audit")
    assert "The log is whole" not in page.text
    assert "staff.signed_in" in page.text
    assert "The log is whole" in (await owner.get("/audit", check="1")).text


async def test_settings_show_tax_and_shipping(owner: Browser) -> None:
    page = await owner.get("/settings")
    assert "Standard delivery" in page.text
    assert "19 %" in page.text
    assert "secret" not in page.text.lower()


async def test_letters_are_shown_to_this_machine_only(office: Office, shop: Shop) -> None:
    link = f"{shop.settings.base_url}/en-de/order/secret"
    text = f"Hello {SCRIPT}\n\n{link}\nhttps://evil.example/x"
    await shop.mail.send_many([Letter(key="k/1", to="ada@example.com", subject=SCRIPT, text=text, html="<p>x</p>")])
    here = await office.browser().get("//mail")
    assert here.status_code == 200
    assert SCRIPT not in here.text
    plain = here.text.replace("&#x2f;", "/")
    assert f'href="{link}"' in plain
    assert 'href="https://evil.example' not in plain
    assert (await office.browser(source="192.0.2.1").get("//mail")).status_code == 404


async def test_letters_are_not_there_over_https(state: Path) -> None:
    clock = FixedClock(NOON_MS)
    async with open_shop(state, clock=clock, url="https://shop.example") as shop, open_office(shop) as office:
        assert (await office.browser().get("//mail")).status_code == 404
