"""From the shelf to the order's page, with forms only, as somebody without scripts does it."""

import asyncio

import pytest

from fairday.domain.pricing import Voucher
from fairday.domain.pricing import store as pricing
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.place_order import order_token
from fairday.usecases.view_order import view_order
from tests.goods import put_goods

ADDRESS = {
    "name": "Ada Byron", "email": "ada@example.com", "line1": "Lindenallee 1", "line2": "", "postcode": "10115",
    "city": "Berlin", "country": "DE", "region": "", "shipping": "standard", "payment": "sandbox:tok_ok",
}  # fmt: skip
US = {**ADDRESS, "line1": "1 Main Street", "postcode": "10001", "city": "New York", "country": "US", "region": "NY"}


async def put_in(browser, sku="MUG", quantity=1, base="/en-de"):
    return await browser.follow(await browser.post(f"{base}/cart/lines", {"sku": sku, "quantity": str(quantity)}))


async def send(browser, fields=ADDRESS, base="/en-de", **more):
    """The checkout's page, filled in and sent."""
    await browser.get(f"{base}/checkout")
    sent = {**fields, "do": "quote", "attempt": browser.hidden("attempt")}
    await browser.post(f"{base}/checkout", sent)
    total = browser.hidden("expected_total")
    return await browser.post(f"{base}/checkout", {**sent, "do": "pay", "expected_total": total, **more})


async def test_a_whole_purchase(browser, shop):
    assert (await put_in(browser, "MUG", 2)).status_code == 200
    assert browser.says("Thing MUG")
    assert browser.says("40,00\xa0€")
    answer = await send(browser)
    thanks = await browser.follow(answer)
    assert thanks.status_code == 200
    assert thanks.headers["cache-control"] == "no-store"
    assert browser.says("Thank you, it is yours.")
    order_id, token = answer.headers["location"].split("/")[3:5]
    view = await view_order(shop, order_id)
    assert token == order_token(shop, order_id)
    assert (view.order.state, view.order.total, view.order.email) == ("placed", 4490, "ada@example.com")
    assert (await browser.get("/en-de/session.json")).json() == {"cart_count": 0, "name": ""}
    status = await browser.get(f"/en-de/orders/{order_id}/{token}")
    assert browser.says(view.order.reference)
    assert "noindex" in status.text
    assert await check_invariants(shop) == []


async def test_tax_of_the_state_is_added_and_shown_before_paying(browser, shop):
    await put_in(browser, base="/en-us")
    answer = await send(browser, US, "/en-us")
    view = await view_order(shop, answer.headers["location"].split("/")[3])
    assert (view.order.currency, view.order.region, view.order.tax_included) == ("USD", "NY", 0)
    assert view.order.tax > 0
    assert view.order.total == view.order.subtotal + view.order.shipping + view.order.tax


async def test_a_stale_total_is_asked_again_and_nothing_is_charged(browser, shop):
    await put_in(browser)
    await browser.get("/en-de/checkout")
    before = browser.hidden("expected_total")
    await put_goods(shop, {"MUG": 10}, euros=3000)
    answer = await browser.post(
        "/en-de/checkout",
        {**ADDRESS, "do": "pay", "expected_total": before, "attempt": browser.hidden("attempt")},
    )
    assert answer.status_code == 409
    assert browser.says("The total has changed to")
    assert browser.hidden("expected_total") != before
    assert browser.says('value="Lindenallee 1"')
    assert await shop.payments["sandbox"].record() == []


@pytest.mark.parametrize(
    ("token", "status", "says"),
    [("tok_declined", 402, "The payment was declined"), ("nonsense", 422, "Please choose one.")],
)
async def test_a_refused_payment_keeps_everything_that_was_typed(browser, shop, token, status, says):
    await put_in(browser)
    answer = await send(browser, {**ADDRESS, "payment": f"sandbox:{token}"})
    assert answer.status_code == status
    assert browser.says(says)
    for typed in ("Ada Byron", "ada@example.com", "Lindenallee 1", "10115", "Berlin"):
        assert browser.says(f'value="{typed}"')
    retried = await send(browser)
    assert (await browser.follow(retried)).status_code == 200


