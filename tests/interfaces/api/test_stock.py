"""Stock through the API: what comes later, limits per customer, parcels by location, and hostile quantities."""

import json
import uuid

import pytest

from fairday.domain.inventory import store as stock
from fairday.domain.inventory.model import Delivery, StockPolicy
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.manage_stock import ReceiveStock, receive_stock, set_stock_policy

HOSTILE = ("-1", "0", "2147483648", "9223372036854775808", "1e308", "NaN", "1.5", '"1.5"', '"1"', "null", "true", "[1]")
EXPECTED_MS = 1_800_000_000_000


@pytest.fixture
async def shop(shop):
    yield shop
    assert not await check_invariants(shop)


async def ordered(api, sku, quantity, **fields):
    cart = await api.cart({sku: quantity})
    answer = await api.post("/orders", api.order(cart, **fields), token=cart["token"], key=str(uuid.uuid4()))
    return cart, answer


async def test_a_program_learns_what_is_there_and_what_comes_later(api, shop):
    policy = StockPolicy(sku="LAMP", policy="backorder", beyond=5, expected_ms=EXPECTED_MS, per_customer=99)
    await set_stock_policy(shop, policy)
    async with shop.database.read() as reader:
        there = (await stock.offers(reader, ["LAMP"]))["LAMP"].now
    cart, answer = await ordered(api, "LAMP", there + 2)
    state = {"now": there, "later": 5, "policy": "backorder", "expected_at": "2027-01-15T08:00:00Z", "per_customer": 99}
    assert cart["lines"][0]["stock"] == state
    assert cart["lines"][0]["available"] == there + 5
    assert answer.status_code == 201
    server, key = await api.server(), str(uuid.uuid4())
    path = f"/orders/{answer.json()['id']}/shipments"
    lines = {"lines": [{"line_no": 1, "quantity": there + 1}]}
    refused = (await api.post(path, lines, token=server, key=str(uuid.uuid4()))).json()
    assert (refused["code"], refused["status"], refused["ready"]) == ("awaiting_stock", 409, there)
    sent = await api.post(path, {"location": "main"}, token=server, key=key)
    assert (sent.status_code, sent.json()["location"]) == (201, "main")
    assert sent.json()["lines"] == [{"line_no": 1, "quantity": there}]
    await receive_stock(shop, ReceiveStock(deliveries=[Delivery("LAMP", "main", 2)]))
    assert (await api.post(path, {}, token=server, key=str(uuid.uuid4()))).json()["lines"][0]["quantity"] == 2
    assert (await api.post(path, {"location": "main"}, token=server, key=key)).json() == sent.json()


async def test_a_limit_per_customer_is_a_code_with_what_is_left(api, shop):
    await set_stock_policy(shop, StockPolicy(sku="MUG", per_customer=3))
    assert (await ordered(api, "MUG", 2))[1].status_code == 201
    _, answer = await ordered(api, "MUG", 2, email="Ada+2@shop.example")
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "customer_limit")
    assert (problem["skus"], problem["left"]) == (["MUG"], {"MUG": 1})
    assert (await ordered(api, "MUG", 1, email="Ada+2@shop.example"))[1].status_code == 201


@pytest.mark.parametrize("quantity", HOSTILE)
async def test_no_quantity_makes_a_cart_or_a_parcel_that_cannot_be(api, shop, quantity):
    """F-63: refused as it stands, without a crash, and the cart stays as it was."""
    cart = await api.cart({"MUG": 1})
    headers = {"content-type": "application/json", "authorization": f"Bearer {cart['token']}"}
    line = f'{{"sku": "MUG", "quantity": {quantity}}}'
    new = f'{{"currency": "EUR", "country": "DE", "lines": [{line}]}}'
    assert (await api.client.post("/api/v1/carts", content=new, headers=headers)).status_code == 400
    answer = await api.client.post(f"/api/v1/carts/{cart['id']}/lines", content=line, headers=headers)
    if quantity != "0":  # nothing of it: the line goes
        assert answer.status_code == 400
        assert (await api.get(f"/carts/{cart['id']}", token=cart["token"])).json()["lines"] == cart["lines"]
    order = await api.bought({"MUG": 1})
    headers |= {"authorization": f"Bearer {await api.server()}", "idempotency-key": str(uuid.uuid4())}
    parcel = json.dumps({"lines": [{"line_no": 1, "quantity": "?"}]}).replace('"?"', quantity)
    refused = await api.client.post(f"/api/v1/orders/{order['id']}/shipments", content=parcel, headers=headers)
    assert refused.status_code in {400, 409}
    total = json.dumps(api.order(cart, expected_total="?")).replace('"?"', quantity)
    headers |= {"authorization": f"Bearer {cart['token']}", "idempotency-key": str(uuid.uuid4())}
    assert (await api.client.post("/api/v1/orders", content=total, headers=headers)).status_code in {400, 409}
