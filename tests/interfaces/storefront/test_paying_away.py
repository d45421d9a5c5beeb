"""Paying on the provider's own page, and by the API: Stripe as shoppers and programs meet it, behind its fake."""

import uuid

import pytest

from fairday.kernel.clock import HOUR_MS, MINUTE_MS, FixedClock
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.settle_orders import settle_orders
from fairday.usecases.ship_order import ShipOrder, ship_order
from fairday.usecases.view_order import view_order
from tests.calling import open_caller
from tests.goods import put_goods
from tests.interfaces.storefront.conftest import NOON_MS, open_browser
from tests.interfaces.storefront.test_buying import ADDRESS, put_in, send
from tests.shop import open_shop
from tests.stripe_fake import KEY, WEBHOOK_SECRET, fake_stripe

HOSTED = {**ADDRESS, "payment": "stripe:hosted"}


@pytest.fixture
def clock():
    return FixedClock(NOON_MS)


@pytest.fixture
def stripe(clock):
    with fake_stripe(clock) as fake:
        yield fake


@pytest.fixture(params=["at_order", "at_ship"])
async def shop(request, state, clock, stripe):
    settings = {
        "payments": "stripe:", "stripe_secret_key": KEY, "stripe_webhook_secrets": WEBHOOK_SECRET,
        "stripe_api_base": stripe.url, "capture": request.param,
    }  # fmt: skip
    async with open_shop(state, clock=clock, **settings) as opened:
        await put_goods(opened, {"MUG": 10, "LAMP": 3})
        yield opened
        clock.advance(HOUR_MS)
        assert await check_invariants(opened) == []


@pytest.fixture
async def browser(shop):
    async with open_browser(shop) as opened:
        yield opened


async def begun(browser, stripe):
    """At the provider's door, and the page behind it."""
    await put_in(browser)
    answer = await send(browser, HOSTED)
    assert answer.headers["location"] == "/en-de/checkout/pay"
    await browser.follow(answer)
    (page,) = [one for one in stripe.account.all("checkout.session") if one["status"] == "open"]
    return page


async def test_the_shopper_is_led_to_the_providers_page_and_back(browser, shop, stripe):
    page = await begun(browser, stripe)
    assert browser.says(f'content="0;url={page["url"]}"')
    assert browser.says("checkout.stripe.test")
    assert page["success_url"].endswith("/en-de/checkout/return")
    stripe.account.pay_page(page)
    thanks = await browser.follow(await browser.get("/en-de/checkout/return"))
    assert thanks.status_code == 200
    assert browser.says("Thank you, it is yours.")
    order_id = page["metadata"]["order_id"]
    view = await view_order(shop, order_id)
    assert view.order.state == "placed"
    if shop.settings.capture == "at_ship":
        assert (view.payment.state, view.payment.captured) == ("authorised", 0)
        await ship_order(shop, ShipOrder(order_id=order_id))
    assert (await view_order(shop, order_id)).payment.captured == view.order.total


async def test_a_card_that_is_declined_there_may_be_followed_by_another(browser, shop, stripe):
    page = await begun(browser, stripe)
    stripe.account.pay_page(page, "pm_card_visa_chargeDeclined")
    assert (await browser.get("/en-de/checkout/return")).status_code == 200
    assert browser.says("Go on to payment")
    stripe.account.pay_page(page)
    await browser.follow(await browser.get("/en-de/checkout/return"))
    assert browser.says("Thank you, it is yours.")


async def test_a_shopper_who_thinks_better_of_it_gets_the_basket_back(browser, shop, stripe):
    page = await begun(browser, stripe)
    await browser.get("/en-de/checkout/return")
    back = await browser.follow(await browser.post("/en-de/checkout/give-up"))
    await browser.follow(back)
    assert browser.says("Thing MUG")
    assert page["status"] == "expired"
    assert (await view_order(shop, page["metadata"]["order_id"])).order.state == "declined"
    with pytest.raises(Exception, match="not_open"):
        stripe.account.pay_page(page)
    again = await send(browser, HOSTED)
    assert again.headers["location"] == "/en-de/checkout/pay"


async def test_giving_up_what_was_paid_a_moment_ago_is_too_late(browser, shop, stripe):
    page = await begun(browser, stripe)
    await browser.get("/en-de/checkout/return")
    stripe.account.pay_page(page)
    back = await browser.follow(await browser.post("/en-de/checkout/give-up"))
    await browser.follow(back)
    assert browser.says("Thank you, it is yours.")
    assert (await view_order(shop, page["metadata"]["order_id"])).order.state == "placed"


async def test_a_page_that_nobody_finishes_is_closed(browser, shop, stripe, clock):
    page = await begun(browser, stripe)
    clock.advance(shop.settings.hold_minutes * MINUTE_MS + MINUTE_MS)
    await settle_orders(shop)
    assert page["status"] == "expired"
    assert (await view_order(shop, page["metadata"]["order_id"])).order.state == "declined"
    await browser.follow(await browser.get("/en-de/checkout/return"))
    assert browser.says("The payment was declined")


async def test_nobody_is_led_away_without_an_order_that_waits(browser):
    answer = await browser.get("/en-de/checkout/pay")
    assert answer.headers["location"] == "/en-de/checkout/return"


@pytest.mark.parametrize(
    ("token", "status", "says"),
    [
        ("pm_card_visa", 201, "placed"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", 402, "insufficient_funds"),
        ("pm_card_authenticationRequired", 202, "https://hooks.stripe.test/"),
        ("hosted", 202, "https://checkout.stripe.test/"),
        ("pm_nobodys", 402, "resource_missing"),
    ],
)
async def test_a_program_pays_with_stripes_tokens(shop, token, status, says):
    async with open_caller(shop) as api:
        cart = await api.cart({"MUG": 1})
        body = api.order(cart, payment={"provider": "stripe", "token": token})
        answer = await api.post("/orders", body, token=cart["token"], key=str(uuid.uuid4()))
        assert answer.status_code == status, answer.text
        assert says in answer.text
