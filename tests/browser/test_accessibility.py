"""axe-core finds nothing on any page: light, dark, and on a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.shopping import buy_as_guest, fill_a_basket

PUBLIC = (
    "/en-us/", "/de-de/", "/en-us/c/lighting", "/en-us/search?q=lamp", "/en-us/search?q=zzzzqqq", "/en-us/sign-in",
    "/en-us/register", "/en-us/password/reset", "/en-us/gift-card", "/en-us/pages/delivery", "/en-us/cart",
    "/en-us/nowhere", "/backoffice/sign-in", "/mail", "/api/v1/docs",
)  # fmt: skip
LOOKS = {
    "light": {"viewport": DESKTOP, "color_scheme": "light"},
    "dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "phone": {"viewport": PHONE, "color_scheme": "light"},
}
OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def complaints_of(page):
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [f"{page.url}: {one['id']}: {[node['html'][:160] for node in one['nodes']][:3]}" for one in found]


@pytest.mark.parametrize("look", LOOKS)
def test_public_pages(browser, running_store, look):
    context = browser.new_context(base_url=running_store.url, reduced_motion="reduce", **LOOKS[look])
    page = context.new_page()
    found = []
    for path in PUBLIC:
        page.goto(path)
        found += complaints_of(page)
    fill_a_basket(page)
    product = page.locator("main a[href*='/p/']").first.get_attribute("href")
    for path in ("/en-us/cart", "/en-us/checkout", product):
        page.goto(path)
        found += complaints_of(page)
    page.goto("/en-us/checkout")
    page.locator("main form button:not([type=button])").last.click()
    page.wait_for_timeout(300)
    found += complaints_of(page)
    context.close()
    assert found == []


OFFICE = (
    "/backoffice", "/backoffice/orders", "/backoffice/products", "/backoffice/products/new", "/backoffice/customers",
    "/backoffice/stock", "/backoffice/stock/locations", "/backoffice/stock/locations/main",
    "/backoffice/vouchers", "/backoffice/vouchers/new", "/backoffice/gift-cards", "/backoffice/gift-cards/new",
    "/backoffice/staff", "/backoffice/audit", "/backoffice/books",
    "/backoffice/books/journal", "/backoffice/books/closing", "/backoffice/books/reconciliation",
    "/backoffice/api-keys", "/backoffice/settings", "/backoffice/account",
)  # fmt: skip
FIRST_OF = ("orders", "products", "stock")


@pytest.mark.parametrize("look", LOOKS)
def test_the_back_office(browser, running_store, office, look):
    context = browser.new_context(base_url=running_store.url, storage_state=office, **LOOKS[look])
    page = context.new_page()
    buy_as_guest(page)
    found = []
    for path in OFFICE:
        page.goto(path)
        found += complaints_of(page)
    for kind in FIRST_OF:
        page.goto(f"/backoffice/{kind}")
        listed = f"main a[href*='/{kind}/']:not([href$='/new'], [href$='/locations'])"
        page.goto(page.locator(listed).first.get_attribute("href"))
        found += complaints_of(page)
    context.close()
    assert found == []