async def test_sending_twice_buys_once(browser, shop):
    await put_in(browser)
    await browser.get("/en-de/checkout")
    sent = {
        **ADDRESS,
        "do": "pay",
        "expected_total": browser.hidden("expected_total"),
        "attempt": browser.hidden("attempt"),
    }
    csrf = browser.hidden("csrf")
    cookies = dict(browser.client.cookies)
    first = await browser.post("/en-de/checkout", sent)
    browser.client.cookies.clear()
    browser.client.cookies.update(cookies)
    second = await browser.post("/en-de/checkout", {**sent, "csrf": csrf})
    assert second.headers["location"] in {first.headers["location"], "/en-de/cart"}
    assert len([m for m in await shop.payments["sandbox"].record() if m.kind == "capture"]) == 1


async def test_a_challenge_is_met_and_comes_back(browser, shop):
    await put_in(browser)
    answer = await send(browser, {**ADDRESS, "payment": "sandbox:tok_challenge"})
    assert answer.headers["location"].startswith("/sandbox/challenge/")
    order_id = answer.headers["location"].rsplit("/", 1)[1]
    assert (await browser.get("/en-de/checkout/return")).status_code == 200
    assert browser.says("One moment")
    await shop.payments["sandbox"].approve(order_id)
    await browser.follow(await browser.get("/en-de/checkout/return"))
    assert browser.says("Thank you, it is yours.")


async def test_a_failed_challenge_leads_back_to_the_checkout(browser, shop):
    await put_in(browser)
    answer = await send(browser, {**ADDRESS, "payment": "sandbox:tok_challenge"})
    await shop.payments["sandbox"].reject(answer.headers["location"].rsplit("/", 1)[1])
    await browser.follow(await browser.get("/en-de/checkout/return"))
    assert browser.says("The payment was declined")
    assert browser.says("Thing MUG")


async def test_a_lost_answer_becomes_one_order(browser, shop):
    await put_in(browser)
    answer = await send(browser, {**ADDRESS, "payment": "sandbox:tok_lost_ack"})
    await browser.follow(answer)
    assert browser.says("Thank you, it is yours.")


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("name", "", "Full name: Please fill this in."),
        ("email", "ada", "E-mail address: Please write an e-mail address"),
        ("line1", " ", "Street and number: Please fill this in."),
        ("postcode", "12", "Postcode: This is not a postcode of that country."),
        ("city", "", "City: Please fill this in."),
        ("shipping", "", "Way of sending: Please choose one."),
        ("payment", "sandbox:4111111111111111", "Means of payment: Please choose one."),
    ],
)
async def test_what_is_wrong_is_said_beside_the_field(browser, shop, field, typed, says):
    await put_in(browser)
    answer = await send(browser, {**ADDRESS, field: typed})
    assert answer.status_code == 422
    assert browser.says("One thing needs another look")
    assert browser.says(says)
    assert await shop.payments["sandbox"].record() == []


async def test_a_state_is_asked_for_where_tax_depends_on_it(browser):
    await put_in(browser, base="/en-us")
    answer = await send(browser, {**US, "region": ""}, "/en-us")
    assert answer.status_code == 422
    assert browser.says("State: Please choose one.")


async def test_another_country_of_the_same_money_is_priced_anew(browser, shop):
    await put_in(browser)
    answer = await send(browser, {**ADDRESS, "country": "AT", "postcode": "1010", "city": "Wien"})
    view = await view_order(shop, answer.headers["location"].split("/")[3])
    assert (view.order.country, view.order.sent_to.city) == ("AT", "Wien")


async def test_a_country_that_was_not_offered_is_not_believed(browser, shop):
    await put_in(browser)
    answer = await send(browser, {**ADDRESS, "country": "US"})
    view = await view_order(shop, answer.headers["location"].split("/")[3])
    assert view.order.country == "DE"


