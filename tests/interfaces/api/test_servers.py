"""What a shop's own server may do with its key: read any order, send it, give money back, call it off; each once."""

import pytest

from fairday.domain.access import SYSTEM
from fairday.kernel.clock import MINUTE_MS
from fairday.kernel.ids import new_id
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.manage_api_keys import list_api_keys, revoke_api_key
from fairday.usecases.write_audit import read_audit


@pytest.fixture
async def server(api):
    return await api.server("read", "write")


async def test_any_order_may_be_read_with_the_read_scope(api):
    placed = await api.bought()
    answer = await api.get(f"/orders/{placed['id']}", token=await api.server("read"))
    assert (answer.status_code, answer.json()["id"]) == (200, placed["id"])
    refused = await api.get(f"/orders/{placed['id']}", token=await api.server("write"))
    assert (refused.status_code, refused.json()["code"], refused.json()["scope"]) == (403, "missing_scope", "read")


async def test_a_server_may_buy_for_others(api, server):
    body = {"currency": "EUR", "country": "DE", "lines": [{"sku": "MUG", "quantity": 1}]}
    cart = (await api.post("/carts", body, token=server, key="c1")).json()
    assert (await api.get(f"/carts/{cart['id']}", token=server)).status_code == 200
    placed = await api.post("/orders", api.order(cart), token=server, key="k1")
    assert placed.status_code == 201
    assert (await api.post("/orders", api.order(cart), token=server, key="k1")).json() == placed.json()


async def test_a_parcel_leaves_once(api, server, shop):
    placed = await api.bought({"MUG": 3})
    path = f"/orders/{placed['id']}/shipments"
    body = {"lines": [{"line_no": 1, "quantity": 2}], "carrier": "DHL", "tracking": "0034"}
    first = await api.post(path, body, token=server, key="k1")
    again = await api.post(path, body, token=server, key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
    assert first.json()["tracking_url"].endswith("0034")
    other = await api.post(path, {**body, "carrier": "UPS"}, token=server, key="k1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_conflict")
    shown = (await api.get(f"/orders/{placed['id']}", token=placed["token"])).json()
    assert (shown["state"], shown["lines"][0]["shipped"], len(shown["shipments"])) == ("part_shipped", 2, 1)
    rest = await api.post(path, {}, token=server, key="k2")
    assert rest.json()["lines"] == [{"line_no": 1, "quantity": 1}]
    nothing = await api.post(path, {}, token=server, key="k3")
    assert (nothing.status_code, nothing.json()["code"]) == (409, "not_allowed")
    assert not await check_invariants(shop)


async def test_money_goes_back_once(api, server, shop):
    placed = await api.bought({"MUG": 2})
    path = f"/orders/{placed['id']}/refunds"
    body = {"lines": [{"line_no": 1, "quantity": 1}], "shipping": 90, "reason": "late"}
    first = await api.post(path, body, token=server, key="k1")
    again = await api.post(path, body, token=server, key="k1")
    assert first.json() == again.json()
    assert (first.status_code, first.json()["state"]) == (201, "done")
    assert first.json()["amount"] == {"amount": 2090, "currency": "EUR"}
    assert (await shop.payments["sandbox"].find([placed["id"]]))[placed["id"]].refunded == 2090
    too_much = await api.post(path, {"shipping": {"amount": 401, "currency": "EUR"}}, token=server, key="k2")
    assert (too_much.status_code, too_much.json()["code"]) == (409, "refund_too_large")
    nothing = await api.post(path, {}, token=server, key="k3")
    assert (nothing.status_code, nothing.json()["code"]) == (400, "invalid")
    twice = {"lines": [{"line_no": 1, "quantity": 1}, {"line_no": 1, "quantity": 1}]}
    left = await api.post(path, twice, token=server, key="k4")
    assert (left.status_code, left.json()["field"]) == (400, "line_1"), "named twice means both, and one is left"
    dollars = {"shipping": {"amount": 1, "currency": "USD"}}
    assert (await api.post(path, dollars, token=server, key="k5")).json()["field"] == "shipping.currency"
    assert not await check_invariants(shop)


async def test_an_order_is_called_off_once(api, server, shop):
    placed = await api.bought({"MUG": 3})
    path = f"/orders/{placed['id']}/cancel"
    first = await api.post(path, {"reason": "asked"}, token=server, key="k1")
    again = await api.post(path, {"reason": "asked"}, token=server, key="k1")
    assert (first.status_code, first.json()["state"]) == (200, "cancelled")
    assert first.json()["refunded"] == placed["total"]
    assert (again.json(), again.headers["idempotent-replayed"]) == (first.json(), "true")
    assert (await api.post(path, {}, token=server, key="k2")).json()["code"] == "not_allowed"
    assert not await check_invariants(shop)


async def test_the_audit_log_names_the_server(api, server, shop):
    placed = await api.bought()
    await api.post(f"/orders/{placed['id']}/shipments", {}, token=server, key="k1")
    entries, _ = await read_audit(shop, SYSTEM, subject=("order", placed["id"]))
    assert [(entry.action, entry.actor_kind, entry.actor_name, entry.source) for entry in entries] == [
        ("order.shipped", "api_key", "a server", "127.0.0.1")
    ]


@pytest.mark.parametrize("verb", ["shipments", "refunds", "cancel"])
async def test_only_a_server_that_may_write_may_change_an_order(api, verb):
    placed = await api.bought()
    path = f"/orders/{placed['id']}/{verb}"
    for token, status, code in (
        ("", 401, "token_required"),
        (placed["token"], 401, "token_required"),
        (await api.server("read"), 403, "missing_scope"),
        ("fk_" + "0" * 50, 401, "bad_api_key"),
    ):
        answer = await api.post(path, {}, token=token, key="k1")
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert ("www-authenticate" in answer.headers) == (status == 401)
    shown = (await api.get(f"/orders/{placed['id']}", token=placed["token"])).json()
    assert (shown["state"], shown["refunds"], shown["shipments"]) == ("placed", [], [])


@pytest.mark.parametrize("verb", ["shipments", "refunds", "cancel"])
async def test_a_key_is_required_and_the_order_must_exist(api, server, verb):
    placed = await api.bought()
    keyless = await api.post(f"/orders/{placed['id']}/{verb}", {}, token=server)
    assert (keyless.status_code, keyless.json()["code"]) == (400, "idempotency_key_required")
    for absent in (new_id(), "x"):
        answer = await api.post(f"/orders/{absent}/{verb}", {"reason": "x"} if verb != "shipments" else {},
                                token=server, key="k1")  # fmt: skip
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_revoked_key_is_no_key(api, server, shop, clock):
    placed = await api.bought()
    key = (await list_api_keys(shop, SYSTEM))[0]
    clock.advance(MINUTE_MS)
    await revoke_api_key(shop, SYSTEM, key.id)
    answer = await api.get(f"/orders/{placed['id']}", token=server)
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_api_key")
