"""The schema on disk is the one the code describes, however often and however interrupted it is brought there."""

import asyncio
import shutil
import sqlite3
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from fairday.adapters.database import migrate as migrating
from fairday.adapters.database.migrate import MigrationError, migrate, newest_revision, revision_of
from fairday.adapters.database.schema import METADATA
from fairday.adapters.database.sqlite import SqliteDatabase
from fairday.adapters.database.upgrade import connection_to

BROKEN = '''"""A revision that dies half-way."""
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "9999", "{before}", None, None
def upgrade():
    op.create_table("half", sa.Column("id", sa.Integer))
    raise RuntimeError("the lights went out")
'''


async def opened(path):
    database = SqliteDatabase(path)
    try:
        await migrate(database)
    finally:
        await database.close()


async def test_a_new_file_gets_exactly_what_the_code_describes(tmp_path):
    path = tmp_path / "shop.db"
    await opened(path)
    with connection_to(path) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    assert revision_of(path) == newest_revision()


async def test_a_second_time_changes_nothing(tmp_path):
    path = tmp_path / "shop.db"
    await opened(path)
    before = path.read_bytes()
    await opened(path)
    assert path.read_bytes() == before


async def test_two_that_start_at_once_take_turns(tmp_path):
    path = tmp_path / "shop.db"
    await asyncio.gather(*(asyncio.to_thread(asyncio.run, opened(path)) for _ in range(3)))
    assert revision_of(path) == newest_revision()


async def test_a_revision_that_fails_leaves_the_schema_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "shop.db"
    await opened(path)
    before = newest_revision()
    copy = tmp_path / "migrations"
    shutil.copytree(migrating.VERSIONS.parent, copy)
    monkeypatch.setattr(migrating, "VERSIONS", copy / "versions")
    (copy / "versions" / "9999_broken.py").write_text(BROKEN.format(before=before))
    with pytest.raises(MigrationError, match="the lights went out"):
        await opened(path)
    assert revision_of(path) == before
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'half'").fetchone() == (0,)
