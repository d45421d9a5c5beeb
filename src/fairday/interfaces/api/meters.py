"""What /metrics says: requests by route, refusals by code, orders, held stock, waiting events. Nothing by person."""

import time
from collections.abc import Mapping

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from fairday.domain.inventory import store as stock
from fairday.domain.orders import queries
from fairday.domain.orders import store as orders
from fairday.kernel.clock import MINUTE_MS
from fairday.usecases.shop import Shop

CONTENT_TYPE = CONTENT_TYPE_LATEST
BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNROUTED = "(none)"
SWEEP_MS = 2 * MINUTE_MS  # what the sweep may need to come round
OVERDUE_COUNTED = 1_000


class Meters:
    """The counters of one process. Labels are templates and codes, never what a client made up, so they are few."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "fairday_http_requests", "Requests answered", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "fairday_http_request_seconds", "Time to the whole answer", ("method", "route"),
            buckets=BUCKETS_S, registry=self.registry,
        )  # fmt: skip
        self._counted: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._refusals = Counter("fairday_refusals", "Expected noes of the API", ("code",), registry=self.registry)
        self._orders = Gauge("fairday_orders", "Orders by state", ("state",), registry=self.registry)
        self._held = Gauge("fairday_stock_held_pieces", "Pieces held for unpaid orders", registry=self.registry)
        self._overdue = Gauge(
            "fairday_orders_overdue", "Orders held for longer than FAIRDAY_HOLD_MINUTES", registry=self.registry
        )
        self._backlog = Gauge(
            "fairday_outbox_backlog", "Events that wait, by subscription", ("subscription",), registry=self.registry
        )

    def refused(self, code: str) -> None:
        """Count a refusal."""
        self._refusals.labels(code).inc()

    def answered(self, scope: HTTPScope, status: int, seconds: float) -> None:
        """Count an answer under the template of its route."""
        method = scope["method"] if scope["method"] in METHODS else "other"
        route = str(scope.get("path_template") or UNROUTED)
        counted = self._counted.get((method, route, status))
        if counted is None:  # looking labels up costs more than counting
            counted = self._requests.labels(method, route, str(status)), self._seconds.labels(method, route)
            self._counted[method, route, status] = counted
        counted[0].inc()
        counted[1].observe(seconds)

    async def exposition(self, shop: Shop) -> bytes:
        """Everything, in Prometheus's text format; what is stored is asked for now."""
        async with shop.database.read() as reader:
            by_state: Mapping[str, int] = await queries.counts_by_state(reader)
            held = await stock.held_pieces(reader)
            late_ms = shop.clock.now_ms() - shop.settings.hold_minutes * MINUTE_MS - SWEEP_MS
            overdue = await orders.held_before(reader, late_ms, "", OVERDUE_COUNTED)
        for state, count in by_state.items():
            self._orders.labels(state).set(count)
        self._held.set(held)
        self._overdue.set(len(overdue))
        for subscription, waiting in (await shop.bus.backlog()).items():
            self._backlog.labels(subscription).set(waiting)
        return generate_latest(self.registry)


class Measured:
    """ASGI middleware around the whole app: counts every answer, whoever gave it."""

    def __init__(self, app: ASGIApp, meters: Meters) -> None:
        self.app = app
        self._meters = meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wraps `send` for HTTP; anything else passes through."""
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        begun, status = time.perf_counter(), 500

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, note_status)
        finally:
            self._meters.answered(scope, status, time.perf_counter() - begun)
