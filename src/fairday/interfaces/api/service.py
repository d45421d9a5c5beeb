"""Whether the shop is well (`/healthz`, `/readyz`), what it counts (`/metrics`), and the contract as a document."""

import hmac
import ipaddress
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import literal, select

from fairday.interfaces.api.dispatch import Raw
from fairday.interfaces.api.errors import TokenRequired
from fairday.interfaces.api.meters import CONTENT_TYPE, Meters
from fairday.interfaces.api.operation import Answer, Call, Operation
from fairday.interfaces.api.problems import MEDIA_TYPE, headers_of, problem
from fairday.kernel.sql import Statement
from fairday.ports.search import SearchQuery
from fairday.usecases.shop import Shop

NO_STORE = {"cache-control": "no-store"}
CONTRACT_AGE_S = 60
AnyRequest = Request[Any, Any, Any]
_ONE = Statement(select(literal(1)))


def health_routes(shop: Shop) -> list[HTTPRouteHandler]:
    """For whoever watches over processes: is it alive, and may it be sent visitors."""

    @get("/healthz", name="healthz", include_in_schema=False)
    async def healthz() -> Response[dict[str, str]]:
        return Response({"status": "ok"}, headers=NO_STORE)

    @get("/readyz", name="readyz", include_in_schema=False)
    async def readyz() -> Response[dict[str, str]]:
        async with shop.database.read() as reader:
            await reader.row(_ONE)
        await shop.search.search(SearchQuery(limit=1, facets=False))
        return Response({"status": "ready", "database": "ok", "search": "ok"}, headers=NO_STORE)

    return [healthz, readyz]


def metrics_route(shop: Shop, meters: Meters, token: str) -> HTTPRouteHandler:
    """For Prometheus on this machine, or anywhere with the token. Behind a proxy on this machine, set a token."""

    @get("/metrics", name="metrics", include_in_schema=False)
    async def metrics(request: AnyRequest) -> Response[bytes]:
        if not may_read_metrics(request, token):
            refusal = TokenRequired()
            headers = {**NO_STORE, **dict(headers_of(refusal))}
            content = msgspec.json.encode(problem(refusal, "en"))
            return Response(content, status_code=refusal.status, media_type=MEDIA_TYPE, headers=headers)
        return Response(await meters.exposition(shop), media_type=CONTENT_TYPE, headers=NO_STORE)

    return metrics


def may_read_metrics(request: AnyRequest, token: str) -> bool:
    """With a token, whoever has it; without, whoever connects from the loopback and was not forwarded by a proxy."""
    if token:
        given = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        return hmac.compare_digest(given.encode(), token.encode())
    if any(name in request.headers for name in ("forwarded", "x-forwarded-for")):
        return False
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def contract_operation(document: dict[str, Any]) -> Operation:
    """The contract, at `/openapi.json`. It is the same for everybody."""
    content = msgspec.json.encode(document)
    headers = (("cache-control", f"public, max-age={CONTRACT_AGE_S}"),)

    async def act(_: Call) -> Answer:
        return Answer(Raw(content, "application/json", headers))

    return Operation(method="GET", path="/openapi.json", name="contract", summary="", act=act, answers={200: dict})
