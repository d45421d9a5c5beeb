"""What every database promises, whichever answers: a unit of work is whole or nothing, and outlives its process."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table, Text, bindparam, func, insert, select

from fairday.adapters.database import mysql, postgresql, sqlite
from fairday.adapters.database.mysql import MysqlDatabase
from fairday.adapters.database.postgresql import PostgresDatabase
from fairday.adapters.database.sqlite import SqliteDatabase
from fairday.kernel.errors import Busy
from fairday.kernel.sql import Statement, insert_new, upsert, within
from fairday.ports.database import Database
from tests import engines
from tests.conftest import not_run

COUNTERS = Table("counters", MetaData(), Column("name", String(40), primary_key=True), Column("value", Integer))

THINGS = Table(
    "things",
    COUNTERS.metadata,
    Column("shelf", String(191), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("label", Text, nullable=False),
    Column("pieces", BigInteger, nullable=False),
)
NUMBERED = Table(
    "numbered",
    COUNTERS.metadata,
    Column("seq", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True),
    Column("label", String(40), nullable=False),
    Column("code", String(8), nullable=False, unique=True),
)

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

LOCKED = Statement(select(COUNTERS.c.value).where(COUNTERS.c.name == bindparam("named")).with_for_update())

# A process that commits one unit, begins another, says so, and waits to be killed.
COMMITS_AND_WAITS = """
import asyncio, sys
from tests.contract.test_database import PUT
from tests.engines import opened

async def work():
    database = opened(sys.argv[1])
    async with database.write() as unit:
        await unit.run(PUT, name="committed", value=1)
    async with database.write() as unit:
        await unit.run(PUT, name="open", value=1)
        print("ready", flush=True)
        await asyncio.sleep(60)

