"""Gift cards and store credit as shoppers meet them, with forms only."""

from fairday.domain.access import SYSTEM
from fairday.domain.pricing import gift_store
from fairday.kernel.clock import DAY_MS
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.give_store_credit import GiveStoreCredit, give_store_credit
from fairday.usecases.issue_gift_card import IssueGiftCard, issue_gift_card
from fairday.usecases.manage_gift_cards import set_gift_card_active
from fairday.usecases.offer_gifts import TRIES_BY_SOURCE
from fairday.usecases.view_order import view_order
from tests.interfaces.storefront.conftest import NOON_MS
from tests.interfaces.storefront.test_buying import ADDRESS
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


# --------------------------------------------------------------------------------------------------------- at checkout


async def at_checkout(browser, sku="MUG", quantity=1):
    await browser.follow(await browser.post("/en-de/cart/lines", {"sku": sku, "quantity": str(quantity)}))
    return await browser.get("/en-de/checkout")


async def press(browser, do, **fields):
    """Send the checkout's form with a button, with what its hidden fields hold."""
    hidden = {name: browser.hidden(name) for name in ("attempt", "gifts", "expected_total", "expected_due")}
    return await browser.post("/en-de/checkout", {**ADDRESS, **hidden, "do": do, **fields})


async def order_of(shop, answer):
    return (await view_order(shop, answer.headers["location"].split("/")[3])).order


async def test_a_card_pays_first_and_the_rest_is_shown_and_paid(browser, shop):
    issued = await a_card(shop, 1_000)
    await at_checkout(browser)
    page = await press(browser, "gift", gift_code=issued.code.lower())
    assert page.status_code == 200
    assert browser.says(f"Gift card ending in {issued.card.last4}")
    assert browser.says("−10,00\xa0€")
    assert browser.says("Order and pay 14,90\xa0€")
    assert issued.code not in browser.page
    assert issued.card.id not in browser.page, "sealed"
    answer = await press(browser, "pay")
    order = await order_of(shop, answer)
    assert (order.state, order.total, order.gift, order.due) == ("placed", 2_490, 1_000, 1_490)
    await browser.follow(answer)
    assert browser.says("Left to pay")
    assert browser.says("−10,00\xa0€")
    assert await check_invariants(shop) == []


async def test_a_card_that_pays_everything_asks_for_no_other_means(browser, shop):
    issued = await a_card(shop, 5_000)
    await at_checkout(browser)
    await press(browser, "gift", gift_code=issued.code)
    assert browser.says("Order, nothing left to pay")
    assert 'name="payment"' not in browser.page
    order = await order_of(shop, await press(browser, "pay", payment=""))
    assert (order.due, order.provider) == (0, "gift")
    assert await shop.payments["sandbox"].record() == []


async def test_a_code_that_stands_there_when_paying_is_meant_and_shown_first(browser, shop):
    issued = await a_card(shop, 1_000)
    await at_checkout(browser)
    await press(browser, "quote")
    page = await press(browser, "pay", gift_code=issued.code)
    assert page.status_code == 200
    assert await shop.payments["sandbox"].record() == []
    assert (await order_of(shop, await press(browser, "pay"))).gift == 1_000


async def test_a_wrong_code_is_told_beside_its_field_and_nothing_is_lost(browser, shop):
    dollars = await a_card(shop, 1_000, "USD")
    await at_checkout(browser)
    for code in ("0000-0000-0000-0000-0000", dollars.code):
        page = await press(browser, "gift", gift_code=code)
        assert page.status_code == 422
        assert browser.says("This gift card cannot be used.")
        assert browser.says('value="Lindenallee 1"')
        assert browser.hidden("gifts") == ""
    assert (await order_of(shop, await press(browser, "pay", gift_code=""))).gift == 0


async def test_a_card_is_taken_out_again(browser, shop):
    one, two = await a_card(shop, 1_000), await a_card(shop, 200)
    await at_checkout(browser)
    await press(browser, "gift", gift_code=one.code)
    await press(browser, "gift", gift_code=one.code)
    await press(browser, "gift", gift_code=two.code)
    assert browser.hidden("expected_due") == "1290"
    await press(browser, "drop-0")
    assert not browser.says(one.card.last4)
    assert (await order_of(shop, await press(browser, "pay"))).gift == 200


async def test_another_rest_than_was_seen_is_asked_again(browser, shop):
    issued = await a_card(shop, 1_000)
    await at_checkout(browser)
    await press(browser, "gift", gift_code=issued.code)
    await set_gift_card_active(shop, SYSTEM, issued.card.id, active=False)
    page = await press(browser, "pay")
    assert page.status_code == 409
    assert browser.says("has changed to 24,90\xa0€")
    assert await shop.payments["sandbox"].record() == []
    assert (await order_of(shop, await press(browser, "pay"))).gift == 0


async def test_somebody_elses_sealed_cards_and_made_up_ones_pay_nothing(browser, shop):
    issued = await a_card(shop, 1_000)
    await at_checkout(browser)
    await press(browser, "quote")
    for gifts in (issued.card.id, '["x"]', "x" * 80):
        page = await press(browser, "quote", gifts=gifts)
        assert page.status_code == 200
        assert browser.hidden("expected_due") == "2490"


async def test_credit_is_offered_to_its_customer_and_taken_when_ticked(browser, another, shop):
    ada = await a_customer(shop)
    balance = await credit(shop, ada)
    await at_checkout(another)
    assert not another.says("store credit:")
    await sign_in(browser, ada)
    await at_checkout(browser)
    assert browser.says("Use my store credit: 7,00\xa0€")
    assert browser.hidden("expected_due") == "2490"
    await press(browser, "quote", use_credit="1")
    assert browser.hidden("expected_due") == "1790"
    order = await order_of(shop, await press(browser, "pay", use_credit="1"))
    assert (order.credit, order.due, order.customer_id) == (700, 1_790, ada.id)
    async with shop.database.read() as reader:
        assert (await gift_store.get_many(reader, [balance.id]))[balance.id].balance == 0


async def test_a_tick_that_was_not_priced_yet_is_priced_before_anything_is_charged(browser, shop):
    ada = await a_customer(shop)
    await credit(shop, ada)
    await sign_in(browser, ada)
    await at_checkout(browser)
    await press(browser, "quote")
    page = await press(browser, "pay", use_credit="1")
    assert page.status_code == 409
    assert browser.says("has changed to 17,90\xa0€")
    assert await shop.payments["sandbox"].record() == []
