"""A store under load that is killed again and again, at named points and at any moment; nothing promised is lost.

    python -m tests.torture.torture --kills 200 [--seed 1] [--engine postgresql]

After the last kill the store is left in peace, everybody gets their answer, and it stops. Then the auditor
(`tests.accounts`) and the history checker (`tests.history`) look at what is left.
"""

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import httpx
from msgspec import Struct
from msgspec.structs import replace

from fairday.adapters.mail.files import FileMail
from fairday.bootstrap.settings import Settings, runs_alone
from fairday.domain.access import SYSTEM
from fairday.kernel.clock import HOUR_MS, FixedClock, SystemClock
from fairday.subscribers.notifications import subscription
from fairday.usecases.manage_api_keys import create_api_key
from fairday.usecases.settle_orders import settle_orders
from tests import engines
from tests.accounts import audit
from tests.goods import put_goods
from tests.history import complaints, kept
from tests.running import unused_port
from tests.shop import open_shop
from tests.torture.clients import Crowd, read_history
from tests.torture.server import EVERY_POINT, Life, Lives, many_lives

SHELVES = {"MUG": 5_000_000, "LAMP": 300, "LAST": 7}
# F-01 F-02 F-03 F-04 F-27 and their neighbours: where a store is killed from within, after at most so many passings.
POINTS = {
    "pay-before": 30, "pay-after": 30, "unit-begins": 60, "statement": 300, "unit-ends": 60, "committed": 60,
    "refund-before": 2, "refund-after": 2, "send-before": 3, "send-after": 3, "cart-delete-before": 30,
    "cart-delete-after": 30, EVERY_POINT: 500,
}  # fmt: skip
SHOPPERS = 6
HEALTHY_S = 30.0
LONGEST_LIFE_S = 0.6
IN_FLIGHT_MS = 2_000
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own below it


class Tortured(Struct, kw_only=True):
    """What came of it. `problems` is empty when every promise was kept; `deaths` counts them by where they happened."""

    problems: list[str]
    deaths: Counter[str]
    orders: int
    calls: int
    took_s: float


def torture(folder: Path, *, kills: int, seed: int = 0, database: str = "") -> Tortured:
    """Kill so often. On an engine that several processes share there are two of them, each of which has its deaths."""
    return asyncio.run(_torture(folder, kills, seed, database))


async def _torture(folder: Path, kills: int, seed: int, database: str) -> Tortured:
    begun, log, deaths = time.monotonic(), folder / "history.jsonl", Counter[str]()
    settings = {"state": str(folder / "state"), "rate_limits": "off", "log_level": "error", **_at(database)}
    api_key = await prepare(folder / "state", database)
    lives = [
        Life(settings=settings, port=unused_port(), in_flight_ms=IN_FLIGHT_MS)
        for _ in range(2 if _is_shared(database) else 1)
    ]
    crowd = Crowd([life.url for life in lives], log, api_key)
    people = [asyncio.ensure_future(crowd.shop_on(random.Random(f"{seed}/{n}"))) for n in range(SHOPPERS)]
    people += [asyncio.ensure_future(work(random.Random(f"{seed}/{work}"))) for work in (crowd.deal, crowd.look)]
    try:
        async with asyncio.TaskGroup() as group:
            end = asyncio.Barrier(len(lives))
            for number, life in enumerate(lives):
                dice = random.Random(f"{seed}/process {number}")
                share = kills // len(lives) + (number < kills % len(lives))
                group.create_task(_many_deaths(folder, life, share, dice, deaths, _Peace(end, crowd, people)))
    finally:
        for one in people:
            one.cancel()
        await crowd.close()
    problems = [*crowd.unexpected, *await examine(folder, log, database)]
    calls = len(read_history(log)) // 2
    return Tortured(problems=problems, deaths=deaths, orders=crowd.placed, calls=calls, took_s=time.monotonic() - begun)


class _Peace:
    """The end: once all processes have had their deaths and are back, everybody gets their answers and leaves."""

    def __init__(self, end: asyncio.Barrier, crowd: Crowd, people: Sequence[asyncio.Future[None]]) -> None:
        self._end, self._crowd, self._people = end, crowd, people

    async def come(self) -> None:
        await self._end.wait()
        self._crowd.leaving = True
        await asyncio.gather(*self._people)


