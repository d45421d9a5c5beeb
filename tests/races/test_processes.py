"""Real processes on one database: what they promise one another is kept by the database, not by a loop."""

import asyncio
import random
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from fairday.domain.inventory import store as stock
from fairday.kernel.clock import FixedClock, SystemClock
from fairday.kernel.ids import new_id
from fairday.usecases.settle_orders import settle_orders
from tests.accounts import accounts, audit
from tests.buying import a_cart, an_order
from tests.crew import KILLED, Crew, Job, Step
from tests.goods import put_goods
from tests.shop import open_shop

pytestmark = pytest.mark.store  # every child is a whole shop
PROCESSES = 4
BUYERS = 25
STARTING_S = 1.0


@pytest.fixture
def buyers(state: Path, engine: str) -> list[tuple[Step, ...]]:
    """For each process, the commands of its shoppers, who all want the one LAST."""

    async def prepare() -> list[tuple[Step, ...]]:
        async with open_shop(state, database=engine) as shop:
            await put_goods(shop, {"LAST": 1})
            carts = [await a_cart(shop, {"LAST": 1}) for _ in range(PROCESSES * BUYERS)]
            first = await an_order(shop, carts[0])
        steps = [Step(do="place", place=replace(first, cart=cart, identity=cart.id, key=new_id())) for cart in carts]
        return [tuple(steps[n::PROCESSES]) for n in range(PROCESSES)]

    return asyncio.run(prepare())


def jobs_on(state: Path, engine: str, work: list[tuple[Step, ...]]) -> list[Job]:
    begin = time.time() + STARTING_S
    settings = {"database": engine}
    return [
        Job(state=str(state), log=f"{state}-{n}.log", steps=steps, begin_at=begin, settings=settings)
        for n, steps in enumerate(work)
    ]


def answers(crew: Crew, jobs: list[Job]) -> list[tuple[str, str]]:
    return sorted((line.answer, line.order_id) for job in jobs for line in crew.logged(job) if line.answer)


async def _level(state: Path, engine: str, sku: str) -> tuple[int, int, int]:
    clock = FixedClock(SystemClock().now_ms() + 31_000)
    async with open_shop(state, clock=clock, database=engine) as shop:
        await settle_orders(shop, stale_ms=0)
        await audit(shop)
        async with shop.database.read() as reader:
            (level,) = await stock.levels(reader, [sku])
    return level.on_hand, level.held, level.allocated


def test_the_last_piece_goes_to_one_of_four_processes(crew, state, engine, buyers):
    """F-22, with processes."""
    jobs = jobs_on(state, engine, buyers)
    assert crew.run(jobs) == [0] * PROCESSES
    found = [answer for answer, _ in answers(crew, jobs)]
    assert found == ["out_of_stock"] * (PROCESSES * BUYERS - 1) + ["placed"]
    assert asyncio.run(_level(state, engine, "LAST")) == (1, 0, 1)


def test_one_command_sent_to_four_processes_is_one_order(crew, state, engine, buyers):
    jobs = jobs_on(state, engine, [buyers[0][:1]] * PROCESSES)
    assert crew.run(jobs) == [0] * PROCESSES
    found = answers(crew, jobs)
    assert {answer for answer, _ in found} <= {"placed", "in_flight"}
    assert len({order_id for answer, order_id in found if answer == "placed"}) == 1
    assert asyncio.run(_level(state, engine, "LAST")) == (1, 0, 1)


@pytest.mark.parametrize("seed", range(3))
def test_processes_that_are_killed_among_others_lose_no_promise(crew, state, engine, buyers, seed):
    """Two of four die somewhere; what anybody was promised is there, and nobody else is charged."""
    dice = random.Random(seed)
    jobs = jobs_on(state, engine, buyers)
    jobs[:2] = [replace(job, kill_at=dice.randrange(1, 60)) for job in jobs[:2]]
    codes = crew.run(jobs)
    assert set(codes[:2]) <= {KILLED, 0}
    assert codes[2:] == [0, 0]
    promised = {order_id for answer, order_id in answers(crew, jobs) if answer == "placed"}
    on_hand, held, allocated = asyncio.run(_level(state, engine, "LAST"))
    assert (on_hand, held) == (1, 0)
    assert len(promised) <= allocated <= 1
    assert asyncio.run(_live(state, engine)) == allocated


async def _live(state: Path, engine: str) -> int:
    async with open_shop(state, database=engine) as shop:
        return len((await accounts(shop)).orders)
