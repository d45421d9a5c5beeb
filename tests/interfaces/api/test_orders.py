"""Orders by the API: placed once, at the total the shopper saw, or refused with what has to be known."""

import asyncio

import pytest

from fairday.domain.orders import queries
from fairday.domain.pricing import Price
from fairday.domain.pricing import store as pricing
from fairday.kernel.clock import MINUTE_MS
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.settle_orders import settle_orders
from tests.calling import open_caller
from tests.shop import open_shop


async def counts(shop):
    async with shop.database.read() as reader:
        return await queries.counts_by_state(reader)


async def test_an_order_is_placed(api, shop):
    cart = await api.cart({"MUG": 2, "LAMP": 1})
    answer = await api.post("/orders", api.order(cart), token=cart["token"], key="k1")
    placed = answer.json()
    assert answer.status_code == 201
    assert placed["state"] == "placed"
    assert placed["total"] == cart["total"]
    assert answer.headers["location"] == f"/api/v1/orders/{placed['id']}"
    shown = (await api.get(f"/orders/{placed['id']}", token=placed["token"])).json()
    assert [(line["sku"], line["quantity"]) for line in shown["lines"]] == [("MUG", 2), ("LAMP", 1)]
    assert (shown["state"], shown["total"], shown["refunded"]["amount"]) == ("placed", cart["total"], 0)
    assert shown["address"] == {**api.order(cart)["address"], "line2": "", "region": ""}
    assert shown["next_action"] is None
    assert (await api.get(f"/carts/{cart['id']}", token=cart["token"])).status_code == 404, "the cart is an order now"
    assert not await check_invariants(shop)


async def test_the_total_may_be_a_bare_number(api):
    cart = await api.cart()
    body = api.order(cart, expected_total=cart["total"]["amount"])
    assert (await api.post("/orders", body, token=cart["token"], key="k1")).status_code == 201


async def test_a_total_of_another_currency_is_refused(api, shop):
    cart = await api.cart()
    body = api.order(cart, expected_total={"amount": cart["total"]["amount"], "currency": "USD"})
    answer = await api.post("/orders", body, token=cart["token"], key="k1")
    assert (answer.status_code, answer.json()["field"]) == (400, "expected_total.currency")
    assert await counts(shop) == {}


async def test_a_stale_total_is_told_the_new_one(api, shop):
    cart = await api.cart()
    async with shop.database.write() as unit:
        await pricing.set_prices(unit, [Price("MUG", "EUR", 2100)])
    answer = await api.post("/orders", api.order(cart), token=cart["token"], key="k1")
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "stale_total")
    assert problem["total"] == {"amount": 4690, "currency": "EUR"}
    assert problem["expected"] == {"amount": 4490, "currency": "EUR"}
    assert await counts(shop) == {}
    body = api.order(cart, expected_total=problem["total"])
    assert (await api.post("/orders", body, token=cart["token"], key="k1")).status_code == 201, (
        "nothing used the key up"
    )


async def test_tax_of_the_address_is_in_the_total(api):
    """A cart without a region, an address with one: asked again, not charged unseen."""
    cart = await api.cart(currency="USD", country="US")
    address = {**api.order(cart)["address"], "country": "US", "region": "ca"}
    answer = await api.post("/orders", api.order(cart, address=address), token=cart["token"], key="k1")
    assert (answer.status_code, answer.json()["code"]) == (409, "stale_total")
    body = api.order(cart, address=address, expected_total=answer.json()["total"])
    assert (await api.post("/orders", body, token=cart["token"], key="k2")).status_code == 201


async def test_sold_out_names_the_skus(api, shop):
    cart = await api.cart({"MUG": 11, "LAMP": 1, "VASE": 1})
    answer = await api.post("/orders", api.order(cart), token=cart["token"], key="k1")
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["skus"]) == (409, "out_of_stock", ["MUG", "VASE"])
    assert problem["left"] == {"MUG": 10, "VASE": 0}
    assert await counts(shop) == {}


async def test_a_declined_payment_leaves_the_cart(api, shop):
    cart = await api.cart()
    answer = await api.post("/orders", api.order(cart, "tok_declined"), token=cart["token"], key="k1")
    assert (answer.status_code, answer.json()["code"]) == (402, "payment_declined")
    again = await api.post("/orders", api.order(cart, "tok_declined"), token=cart["token"], key="k1")
    assert again.json() == answer.json()
    assert ("idempotent-replayed" in answer.headers, again.headers["idempotent-replayed"]) == (False, "true")
    assert (await api.post("/orders", api.order(cart), token=cart["token"], key="k2")).status_code == 201
    assert await counts(shop) == {"declined": 1, "placed": 1}
    assert not await check_invariants(shop)


async def test_a_challenge_is_accepted_with_what_to_do(api, shop):
    cart = await api.cart()
    answer = await api.post("/orders", api.order(cart, "tok_challenge"), token=cart["token"], key="k1")
    held = answer.json()
    assert (answer.status_code, held["state"]) == (202, "challenge")
    assert held["next_action"] == {
        "type": "challenge", "url": f"{shop.settings.base_url}/sandbox/challenge/{held['id']}"
    }  # fmt: skip
    shown = (await api.get(f"/orders/{held['id']}", token=held["token"])).json()
    assert (shown["state"], shown["next_action"]) == ("held", held["next_action"])
    await shop.payments["sandbox"].approve(held["id"])
    await settle_orders(shop, stale_ms=0)
    again = await api.post("/orders", api.order(cart, "tok_challenge"), token=cart["token"], key="k1")
    assert (again.status_code, again.json()["state"], again.headers["idempotent-replayed"]) == (201, "placed", "true")


