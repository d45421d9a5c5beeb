"""Every route with everybody's token: nobody reads or changes what is another's by swapping an id.

The routes come from the API's own table, so a new one is walked as soon as it exists.
"""

import uuid

import msgspec
import pytest

from fairday.domain.orders import queries
from fairday.interfaces.api import OPERATIONS
from fairday.kernel.ids import new_id

MINE = [operation for operation in OPERATIONS if "{id}" in operation.path and operation.access != "public"]
BODIES = {
    "setCartLine": {"sku": "MUG", "quantity": 9},
    "setCartVoucher": {"code": ""},
    "setCartShipping": {"region": "BE"},
    "shipOrder": {},
    "refundOrder": {"lines": [{"line_no": 1, "quantity": 1}]},
    "cancelOrder": {},
}


@pytest.fixture
async def people(api):
    """Two shoppers, each with a cart and an order, and what opens them."""
    return [{"cart": await api.cart(), "order": await api.bought({"MUG": 1})} for _ in range(2)]


async def call(api, operation, thing_id, token):
    path = operation.path.replace("{id}", thing_id)
    if operation.method == "GET":
        return await api.get(path, token=token)
    return await api.post(path, BODIES[operation.name], token=token, key=str(uuid.uuid4()))


async def stored(api, people):
    """Everything that a stranger might have changed."""
    carts = await api.shop.carts.get_many([person["cart"]["id"] for person in people])
    async with api.shop.database.read() as reader:
        placed = await queries.orders_page(reader, state="", search="", before="", limit=100)
    return msgspec.json.encode([carts, placed])


@pytest.mark.parametrize("operation", MINE, ids=lambda operation: operation.name)
async def test_nobody_gets_at_what_is_anothers(api, people, operation):
    victim, stranger = people
    thing = victim["cart" if "/carts" in operation.path else "order"]["id"]
    before = await stored(api, people)
    wrong = {
        "nothing": "", "their own cart's": stranger["cart"]["token"], "their own order's": stranger["order"]["token"],
        "the wrong kind": victim["order" if "/carts" in operation.path else "cart"]["token"],
        "the id itself": thing, "a false key": f"fk_{new_id()}{stranger['cart']['token']}",
        "a key's id": "fk_", "a long one": "x" * 5000, "not ASCII": "t\u00f6ken",
    }  # fmt: skip
    for name, token in wrong.items():
        headers = {"authorization": f"Bearer {token}".encode()} if token else {}
        path = f"/api/v1{operation.path.replace('{id}', thing)}"
        if operation.method == "GET":
            answer = await api.client.get(path, headers=headers)
        else:
            answer = await api.client.post(
                path, json=BODIES[operation.name], headers={**headers, "idempotency-key": "k"}
            )
        assert answer.status_code in {401, 404}, (name, answer.text)
        assert "ada@shop.example" not in answer.text
    assert await stored(api, people) == before


@pytest.mark.parametrize("operation", MINE, ids=lambda operation: operation.name)
async def test_the_walk_would_notice(api, people, operation):
    """The control: the same call with the right token, or a server's key, is let in."""
    thing = people[0]["cart" if "/carts" in operation.path else "order"]
    token = await api.server() if operation.access == "key" else thing["token"]
    assert (await call(api, operation, thing["id"], token)).status_code in {200, 201}


async def test_the_walk_knows_every_change():
    assert {operation.name for operation in MINE if operation.method == "POST"} == set(BODIES)


async def test_another_ones_cart_cannot_be_ordered(api, people):
    victim, stranger = people
    before = await stored(api, people)
    for token in (stranger["cart"]["token"], stranger["order"]["token"], ""):
        answer = await api.post("/orders", api.order(victim["cart"]), token=token, key="k1")
        assert answer.status_code in {401, 404}
    assert await stored(api, people) == before


async def test_an_absent_order_and_anothers_look_the_same(api, people):
    victim, stranger = people
    wrong = await api.get(f"/orders/{victim['order']['id']}", token=stranger["order"]["token"])
    absent = await api.get(f"/orders/{new_id()}", token=stranger["order"]["token"])
    assert wrong.status_code == absent.status_code == 404
    assert wrong.json() == absent.json()
