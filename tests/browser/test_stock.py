"""The stock's forms, clicked: a location, a delivery, a move, a policy, and what the shopper then reads."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.long


@pytest.mark.parametrize(
    ("name", "screen"),
    [("desktop", {"viewport": DESKTOP}), ("phone", {"viewport": PHONE, "java_script_enabled": False})],
)
def test_stock_is_kept_by_hand(open_context, office, tmp_path: Path, name, screen):
    page = open_context(storage_state=office, **screen).new_page()

    def shown(what: str) -> None:
        page.screenshot(path=str(tmp_path / f"{name}-{what}.png"), full_page=True)
        width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width <= 0, f"{what} is {width} px too wide"

    page.goto("/backoffice/stock", wait_until="domcontentloaded")
    page.get_by_role("link", name="Locations").click()
    page.get_by_label("Code").fill(f"north-{name}")
    page.get_by_label("Name").fill(f"North {name}")
    page.get_by_label("Country").fill("US")
    shown("locations")
    page.get_by_role("button", name="Add location").click()
    expect(page.get_by_text("The location is there.")).to_be_visible()
    shown("location")

    page.goto("/backoffice/stock", wait_until="domcontentloaded")
    page.locator("td.main a").first.click()
    sku = page.locator("td.main.code").first.inner_text()
    page.get_by_text("Receive", exact=True).click()
    page.locator("#receive_sku").select_option(sku)
    page.locator("#receive_location").select_option(f"north-{name}")
    page.locator("#receive_quantity").fill("3")
    page.locator("#receive_cost").fill("4.50")
    page.get_by_role("button", name="Put on the shelf").click()
    expect(page.get_by_text("The pieces are on the shelf.")).to_be_visible()

    page.get_by_text("Move", exact=True).click()
    page.locator("#move_sku").select_option(sku)
    page.locator("#move_source").select_option(f"north-{name}")
    page.locator("#move_target").select_option("main")
    page.locator("#move_quantity").fill("2")
    page.get_by_role("button", name="Move pieces").click()
    expect(page.get_by_text("The pieces were moved.")).to_be_visible()

    page.get_by_text(f"{sku} at main").click()
    form = page.locator("details[open] form").last
    form.get_by_label("When the shelf is empty").select_option("preorder")
    form.get_by_label("Pieces that may be promised").fill("12")
    form.get_by_label("Expected on").fill("2027-05-01")
    form.get_by_label("Most for one customer").fill("2")
    shown("policy")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Shoppers see it in a moment.")).to_be_visible()
    expect(page.get_by_text(re.compile(r"Pre-order \(12\)"))).to_be_visible()
    shown("shelves")

    page.get_by_text("Move", exact=True).click()
    page.locator("#move_quantity").fill("999999")
    page.locator("#move_target").select_option(f"north-{name}")
    page.get_by_role("button", name="Move pieces").click()
    expect(page.get_by_text("can be moved")).to_be_visible()
    shown("refused")
