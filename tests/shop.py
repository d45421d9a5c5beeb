"""A whole shop for tests: real files in a temporary folder, real adapters, a clock that can be moved."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from fairday.adapters.database.upgrade import upgrade
from fairday.bootstrap.settings import Settings
from fairday.bootstrap.wiring import open_shop as open_wired
from fairday.kernel.clock import Clock
from fairday.usecases.shop import Shop


@asynccontextmanager
async def open_shop(state: Path, *, clock: Clock | None = None, **settings: str) -> AsyncIterator[Shop]:
    """The shop that keeps its state in this folder; open it twice to see what survives."""
    file = state / "fairday.db"
    if not file.exists():
        state.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(await asyncio.to_thread(migrated), file)
    async with open_wired(Settings(state=str(state), **settings), clock=clock) as shop:
        yield shop


@cache
def migrated() -> Path:
    """An empty database with today's schema, migrated once for all tests of this process."""
    path = Path(tempfile.mkdtemp(prefix="fairday-schema-")) / "fairday.db"
    upgrade(path)
    return path
