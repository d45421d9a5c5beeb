"""The web application of a process: its interfaces, what stands around them all, and who answers when none does."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from time import perf_counter_ns
from typing import Any

import structlog
from litestar import Litestar, Request, Response
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from fairday.adapters.payments.sandbox import SandboxPayments
from fairday.adapters.payments.sandbox_page import sandbox_routes
from fairday.bootstrap.admission import Admission
from fairday.bootstrap.confined import Confined
from fairday.bootstrap.processes import Process
from fairday.bootstrap.settings import Settings
from fairday.interfaces import api, backoffice, storefront
from fairday.interfaces.api import Measured, Meters
from fairday.interfaces.api.service import health_routes, metrics_route
from fairday.interfaces.web.headers import SecurityHeaders
from fairday.interfaces.web.own_writes import OwnWrites
from fairday.interfaces.web.surface import Web
from fairday.kernel.batch import answered_within
from fairday.kernel.errors import Refusal
from fairday.kernel.ids import ID_LENGTH
from fairday.usecases.shop import Shop

BODY_LIMIT_BYTES = 64 * 1024
NAMED_FILES = ("/static/", "/backoffice/static/", "/media/")
LONGEST_SHOWN = 300
ANSWER_S = 15.0  # nobody waits longer: what has not begun by then is refused
log = structlog.get_logger("fairday.http")

Routes = Callable[[Shop, Web], Sequence[Any]]


def build_app(shop: Shop, settings: Settings, process: Process) -> Litestar:
    """The ASGI application that this kind of process serves."""
    web = Web(
        secrets=(shop.settings.secret,),
        public_url=shop.settings.base_url,
        tls=shop.settings.base_url.startswith("https://"),
    )
    meters = Meters()
    interfaces: Mapping[str, Routes] = {
        "storefront": storefront.routes,
        "backoffice": backoffice.routes,
        "api": lambda shop, _web: api.routes(shop, meters=meters, metrics_token=settings.metrics_token),
    }
    handlers = [handler for name in process.interfaces for handler in interfaces[name](shop, web)]
    if "api" not in process.interfaces:
        handlers += [*health_routes(shop), metrics_route(shop, meters, settings.metrics_token)]
    sandbox = shop.payments.get("sandbox")
    if "storefront" in process.interfaces and isinstance(sandbox, SandboxPayments):
        handlers += sandbox_routes(sandbox, shop)
    app = Litestar(
        route_handlers=handlers,
        exception_handlers={Exception: _answer_error(shop, web, process)},
        request_max_body_size=BODY_LIMIT_BYTES,
        openapi_config=None,
        debug=False,
        logging_config=None,
    )
    # Around the router, not around each handler as Litestar's own `middleware` would be: an address that nobody
    # answers (404, 405) must have the headers and be in the log and the figures too.
    inner = OwnWrites(app.asgi_handler, web, shop.clock) if settings.database_replicas else app.asgi_handler
    confined = Confined(inner, process)
    logged = RequestLog(Measured(SecurityHeaders(confined, tls=web.tls), meters))
    app.asgi_handler = Admission(logged, meters)
    return app


def _answer_error(
    shop: Shop, web: Web, process: Process
) -> Callable[[Request[Any, Any, Any], Exception], Response[Any]]:
    """For addresses that no interface owns: a page in the reader's language, or a problem document."""

    def answer(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        if api.owns(request.scope):
            return api.error_answer(request, error)
        if "storefront" in process.interfaces:
            return storefront.error_answer(shop, web, request, error)
        if isinstance(error, HTTPException):
            return _no(error.status_code)
        if isinstance(error, Refusal):
            return _no(error.status)
        log.error("unexpected", exc_info=error)
        return _no(HTTPStatus.INTERNAL_SERVER_ERROR)

    return answer


def _no(status: int) -> Response[Any]:
    document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    headers = {"cache-control": "no-store"}
    return Response(document, status_code=status, headers=headers, media_type="application/problem+json")


class RequestLog:
    """ASGI middleware: an id for every request, in its answer and in every log line made while it runs."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Logs method, path, status and duration; never a query, a header or a body."""
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        request_id, begun_ns, status = uuid.uuid4().hex, perf_counter_ns(), 500
        path = _shown(scope["raw_path"].decode("latin-1"))  # as it was sent: a mount (the API) shortens the other

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id), answered_within(ANSWER_S):
            try:
                await self.app(scope, receive, send_with_id)
            finally:
                duration_ms = (perf_counter_ns() - begun_ns) / 1e6
                log.info(
                    "request", method=scope.get("method", ""), path=path, status=status,
                    duration_ms=round(duration_ms, 2),
                )  # fmt: skip


def _shown(path: str) -> str:
    """The path without what opens things: the last part of an order's or a letter's link is a token.

    Tokens are longer than ids. Names of static files and pictures are long as well, and are known by where they are; a
    dot means nothing, since whoever sent a letter's link on may have put one behind it.
    """
    if path.startswith(NAMED_FILES):
        return path[:LONGEST_SHOWN]
    return "/".join(part if len(part) <= ID_LENGTH else "..." for part in path.split("/"))[:LONGEST_SHOWN]
