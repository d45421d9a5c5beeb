"""Calling the API in tests, as a program would: documents in, documents out, keys and tokens by name."""

import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
from litestar import Litestar

from fairday.domain.access import SYSTEM
from fairday.interfaces.api import Limits, Measured, Meters, routes
from fairday.usecases.manage_api_keys import create_api_key
from fairday.usecases.shop import Shop

NOON_MS = 1_790_000_000_000
ADDRESS = {"name": "Ada Example", "line1": "Lindenallee 1", "city": "Berlin", "postcode": "10115", "country": "DE"}


class Caller:
    """A client of one shop's API. Paths are below /api/v1."""

    def __init__(self, shop: Shop, client: httpx.AsyncClient) -> None:
        self.shop = shop
        self.client = client

    async def get(self, path: str, *, token: str = "", speaks: str = "", **query: Any) -> httpx.Response:
        return await self.client.get(f"/api/v1{path}", params=query, headers=_headers(token, "", speaks))

    async def post(
        self, path: str, body: Any = None, *, token: str = "", key: str = "", speaks: str = ""
    ) -> httpx.Response:
        headers = _headers(token, key, speaks)
        return await self.client.post(f"/api/v1{path}", json={} if body is None else body, headers=headers)

    async def server(self, *scopes: str) -> str:
        """The text of a new API key."""
        return (await create_api_key(self.shop, SYSTEM, "a server", scopes or ("read", "write"))).text

    async def cart(self, lines: Mapping[str, int] | None = None, **fields: Any) -> dict[str, Any]:
        """A new cart, as it was answered."""
        wanted = [{"sku": sku, "quantity": n} for sku, n in ({"MUG": 2} if lines is None else lines).items()]
        answer = await self.post("/carts", {"currency": "EUR", "country": "DE", "lines": wanted, **fields})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def order(self, cart: Mapping[str, Any], token: str = "tok_ok", **fields: Any) -> dict[str, Any]:
        """The body that orders this cart at its total."""
        return {
            "cart_id": cart["id"], "email": "ada@shop.example", "address": ADDRESS,
            "shipping_method": cart["shipping_method"], "payment": {"provider": "sandbox", "token": token},
            "expected_total": cart["total"], **fields,
        }  # fmt: skip

    async def bought(self, lines: Mapping[str, int] | None = None) -> dict[str, Any]:
        """A placed order, as it was answered."""
        cart = await self.cart(lines)
        answer = await self.post("/orders", self.order(cart), token=cart["token"], key=str(uuid.uuid4()))
        assert answer.status_code == 201, answer.text
        return answer.json()


@asynccontextmanager
async def open_caller(
    shop: Shop, *, limits: Limits | None = None, source: str = "127.0.0.1", metrics_token: str = ""
) -> AsyncIterator[Caller]:
    """The API mounted as the store mounts it, and a client that calls it from `source`."""
    meters = Meters()
    app = Litestar(
        route_handlers=routes(shop, meters=meters, limits=limits, metrics_token=metrics_token), openapi_config=None
    )
    transport = httpx.ASGITransport(app=Measured(app, meters), client=(source, 123))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.example") as client:
        yield Caller(shop, client)


def _headers(token: str, key: str, speaks: str) -> dict[str, str]:
    headers = {"authorization": f"Bearer {token}", "idempotency-key": key, "accept-language": speaks}
    return {name: value for name, value in headers.items() if value not in {"", "Bearer "}}
