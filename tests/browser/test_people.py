"""Accounts and the back office, as people use them."""

import re

from playwright.sync_api import Page, expect

from tests.browser.shopping import PASSWORD, buy_as_guest


def newest_letter_link(page: Page, path: str) -> str:
    """The newest link in the mail page that leads to `path`."""
    page.goto("/mail")
    for _ in range(40):
        link = page.locator(f"a[href*='{path}']").first
        if link.count():
            return link.get_attribute("href") or ""
        page.wait_for_timeout(250)
        page.reload()
    raise AssertionError(f"no letter leads to {path}")


def test_registering_confirming_signing_out_and_in(page):
    email = "grete@example.org"
    page.goto("/en-us/register")
    page.locator("[name=name]").fill("Grete Example")
    page.locator("[name=email]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button:not([type=button])").last.click()
    page.goto(newest_letter_link(page, "/register/confirm/"))
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button:not([type=button])").last.click()
    expect(page).to_have_url(re.compile("/account"))
    page.locator("form[action$='/sign-out'] button").first.click()
    page.goto("/en-us/account")
    expect(page).to_have_url(re.compile("/sign-in"))
    page.locator("[name=email]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button:not([type=button])").last.click()
    expect(page).to_have_url(re.compile("/account"))
    expect(page.get_by_role("main")).to_contain_text("Grete")


def agree(page: Page) -> None:
    """Say yes where the back office asks once more."""
    asked = page.locator("form:has([name=confirm]) button:not([type=button])")
    expect(asked.or_(page.locator("form[action$='/refund']")).first).to_be_visible()
    if asked.count():
        asked.first.click()


def test_an_order_is_shipped_and_refunded_in_the_back_office(page, open_context, office):
    address = buy_as_guest(page, email="refund@example.org")
    order_id = re.search(r"/orders/([0-9a-z]{26})/", address)[1]
    shopper, page = page, open_context(storage_state=office).new_page()
    page.goto(f"/backoffice/orders/{order_id}")
    ship = page.locator("form[action$='/ship']")
    ship.locator("[name=carrier]").select_option("DHL")
    ship.locator("[name=tracking]").fill("JD0001")
    ship.locator("button:not([type=button])").last.click()
    agree(page)
    expect(page.get_by_role("main")).to_contain_text("JD0001")
    refund = page.locator("form[action$='/refund']")
    page.locator("details:has(form[action$='/refund'])").evaluate_all("all => all.forEach(one => one.open = true)")
    refund.locator("input[type=number]").first.fill("1")
    refund.locator("button:not([type=button])").last.click()
    agree(page)
    page.wait_for_url(re.compile(order_id))
    shopper.goto(address)
    expect(shopper.get_by_role("main")).to_contain_text("JD0001")
    expect(shopper.get_by_role("main")).to_contain_text(re.compile("refund", re.IGNORECASE))
