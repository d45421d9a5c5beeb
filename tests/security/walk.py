"""Every address of the store, read from the application that is served, and a browser that can go to each.

A route that is added is walked from then on. What an address is filled in with decides whose things are asked for.
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from html import unescape
from typing import Any

import httpx
from litestar import Litestar

from fairday.bootstrap.app import build_app
from fairday.bootstrap.processes import PROCESSES
from fairday.bootstrap.settings import Settings
from fairday.interfaces.api import OPERATIONS, PREFIX
from fairday.kernel.clock import FixedClock
from fairday.kernel.ids import new_id, new_token
from fairday.usecases.shop import Shop

NOON_MS = 1_790_000_000_000
ORIGIN = "http://shop.test"
STEP_MS = 30_000
API_DOCUMENTS = ("/openapi.json", "/docs")
# What stands in an address that nobody gave us: ids and tokens that open nothing.
STRANGE = {
    "market": "en-de",
    "slug": "mug",
    "name": "privacy",
    "part": "name",
    "file_path": "base.css",
    "key": "a/b.jpeg",
}


class Browser:
    """Keeps cookies, follows nothing by itself, and finds the CSRF token of the page it saw last."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.token = ""

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return self._noted(await self.client.get(path, headers=headers))

    async def post(self, path: str, fields: Mapping[str, Any] | None = None, **more: Any) -> httpx.Response:
        """A form with the token of the page last seen, from our own pages unless `headers` say otherwise."""
        headers = more.pop(
            "headers", {"origin": str(self.client.base_url).rstrip("/"), "sec-fetch-site": "same-origin"}
        )
        return self._noted(
            await self.client.post(path, data={"csrf": self.token, **(fields or {})}, headers=headers, **more)
        )

    def _noted(self, answer: httpx.Response) -> httpx.Response:
        found = re.search(r'name="csrf" value="([^"]+)"', answer.text)
        self.token = unescape(found[1]) if found else self.token
        return answer


class Store:
    """A shop, the application that serves it, and whoever visits."""

    def __init__(self, shop: Shop, app: Litestar) -> None:
        self.shop = shop
        self.app = app
        self._clients: list[httpx.AsyncClient] = []

    def browser(self, *, source: str = "127.0.0.1", host: str = "") -> Browser:
        transport = httpx.ASGITransport(app=self.app, client=(source, 123), raise_app_exceptions=False)
        base = f"http://{host}" if host else ORIGIN
        client = httpx.AsyncClient(transport=transport, base_url=base, headers={"accept-language": "en"})
        self._clients.append(client)
        return Browser(client)

    def clock(self) -> FixedClock:
        assert isinstance(self.shop.clock, FixedClock)
        return self.shop.clock

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()


@asynccontextmanager
async def open_store(shop: Shop) -> AsyncIterator[Store]:
    """The application that `fairday up` serves."""
    settings = Settings(state="unused", url=shop.settings.base_url)
    store = Store(shop, build_app(shop, settings, PROCESSES["all"]))
    try:
        yield store
    finally:
        await store.close()


def addresses(app: Litestar, method: str) -> Iterator[str]:
    """The pattern of every address that answers `method`: pages, forms, files, and the API behind its mount."""
    for route in sorted(app.routes, key=lambda one: one.path_format):
        if method in getattr(route, "methods", ()):
            yield route.path_format
    yield from (PREFIX + one.path for one in OPERATIONS if one.method == method)
    if method == "GET":
        yield from (PREFIX + path for path in API_DOCUMENTS)


def filled(pattern: str, **known: str) -> str:
    """The pattern with what is known, and with ids and tokens that open nothing for the rest."""

    def value(match: re.Match[str]) -> str:
        name = match[1].partition(":")[0]
        if name in {**STRANGE, **known}:
            return {**STRANGE, **known}[name]
        return new_token() if name == "token" else new_id()

    return re.sub(r"\{([^}]+)\}", value, pattern)