async def test_a_lost_answer_waits_for_the_providers_word(api, shop):
    cart = await api.cart()
    answer = await api.post("/orders", api.order(cart, "tok_lost_ack"), token=cart["token"], key="k1")
    assert answer.status_code in {201, 202}
    again = await api.post("/orders", api.order(cart, "tok_lost_ack"), token=cart["token"], key="k1")
    assert again.status_code in {201, 202, 409}
    await settle_orders(shop, stale_ms=0)
    assert (await api.get(f"/orders/{answer.json()['id']}", token=answer.json()["token"])).json()["state"] == "placed"
    assert await counts(shop) == {"placed": 1}


async def test_the_same_key_is_one_order(api, shop):
    cart = await api.cart()
    body = api.order(cart)
    first = await api.post("/orders", body, token=cart["token"], key="k1")
    again = await api.post("/orders", dict(reversed(body.items())), token=cart["token"], key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
    other = await api.post("/orders", {**body, "email": "eve@shop.example"}, token=cart["token"], key="k1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_conflict")
    new_key = await api.post("/orders", body, token=cart["token"], key="k2")
    assert (new_key.status_code, new_key.json()["code"]) == (409, "cart_ordered")
    assert new_key.json()["order_id"] == first.json()["id"]
    assert await counts(shop) == {"placed": 1}


async def test_a_key_is_required(api, shop):
    cart = await api.cart()
    answer = await api.post("/orders", api.order(cart), token=cart["token"])
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_required")
    answer = await api.post("/orders", api.order(cart), token=cart["token"], key="x" * 256)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_unusable")
    assert await counts(shop) == {}
    assert (await api.post("/orders", api.order(cart), token=cart["token"], key="x" * 255)).status_code == 201


async def test_fifty_at_once_with_one_key_are_one_order(api, shop):
    cart = await api.cart()
    sent = (api.post("/orders", api.order(cart), token=cart["token"], key="k1") for _ in range(50))
    answers = await asyncio.gather(*sent)
    assert {answer.status_code for answer in answers} <= {201, 409}
    bodies = {answer.text for answer in answers if answer.status_code == 201}
    assert len(bodies) == 1
    busy = [answer for answer in answers if answer.status_code == 409]
    assert all(answer.json()["code"] == "in_flight" and answer.headers["retry-after"] == "1" for answer in busy)
    assert await counts(shop) == {"placed": 1}


async def test_two_carts_may_use_one_key(api, shop):
    for _ in range(2):
        cart = await api.cart()
        assert (await api.post("/orders", api.order(cart), token=cart["token"], key="k1")).status_code == 201
    assert await counts(shop) == {"placed": 2}


async def test_an_order_is_answered_again_after_a_restart(api, state, clock):
    cart = await api.cart()
    first = await api.post("/orders", api.order(cart), token=cart["token"], key="k1")
    clock.advance(MINUTE_MS)
    async with open_shop(state, clock=clock) as reopened, open_caller(reopened) as client:
        again = await client.post("/orders", api.order(cart), token=cart["token"], key="k1")
    assert again.json() == first.json()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "nobody"}, "email"), ({"email": "a@b\r\nbcc: c@d"}, "email"), ({"cart_id": "x"}, "cart_id"),
        ({"expected_total": "4490"}, "expected_total"), ({"expected_total": -1}, "expected_total"),
        ({"expected_total": 44.5}, "expected_total"), ({"expected_total": None}, "expected_total"),
        ({"total": 1}, "body"), ({"state": "placed"}, "body"), ({"customer_id": "x"}, "body"),
        ({"payment": {"provider": "sandbox", "token": "4111 1111 1111 1111"}}, "payment.token"),
        ({"payment": {"provider": "sandbox", "token": "tok_ok", "amount": 1}}, "payment"),
        ({"shipping_method": "Standard Delivery!"}, "shipping_method"),
    ],
)  # fmt: skip
async def test_an_order_that_makes_no_sense_is_refused(api, shop, change, field):
    cart = await api.cart()
    answer = await api.post("/orders", {**api.order(cart), **change}, token=cart["token"], key="k1")
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, "invalid", field), answer.text
    assert await counts(shop) == {}


async def test_what_cannot_be_sent_or_paid_is_refused(api, shop):
    cart = await api.cart()
    for change, code in (
        ({"shipping_method": "pigeon"}, "no_shipping"),
        ({"payment": {"provider": "nobody", "token": "tok_ok"}}, "unknown_provider"),
        ({"address": {**api.order(cart)["address"], "country": "JP"}}, "no_shipping"),
    ):
        answer = await api.post(
            "/orders", {**api.order(cart), **change}, token=cart["token"], key=code + str(change)[:9]
        )
        assert answer.json()["code"] == code
        assert 400 <= answer.status_code < 500
    empty = await api.cart({})
    body = api.order(empty, shipping_method="standard")
    assert (await api.post("/orders", body, token=empty["token"], key="e")).json()["code"] == "empty_cart"
    assert await counts(shop) == {}
