"""What every database promises, whichever answers: a unit of work is whole or nothing, and outlives its process."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, bindparam, create_engine, select

from fairday.adapters.database import sqlite
from fairday.adapters.database.sqlite import SqliteDatabase
from fairday.kernel.errors import Busy
from fairday.kernel.sql import Statement, insert_new, upsert, within
from fairday.ports.database import Database

COUNTERS = Table("counters", MetaData(), Column("name", String(40), primary_key=True), Column("value", Integer))

PUT = upsert(COUNTERS)
PUT_NEW = insert_new(COUNTERS)
VALUE = Statement(select(COUNTERS.c.value).where(COUNTERS.c.name == bindparam("named")))
ALL = Statement(select(COUNTERS.c.name, COUNTERS.c.value).order_by(COUNTERS.c.name))
SOME = Statement(select(COUNTERS.c.name).where(within(COUNTERS.c.name, "names")).order_by(COUNTERS.c.name))
TAKE = Statement(
    COUNTERS.update()
    .where(COUNTERS.c.name == bindparam("named"), COUNTERS.c.value >= bindparam("amount"))
    .values(value=COUNTERS.c.value - bindparam("amount"))
)

# A process that commits one unit, begins another, says so, and waits to be killed.
COMMITS_AND_WAITS = """
import asyncio, sys
from pathlib import Path
from tests.contract.test_database import PUT, SCHEMES

async def work():
    database = SCHEMES[sys.argv[1]](Path(sys.argv[2]))
    async with database.write() as unit:
        await unit.run(PUT, name="committed", value=1)
    async with database.write() as unit:
        await unit.run(PUT, name="open", value=1)
        print("ready", flush=True)
        await asyncio.sleep(60)

asyncio.run(work())
"""


def in_sqlite(folder: Path) -> Database:
    """A file with the table of this suite."""
    path = folder / "contract.db"
    if not path.exists():
        engine = create_engine(f"sqlite:///{path}")
        COUNTERS.metadata.create_all(engine)
        engine.dispose()
    return SqliteDatabase(path)


SCHEMES: dict[str, Callable[[Path], Database]] = {"sqlite:": in_sqlite}


@pytest.fixture(params=SCHEMES)
def scheme(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
async def database(scheme, tmp_path) -> AsyncIterator[Database]:
    opened = SCHEMES[scheme](tmp_path)
    yield opened
    await opened.close()


async def value(database: Database, name: str) -> int | None:
    async with database.read() as reader:
        row = await reader.row(VALUE, named=name)
    return row[0] if row else None


async def test_what_is_committed_is_read(database):
    async with database.write() as unit:
        assert await unit.run(PUT, name="a", value=1) == 1
        assert await unit.row(VALUE, named="a") == (1,)
    async with database.read() as reader:
        assert await reader.rows(ALL) == [("a", 1)]
        assert await reader.row(VALUE, named="b") is None


async def test_a_unit_that_raises_leaves_nothing(database):
    async with database.write() as unit:
        await unit.run(PUT, name="before", value=1)
    with pytest.raises(RuntimeError, match="on the way"):
        async with database.write() as unit:
            await unit.run(PUT, name="before", value=2)
            await unit.run_many(PUT, [{"name": "a", "value": 1}, {"name": "b", "value": 1}])
            raise RuntimeError("on the way")
    async with database.read() as reader:
        assert await reader.rows(ALL) == [("before", 1)]


async def test_a_cancelled_unit_leaves_nothing(database):
    began = asyncio.Event()

    async def work():
        async with database.write() as unit:
            await unit.run(PUT, name="a", value=1)
            began.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(work())
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await value(database, "a") is None
    async with database.write() as unit:
        await unit.run(PUT, name="a", value=2)
    assert await value(database, "a") == 2


async def test_row_counts_say_what_happened(database):
    async with database.write() as unit:
        rows = [{"name": name, "value": 5} for name in "abc"]
        assert await unit.run_many(PUT_NEW, rows) == 3
        assert await unit.run_many(PUT_NEW, rows) == 0
        assert await unit.run_many(PUT_NEW, []) == 0
        assert await unit.run(TAKE, named="a", amount=5) == 1
        assert await unit.run(TAKE, named="a", amount=1) == 0
        assert await unit.run(TAKE, named="nobody", amount=1) == 0
        assert await unit.run_many(TAKE, [{"named": name, "amount": 3} for name in "abc"]) == 2


async def test_a_list_is_one_parameter(database):
    async with database.write() as unit:
        await unit.run_many(PUT, [{"name": name, "value": 1} for name in ("a", "b", "c'; --", 'd"')])
        assert await unit.rows(SOME, names=["b", "c'; --", 'd"', "missing"]) == [("b",), ("c'; --",), ('d"',)]
        assert await unit.rows(SOME, names=[]) == []


async def test_a_missing_parameter_is_our_mistake(database):
    with pytest.raises(KeyError):
        async with database.write() as unit:
            await unit.run(PUT, name="a")
    assert await value(database, "a") is None


async def test_a_view_stays_as_it_was(database):
    async with database.write() as unit:
        await unit.run(PUT, name="a", value=1)
    async with database.read() as reader:
        assert await reader.row(VALUE, named="a") == (1,)
        async with database.write() as unit:
            await unit.run(PUT, name="a", value=2)
        assert await reader.row(VALUE, named="a") == (1,)
    assert await value(database, "a") == 2


async def test_units_run_one_after_another(database):
    async with database.write() as unit:
        await unit.run(PUT, name="a", value=0)

    async def add_one():
        async with database.write() as unit:
            (before,) = await unit.row(VALUE, named="a")
            await asyncio.sleep(0)
            await unit.run(PUT, name="a", value=before + 1)

    await asyncio.gather(*(add_one() for _ in range(20)))
    assert await value(database, "a") == 20


async def test_the_control_reading_outside_the_unit_loses_writes(database):
    """The test above can fail: the same additions, having read before their unit, overwrite one another."""
    async with database.write() as unit:
        await unit.run(PUT, name="a", value=0)

    async def add_one():
        before = await value(database, "a")
        await asyncio.sleep(0)
        async with database.write() as unit:
            await unit.run(PUT, name="a", value=before + 1)

    await asyncio.gather(*(add_one() for _ in range(20)))
    assert await value(database, "a") < 20


async def test_a_committed_unit_survives_a_kill_and_an_open_one_does_not(database, scheme, tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", COMMITS_AND_WAITS, scheme, str(tmp_path)],
        cwd=Path(__file__).resolve().parents[2],
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert await asyncio.to_thread(process.stdout.readline) == b"ready\n"
        process.send_signal(signal.SIGKILL)
    async with database.read() as reader:
        assert await reader.rows(ALL) == [("committed", 1)]
    async with database.write() as unit:
        assert await unit.run(PUT, name="after", value=1) == 1


async def test_waiting_for_another_process_has_an_end(database, scheme, tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite, "BUSY_DEADLINE_S", 0.05)
    other = SCHEMES[scheme](tmp_path)
    try:
        async with other.write() as theirs:
            await theirs.run(PUT, name="a", value=1)
            with pytest.raises(Busy):
                async with database.write() as unit:
                    await unit.run(PUT, name="b", value=1)
            assert await value(database, "a") is None
        async with database.write() as unit:
            assert await unit.rows(ALL) == [("a", 1)]
    finally:
        await other.close()
