"""I15: a crowd too large is told to come back at once, and whoever was let in is answered as usual."""

import asyncio

import httpx
import pytest

from fairday.bootstrap.admission import Admission
from fairday.bootstrap.app import build_app
from fairday.bootstrap.processes import PROCESSES
from fairday.bootstrap.settings import Settings
from fairday.interfaces.api import Meters
from tests.goods import put_goods
from tests.shop import open_shop

LIMIT = 8


@pytest.fixture
async def crowd(state):
    """A store whose database answers nobody until it is let, and a client of it."""
    async with open_shop(state) as shop:
        await put_goods(shop, {"MUG": 10})
        gate, asked = asyncio.Event(), asyncio.Semaphore(0)
        app = build_app(shop, Settings(state=str(state)), PROCESSES["all"])
        inner = app.asgi_handler

        async def slow(scope, receive, send):
            if scope["path"] != "/healthz":
                asked.release()
                await gate.wait()
            await inner(scope, receive, send)

        app.asgi_handler = Admission(slow, Meters(), LIMIT)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            yield client, gate, asked


async def test_who_comes_too_many_is_sent_away_and_the_rest_are_answered(crowd):
    client, gate, asked = crowd
    inside = [asyncio.ensure_future(client.get("/api/v1/products")) for _ in range(LIMIT)]
    for _ in inside:
        await asked.acquire()
    refused = [await client.get("/api/v1/products") for _ in range(10 * LIMIT)]
    assert {answer.status_code for answer in refused} == {503}
    assert {answer.headers["retry-after"] for answer in refused} == {"1"}
    assert refused[0].json()["code"] == "busy"
    assert (await client.get("/healthz")).status_code == 200
    gate.set()
    assert {answer.status_code for answer in await asyncio.gather(*inside)} == {200}
    assert (await client.get("/api/v1/products")).status_code == 200


async def test_a_place_is_free_again_when_its_request_fails_or_goes_away(crowd):
    client, _, asked = crowd
    for _ in range(3):
        inside = [asyncio.ensure_future(client.get("/api/v1/products")) for _ in range(LIMIT)]
        for _ in inside:
            await asked.acquire()
        for one in inside:
            one.cancel()
        await asyncio.gather(*inside, return_exceptions=True)
    waiting = asyncio.ensure_future(client.get("/api/v1/products"))
    await asked.acquire()
    assert not waiting.done()
    waiting.cancel()
