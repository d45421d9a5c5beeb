"""A whole shop for tests: real files in a temporary folder, real adapters, a clock that can be moved."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fairday.bootstrap.settings import Settings
from fairday.bootstrap.wiring import open_shop as open_wired
from fairday.kernel.clock import Clock
from fairday.usecases.shop import Shop
from tests.engines import migrated_file


@asynccontextmanager
async def open_shop(state: Path, *, clock: Clock | None = None, **settings: str) -> AsyncIterator[Shop]:
    """The shop that keeps its state in this folder; open it twice to see what survives.

    `database` is a URL, as the fixture `engine` gives it; without one it is a file in the folder.
    """
    state.mkdir(parents=True, exist_ok=True)
    file = state / "fairday.db"
    if "database" not in settings and not file.exists():
        shutil.copyfile(await asyncio.to_thread(migrated_file), file)
    async with open_wired(Settings(state=str(state), **settings), clock=clock) as shop:
        yield shop
