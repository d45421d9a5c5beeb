"""A stranger buys: with and without scripts, with a card that is refused, with a bank that asks back."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.shopping import buy_as_guest, fields_of, fill_a_basket, fill_in_checkout, pay


def test_a_guest_buys_on_one_page_with_eight_fields_at_most(page):
    name = fill_a_basket(page)
    expect(page.get_by_role("main")).to_contain_text(name)
    page.goto("/en-us/checkout")
    assert 0 < len(fields_of(page)) <= 8
    fill_in_checkout(page)
    shown = page.locator("main form button:not([type=button])").last.inner_text()
    pay(page)
    expect(page).to_have_url(re.compile(r"/en-us/orders/"))
    expect(page.get_by_role("main")).to_contain_text(name)
    expect(page.get_by_role("main")).to_contain_text(re.search(r"\$[\d.,]+", shown)[0])


def test_everything_works_without_scripts(open_context):
    page = open_context(java_script_enabled=False).new_page()
    assert "/orders/" in buy_as_guest(page)


def test_a_phone_buys_too(open_context):
    page = open_context(viewport={"width": 320, "height": 640}, has_touch=True).new_page()
    assert "/orders/" in buy_as_guest(page)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 320


@pytest.mark.parametrize("scripts", [True, False])
def test_what_was_typed_is_kept_when_something_is_wrong(open_context, scripts):
    page = open_context(java_script_enabled=scripts).new_page()
    fill_a_basket(page)
    page.goto("/en-us/checkout")
    fill_in_checkout(page, email="not an address")
    pay(page)
    expect(page.locator("[name=line1]")).to_have_value("12 Elm Street")
    expect(page.locator("[name=email]")).to_have_attribute("aria-invalid", "true")
    page.locator("[name=email]").fill("ada@example.org")
    pay(page)
    expect(page).to_have_url(re.compile(r"/orders/"))


def test_a_refused_card_leaves_basket_and_address_and_another_card_pays(open_context):
    page = open_context(java_script_enabled=False).new_page()  # a 402 page is an error on a console with scripts
    fill_a_basket(page)
    page.goto("/en-us/checkout")
    fill_in_checkout(page, payment="sandbox:tok_declined")
    pay(page)
    expect(page.locator("[name=line1]")).to_have_value("12 Elm Street")
    page.locator("[name=payment]").select_option("sandbox:tok_ok")
    pay(page)
    expect(page).to_have_url(re.compile(r"/orders/"))


@pytest.mark.parametrize(("answer", "where"), [("approve", r"/orders/"), ("reject", r"/checkout|/cart|/orders/")])
def test_a_bank_that_asks_back_is_answered_on_its_own_page(page, answer, where):
    fill_a_basket(page)
    page.goto("/en-us/checkout")
    fill_in_checkout(page, payment="sandbox:tok_challenge")
    pay(page)
    expect(page).to_have_url(re.compile("/sandbox/challenge/"))
    page.locator(f"button[value={answer}]").click()
    expect(page).to_have_url(re.compile(where))
    if answer == "approve":
        expect(page.get_by_role("main")).to_contain_text("$")


def test_what_is_chosen_while_the_price_is_on_its_way_stays_chosen(page):
    """A state is chosen, then the card; the answer to the first comes last, and does not take the second back."""
    fill_a_basket(page)
    page.goto("/en-us/checkout")
    held = []
    page.route("**/checkout", lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    fill_in_checkout(page, payment="sandbox:tok_challenge")
    page.locator("[name=name]").focus()
    expect(page.locator("form[aria-busy]")).to_have_count(1)
    assert len(held) == 1
    held[0].continue_()
    expect(page.locator("form[aria-busy]")).to_have_count(0)
    page.unroute("**/checkout")
    assert page.locator("[name=payment]").input_value() == "sandbox:tok_challenge"
    pay(page)
    expect(page).to_have_url(re.compile("/sandbox/challenge/"))


def test_an_order_page_opens_with_its_link_and_with_no_other(page, open_context):
    address = buy_as_guest(page)
    assert page.request.get(address).status == 200
    stranger = open_context().request
    assert stranger.get(address).status == 200
    assert stranger.get(address.split("?")[0].rsplit("/", 1)[0] + "/AAAAAAAAAAAAAAAAAAAAAAAAAAA").status == 404


def test_suggestions_appear_as_one_types_and_can_be_chosen_by_keyboard(page):
    page.goto("/en-us/")
    page.locator("#q").press_sequentially("lam", delay=60)
    option = page.get_by_role("option").first
    expect(option).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile(r"/en-us/$"))
