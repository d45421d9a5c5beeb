"""One measurement: carts first, then an order for each, both by POST over HTTP; the books are audited afterwards."""

import itertools
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import msgspec
from msgspec import Struct

from fairday.bootstrap.settings import scheme_of
from fairday.cli.bench.load import Answer, Load, Report, fire, read_answers, write_requests
from fairday.cli.bench.scratch import Server, StoreFailedError
from fairday.cli.bench.traffic import Orders, Skus

CREATED = 201
WARM_UP_S = 2.0
WARM_UP_A_SECOND = 200  # orders, for each second that will be measured
WARM_UP_ORDERS = (50, 2_000)  # no less, no more
CART_CONNECTIONS = 16
CARTS_LIMIT_S = 300.0
CARTS_LIMIT = 400_000
MARGIN = 2.0

NOTHING = "something-was-ordered"

# Given the server's process id: what else happens while orders are placed, a profiler say.
Watch = Callable[[int], AbstractContextManager[None]]


class Plan(Struct, frozen=True, kw_only=True):
    """What to measure: `rate` 0 is a closed loop, any other an open one.

    `products` are there to choose from, and so many `orders` were placed before.
    """

    database: str
    clients: int
    seconds: float
    skus: Skus = "spread"
    rate: float = 0.0
    products: int = 1_000
    orders: int = 0
    seed: int = 1


class Result(Struct, frozen=True, kw_only=True):
    """The figures of a run. `refused` is what was asked and not placed, whatever the answer; `audit` is `ok` or names.

    `orders_per_s` is with prepared carts; `with_cart_per_s` counts the POST that made the cart as well.
    """

    orders_per_s: float
    p50_ms: float
    p99_ms: float
    p999_ms: float
    refused: int
    audit: str | list[str]
    orders: int
    seconds: float
    carts_per_s: float
    with_cart_per_s: float
    client_cpu_s: float
    server_cpu_s: float
    server_cpu_us_per_order: int
    database: str
    clients: int
    skus: Skus
    rate: float
    products: int
    orders_before: int
    statuses: dict[str, int] = {}


class Measured(Struct, frozen=True, kw_only=True):
    """A timed phase: what the client saw, the CPU seconds of the server, and the answers."""

    report: Report
    server_cpu_s: float
    answers: list[Answer]

    @property
    def created(self) -> list[Answer]:
        """Those that did what was asked."""
        return [answer for answer in self.answers if answer.status == CREATED]

    @property
    def per_second(self) -> float:
        """How many did, a second."""
        return len(self.created) / self.report.seconds if self.report.seconds else 0.0


def unwatched(_pid: int) -> AbstractContextManager[None]:
    """Nobody looks on."""
    return nullcontext()


class Runner:
    """Sends one plan's requests to one server and remembers which orders were acknowledged."""

    def __init__(self, server: Server, folder: Path, plan: Plan) -> None:
        self.acknowledged: list[str] = []
        self._server = server
        self._folder = folder
        self._plan = plan
        self._orders = Orders(port=server.port, products=plan.products, skus=plan.skus, seed=plan.seed)
        self._numbers = itertools.count()

    def measure(self, tell: Callable[[str], None], watch: Watch = unwatched) -> tuple[Measured, Measured]:
        """Warm up, which also says how many carts are needed; then carts, then orders, while `watch` looks on."""
        plan = self._plan
        least, most = WARM_UP_ORDERS
        carts = self._make_carts(min(max(int(plan.seconds * WARM_UP_A_SECOND), least), most))
        warm = self._place(carts.created, Load(connections=plan.clients, seconds=WARM_UP_S))
        expected = plan.rate or max(warm.per_second, 10.0) * MARGIN
        wanted = min(int(expected * plan.seconds) + plan.clients, CARTS_LIMIT)
        tell(f"{warm.per_second:.0f} orders a second while warming up; preparing {wanted} carts")
        carts = self._make_carts(wanted)
        tell(f"{carts.per_second:.0f} carts a second; ordering for {plan.seconds:g} s")
        with watch(self._server.process.pid):
            placed = self._place(carts.created, Load(connections=plan.clients, seconds=plan.seconds, rate=plan.rate))
        return carts, placed

    def _make_carts(self, count: int) -> Measured:
        first = next(self._numbers) * CARTS_LIMIT
        load = Load(connections=CART_CONNECTIONS, seconds=CARTS_LIMIT_S)
        carts = self._send(self._orders.carts(first, count), load)
        if not carts.created:
            first_answer = carts.answers[0].body.decode(errors="replace") if carts.answers else ""
            raise StoreFailedError(f"no cart could be made: {first_answer} {self._server.said()}")
        return carts

    def _place(self, carts: Sequence[Answer], load: Load) -> Measured:
        first = next(self._numbers) * CARTS_LIMIT
        asked = (self._orders.order(first + number, cart) for number, cart in enumerate(carts))
        placed = self._send(asked, load)
        self.acknowledged += [msgspec.json.decode(answer.body, type=_Placed).id for answer in placed.created]
        return placed

    def _send(self, requests: Iterable[bytes], load: Load) -> Measured:
        asked, answered = self._folder / "requests", self._folder / "answers"
        write_requests(asked, requests)
        before_s = self._server.cpu_s()
        report = fire(self._server.port, asked, load, answered)
        used_s = self._server.cpu_s() - before_s
        return Measured(report=report, server_cpu_s=used_s, answers=list(read_answers(answered)))


class _Placed(Struct, frozen=True):
    id: str


def result_of(plan: Plan, carts: Measured, placed: Measured, broken: list[str]) -> Result:
    """The figures, once the audit has spoken."""
    report, orders = placed.report, len(placed.created)
    if not orders:
        broken = [*broken, NOTHING]
    both_s = 1 / placed.per_second + 1 / carts.per_second if orders else 0.0
    return Result(
        orders_per_s=round(placed.per_second, 1),
        p50_ms=report.p50_ms,
        p99_ms=report.p99_ms,
        p999_ms=report.p999_ms,
        refused=report.begun - orders,
        audit=broken or "ok",
        orders=orders,
        seconds=round(report.seconds, 2),
        carts_per_s=round(carts.per_second, 1),
        with_cart_per_s=round(1 / both_s, 1) if both_s else 0.0,
        client_cpu_s=report.cpu_s,
        server_cpu_s=round(placed.server_cpu_s, 2),
        server_cpu_us_per_order=round(placed.server_cpu_s * 1e6 / orders) if orders else 0,
        database=scheme_of(plan.database),
        clients=plan.clients,
        skus=plan.skus,
        rate=plan.rate,
        products=plan.products,
        orders_before=plan.orders,
        statuses=report.statuses,
    )
