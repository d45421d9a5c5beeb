"""Carts by the API: begun, filled, priced; done once for each key; opened by their token alone."""

import asyncio

import pytest

from fairday.domain.pricing import Price, Voucher
from fairday.domain.pricing import store as pricing
from fairday.kernel.ids import new_id
from tests.calling import open_caller

EUR = "EUR"
NEW = {"currency": "EUR", "country": "DE", "lines": [{"sku": "MUG", "quantity": 2}]}


def money(amount, currency=EUR):
    return {"amount": amount, "currency": currency}


async def test_a_cart_is_begun_with_its_price(api):
    answer = await api.post("/carts", NEW)
    cart = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/v1/carts/{cart['id']}"
    assert answer.headers["cache-control"] == "no-store"
    assert [(line["sku"], line["quantity"], line["total"]) for line in cart["lines"]] == [("MUG", 2, money(4000))]
    assert (cart["subtotal"], cart["shipping"], cart["total"]) == (money(4000), money(490), money(4490))
    assert {method["id"]: method["total"] for method in cart["shipping_methods"]} == {
        "standard": money(4490), "express": money(5290)
    }  # fmt: skip
    shown = await api.get(f"/carts/{cart['id']}", token=cart["token"])
    assert shown.json() == {name: value for name, value in cart.items() if name != "token"}


async def test_an_empty_cart_is_a_cart(api):
    cart = await api.cart({})
    assert (cart["lines"], cart["total"], cart["shipping_methods"]) == ([], money(0), [])
    assert (await api.post("/carts", {"currency": "EUR", "country": "DE"})).status_code == 201


async def test_tax_is_added_where_it_is_not_included(api):
    cart = await api.cart(currency="USD", country="US", region="CA")
    assert (cart["subtotal"], cart["shipping"], cart["tax_included"]) == (money(5000, "USD"), money(590, "USD"), False)
    assert cart["tax"] == money(405, "USD")  # 7.25% of 50.00 is 3.62 (half to even), of 5.90 it is 0.43
    assert cart["total"]["amount"] == 5000 + 590 + cart["tax"]["amount"]


async def test_the_total_of_each_method_is_what_choosing_it_gives(api):
    for market in ({}, {"currency": "USD", "country": "US", "region": "NY"}):
        cart = await api.cart(**market)
        for method in cart["shipping_methods"]:
            body = {"shipping_method": method["id"]}
            chosen = (await api.post(f"/carts/{cart['id']}/shipping", body, token=cart["token"])).json()
            assert chosen["shipping_method"] == method["id"]
            assert chosen["total"] == method["total"]


async def test_lines_are_set(api):
    cart = await api.cart()
    path, token = f"/carts/{cart['id']}/lines", cart["token"]
    more = await api.post(path, {"sku": "MUG", "quantity": 3}, token=token)
    assert more.status_code == 200
    assert more.json()["subtotal"] == money(6000)
    again = await api.post(path, {"sku": "MUG", "quantity": 3}, token=token)
    assert again.json() == more.json(), "it sets, it does not add"
    other = (await api.post(path, {"sku": "LAMP", "quantity": 1}, token=token)).json()
    assert [line["sku"] for line in other["lines"]] == ["MUG", "LAMP"]
    none = (await api.post(path, {"sku": "MUG", "quantity": 0}, token=token)).json()
    assert [line["sku"] for line in none["lines"]] == ["LAMP"]


async def test_unknown_skus_are_named(api):
    lines = [{"sku": "MUG", "quantity": 1}, {"sku": "NOPE", "quantity": 1}]
    answer = await api.post("/carts", {**NEW, "lines": lines})
    assert (answer.status_code, answer.json()["code"], answer.json()["skus"]) == (422, "unknown_sku", ["NOPE"])
    assert "NOPE" in answer.json()["detail"]


async def test_what_is_gone_is_not_in_the_total(api, shop):
    cart = await api.cart({"MUG": 1, "LAMP": 1})
    found = await shop.products.find("sku", ["LAMP"])
    async with shop.database.write() as unit:
        await pricing.set_listings(unit, [(found["LAMP"], "hidden")])
    shown = (await api.get(f"/carts/{cart['id']}", token=cart["token"])).json()
    assert (shown["gone"], shown["subtotal"]) == (["LAMP"], money(2000))


async def test_prices_are_asked_again_each_time(api, shop):
    cart = await api.cart()
    async with shop.database.write() as unit:
        await pricing.set_prices(unit, [Price("MUG", "EUR", 1234)])
    assert (await api.get(f"/carts/{cart['id']}", token=cart["token"])).json()["subtotal"] == money(2468)


