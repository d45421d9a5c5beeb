"""F-31, I11: a real replica falls behind, and dies. Whoever buys sees it all; whoever browses is served regardless."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from html import unescape
from itertools import count
from typing import Any

import httpx
import pytest

from fairday.adapters.database.address import address_of
from fairday.adapters.database.replicated import ReplicatedDatabase
from fairday.bootstrap.app import build_app
from fairday.bootstrap.processes import PROCESSES
from fairday.bootstrap.settings import Settings, SettingsError
from fairday.domain.access import SYSTEM
from fairday.domain.pricing import Price
from fairday.kernel.lag import lag_allowed
from fairday.usecases.set_prices import set_prices
from fairday.usecases.shop import Shop
from tests import engines
from tests.accounts import audit
from tests.conftest import not_run
from tests.goods import put_goods
from tests.processes.standby import Standby, standby
from tests.shop import open_shop

SHOP = "http://localhost:8000"
PATIENCE_S = 20
ADDRESS = {
    "name": "Ada Byron", "email": "ada@example.com", "line1": "Lindenallee 1", "line2": "", "postcode": "10115",
    "city": "Berlin", "country": "DE", "region": "", "shipping": "standard", "payment": "sandbox:tok_ok",
}  # fmt: skip
_NUMBERS = count(1)


@pytest.mark.parametrize("replicas", ["sqlite:other.db", "mysql://db.example/fairday"])
async def test_replicas_must_be_servers_like_the_primary(state, replicas):
    with pytest.raises(SettingsError, match="FAIRDAY_DATABASE_REPLICAS"):
        async with open_shop(state, database_replicas=replicas):
            pass


@pytest.fixture
async def store(state, tmp_path) -> AsyncIterator[tuple[Shop, Standby, Any]]:
    """A shop with a replica that follows, and its application."""
    try:
        server = engines.server("postgresql")
    except engines.MissingEngineError as missing:
        not_run(str(missing))
    with engines.fresh("postgresql", tmp_path) as url, standby(server) as following:
        settings = {"database": url, "database_replicas": following.url(address_of(url).name)}
        async with open_shop(state, **settings) as shop:
            await put_goods(shop, {"MUG": 50})
            app = build_app(shop, Settings(state=str(state), url=SHOP, **settings), PROCESSES["all"])
            yield shop, following, app


@asynccontextmanager
async def visitor(app: Any) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app)
    headers = {"origin": SHOP, "sec-fetch-site": "same-origin"}
    async with httpx.AsyncClient(transport=transport, base_url=SHOP, headers=headers, timeout=PATIENCE_S) as client:
        yield client


async def price(client: httpx.AsyncClient) -> str:
    """What the mug costs, on a page that was not built for anybody else a moment ago."""
    page = await client.get("/en-de/p/mug", params={"n": next(_NUMBERS)})
    assert page.status_code == 200
    return next(amount for amount in ("20,00", "23,45", "29,99") if amount in page.text)


async def eventually(question: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if await question():
                return
            await asyncio.sleep(0.05)


async def followed(shop: Shop) -> bool:
    """Whether the replica is trusted. Asking begins the watch."""
    assert isinstance(shop.database, ReplicatedDatabase)
    with lag_allowed():
        async with shop.database.read(stale=True):
            return shop.database.replicas[0].well


async def buy(client: httpx.AsyncClient) -> str:
    """The page after the purchase."""
    await client.post("/en-de/cart/lines", data={"sku": "MUG", "quantity": "1"})
    page = (await client.get("/en-de/checkout")).text
    sent = {**ADDRESS, "csrf": hidden(page, "csrf"), "attempt": hidden(page, "attempt"), "do": "quote"}
    page = (await client.post("/en-de/checkout", data=sent)).text
    sent |= {"csrf": hidden(page, "csrf"), "expected_total": hidden(page, "expected_total"), "do": "pay"}
    answer = await client.post("/en-de/checkout", data=sent)
    assert answer.status_code == 303, answer.text[-500:]
    return (await client.get(answer.headers["location"])).text


@pytest.mark.long
async def test_a_replica_falls_behind_and_dies_and_the_store_goes_on(store):
    shop, following, app = store
    await eventually(lambda: followed(shop))
    async with visitor(app) as buyer, visitor(app) as reader:
        following.pause()
        await set_prices(shop, SYSTEM, [Price("MUG", "EUR", 2_345)])
        assert await price(reader) == "20,00", "who only browses is served by the replica"
        thanks = await buy(buyer)
        assert "Thank you" in thanks, "the order is shown, though the replica has not heard of it"
        assert "23,45" in thanks
        assert await price(buyer) == "23,45", "who wrote is read to from the primary"

        async def left_out() -> bool:
            return not await followed(shop)

        await eventually(left_out)
        assert await price(reader) == "23,45", "it lags too much, so the primary answers everybody"
        following.resume()
        await eventually(lambda: followed(shop))
        assert await price(reader) == "23,45"

        following.kill()
        await set_prices(shop, SYSTEM, [Price("MUG", "EUR", 2_999)])
        assert await price(reader) == "29,99", "the first question after its death is answered by the primary"
        assert "Thank you" in await buy(buyer)
        following.start()
        await eventually(lambda: followed(shop))
        assert await price(reader) == "29,99"
    await audit(shop)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return unescape(found.group(1)) if found else ""
