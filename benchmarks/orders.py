"""How many orders a second, whole and over HTTP, on each engine, beside what PostgreSQL does without a shop.

Closed loops of 1 to 256 clients and open loops at shares of the best rate; one hot SKU and all alike. The headline runs
(64 clients) and pgbench take turns for some rounds and the median counts. Every run is audited; one whose audit fails
is kept, marked, and makes the exit code 1. Client, server and database share the machine's cores.
"""

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median

from msgspec.structs import asdict

from benchmarks.flames import draw as draw_flames
from benchmarks.measure import ROOT, keep
from benchmarks.orders_chart import draw
from benchmarks.reference import prepare, same_order, simple_update
from fairday.bootstrap.settings import Settings
from fairday.cli.bench.load import client
from fairday.cli.bench.orders import measure
from fairday.cli.bench.run import Plan, Result, Watch, unwatched
from tests.engines import ADMIN, server

ENGINES = ("sqlite", "postgresql", "mysql")
HEADLINE = 64
LADDER = (1, 8, 32, 256)
SHARES = (0.5, 0.8)
EARLIER_ORDERS = (10_000, 200_000, 1_000_000)
MORE_PRODUCTS = (30_000, 1_000_000)
PICTURE = ROOT / "docs" / "pictures" / "orders.svg"
FLAMES = ROOT / "docs" / "pictures" / "order-flames.svg"
SAMPLES_A_SECOND = 250
PROFILER_LIMIT_S = 60
TITLE = f"The store's process while {HEADLINE} clients order: width is time"


class Bench:
    """Runs plans, prints a line of each, and remembers them."""

    def __init__(self, seconds: float) -> None:
        self.runs: list[Result] = []
        self._seconds = seconds

    def run(self, engine: str, clients: int, *, rate: float = 0.0, watch: Watch = unwatched, **more: object) -> Result:
        """One run on a store of its own."""
        url = "sqlite:" if engine == "sqlite" else server(engine).url(ADMIN[engine])
        plan = Plan(database=url, clients=clients, seconds=self._seconds, rate=rate, **more)  # type: ignore[arg-type] # skus, products
        result = measure(plan, Settings(), lambda _: None, watch)
        self.runs.append(result)
        loop = f"open at {rate:.0f}/s" if rate else "closed"
        print(
            f"{engine:<12}{result.skus:<8}{clients:>5}{loop:>16}{result.orders_per_s:>10.0f}{result.p50_ms:>9.1f}"
            f"{result.p99_ms:>9.1f}{result.p999_ms:>9.1f}{result.server_cpu_us_per_order:>8}{result.carts_per_s:>9.0f}"
            f"{result.refused:>8}  {result.audit}",
            flush=True,
        )
        return result

    def rate_of(self, engine: str, skus: str) -> float:
        """The median of the headline runs."""
        found = [
            one.orders_per_s for one in self.runs if _is_headline(one) and (one.database, one.skus) == (engine, skus)
        ]
        return median(found) if found else 0.0


def _is_headline(one: Result) -> bool:
    usual = Plan(database="", clients=HEADLINE, seconds=1)
    seen = (one.clients, one.rate, one.products, one.orders_before)
    return seen == (usual.clients, usual.rate, usual.products, usual.orders)


def rounds(bench: Bench, given: argparse.Namespace) -> dict[str, float]:
    """Turn and turn about: pgbench, then every engine, spread and hot. The medians of pgbench."""
    postgres = server("postgresql")
    name = prepare(postgres)
    questions: dict[str, Callable[[], float]] = {
        "pgbench -N": partial(simple_update, postgres, name, given.pgbench_s),
        "same order": partial(same_order, postgres, name, given.pgbench_s, "spread"),
        "same order, hot": partial(same_order, postgres, name, given.pgbench_s, "hot"),
    }
    told: dict[str, list[float]] = {question: [] for question in questions}
    for _ in range(given.rounds):
        for question, ask in questions.items():
            told[question].append(ask())
            print(f"{question:<36}{'':>5}{told[question][-1]:>10.0f}", flush=True)
        for engine in given.engines:
            for skus in ("spread", "hot"):
                bench.run(engine, HEADLINE, skus=skus)
    return {question: median(values) for question, values in told.items()}


