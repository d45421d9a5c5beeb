"""The schema on disk is the one the code describes, however often and however interrupted on the way (F-56)."""

import asyncio
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, table, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from fairday.adapters.database import migrate as migrating
from fairday.adapters.database import upgrade as upgrading
from fairday.adapters.database.address import Address
from fairday.adapters.database.migrate import (
    Migrated,
    MigrationError,
    Target,
    migrate,
    newest_revision,
    revisions,
)
from fairday.adapters.database.schema import METADATA
from fairday.adapters.database.upgrade import connection_to
from tests import engines
from tests.conftest import not_run

KILLS = 2
COUNT_TABLES = "SELECT count(*) FROM information_schema.tables WHERE table_schema = database()"
BROKEN = '''"""A revision that dies half-way."""
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "9999", "{before}", None, None
def upgrade():
    op.create_table("half", sa.Column("id", sa.Integer))
    raise RuntimeError("the lights went out")
'''
MENDED = BROKEN.replace(
    'raise RuntimeError("the lights went out")', 'op.create_table("whole", sa.Column("id", sa.Integer))'
)


@pytest.fixture(params=engines.ENGINES)
def url(request, tmp_path) -> Iterator[str]:
    """A database without any table."""
    try:
        with engines.bare(request.param, tmp_path) as made:
            yield made
    except engines.MissingEngineError as missing:
        not_run(str(missing))


async def brought_up(url: str) -> Migrated:
    database = engines.opened(url)
    try:
        return await migrate(database)
    finally:
        await database.close()


async def revision(url: str) -> str:
    database = engines.opened(url)
    try:
        return await database.revision()
    finally:
        await database.close()


async def differences(url: str) -> list[object]:
    """What a schema lacks, or has too much, against the code's tables."""

    def compare(connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, METADATA))

    place = engines.opened(url).place
    if not isinstance(place, Address):
        with connection_to(place) as connection:
            return compare(connection)

    async def connect():
        return await upgrading.CONNECT[place.scheme](place, 10_000)

    engine = create_async_engine(upgrading.ASYNC_URLS[place.scheme], async_creator=connect, poolclass=NullPool)
    async with engine.connect() as connection:
        found = await connection.run_sync(compare)
    await engine.dispose()
    return found


async def has_table(url: str, name: str) -> bool:
    try:
        engines.execute(url, str(select(text("*")).select_from(table(name))))
    except Exception:  # noqa: BLE001 - each driver has a name of its own for it
        return False
    return True


async def test_a_new_database_gets_exactly_what_the_code_describes(url):
    assert await brought_up(url) == Migrated("", newest_revision())
    assert await differences(url) == []
    assert await revision(url) == newest_revision()


async def test_a_second_time_changes_nothing(url):
    assert (await brought_up(url)).ran() == revisions()
    again = await brought_up(url)
    assert again.ran() == []


async def test_two_that_start_at_once_take_turns(url):
    await asyncio.gather(*(brought_up(url) for _ in range(3)))
    assert await revision(url) == newest_revision()
    assert await differences(url) == []


async def test_a_schema_newer_than_the_code_is_left_alone(url):
    await brought_up(url)
    engines.execute(url, "UPDATE alembic_version SET version_num = '9998'")
    assert (await brought_up(url)).ran() == []
    assert await revision(url) == "9998"


async def test_a_revision_that_fails_can_be_tried_again(url, tmp_path, monkeypatch):
    await brought_up(url)
    before = newest_revision()
    copy = tmp_path / "migrations"
    shutil.copytree(migrating.VERSIONS.parent, copy)
    monkeypatch.setattr(migrating, "VERSIONS", copy / "versions")
    (copy / "versions" / "9999_broken.py").write_text(BROKEN.format(before=before))
    with pytest.raises(MigrationError, match="the lights went out") as told:
        await brought_up(url)
    assert "fairday@" not in str(told.value) or "password" not in str(told.value)
    assert await revision(url) == before
    if not url.startswith("mysql"):  # whose schema cannot be rolled back
        assert not await has_table(url, "half")
    (copy / "versions" / "9999_broken.py").write_text(MENDED.format(before=before))
    assert (await brought_up(url)).ran() == ["9999"]
    assert await has_table(url, "half")
    assert await has_table(url, "whole")


async def killed_on_the_way(url: str, dice: random.Random) -> str:
    """Begin to migrate and be killed; the revision that leaves."""
    place = engines.opened(url).place
    folder = str(migrating.VERSIONS.parent)
    server = isinstance(place, Address)
    target = Target(migrations=folder, address=place) if server else Target(migrations=folder, path=str(place))
    with subprocess.Popen(
        [sys.executable, "-m", "fairday.adapters.database.upgrade"], stdin=subprocess.PIPE, cwd=Path(folder)
    ) as process:
        assert process.stdin
        process.stdin.write(msgspec.json.encode(target))
        process.stdin.close()
        await _some_tables(url, dice, process)
        process.kill()
    return await revision(url)


async def _some_tables(url: str, dice: random.Random, process: subprocess.Popen[bytes]) -> None:
    """Until it is at work: on MySQL so many tables are there, elsewhere it holds its transaction for a little."""
    deadline = time.monotonic() + 60
    wanted = dice.randrange(1, len(METADATA.tables))
    while time.monotonic() < deadline and process.poll() is None:
        if url.startswith("mysql"):
            (((count,),),) = engines.ask(
                url, "SELECT count(*) FROM information_schema.tables WHERE table_schema = database()"
            )
            if count >= wanted:
                return
        elif _at_work(url):
            await asyncio.sleep(dice.uniform(0, 0.12))
            return
        await asyncio.sleep(0.005)


def _at_work(url: str) -> bool:
    if url.startswith("sqlite"):
        return Path(url.removeprefix("sqlite://") + upgrading.LOCK_SUFFIX).exists()
    asked = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND database <> 0"
    (((count,),),) = engines.ask(url, asked)
    return int(count) > 0


async def kill_and_go_on(engine: str, folder: Path, seed: int) -> str:
    with engines.bare(engine, folder) as url:
        dice = random.Random(seed)
        left = await killed_on_the_way(url, dice)
        await brought_up(url)
        assert await differences(url) == []
        assert await revision(url) == newest_revision()
        return left


@pytest.mark.parametrize("engine_name", engines.ENGINES)
async def test_killed_at_any_point_the_next_try_ends_it(engine_name, tmp_path):
    try:
        left = {await kill_and_go_on(engine_name, tmp_path, seed) for seed in range(KILLS)}
    except engines.MissingEngineError as missing:
        not_run(str(missing))
    assert left != {newest_revision()}, "no kill came in time: this test would prove nothing"


@pytest.mark.long
@pytest.mark.parametrize("engine_name", engines.ENGINES)
async def test_killed_at_many_points_the_next_try_ends_it(engine_name, tmp_path):
    left = [await kill_and_go_on(engine_name, tmp_path, seed) for seed in range(100, 112)]
    assert left.count(newest_revision()) < len(left), "no kill came in time: this test would prove nothing"
