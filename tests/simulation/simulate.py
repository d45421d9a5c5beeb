"""Whole days of a shop on a virtual clock, by seed: a seed that fails fails again, in the same way.

    python -m tests.simulation.simulate --seeds 10000
    python -m tests.simulation.simulate --seed 123        # with its trace, and the fewest errands that still fail

A day ends in peace: processes start anew, what was under way arrives, the sweep and the bus run until nothing waits.
Then the auditor (`tests.accounts`) and the history checker (`tests.history`) look at what is left.
"""

import argparse
import asyncio
import hashlib
import logging
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import structlog
from msgspec import Struct

from fairday.domain.access import SYSTEM
from fairday.domain.pricing import Voucher
from fairday.domain.pricing import store as pricing
from fairday.kernel.clock import FixedClock
from fairday.kernel.events import Delivery
from fairday.ports.bus import Subscription
from fairday.usecases.issue_gift_card import IssueGiftCard, issue_gift_card
from fairday.usecases.settle_orders import settle_orders
from tests.accounts import audit
from tests.goods import put_goods
from tests.history import complaints, kept
from tests.shop import open_shop
from tests.simulation import people
from tests.simulation.virtual import StuckError, run
from tests.simulation.world import (
    BEGIN_MS,
    ERRAND,
    EVENTS,
    LISTENER,
    SECRET,
    Errand,
    Process,
    Weather,
    World,
    copied,
    listener,
    seeded,
)

CARDS = (9_000, 25_000)
SHELVES = {"MUG": 30, "LAMP": 10, "RUG": 4, "LAST": 1}
WEATHERS = (
    Weather(),
    Weather(fault=0.002, late=0.1, lost=0.02),
    Weather(fault=0.005, crash=0.0005, late=0.3, lost=0.05, leap=0.0002),
    Weather(fault=0.02, crash=0.002, late=0.2, lost=0.1, leap=0.001),
    Weather(fault=0.001, crash=0.005, late=0.05, lost=0.02),
)
PEACE_MS = 3_600_000
DAY_S = 6_000.0
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own below it


class Day(Struct, frozen=True):
    """How a seed's day went. `problems` is empty when all was well; the digest is of everything that happened."""

    seed: int
    problems: list[str]
    digest: str
    errands: list[str]
    trace: list[str]
    counts: dict[str, int]


def simulate(seed: int, *, without: Collection[str] = ()) -> Day:
    """Live through the day of a seed, leaving out some errands."""
    root = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="fairday-day-", dir=root))
    try:
        copied(_template(), folder / "state")
        return run(_day(seed, folder / "state", without))
    finally:
        shutil.rmtree(folder)


def shrunk(seed: int, problems: Collection[str]) -> set[str]:
    """As many errands as can be left out while the day still goes wrong."""
    assert problems
    without: set[str] = set()
    for errand in simulate(seed).errands:
        if simulate(seed, without={*without, errand}).problems:
            without.add(errand)
    return without


async def _day(seed: int, folder: Path, without: Collection[str]) -> Day:
    dice = random.Random(f"{seed}/day")
    world = World(
        seed, folder, WEATHERS[seed % len(WEATHERS)], capture=dice.choice(("at_order", "at_order", "at_ship"))
    )
    with seeded(seed, world.now_ms):
        ERRAND.set(Errand(seed, "the day"))
        world.processes += [Process(world, n) for n in range(dice.choice((1, 1, 2)))]
        lives = [asyncio.ensure_future(process.live()) for process in world.processes]
        names = _errands(dice)
        tasks = [asyncio.ensure_future(_run(world, name)) for name in names if name not in without]
        try:
            await asyncio.wait_for(asyncio.gather(*tasks), DAY_S)
        except (TimeoutError, StuckError) as stuck:
            world.problems.append(f"the day does not end: {stuck!r}")
        await asyncio.gather(*world.under_way)
        await _peace(world)
        for life in lives:
            life.cancel()
        await asyncio.gather(*lives, return_exceptions=True)
        await world.provider.close()
    lines = [f"{at:11.4f} {where:3} {who:12} {what}" for at, where, who, what in world.trace]
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return Day(seed, world.problems, digest, names, lines, _counts(world))


def _errands(dice: random.Random) -> list[str]:
    wanted = {
        "shopper": dice.randint(4, 14), "agent": dice.randint(1, 8), "counter": dice.choice((0, 0, 2)),
        "pricer": dice.choice((0, 2)), "looker": 1,
    }  # fmt: skip
    return [f"{kind}-{number}" for kind, many in wanted.items() for number in range(many)]


async def _run(world: World, name: str) -> None:
    ERRAND.set(Errand(world.seed, name))
    deeds = {
        "shopper": people.shop_around, "agent": people.deal, "counter": people.count, "pricer": people.reprice,
        "looker": people.look,
    }  # fmt: skip
    await deeds[name.partition("-")[0]](world)


