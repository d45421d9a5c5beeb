"""F-30, F-32, F-33: the server goes away in the middle of anything, has no connection left, or ends a deadlock.

Between shop and server stands a line that can be cut at a commit: before the server heard of it, or after it obeyed.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import bindparam, select, update

from fairday.adapters.database import pool
from fairday.domain.inventory import store as stock
from fairday.domain.inventory.tables import STOCK
from fairday.domain.orders import InFlight
from fairday.domain.orders.tables import COUNTERS
from fairday.kernel.errors import Busy, CommitUnknown
from fairday.kernel.sql import Statement, upsert
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.place_order import place_order
from fairday.usecases.settle_orders import settle_orders
from tests import engines
from tests.accounts import audit
from tests.buying import a_cart, an_order
from tests.conftest import not_run
from tests.goods import put_goods
from tests.shop import open_shop

PUT = upsert(COUNTERS)
_C = COUNTERS.c
VALUE = Statement(select(_C.value).where(_C.name == bindparam("named")))
ADD = Statement(update(COUNTERS).where(_C.name == bindparam("b_name")).values(value=_C.value + bindparam("b_by")))
KILL_ALL = {
    "postgresql": "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    "mysql": "SELECT id FROM information_schema.processlist WHERE db = database() AND id <> connection_id()",
}
SLOW = {"postgresql": "SELECT pg_sleep(60)", "mysql": "SELECT sleep(60)"}


@pytest.fixture(params=engines.SERVERS)
def server_url(request, tmp_path):
    try:
        with engines.fresh(request.param, tmp_path) as url:
            yield url
    except engines.MissingEngineError as missing:
        not_run(str(missing))


def scheme(url: str) -> str:
    return url.partition(":")[0]


def kill_all(url: str) -> None:
    """What a failover does to every connection."""
    answers = engines.ask(url, KILL_ALL[scheme(url)])
    if scheme(url) == "mysql":
        for (number,) in answers[0]:
            engines.ask(url, f"KILL CONNECTION {int(number)}")


class Line:
    """Forwards bytes to the server's socket. `cut_at` commits from now it breaks, before or after the commit."""

    def __init__(self) -> None:
        self.cut_at = 0
        self.after = False
        self.cuts = 0

    def cut(self, nth: int, *, after: bool) -> None:
        self.cut_at, self.after = nth, after

    def breaks_here(self, sent: bytes) -> bool:
        if not (sent.endswith(b"COMMIT") or b"COMMIT\0" in sent) or not self.cut_at:
            return False
        self.cut_at -= 1
        return self.cut_at == 0


@asynccontextmanager
async def line_to(url: str, folder: Path) -> AsyncIterator[tuple[str, Line]]:
    """The URL of the same database at the other end of a line."""
    name = ".s.PGSQL.5432" if scheme(url) == "postgresql" else "db"
    behind = url.partition("?socket=")[2]
    target = f"{behind}/{name}" if scheme(url) == "postgresql" else behind
    line = Line()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, out = await asyncio.open_unix_connection(target)

        async def back() -> None:
            while chunk := await there.read(65_536):
                writer.write(chunk)
                await writer.drain()
            writer.close()

        answering = asyncio.create_task(back())
        while chunk := await reader.read(65_536):
            if line.breaks_here(chunk):
                answering.cancel()
                line.cuts += 1
                if line.after:
                    out.write(chunk)
                    await there.read(1)
                break
            out.write(chunk)
        answering.cancel()
        out.close()
        writer.close()

    place = folder / name
    listening = await asyncio.start_unix_server(serve, place)
    try:
        shown = folder if scheme(url) == "postgresql" else place
        yield f"{url.partition('?')[0]}?socket={shown}", line
    finally:
        listening.close()


# ------------------------------------------------------------------------------------------------ F-30: it goes away


async def test_killed_in_mid_transaction_nothing_is_kept_and_the_next_unit_works(server_url):
    database = engines.opened(server_url)
    async with database.write() as unit:
        await unit.run(PUT, name="kept", value=1)
    with pytest.raises(Busy):
        async with database.write() as unit:
            await unit.run(PUT, name="lost", value=1)
            await asyncio.to_thread(kill_all, server_url)
            await unit.run(PUT, name="lost", value=2)
    await healed(database)
    async with database.read() as reader:
        assert await reader.row(VALUE, named="kept") == (1,)
        assert await reader.row(VALUE, named="lost") is None
    await database.close()


async def healed(database) -> None:
    """After one refusal a connection at most, without anybody's help."""
    for _ in range(30):
        try:
            async with database.write() as unit:
                await unit.run(PUT, name="healed", value=1)
            async with database.read() as reader:
                assert await reader.row(VALUE, named="healed") == (1,)
        except Busy:
            continue
        return
    pytest.fail("the pool did not heal")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_a_line_cut_at_the_commit_says_that_it_does_not_know(server_url, tmp_path, after):
    async with line_to(server_url, tmp_path) as (url, line):
        database = engines.opened(url)
        line.cut(1, after=after)
        with pytest.raises(CommitUnknown):
            async with database.write() as unit:
                await unit.run(PUT, name="unknown", value=1)
        assert line.cuts == 1
        await healed(database)
        async with database.read() as reader:
            assert await reader.row(VALUE, named="unknown") == ((1,) if after else None)
        await database.close()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth", [1, 2])
