"""The API over real HTTP, on a port of its own, for tests that bring their own client (curl, schemathesis)."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from litestar import Litestar

from fairday.domain.pricing import Voucher
from fairday.domain.pricing import store as pricing
from fairday.interfaces.api import routes
from fairday.usecases.shop import Shop
from tests.calling import Caller, open_caller
from tests.goods import put_goods
from tests.running import unused_port
from tests.shop import open_shop

START_LIMIT_S = 30


@dataclass
class Served:
    """A shop behind a port: where, a server's key, and one cart and one order that are there to be looked at."""

    url: str
    key: str = ""
    cart_id: str = ""
    order_id: str = ""


@contextmanager
def serving(state: Path) -> Iterator[Served]:
    """Open a shop with a few goods and serve its API from a thread until the block ends."""
    served = Served(url="")
    ready, servers = threading.Event(), []
    thread = threading.Thread(target=lambda: asyncio.run(_serve(state, served, servers.append, ready.set)))
    thread.start()
    try:
        assert ready.wait(START_LIMIT_S), "the API did not start"
        yield served
    finally:
        for server in servers:
            server.should_exit = True
        thread.join()


async def _serve(
    state: Path, served: Served, keep: Callable[[uvicorn.Server], None], ready: Callable[[], None]
) -> None:
    async with open_shop(state) as shop:
        await _stock(shop, served)
        port = unused_port()
        app = Litestar(route_handlers=routes(shop), openapi_config=None)
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", lifespan="off"))
        keep(server)
        served.url = f"http://127.0.0.1:{port}"
        serve = asyncio.ensure_future(server.serve())
        while not (server.started or serve.done()):  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        ready()
        await serve


async def _stock(shop: Shop, served: Served) -> None:
    await put_goods(shop, {"MUG": 1_000, "LAMP": 3, "VASE": 0})
    async with shop.database.write() as unit:
        await pricing.put_vouchers(unit, [Voucher(code="SPRING10", kind="percent", percent_ppm=100_000)])
    async with open_caller(shop) as api:
        served.key = await api.server()
        served.cart_id = (await api.cart())["id"]
        served.order_id = (await api.bought({"MUG": 5}))["id"]


__all__ = ["Caller", "Served", "serving"]