async def _many_deaths(
    folder: Path, life: Life, kills: int, dice: random.Random, deaths: Counter[str], peace: _Peace
) -> None:
    with many_lives(folder / f"store-{life.port}.log") as lives:
        for number in range(kills):
            point = dice.choice(list(POINTS)) if number % 3 else ""
            dying = replace(life, point=point, passings=dice.randint(1, POINTS.get(point, 1)))
            deaths[await _live_and_die(lives, dying, dice.random() * LONGEST_LIFE_S)] += 1
        pid = await asyncio.to_thread(lives.begin, life)
        await until_healthy(life.url)
        await peace.come()
        os.kill(pid, signal.SIGTERM)
        code = await asyncio.to_thread(lives.ended)
        assert code == 0, f"the store ended with {code}"


async def prepare(state: Path, database: str) -> tuple[str, str]:
    """A stocked shop whose letters are listened to, and a server's key."""
    async with open_shop(state, **_at(database)) as shop:
        await shop.bus.deliver([subscription(shop)])
        await put_goods(shop, SHELVES)
        made = await create_api_key(shop, SYSTEM, "torture", ("read", "write"))
    return made.key.id, made.text


def _is_shared(database: str) -> bool:
    return not runs_alone(Settings(**_at(database)))


def _at(database: str) -> dict[str, str]:
    return {"database": database} if database else {}


async def _live_and_die(lives: Lives, life: Life, for_s: float) -> str:
    """One life; where it died. A point that is not passed in time is a life that is ended from outside."""
    pid = await asyncio.to_thread(lives.begin, life)
    ended = asyncio.ensure_future(asyncio.to_thread(lives.ended))
    alive = asyncio.ensure_future(until_healthy(life.url))
    await asyncio.wait([ended, alive], return_when=asyncio.FIRST_COMPLETED)
    where = life.point
    if alive.done() and not alive.cancelled() and not ended.done():
        await asyncio.wait([ended], timeout=LONGEST_LIFE_S * 2 if life.point else for_s)
    if not ended.done():
        where = "any moment"
        os.kill(pid, signal.SIGKILL)
    alive.cancel()
    code = await ended
    assert code == -signal.SIGKILL, f"the store ended by itself with {code}"
    return where


async def until_healthy(url: str) -> None:
    end = time.monotonic() + HEALTHY_S
    async with httpx.AsyncClient() as client:
        while time.monotonic() < end:
            try:
                if (await client.get(f"{url}/healthz", timeout=2.0)).is_success:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.01)
    raise AssertionError("the store does not come back")


async def examine(folder: Path, log: Path, database: str) -> Sequence[str]:
    """An hour later, with nobody there: everything is settled, every letter sent once, and nothing is missing."""
    clock = FixedClock(SystemClock().now_ms() + HOUR_MS)
    async with open_shop(folder / "state", clock=clock, **_at(database)) as shop:
        await settle_orders(shop, stale_ms=0)
        until = time.monotonic() + HEALTHY_S
        # Where a killed writer left a gap, a server's outbox goes on when it is sure that nobody fills it.
        while (await shop.bus.backlog())["notifications"] and time.monotonic() < until:
            await shop.bus.deliver([subscription(shop)])
            clock.advance(HOUR_MS)
            await asyncio.sleep(0.02)
        found = await kept(shop, shop.payments["sandbox"])
        problems = complaints(read_history(log), found)
        try:
            await audit(shop)
        except AssertionError as wrong:
            problems.append(f"audit: {wrong}")
        assert isinstance(shop.mail, FileMail)
        letters = {letter.key for letter in await shop.mail.sent(10**6)}
        placed = {
            f"order-placed/{id_}" for id_, order in found.orders.items() if order.state not in {"held", "declined"}
        }
        if missing := placed - letters:
            problems.append(f"{len(missing)} letters were never written")
    return problems


def main() -> int:
    """0 when every promise was kept."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", default="sqlite", choices=engines.ENGINES)
    asked = parser.parse_args()
    root = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None
    with (
        tempfile.TemporaryDirectory(prefix="fairday-torture-", dir=root) as folder,
        engines.fresh(asked.engine, Path(folder)) as database,
    ):
        came = torture(Path(folder), kills=asked.kills, seed=asked.seed, database=database)
    deaths = ", ".join(f"{where} {count}" for where, count in sorted(came.deaths.items()))
    sys.stdout.write(f"killed {came.deaths.total()} times in {came.took_s:.0f} s ({deaths})\n")
    sys.stdout.write(f"{came.calls} calls, {came.orders} orders acknowledged; {len(came.problems)} promises broken\n")
    sys.stdout.writelines(f"  {problem}\n" for problem in came.problems)
    return 1 if came.problems else 0


if __name__ == "__main__":
    sys.exit(main())
