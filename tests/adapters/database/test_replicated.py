"""Which questions go to a replica, by what is really in it: files that follow a file when the test says so."""

import asyncio
import shutil
import sqlite3
from contextlib import asynccontextmanager, closing

import pytest
from sqlalchemy import bindparam, insert, select

from fairday.adapters.database.replicated import KNOWN_FOR_S, LAG_LIMIT_S, ReplicatedDatabase
from fairday.adapters.database.sqlite import SqliteDatabase
from fairday.domain.pricing.tables import LISTINGS
from fairday.kernel.errors import Busy
from fairday.kernel.events import Event, announce
from fairday.kernel.lag import lag_allowed
from fairday.kernel.sql import Statement
from tests.engines import migrated_file

_NAMES = Statement(select(LISTINGS.c.product_id).order_by(LISTINGS.c.product_id))
_ADD = Statement(insert(LISTINGS).values(product_id=bindparam("name"), state="visible"))


class Changed(Event, frozen=True, kw_only=True):
    kind = "test.changed"


class Following(SqliteDatabase):
    """A file that is as another one was when `follow` was called, and that can be out of reach."""

    gone = False

    def follow(self, source):
        with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(self.path)) as other:
            one.backup(other)

    def read(self, *, snapshot=False, stale=False):
        return self._gone() if self.gone else super().read(snapshot=snapshot, stale=stale)

    @asynccontextmanager
    async def _gone(self):
        raise Busy(retry_after_s=1)
        yield


class Setting:
    """A primary and one replica, and the clock they are judged by."""

    def __init__(self, folder):
        self.seconds = 1_000.0
        for name in ("primary.db", "replica.db"):
            shutil.copyfile(migrated_file(), folder / name)
        self.primary = SqliteDatabase(folder / "primary.db")
        self.replica = Following(folder / "replica.db")
        self.database = ReplicatedDatabase(self.primary, [self.replica], now=lambda: self.seconds)
        self.database._watch = asyncio.ensure_future(asyncio.Event().wait())

    async def add(self, name):
        async with self.database.write() as unit:
            await unit.run(_ADD, name=name)
            await announce(unit, [Changed(subject=name)], 0)

    async def seen(self, *, stale=True, may=True):
        async with self.database.read(stale=stale) as reader:
            if not may:
                return [row[0] for row in await reader.rows(_NAMES)]
        with lag_allowed():
            async with self.database.read(stale=stale) as reader:
                return [row[0] for row in await reader.rows(_NAMES)]


@pytest.fixture
async def setting(tmp_path):
    made = Setting(tmp_path)
    yield made
    await made.database.close()


async def test_what_may_lag_is_read_from_the_replica_and_nothing_else(setting):
    await setting.database.probe()
    await setting.add("new")
    assert await setting.seen() == [], "the replica has not heard"
    assert await setting.seen(stale=False) == ["new"]
    assert await setting.seen(may=False) == ["new"]
    setting.replica.follow(setting.primary.path)
    assert await setting.seen() == ["new"]


async def test_nobody_is_asked_before_it_was_looked_at(setting):
    await setting.add("new")
    assert await setting.seen() == ["new"]


async def test_one_that_lags_too_much_is_left_out_until_it_catches_up(setting):
    await setting.database.probe()
    await setting.add("new")
    for _ in range(int(LAG_LIMIT_S)):
        setting.seconds += 0.99
        await setting.database.probe()
        assert await setting.seen() == []
    setting.seconds += 0.1
    await setting.database.probe()
    assert await setting.seen() == ["new"], "the primary answers"
    setting.replica.follow(setting.primary.path)
    await setting.database.probe()
    await setting.add("newer")
    assert await setting.seen() == ["new"], "the replica answers again"


async def test_one_that_has_nothing_to_catch_up_with_does_not_lag(setting):
    for _ in range(5):
        setting.seconds += LAG_LIMIT_S * 2
        await setting.database.probe()
    await setting.add("new")
    assert await setting.seen() == []


async def test_one_that_goes_away_is_noticed_by_nobody_who_reads(setting):
    await setting.add("new")
    await setting.database.probe()
    setting.replica.follow(setting.primary.path)
    await setting.database.probe()
    setting.replica.gone = True
    await setting.add("newer")
    assert await setting.seen() == ["new", "newer"], "the primary answers in its place"
    setting.replica.gone = False
    assert await setting.seen() == ["new", "newer"], "and it is left alone until it was looked at"
    await setting.database.probe()
    assert await setting.seen() == ["new"]


async def test_one_that_goes_away_between_two_questions_is_not_noticed_either(setting):
    await setting.database.probe()
    await setting.add("new")
    with lag_allowed():
        async with setting.database.read(stale=True) as reader:
            assert await reader.rows(_NAMES) == []

            async def gone(*_args, **_more):
                raise Busy

            reader._reader.rows = gone
            assert await reader.rows(_NAMES) == [("new",)]
            assert await reader.row(_NAMES) == ("new",)


async def test_a_verdict_that_is_too_old_is_none(setting):
    await setting.database.probe()
    setting.seconds += KNOWN_FOR_S + 0.1
    await setting.add("new")
    assert await setting.seen() == ["new"]


async def test_the_first_question_begins_the_watch(tmp_path):
    made = Setting(tmp_path)
    watching = ReplicatedDatabase(made.primary, [made.replica])
    made.database._watch.cancel()
    async with made.replica.write() as unit:
        await unit.run(_ADD, name="only there")
    seen: list[tuple[str]] = []
    with lag_allowed():
        async with asyncio.timeout(10):
            while not seen:
                async with watching.read(stale=True) as reader:
                    seen = await reader.rows(_NAMES)
                await asyncio.sleep(0.01)
    await watching.close()
