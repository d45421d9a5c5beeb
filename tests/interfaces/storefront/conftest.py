"""A shop with a few goods and its storefront, visited by a browser of our own in the same process."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from html import unescape
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.middleware import DefineMiddleware

from fairday.interfaces.storefront import error_answer, routes
from fairday.interfaces.web import SecurityHeaders, Web
from fairday.kernel.clock import FixedClock
from fairday.usecases.shop import Shop
from tests.goods import put_goods
from tests.shop import open_shop

NOON_MS = 1_790_000_000_000
ORIGIN = "http://shop.test"


class Browser:
    """Keeps cookies, follows nothing by itself, sends Origin with what it posts, and finds tokens in pages."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.page = ""

    async def get(self, path: str, **headers: str) -> httpx.Response:
        answer = await self.client.get(path, headers=headers)
        self.page = answer.text
        return answer

    async def post(self, path: str, fields: Mapping[str, Any] | None = None, **headers: str) -> httpx.Response:
        """Posts the fields with the token of the page last seen; a keyword None leaves out a header."""
        sent = {"origin": ORIGIN, "sec-fetch-site": "same-origin"} | {
            k.replace("_", "-"): v for k, v in headers.items()
        }
        data = {"csrf": self.hidden("csrf"), **(fields or {})}
        answer = await self.client.post(path, data=data, headers={k: v for k, v in sent.items() if v})
        if answer.text:
            self.page = answer.text
        return answer

    async def follow(self, answer: httpx.Response) -> httpx.Response:
        assert answer.status_code == 303, (answer.status_code, answer.text[-600:])
        return await self.get(answer.headers["location"])

    def hidden(self, name: str) -> str:
        """The value of a hidden field on the page last seen."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page)
        return unescape(found.group(1)) if found else ""

    def says(self, text: str) -> bool:
        """Whether the page last seen has this text."""
        return text in unescape(self.page)


@asynccontextmanager
async def open_browser(shop: Shop, *, tls: bool = False) -> AsyncIterator[Browser]:
    scheme = "https" if tls else "http"
    web = Web(secrets=(shop.settings.secret,), public_url=f"{scheme}://shop.test", tls=tls)
    app = Litestar(
        list(routes(shop, web)),
        middleware=[DefineMiddleware(SecurityHeaders, tls=tls)],
        exception_handlers={Exception: lambda request, error: error_answer(shop, web, request, error)},
        openapi_config=None,
        logging_config=None,
    )
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=f"{scheme}://shop.test") as client:
        yield Browser(client)


@pytest.fixture
def clock():
    return FixedClock(NOON_MS)


@pytest.fixture
async def shop(state, clock):
    async with open_shop(state, clock=clock) as opened:
        await put_goods(opened, {"MUG": 10, "LAMP": 3, "VASE": 0})
        yield opened


@pytest.fixture
async def browser(shop):
    async with open_browser(shop) as one:
        yield one


@pytest.fixture
async def another(shop):
    """Somebody else's browser."""
    async with open_browser(shop) as one:
        yield one
