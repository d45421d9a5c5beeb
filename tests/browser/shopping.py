"""What people do in the shop, by the names they see."""

import re

import pyotp
from playwright.sync_api import Page, expect

PASSWORD = "a long sentence nobody guesses"
VISIBLE_FIELDS = """() => [...document.querySelectorAll('main input, main select, main textarea')]
    .filter(field => field.checkVisibility() && field.type !== 'hidden').map(field => field.name)"""


def fill_a_basket(page: Page, market: str = "en-us") -> str:
    """Put something from the home page into the basket; its name."""
    page.goto(f"/{market}/")
    first = page.locator("main a[href*='/p/']").first
    page.goto(first.get_attribute("href") or "")
    name = page.get_by_role("heading", level=1).inner_text()
    page.locator("form[action$='/cart/lines'] button:not([type=button])").first.click()
    expect(page).to_have_url(re.compile("/cart"))
    return name


def fill_in_checkout(page: Page, *, email: str = "ada@example.org", payment: str = "sandbox:tok_ok") -> None:
    """A guest in Oregon, where nothing is added for tax."""
    page.locator("[name=name]").fill("Ada Example")
    page.locator("[name=email]").fill(email)
    page.locator("[name=line1]").fill("12 Elm Street")
    page.locator("[name=postcode]").fill("97201")
    page.locator("[name=city]").fill("Portland")
    page.locator("[name=region]").select_option("OR")
    page.locator("[name=payment]").select_option(payment)


def pay(page: Page) -> None:
    page.locator("main form button:not([type=button])").last.click()


def buy_as_guest(page: Page, **how: str) -> str:
    """From the home page to the confirmation; the address of the order's page."""
    fill_a_basket(page)
    page.goto("/en-us/checkout")
    fill_in_checkout(page, **how)
    pay(page)
    expect(page).to_have_url(re.compile(r"/en-us/orders/[0-9a-z]{26}/"))
    return page.url


def fields_of(page: Page) -> list[str]:
    """The names of the fields a person sees, radio buttons of one question counted once."""
    return list(dict.fromkeys(page.evaluate(VISIBLE_FIELDS)))


def enter_the_back_office(page: Page, given: str) -> None:
    """The first owner's first day: a password of one's own, and a second factor."""
    page.goto("/backoffice/sign-in")
    page.locator("[name=login]").fill("owner")
    page.locator("[name=password]").fill(given)
    page.locator("main form button:not([type=button])").last.click()
    page.wait_for_url(re.compile("/welcome"))
    form = page.locator("form[action$='/welcome/password']")
    form.locator("[name=current]").fill(given)
    for field in form.locator("input[type=password]:not([name=current])").all():
        field.fill(PASSWORD)
    form.locator("button:not([type=button])").click()
    expect(page.locator("code.secret").first).to_be_visible()
    secret = page.locator("code.secret").first.inner_text().replace(" ", "")
    page.locator("form[action$='/account/totp'] [name=code]").fill(pyotp.TOTP(secret).now())
    page.locator("form[action$='/account/totp'] button:not([type=button])").last.click()
    page.goto("/backoffice")
    expect(page.get_by_role("main")).to_be_visible()