asyncio.run(work())
"""


@pytest.fixture(scope="module", params=engines.ENGINES)
def place(request, tmp_path_factory) -> Iterator[tuple[str, str]]:
    """An engine, and the URL of a database of this module there."""
    try:
        with engines.bare(request.param, tmp_path_factory.mktemp("contract")) as url:
            yield request.param, url
    except engines.MissingEngineError as missing:
        not_run(str(missing))


@pytest.fixture
def url(place) -> str:
    """The database, with empty tables."""
    engine, url = place
    tables = (COUNTERS, THINGS, NUMBERED)
    engines.execute(url, *(f"DROP TABLE IF EXISTS {table.name}" for table in tables))
    engines.execute(url, *(engines.ddl(engine, table) for table in tables))
    return url


ADAPTERS = {"sqlite": SqliteDatabase, "postgresql": PostgresDatabase, "mysql": MysqlDatabase}


@pytest.fixture
async def database(url) -> AsyncIterator[Database]:
    opened = engines.opened(url)
    assert type(opened) is ADAPTERS[url.partition(":")[0]]
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


async def test_a_snapshot_stays_as_it_was(database):
    async with database.write() as unit:
        await unit.run(PUT, name="a", value=1)
    async with database.read(snapshot=True) as reader:
        assert await reader.row(VALUE, named="a") == (1,)
        async with database.write() as unit:
            await unit.run(PUT, name="a", value=2)
        assert await reader.row(VALUE, named="a") == (1,)
    assert await value(database, "a") == 2


async def test_units_that_lock_what_they_decide_by_run_as_if_one_after_another(database):
    async with database.write() as unit:
        await unit.run(PUT, name="a", value=0)

    async def add_one():
        async with database.write() as unit:
            (before,) = await unit.row(LOCKED, named="a")
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


async def test_a_committed_unit_survives_a_kill_and_an_open_one_does_not(database, url):
    with subprocess.Popen(
        [sys.executable, "-c", COMMITS_AND_WAITS, url],
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


async def test_waiting_for_another_process_has_an_end(database, url, monkeypatch):
    monkeypatch.setattr(sqlite, "BUSY_DEADLINE_S", 0.05)
    monkeypatch.setattr(postgresql, "LOCK_TIMEOUT_MS", 50)
    monkeypatch.setattr(mysql, "LOCK_TIMEOUT_S", 1)
    other = engines.opened(url)
    try:
        async with other.write() as theirs:
            await theirs.run(PUT, name="a", value=1)
            with pytest.raises(Busy):
                async with database.write() as unit:
                    await unit.run(PUT, name="b", value=1)
                    await unit.run(PUT, name="a", value=2)
            assert await value(database, "a") is None
        async with database.write() as unit:
            assert await unit.rows(ALL) == [("a", 1)]
    finally:
        await other.close()


# ------------------------------------------------------------------------------------------------- many rows at once

PUT_THINGS = upsert(THINGS)
PUT_THINGS_ONCE = upsert(THINGS, keep=("label",))
NEW_THINGS = insert_new(THINGS)
_T = THINGS.c
THING = (_T.shelf == bindparam("b_shelf"), _T.number == bindparam("b_number"))
TAKE_THINGS = Statement(
    THINGS.update()
    .where(*THING, _T.pieces >= bindparam("b_pieces"))
    .values(pieces=_T.pieces - bindparam("b_pieces"), label=bindparam("b_label"))
)
DROP_THINGS = Statement(THINGS.delete().where(*THING))
ADD_THINGS = Statement(
    insert(THINGS).values(
        shelf=bindparam("shelf"),
        number=bindparam("number"),
        label="constant",
        pieces=bindparam("pieces", type_=BigInteger()) + 1,
    )
)
THINGS_ALL = Statement(select(_T.shelf, _T.number, _T.label, _T.pieces).order_by(_T.shelf, _T.number))
NUMBER = Statement(insert(NUMBERED).values(label=bindparam("label"), code=bindparam("code")))
NUMBER_NEW = insert_new(NUMBERED)
NUMBERS = Statement(select(NUMBERED.c.label, NUMBERED.c.seq).order_by(NUMBERED.c.seq))
SUM = Statement(select(func.sum(_T.pieces), func.count()))
WORDS = (
    "plain",
    "it's",
    'quo"te',
    "back\\slash",
    "%s ? $1 :x",
    "per cent %",
    "Zürich",
    "日本",
    "🛒🎁",
    "line\nbreak\ttab",
    "",
)
BIG = 2**63 - 1


def thing(number: int, **changes: object) -> dict[str, object]:
    word = WORDS[number % len(WORDS)]
    return {"shelf": f"{word}-{number:05}", "number": number, "label": word, "pieces": number, **changes}


def at(number: int, **changes: object) -> dict[str, object]:
    return {f"b_{name}": value for name, value in thing(number, **changes).items()}


def stored(row: dict[str, object]) -> tuple[object, ...]:
    return tuple(row[name] for name in ("shelf", "number", "label", "pieces"))


async def everything(database: Database) -> list[tuple[object, ...]]:
    async with database.read() as reader:
        return sorted(await reader.rows(THINGS_ALL))


async def test_many_conditional_updates_count_those_that_held(database):
    async with database.write() as unit:
        assert await unit.run_many(PUT_THINGS, [thing(n) for n in range(30)]) == 30
        taken = [at(n, pieces=10, label=f"taken {n} 🛒") for n in range(35)]
        assert await unit.run_many(TAKE_THINGS, taken) == 20
        assert await unit.run_many(TAKE_THINGS, []) == 0
    untouched = [stored(thing(n)) for n in range(10)]
    assert await everything(database) == sorted(
        untouched + [stored(thing(n, pieces=n - 10, label=f"taken {n} 🛒")) for n in range(10, 30)]
    )


async def test_what_did_not_change_was_touched_all_the_same(database):
    async with database.write() as unit:
        await unit.run_many(PUT_THINGS, [thing(n) for n in range(5)])
        assert await unit.run_many(TAKE_THINGS, [at(n, pieces=0) for n in range(7)]) == 5
        assert await unit.run_many(PUT_THINGS, [thing(n) for n in range(5)]) == 5


async def test_many_overwrite_all_but_what_is_kept(database):
    async with database.write() as unit:
        await unit.run_many(PUT_THINGS, [thing(n) for n in range(3)])
        assert await unit.run_many(PUT_THINGS_ONCE, [thing(n, label="new", pieces=7) for n in range(5)]) == 5
    assert await everything(database) == sorted(
        [stored(thing(n, pieces=7)) for n in range(3)] + [stored(thing(n, label="new", pieces=7)) for n in (3, 4)]
    )


async def test_new_ones_among_many_are_counted_and_the_others_left_alone(database):
    async with database.write() as unit:
        await unit.run_many(PUT_THINGS, [thing(n) for n in range(0, 100, 2)])
        rows = [thing(n, pieces=-1) for n in range(100)]
        assert await unit.run_many(NEW_THINGS, [*rows, rows[-1]]) == 50
        assert await unit.run_many(NEW_THINGS, rows) == 0
    assert {(row[1], row[3]) for row in await everything(database)} == {
        (n, n if n % 2 == 0 else -1) for n in range(100)
    }


async def test_only_a_taken_key_makes_an_insert_step_aside(database):
    """A value that does not fit, or another unique column, is an error on every engine, and nothing is kept."""
    async with database.write() as unit:
        await unit.run(NUMBER_NEW, seq=1, label="a", code="one")
    for row in (
        {"seq": 2, "label": "b", "code": "one"},
        {"seq": 3, "label": None, "code": "two"},
    ):
        for alone in (True, False):
            with pytest.raises(Exception, match=r"(?i)unique|duplicate|null"):
                async with database.write() as unit:
                    if alone:
                        await unit.run(NUMBER_NEW, **row)
                    else:
                        await unit.run_many(NUMBER_NEW, [{"seq": 9, "label": "z", "code": "nine"}, row])
    async with database.read() as reader:
        assert await reader.rows(NUMBERS) == [("a", 1)]


async def test_many_deletes_count_what_was_there(database):
    async with database.write() as unit:
        await unit.run_many(PUT_THINGS, [thing(n) for n in range(10)])
        assert (
            await unit.run_many(DROP_THINGS, [{"b_shelf": thing(n)["shelf"], "b_number": n} for n in range(5, 15)]) == 5
        )
    assert len(await everything(database)) == 5


async def test_constants_and_expressions_stand_beside_what_is_given(database):
    async with database.write() as unit:
        assert await unit.run_many(ADD_THINGS, [{"shelf": "s", "number": n, "pieces": n} for n in range(3)]) == 3
    assert await everything(database) == [("s", n, "constant", n + 1) for n in range(3)]


async def test_numbers_given_by_the_database_follow_the_order_of_the_rows(database):
    async with database.write() as unit:
        await unit.run_many(NUMBER, [{"label": f"first {n}", "code": f"f{n}"} for n in range(50)])
        await unit.run_many(NUMBER, [{"label": f"second {n}", "code": f"s{n}"} for n in range(50)])
    async with database.read() as reader:
        labels = [label for label, _ in await reader.rows(NUMBERS)]
    assert labels == [f"first {n}" for n in range(50)] + [f"second {n}" for n in range(50)]


async def test_the_largest_numbers_survive_and_sums_are_whole_numbers(database):
    async with database.write() as unit:
        await unit.run_many(PUT_THINGS, [thing(BIG, pieces=BIG - 5), thing(1, pieces=-BIG)])
        assert await unit.row(SUM) == (-5, 2)
        total, count = await unit.row(SUM)
        assert (type(total), type(count)) == (int, int)
        await unit.run(DROP_THINGS, b_shelf=thing(1)["shelf"], b_number=1)
    assert await everything(database) == [stored(thing(BIG, pieces=BIG - 5))]


async def test_thousands_of_rows_go_in_and_change_in_one_call(database):
    rows = [thing(n) for n in range(5_001)]
    async with database.write() as unit:
        assert await unit.run_many(PUT_THINGS, rows) == 5_001
        assert await unit.run_many(TAKE_THINGS, [at(n, pieces=0) for n in range(5_001)]) == 5_001
    assert await everything(database) == sorted(map(stored, rows))


async def test_a_unit_that_fails_on_the_way_leaves_none_of_its_many(database):
    with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
        async with database.write() as unit:
            await unit.run_many(PUT_THINGS, [thing(n) for n in range(10)])
            await unit.run_many(NUMBER, [{"label": "a", "code": "same"}, {"label": "b", "code": "same"}])
    assert await everything(database) == []
    async with database.write() as unit:
        assert await unit.run_many(PUT_THINGS, [thing(1)]) == 1


async def test_what_is_too_long_is_refused_not_cut(database, url):
    if url.startswith("sqlite"):
        return  # it keeps any length
    with pytest.raises(Exception, match=r"(?i)too long"):
        async with database.write() as unit:
            await unit.run_many(NUMBER, [{"label": "x" * 41, "code": "x"}])
