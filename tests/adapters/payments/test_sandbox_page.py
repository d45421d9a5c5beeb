"""The sandbox's pages in the whole store: what is decided there reaches the shop as a provider's own word."""

import asyncio

import httpx
import pytest

from fairday.adapters.payments.sandbox_page import deliver
from fairday.bootstrap.app import build_app
from fairday.bootstrap.processes import PROCESSES
from fairday.bootstrap.settings import Settings
from fairday.domain.payments import inbox
from fairday.kernel.clock import FixedClock
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.view_order import view_order
from tests.buying import buy
from tests.goods import put_goods
from tests.shop import open_shop

NOW = 1_800_000_000_000
OURS = {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"}
pytestmark = pytest.mark.store


@pytest.fixture
async def shop(state):
    async with open_shop(state, clock=FixedClock(NOW)) as opened:
        await put_goods(opened, {"MUG": 20})
        yield opened
        assert await check_invariants(opened) == []


@pytest.fixture
async def client(shop):
    app = build_app(shop, Settings(state="x"), PROCESSES["all"])
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as opened:
        yield opened


@pytest.mark.parametrize(("answer", "ends"), [("approve", "placed"), ("reject", "declined")])
async def test_what_the_bank_says_is_heard_without_anybody_coming_back(shop, client, answer, ends):
    order = (await buy(shop, {"MUG": 1}, token="tok_challenge")).order
    path = f"/sandbox/challenge/{order.id}"
    assert "Approve" in (await client.get(path)).text
    assert (await client.post(path, data={"answer": answer}, headers=OURS)).status_code == 303
    assert (await view_order(shop, order.id)).order.state == ends
    assert shop.payments["sandbox"].post(10) == []


@pytest.mark.parametrize("answer", ["won", "lost"])
async def test_a_dispute_is_played_through(shop, client, answer):
    order = (await buy(shop, {"MUG": 1})).order
    path = f"/sandbox/payments/{order.id}"
    assert "Dispute this payment" in (await client.get(path)).text
    assert (await client.post(path, data={"answer": "dispute"}, headers=OURS)).headers["location"] == path
    assert "Decide for the shop" in (await client.get(path)).text
    await client.post(path, data={"answer": answer}, headers=OURS)
    assert "<button" not in (await client.get(path)).text
    async with shop.database.read() as reader:
        (dispute,) = await inbox.disputes_of(reader, [order.id])
    assert dispute.state == answer
    kinds = [entry.kind for entry in (await view_order(shop, order.id)).entries]
    assert kinds.count("chargeback") == 1
    assert kinds.count("reversed") == (1 if answer == "won" else 0)


async def test_a_real_message_comes_in_by_the_door_too(shop, client):
    order = (await buy(shop, {"MUG": 1}, token="tok_challenge")).order
    sandbox = shop.payments["sandbox"]
    await sandbox.approve(order.id)
    ((name, body, signature),) = sandbox.post(10)
    headers = {"sandbox-signature": signature}
    assert (await client.post("/webhooks/payments/sandbox", content=body, headers=headers)).status_code == 200
    assert (await view_order(shop, order.id)).order.state == "placed"
    wrong = {"sandbox-signature": signature[:-1] + ("0" if signature[-1] != "0" else "1")}
    assert (await client.post("/webhooks/payments/sandbox", content=body, headers=wrong)).status_code == 400
    await asyncio.gather(deliver(sandbox, shop), deliver(sandbox, shop))
    assert name not in [one for one, _, _ in sandbox.post(10)]


@pytest.mark.parametrize("path", ["/sandbox/payments/", "/sandbox/challenge/"])
async def test_nobody_plays_with_what_is_not_there(shop, client, path):
    order = (await buy(shop, {"MUG": 1})).order
    assert (await client.get(f"{path}{'0' * 26}")).status_code == 404
    assert (await client.post(f"{path}{order.id}", data={"answer": "dispute"})).status_code == 403