async def test_the_basket_is_changed_and_emptied(browser):
    await put_in(browser, "MUG", 2)
    await browser.follow(await browser.post("/en-de/cart/quantity", {"sku": "MUG", "quantity": "3"}))
    assert browser.says("60,00\xa0€")
    await browser.follow(await browser.post("/en-de/cart/remove", {"sku": "MUG"}))
    assert browser.says("There is nothing in your basket yet.")


async def test_a_basket_moves_to_the_market_it_is_looked_at_in(browser):
    await put_in(browser)
    await browser.get("/de-de/cart")
    assert browser.says("20,00\xa0€")
    await browser.get("/en-us/cart")
    assert browser.says("$25.00")


async def test_too_many_are_said_and_stop_the_checkout(browser):
    await put_in(browser, "LAMP", 5)
    assert browser.says("Only 3 are left.")
    assert (await browser.follow(await browser.get("/en-de/checkout"))).url.path == "/en-de/cart"


async def test_what_is_not_sold_is_not_put_in(browser):
    answer = await browser.post("/en-de/cart/lines", {"sku": "NOTHING"})
    assert answer.status_code == 422
    assert (await browser.get("/en-de/session.json")).json()["cart_count"] == 0


async def test_a_voucher_is_used_and_a_wrong_one_is_refused_beside_its_field(browser, shop):
    async with shop.database.write() as unit:
        await pricing.put_vouchers(unit, [Voucher(code="FAIR10", kind="percent", percent_ppm=100_000)])
    await put_in(browser, "MUG", 2)
    wrong = await browser.post("/en-de/cart/voucher", {"code": "NOPE"})
    assert wrong.status_code == 422
    assert browser.says('value="NOPE"')
    await browser.follow(await browser.post("/en-de/cart/voucher", {"code": "fair10"}))
    assert browser.says("−4,00\xa0€")
    await browser.follow(await browser.post("/en-de/cart/voucher", {"code": ""}))
    assert not browser.says("−4,00\xa0€")


async def test_an_order_opens_with_its_own_token_only(browser, another, shop):
    await put_in(browser)
    answer = await send(browser)
    _, _, _, order_id, token, _ = answer.headers["location"].split("/")
    assert (await another.get(f"/en-de/orders/{order_id}/{token}")).status_code == 200
    for path in (f"{order_id}/{token[:-1]}x", f"{order_id}/x", f"{order_id[::-1]}/{token}", f"x/{token}"):
        assert (await another.get(f"/en-de/orders/{path}")).status_code == 404


async def test_nobody_is_led_to_somebody_else_s_payment(browser, another):
    await put_in(browser)
    await send(browser, {**ADDRESS, "payment": "sandbox:tok_challenge"})
    answer = await another.get("/en-de/checkout/return")
    assert answer.headers["location"] == "/en-de/cart"


async def test_a_double_click_is_one_order_and_both_clicks_see_it(browser, shop, monkeypatch):
    await put_in(browser)
    await browser.get("/en-de/checkout")
    sent = {**ADDRESS, "do": "quote", "attempt": browser.hidden("attempt")}
    await browser.post("/en-de/checkout", sent)
    sent |= {"do": "pay", "expected_total": browser.hidden("expected_total"), "csrf": browser.hidden("csrf")}
    provider = shop.payments["sandbox"]
    asked, answer, pay = asyncio.Event(), asyncio.Event(), provider.pay

    async def slow(request):
        asked.set()
        await answer.wait()
        return await pay(request)

    monkeypatch.setattr(provider, "pay", slow)
    first = asyncio.create_task(browser.post("/en-de/checkout", sent))
    await asked.wait()
    second = await browser.post("/en-de/checkout", sent)
    waiting = await browser.follow(second)
    assert (second.headers["location"], waiting.status_code) == ("/en-de/checkout/return", 200)
    answer.set()
    thanks = (await first).headers["location"]
    assert thanks.endswith("/thanks")
    assert (await browser.get("/en-de/checkout/return")).headers["location"] in {thanks, "/en-de/cart"}
    assert [move.kind for move in await provider.record()] == ["authorise", "capture"]
    assert await check_invariants(shop) == []