async def _peace(world: World) -> None:
    """No more faults. Whatever waits is finished, and then nothing may be wrong."""
    world.calm = True
    for process in world.processes:
        await process.restart()
    shop = world.processes[0].shop
    world.skew_ms = max(world.skew_ms, 0)
    for _ in range(3):
        world.skew_ms += PEACE_MS
        await world.processes[0].turn(lambda: settle_orders(shop, stale_ms=0), "the last sweep")
        await world.processes[0].turn(lambda: shop.bus.deliver([listener(world, world.processes[0])]), "the last round")
    try:
        await audit(shop)
    except AssertionError as wrong:
        world.problems.append(f"audit: {wrong}")
    found = await kept(shop, world.provider)
    world.problems += complaints(world.history.events, found)
    placed = {order_id for order_id, order in found.orders.items() if order.state not in {"held", "declined"}}
    heard = {subject for kind, subject in world.heard if kind == "order_placed"}
    if heard != placed:
        world.problems.append(f"{len(placed)} orders were placed, {len(heard)} were heard of")
    world.problems += [f"order {order_id} still waits" for order_id, o in found.orders.items() if o.state == "held"]
    world.counts = {"orders": len(placed)}


def _counts(world: World) -> Mapping[str, int]:
    return {
        **world.counts,
        "points": len(world.trace),
        "faults": sum(what.startswith("fault") for *_, what in world.trace),
        "crashes": sum(what.startswith("crash") for *_, what in world.trace),
        "late": sum(what.endswith("arrives") for *_, what in world.trace),
    }


@cache
def _template() -> Path:
    """A shop with goods and vouchers, made once for all days of this process, and the same in every process."""
    folder = Path(tempfile.mkdtemp(prefix="fairday-days-"))

    async def make() -> None:
        with seeded(0):
            async with open_shop(folder / "state", clock=FixedClock(BEGIN_MS), secret=SECRET) as shop:
                await shop.bus.deliver([Subscription(LISTENER, EVENTS, _not_yet)])
                await put_goods(shop, SHELVES, euros=1_333)
                async with shop.database.write() as unit:
                    await pricing.put_vouchers(unit, [
                        Voucher(code="HALF", kind="percent", percent_ppm=500_000, uses_limit=2),
                        Voucher(code="ALL", kind="percent", percent_ppm=1_000_000, uses_limit=3),
                        Voucher(code="SEVEN", kind="amount", amount=777, currency="EUR", customer_limit=1),
                    ])  # fmt: skip

                for amount in CARDS:
                    await issue_gift_card(
                        shop, SYSTEM, IssueGiftCard(attempt=str(amount), amount=amount, currency="EUR", paid=True)
                    )

    asyncio.run(make())
    kept_files = folder / "kept"
    kept_files.mkdir()
    shutil.copyfile(folder / "state" / "fairday.db", kept_files / "fairday.db")
    return kept_files


async def _not_yet(deliveries: Sequence[Delivery]) -> None:
    """A subscription begins with its first delivery, which has nothing in it."""
    assert not deliveries


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _tell(day: Day) -> None:
    _say(f"seed {day.seed}: {'; '.join(day.problems)}")
    _say(f"  again: make simulate SEED={day.seed}")


def main() -> int:
    """0 when all was well."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=500)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    quiet()
    if asked.seed is not None:
        return _replay(asked.seed)
    begun, failed, sums = time.perf_counter(), [], dict.fromkeys(("orders", "points", "faults", "crashes", "late"), 0)
    with get_context("spawn").Pool(asked.workers, quiet) as pool:
        seeds = range(asked.first, asked.first + asked.seeds)
        for day in pool.imap_unordered(simulate, seeds, chunksize=8):
            sums = {name: sums[name] + day.counts.get(name, 0) for name in sums}
            if day.problems:
                failed.append(day.seed)
                _tell(day)
    took = time.perf_counter() - begun
    _say(f"{asked.seeds} seeds in {took:.0f} s ({asked.seeds / took:.0f} a second): {sums}; {len(failed)} failed")
    return 1 if failed else 0


def _replay(seed: int) -> int:
    day = simulate(seed)
    _say("\n".join(day.trace))
    _say(f"seed {seed}, digest {day.digest[:16]}: {day.counts}")
    if not day.problems:
        return 0
    _tell(day)
    without = shrunk(seed, day.problems)
    _say(f"  it takes: {', '.join(name for name in day.errands if name not in without)}")
    return 1


def quiet() -> None:
    """What processes log while they are tormented is in nobody's interest."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)


if __name__ == "__main__":
    sys.exit(main())
