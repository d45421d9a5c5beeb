"""Accounts and the back office, as people use them."""

import re

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.browser.shopping import buy_as_guest
from tests.running import Store

PASSWORD = "a long sentence nobody guesses"


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


@pytest.fixture(scope="session")
def owner(running_store: Store) -> dict[str, str]:
    """What the owner of this worker's store knows: grows as the tests use it."""
    return {"password": running_store.owner_password, "secret": ""}


def enter(page: Page, owner: dict[str, str]) -> None:
    """Sign in to the back office; the first time, choose a password and enrol a second factor."""
    page.goto("/backoffice/sign-in")
    page.locator("[name=login]").fill("owner")
    page.locator("[name=password]").fill(owner["password"])
    page.locator("main form button:not([type=button])").last.click()
    page.wait_for_url(re.compile("welcome|factor"))
    if "welcome" in page.url:
        if page.locator("form[action$='/welcome/password']").count():
            page.locator("[name=password]").fill(PASSWORD)
            current = page.locator("[name=current]")
            if current.count():
                current.fill(owner["password"])
            page.locator("form[action$='/welcome/password'] button:not([type=button])").click()
            owner["password"] = PASSWORD
        secret = page.locator("[data-secret], code").first.inner_text()
        owner["secret"] = re.sub(r"[^A-Z2-7]", "", secret)
        page.locator("form[action$='/account/totp'] [name=code]").fill(pyotp.TOTP(owner["secret"]).now())
        page.locator("form[action$='/account/totp'] button:not([type=button])").last.click()
    else:
        page.locator("[name=code]").first.fill(pyotp.TOTP(owner["secret"]).now())
        page.locator("main form button:not([type=button])").first.click()
    page.wait_for_timeout(300)


def test_an_order_is_shipped_and_refunded_in_the_back_office(page, owner):
    address = buy_as_guest(page, email="refund@example.org")
    order_id = re.search(r"/orders/([0-9a-z]{26})/", address)[1]
    enter(page, owner)
    page.goto(f"/backoffice/orders/{order_id}")
    page.locator("form[action$='/ship'] [name=carrier]").fill("DHL")
    page.locator("form[action$='/ship'] [name=tracking]").fill("JD0001")
    page.locator("form[action$='/ship'] button:not([type=button])").last.click()
    expect(page.get_by_role("main")).to_contain_text("JD0001")
    refund = page.locator("form[action$='/refund']")
    refund.locator("input[type=number]").first.fill("1")
    refund.locator("button:not([type=button])").last.click()
    page.goto(address)
    expect(page.get_by_role("main")).to_contain_text("JD0001")
    expect(page.get_by_role("main")).to_contain_text(re.compile("refund", re.IGNORECASE))
