"""Real engines for tests below the shop: a migrated database in a folder of the test's own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import create_engine

from fairday.adapters.database.schema import METADATA
from fairday.adapters.database.sqlite import SqliteDatabase

NOW_MS = 1_790_000_000_000


@asynccontextmanager
async def open_database(folder: Path) -> AsyncIterator[SqliteDatabase]:
    """An SQLite file with every table."""
    path = folder / "fairday.db"
    engine = create_engine(f"sqlite:///{path}")
    METADATA.create_all(engine)
    engine.dispose()
    database = SqliteDatabase(path)
    try:
        yield database
    finally:
        await database.close()
