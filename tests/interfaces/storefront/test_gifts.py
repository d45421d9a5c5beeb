"""Gift cards and store credit as shoppers meet them, with forms only."""

from fairday.domain.access import SYSTEM
from fairday.kernel.clock import DAY_MS
from fairday.usecases.give_store_credit import GiveStoreCredit, give_store_credit
from fairday.usecases.issue_gift_card import IssueGiftCard, issue_gift_card
from fairday.usecases.manage_gift_cards import set_gift_card_active
from fairday.usecases.offer_gifts import TRIES_BY_SOURCE
from tests.interfaces.storefront.conftest import NOON_MS
from tests.people import PASSWORD, a_customer


async def a_card(shop, amount=5_000, currency="EUR", expires_ms=0):
    return await issue_gift_card(
        shop, SYSTEM,
        IssueGiftCard(attempt=f"{amount} {currency} {expires_ms}", amount=amount, currency=currency, paid=True,
                      expires_ms=expires_ms),
    )  # fmt: skip


async def credit(shop, customer, amount=700):
    asked = GiveStoreCredit(attempt=str(amount), customer_id=customer.id, amount=amount, currency="EUR")
    return await give_store_credit(shop, SYSTEM, asked)


async def sign_in(browser, customer):
    await browser.get("/en-de/sign-in")
    answer = await browser.post("/en-de/sign-in", {"email": customer.email, "password": PASSWORD})
    return await browser.follow(answer)


async def test_a_card_tells_what_is_left_on_it(browser, shop):
    issued = await a_card(shop, expires_ms=NOON_MS + DAY_MS)
    await browser.get("/de-de/gift-card")
    answer = await browser.post("/de-de/gift-card", {"code": issued.code.lower()})
    assert answer.headers["cache-control"] == "no-store"
    assert browser.says("Noch 50,00\xa0€")
    assert browser.says(f"mit der Endung {issued.card.last4}")
    assert issued.code not in browser.page


async def test_no_card_a_blocked_one_and_one_that_is_over_look_the_same(browser, shop, clock):
    blocked, over = await a_card(shop), await a_card(shop, expires_ms=NOON_MS + 1)
    await set_gift_card_active(shop, SYSTEM, blocked.card.id, active=False)
    clock.advance(1)
    said = set()
    await browser.get("/en-de/gift-card")
    for code in (blocked.code, over.code, "0000-0000-0000-0000-0000", "'; DROP TABLE"):
        answer = await browser.post("/en-de/gift-card", {"code": code})
        assert answer.status_code == 422
        said.add(browser.says("This gift card cannot be used."))
    assert said == {True}
    assert (await browser.post("/en-de/gift-card", {"code": ""})).status_code == 422
    assert browser.says("Please fill this in.")


async def test_who_tries_codes_is_slowed_down(browser, shop):
    issued = await a_card(shop)
    await browser.get("/en-de/gift-card")
    for _ in range(TRIES_BY_SOURCE.most):
        await browser.post("/en-de/gift-card", {"code": "0000-0000-0000-0000-0000"})
    assert (await browser.post("/en-de/gift-card", {"code": issued.code})).status_code == 429


async def test_the_account_shows_the_credit(browser, shop):
    ada = await a_customer(shop)
    await sign_in(browser, ada)
    assert not browser.says("store credit")
    await credit(shop, ada)
    await browser.get("/en-de/account")
    assert browser.says("You have 7,00\xa0€ of store credit.")