async def test_an_order_whose_commit_was_cut_is_placed_once_in_the_end(server_url, state, tmp_path, nth, after):
    """The same command, again and again, as any client does; the idempotency row knows."""
    async with line_to(server_url, tmp_path) as (url, line), open_shop(state, database=url) as shop:
        await put_goods(shop, {"MUG": 10})
        command = await an_order(shop, await a_cart(shop, {"MUG": 1}))
        line.cut(nth, after=after)
        order_ids = await sent_until_placed(lambda: place_order(shop, command), lambda: settle_orders(shop, stale_ms=0))
        assert line.cuts == 1
        assert len(order_ids) == 1
        async with shop.database.read() as reader:
            (level,) = await stock.levels(reader, ["MUG"])
        assert (level.held, level.allocated) == (0, 1)
        moves = [move.kind for move in await shop.payments["sandbox"].record()]
        assert moves.count("capture") == 1
        await audit(shop)
        assert await check_invariants(shop) == []


async def sent_until_placed(send: Callable, sweep: Callable) -> set[str]:
    found: set[str] = set()
    for _ in range(20):
        try:
            placed = await send()
        except (Busy, CommitUnknown):
            continue
        except InFlight:
            await sweep()
            continue
        found.add(placed.order.id)
        if found and placed.state == "placed":
            return found
    pytest.fail(f"never placed: {found}")


# -------------------------------------------------------------------------------------------- F-32: no connection left


async def test_slow_reports_take_no_connection_from_checkout(server_url, state, monkeypatch):
    monkeypatch.setattr(pool, "WAIT_S", 0.2)
    slow = Statement(select(_C.value).where(_C.name == "nobody"))
    async with open_shop(state, database=server_url) as shop:
        await put_goods(shop, {"MUG": 10})
        command = await an_order(shop, await a_cart(shop, {"MUG": 1}))
        begun = asyncio.Barrier(3)
        done = asyncio.Event()

        async def report() -> None:
            async with shop.database.read(snapshot=True) as reader:
                await reader.rows(slow)
                await begun.wait()
                await done.wait()

        reports = [asyncio.create_task(report()) for _ in range(2)]
        await begun.wait()
        with pytest.raises(Busy):
            async with shop.database.read(snapshot=True):
                pytest.fail("there was room for a third report")
        placed = await asyncio.wait_for(place_order(shop, command), 10)
        assert placed.state == "placed"
        done.set()
        await asyncio.gather(*reports)
        async with shop.database.read(snapshot=True) as reader:
            assert await reader.rows(slow) == []


async def test_waiting_for_a_connection_has_an_end_and_a_place_that_is_free_again_is_taken(server_url, monkeypatch):
    monkeypatch.setattr(pool, "WAIT_S", 0.1)
    database = engines.opened(f"{server_url}&connections=4")
    async with database.write(), asyncio.timeout(5):
        with pytest.raises(Busy):
            async with database.write():
                pytest.fail("there was room for a second unit")
    async with database.write() as unit:
        assert await unit.run(PUT, name="a", value=1) == 1
    await database.close()


# ------------------------------------------------------------------------------------------------- F-33: deadlocks


async def test_a_deadlock_storm_leaves_no_unit_in_part(server_url):
    """Units that lock in any order: some are undone and tried again, and every one counts once."""
    database = engines.opened(server_url)
    names = [f"account {n}" for n in range(4)]
    async with database.write() as unit:
        await unit.run_many(PUT, [{"name": name, "value": 1_000} for name in names])
    undone = 0

    async def move(seed: int) -> None:
        nonlocal undone
        dice = random.Random(seed)
        while True:
            giver, taker = dice.sample(names, 2)
            try:
                async with database.write() as unit:
                    assert await unit.run(ADD, b_name=giver, b_by=-1) == 1
                    await asyncio.sleep(0.002)
                    assert await unit.run(ADD, b_name=taker, b_by=1) == 1
                    assert await unit.run(ADD, b_name="moves", b_by=1) in {0, 1}
            except Busy:
                undone += 1
                continue
            return

    async with database.write() as unit:
        await unit.run(PUT, name="moves", value=0)
    await asyncio.gather(*(move(seed) for seed in range(60)))
    assert undone > 0, "no deadlock: this test would prove nothing"
    async with database.read() as reader:
        values = [await reader.row(VALUE, named=name) for name in names]
        assert await reader.row(VALUE, named="moves") == (60,)
    assert sum(value for (value,) in values) == 4_000
    await database.close()


async def test_orders_are_placed_in_a_deadlock_storm(server_url, state):
    """Somebody locks the same shelves in the opposite order; every order is placed, or refused and nothing happened."""
    touch = Statement(update(STOCK).where(STOCK.c.sku == bindparam("b_sku")).values(cost=STOCK.c.cost))
    async with open_shop(state, database=server_url) as shop:
        await put_goods(shop, {"MUG": 100, "LAMP": 100})
        commands = [await an_order(shop, await a_cart(shop, {"MUG": 1, "LAMP": 1})) for _ in range(12)]
        done = asyncio.Event()

        async def rogue(first: str, second: str) -> None:
            while not done.is_set():
                try:
                    async with shop.database.write() as unit:
                        await unit.run(touch, b_sku=first)
                        await asyncio.sleep(0.001)
                        await unit.run(touch, b_sku=second)
                except Busy:
                    continue

        rogues = [asyncio.create_task(rogue(*order)) for order in (("MUG", "LAMP"), ("LAMP", "MUG"))]

        async def send(command) -> None:
            found = await sent_until_placed(lambda: place_order(shop, command), lambda: asyncio.sleep(0))
            assert len(found) == 1

        await asyncio.gather(*(send(command) for command in commands))
        done.set()
        await asyncio.gather(*rogues)
        async with shop.database.read() as reader:
            levels = {level.sku: level for level in await stock.levels(reader, ["MUG", "LAMP"])}
        assert {(level.held, level.allocated) for level in levels.values()} == {(0, 12)}
        await audit(shop)