async def test_a_voucher_lowers_the_total(api, shop):
    async with shop.database.write() as unit:
        await pricing.put_vouchers(unit, [Voucher(code="TEN", kind="percent", percent_ppm=100_000)])
    cart = await api.cart()
    path = f"/carts/{cart['id']}/voucher"
    used = (await api.post(path, {"code": "ten"}, token=cart["token"])).json()
    assert (used["voucher"], used["discount"], used["total"]) == (
        {"code": "TEN", "applied": True}, money(400), money(4090)
    )  # fmt: skip
    refused = await api.post(path, {"code": "NOPE"}, token=cart["token"])
    assert (refused.status_code, refused.json()["code"]) == (409, "voucher_refused")
    assert (await api.post(path, {"code": ""}, token=cart["token"])).json()["voucher"] is None


async def test_names_are_in_the_readers_language(api):
    cart = await api.cart()
    shown = await api.get(f"/carts/{cart['id']}", token=cart["token"], speaks="fr, de-AT;q=0.8, en;q=0.5")
    assert shown.headers["content-language"] == "de"
    assert shown.json()["shipping_methods"][0]["name"] == "Standardversand"


async def test_a_key_begins_one_cart(api):
    first = await api.post("/carts", NEW, key="k1")
    again = await api.post("/carts", {**NEW, "lines": [{"quantity": 2.0, "sku": "MUG"}]}, key="k1")
    assert first.json() == again.json()
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
    other = await api.post("/carts", {**NEW, "region": ""}, key="k1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_conflict")
    assert (await api.post("/carts", NEW, key="k2")).json()["id"] != first.json()["id"]


async def test_two_callers_may_use_one_key(api, shop):
    first = (await api.post("/carts", NEW, key="k1")).json()
    async with open_caller(shop, source="192.0.2.7") as elsewhere:
        assert (await elsewhere.post("/carts", NEW, key="k1")).json()["id"] != first["id"]
    server = await api.server("write")
    assert (await api.post("/carts", NEW, key="k1", token=server)).json()["id"] != first["id"]


async def test_a_key_changes_a_cart_once(api):
    cart = await api.cart()
    path, token = f"/carts/{cart['id']}/lines", cart["token"]
    first = await api.post(path, {"sku": "MUG", "quantity": 5}, token=token, key="k1")
    await api.post(path, {"sku": "MUG", "quantity": 1}, token=token, key="k2")
    again = await api.post(path, {"sku": "MUG", "quantity": 5}, token=token, key="k1")
    assert first.json()["lines"][0]["quantity"] == 5
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json()["lines"][0]["quantity"] == 1, "answered from the cart as it is, not done again"
    other = await api.post(path, {"sku": "LAMP", "quantity": 1}, token=token, key="k1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_conflict")
    elsewhere = await api.post(f"/carts/{cart['id']}/voucher", {"code": ""}, token=token, key="k1")
    assert elsewhere.status_code == 200, "a key belongs to its address"


async def test_many_at_once_with_one_key_begin_one_cart(api):
    answers = await asyncio.gather(*(api.post("/carts", NEW, key="k1") for _ in range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"), ([], "body"), ({**NEW, "customer_id": "x"}, "body"), ({**NEW, "currency": "eur"}, "currency"),
        ({**NEW, "country": "XX"}, "country"), ({**NEW, "currency": "GBP"}, "currency"),
        ({**NEW, "lines": [{"sku": "MUG", "quantity": 0}]}, "lines[0].quantity"),
        ({**NEW, "lines": [{"sku": "MUG", "quantity": 1.5}]}, "lines[0].quantity"),
        ({**NEW, "lines": [{"sku": "MUG", "quantity": "1"}]}, "lines[0].quantity"),
        ({**NEW, "lines": [{"sku": "MUG", "quantity": True}]}, "lines[0].quantity"),
        ({**NEW, "lines": [{"sku": "MUG", "quantity": 10**30}]}, "lines[0].quantity"),
        ({**NEW, "lines": [{"sku": "MUG", "quantity": 1, "price": 1}]}, "lines[0]"),
        ({**NEW, "lines": [{"sku": " ", "quantity": 1}]}, "lines[0].sku"),
        ({**NEW, "lines": [{"sku": "MUG", "quantity": 1}] * 101}, "lines"),
        ({**NEW, "language": "fr"}, "language"),
    ],
)  # fmt: skip
async def test_a_body_that_makes_no_sense_is_refused(api, body, field):
    answer = await api.post("/carts", body)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["field"]) == (400, "invalid", field), problem


async def test_too_many_pieces_are_refused_whole(api):
    cart = await api.cart({})
    lines = [{"sku": "MUG", "quantity": 999}, {"sku": "MUG", "quantity": 1}]
    answer = await api.post("/carts", {**NEW, "lines": lines})
    assert (answer.status_code, answer.json()["code"]) == (400, "quantity_refused")
    assert (await api.get(f"/carts/{cart['id']}", token=cart["token"])).json()["lines"] == []


async def test_an_absent_cart_and_another_ones_token_look_the_same(api):
    mine, theirs = await api.cart(), await api.cart()
    wrong = await api.get(f"/carts/{mine['id']}", token=theirs["token"])
    absent = await api.get(f"/carts/{new_id()}", token=theirs["token"])
    assert wrong.status_code == absent.status_code == 404
    assert wrong.json() == absent.json()
