"""A gift card from the back office to a purchase, in a real browser, with and without scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE
from tests.browser.shopping import fill_a_basket, fill_in_checkout, pay


@pytest.fixture
def issued(browser, running_store, office):
    """Makes gift cards of so many dollars: their codes, as the owner sees them once."""
    context = browser.new_context(base_url=running_store.url, storage_state=office)
    yield lambda amount: _issue(context.new_page(), amount)
    context.close()


def _issue(page: Page, amount: str) -> str:
    page.goto("/backoffice/gift-cards/new")
    page.locator("[name=amount]").fill(amount)
    page.locator("[name=currency]").select_option("USD")
    page.locator("main form button").click()
    return page.locator("code.secret").inner_text()


def _use(page: Page, code: str) -> None:
    part = page.locator("section[aria-labelledby=gift]")
    if not part.locator("[name=gift_code]").is_visible():
        part.locator("summary").click()
    part.locator("[name=gift_code]").fill(code)
    part.locator("button[value=gift]").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_small_card_and_the_rest_by_another(open_context, issued, scripts):
    code = issued("2")
    page = open_context(java_script_enabled=scripts, viewport=PHONE).new_page()
    fill_a_basket(page)
    page.goto("/en-us/checkout")
    fill_in_checkout(page)
    _use(page, "0000-0000-0000-0000-0000")
    expect(page.locator("#gift_code-problem")).to_contain_text("cannot be used")
    expect(page.locator("[name=city]")).to_have_value("Portland")
    _use(page, code)
    expect(page.locator("section[aria-labelledby=gift]")).to_contain_text(code[-4:])
    pay(page)
    expect(page).to_have_url(re.compile(r"/en-us/orders/[0-9a-z]{26}/"))
    expect(page.get_by_text("Left to pay")).to_be_visible()


def test_a_large_card_pays_alone_and_tells_what_is_left(open_context, issued):
    code = issued("1000")
    page = open_context().new_page()
    fill_a_basket(page)
    page.goto("/en-us/checkout")
    fill_in_checkout(page)
    _use(page, code)
    expect(page.locator("[name=payment]")).to_have_count(0)
    pay(page)
    expect(page).to_have_url(re.compile(r"/en-us/orders/[0-9a-z]{26}/"))
    page.goto("/en-us/gift-card")
    page.locator("[name=code]").fill(code.lower())
    page.locator("main form button").click()
    expect(page.get_by_role("status")).to_contain_text("left")