def ladder(bench: Bench, engines: list[str]) -> None:
    """How it goes with fewer and more clients, and when orders come at a rate of their own."""
    for engine in engines:
        for clients in LADDER:
            bench.run(engine, clients)
    for engine in engines:
        for share in SHARES:
            bench.run(engine, 256, rate=round(bench.rate_of(engine, "spread") * share))


def growth(bench: Bench, engines: list[str]) -> None:
    """The same with more that was there before: orders, then products."""
    for engine in engines:
        for orders in EARLIER_ORDERS:
            bench.run(engine, HEADLINE, orders=orders)
        for products in MORE_PRODUCTS:
            bench.run(engine, HEADLINE, products=products)


@contextmanager
def flames(picture: Path, pid: int) -> Iterator[None]:
    """Draw where the server's time goes while orders are placed (py-spy, a tool of developers)."""
    program = shutil.which("py-spy", path=str(Path(sys.executable).parent))
    if program is None:
        sys.exit("--flames needs py-spy (make install-dev)")
    with tempfile.TemporaryDirectory(prefix="fairday-flames-") as folder:
        folded = Path(folder) / "folded"
        command = [program, "record", "--pid", str(pid), "--rate", str(SAMPLES_A_SECOND), "--output", str(folded)]
        with subprocess.Popen(
            [*command, "--format", "raw", "--duration", "3600"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as profiler:
            try:
                yield
            finally:
                profiler.send_signal(signal.SIGINT)
                profiler.wait(PROFILER_LIMIT_S)
        picture.write_text(draw_flames(folded, TITLE), encoding="utf-8")


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.orders", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the headline once, with short runs: two minutes")
    parser.add_argument("--growth", action="store_true", help="instead with a million orders or products before")
    parser.add_argument("--flames", action="store_true", help="draw a flame graph instead, and keep no results")
    parser.add_argument("--engine", action="append", choices=ENGINES, dest="engines", help="only this one; repeatable")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6.0, help="for each run")
    given = parser.parse_args()
    given.engines = given.engines or list(ENGINES)
    given.pgbench_s = 5
    if given.quick:
        given.rounds, given.seconds, given.pgbench_s = 1, 2.0, 3
    return given


def main() -> int:
    """Answers the exit code."""
    given = _given()
    client()
    bench = Bench(given.seconds)
    print(
        f"{'':<12}{'':<8}{'':>5}{'loop':>16}{'orders/s':>10}{'p50 ms':>9}{'p99 ms':>9}{'p99.9':>9}{'CPU us':>8}"
        f"{'carts/s':>9}{'refused':>8}  audit"
    )
    if given.flames:
        bench.run(given.engines[0], HEADLINE, watch=partial(flames, FLAMES))
        return 0
    if given.growth:
        growth(bench, given.engines)
        keep("orders_growth", {"runs": [asdict(one) for one in bench.runs]})
        return int(any(one.audit != "ok" for one in bench.runs))
    reference = rounds(bench, given)
    if not given.quick:
        ladder(bench, given.engines)
    answer: dict[str, object] = {
        "reference": reference,
        "headline": {
            f"{engine} {skus}": bench.rate_of(engine, skus) for engine in given.engines for skus in ("spread", "hot")
        },
        "runs": [asdict(one) for one in bench.runs],
    }
    keep("orders_quick" if given.quick else "orders", answer)
    if not given.quick:
        PICTURE.write_text(draw(answer), encoding="utf-8")
    failed = [one for one in bench.runs if one.audit != "ok"]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
