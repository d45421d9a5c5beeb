"""SQLite, inline on the event loop: one writing connection and a few reading ones, in WAL mode with full durability.

A statement takes microseconds, a hop to a thread tens of them, so there are no threads here. Another process may
write the same file in short units (imports): a writer that finds it busy waits without blocking the loop.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from fairday.kernel.errors import Busy
from fairday.kernel.sql import Statement
from fairday.kernel.unit_of_work import Reader, Row, Writer

BUSY_DEADLINE_S = 10.0
BUSY_PAUSE_S = 0.002
FULL_PAUSE_S = 10
READERS_KEPT = 4
PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA mmap_size=268435456",
    "PRAGMA cache_size=-32768",
    "PRAGMA busy_timeout=0",
    # Folding the log into the file costs two flushes in the middle of somebody's commit: do it a sixteenth as often.
    "PRAGMA wal_autocheckpoint=16000",
)


class SqliteUnit:
    """Runs statements on one connection; a Reader, and a Writer while its unit is open."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def rows(self, statement: Statement, /, **parameters: Any) -> list[Row]:  # noqa: ANN401
        """All rows of a SELECT."""
        compiled = statement.compiled("sqlite")
        return self._connection.execute(compiled.text, compiled.values_as_json(parameters)).fetchall()

    async def row(self, statement: Statement, /, **parameters: Any) -> Row | None:  # noqa: ANN401
        """The first row, or None."""
        compiled = statement.compiled("sqlite")
        found: Row | None = self._connection.execute(compiled.text, compiled.values_as_json(parameters)).fetchone()
        return found

    async def run(self, statement: Statement, /, **parameters: Any) -> int:  # noqa: ANN401
        """Execute once."""
        compiled = statement.compiled("sqlite")
        return self._connection.execute(compiled.text, compiled.values_as_json(parameters)).rowcount

    async def run_many(self, statement: Statement, rows: Sequence[Mapping[str, Any]], /) -> int:
        """Execute for every row."""
        if not rows:
            return 0
        compiled = statement.compiled("sqlite")
        return self._connection.executemany(compiled.text, [compiled.values(row) for row in rows]).rowcount


class SqliteDatabase:
    """The Database port on one SQLite file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._turn = asyncio.Lock()
        self._writer = connect(path)
        self._readers: list[sqlite3.Connection] = []

    def read(self, *, snapshot: bool = False, stale: bool = False) -> AbstractAsyncContextManager[Reader]:  # noqa: ARG002
        """A snapshot either way, and never stale: one file has no replicas."""
        return self._snapshot()

    @asynccontextmanager
    async def _snapshot(self) -> AsyncIterator[Reader]:
        """Every statement in the block sees the same commits."""
        connection = self._readers.pop() if self._readers else connect(self.path)
        connection.execute("BEGIN")
        try:
            yield SqliteUnit(connection)
        finally:
            connection.rollback()
            if len(self._readers) < READERS_KEPT:
                self._readers.append(connection)
            else:
                connection.close()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Writer]:
        """A unit of work; whoever comes meanwhile waits its turn."""
        async with self._turn:
            await self._begin()
            try:
                yield SqliteUnit(self._writer)
                self._writer.commit()
            except sqlite3.OperationalError as error:
                self._writer.rollback()
                if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL:
                    raise Busy(retry_after_s=FULL_PAUSE_S) from error  # nothing was done, and space may come back
                raise
            except BaseException:
                self._writer.rollback()
                raise

    async def close(self) -> None:
        """Close every connection; the last one folds the log into the file."""
        for connection in (*self._readers, self._writer):
            connection.close()
        self._readers.clear()

    @property
    def place(self) -> Path:
        """The file."""
        return self.path

    async def revision(self) -> str:
        """The revision the schema is at; "" for none."""
        try:
            found = self._writer.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError:
            return ""
        return str(found[0]) if found else ""

    async def _begin(self) -> None:
        deadline = asyncio.get_running_loop().time() + BUSY_DEADLINE_S
        while True:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                if asyncio.get_running_loop().time() > deadline:
                    raise Busy(retry_after_s=1) from error
                await asyncio.sleep(BUSY_PAUSE_S)
            else:
                return


def connect(path: Path) -> sqlite3.Connection:
    """A connection in autocommit mode: units say BEGIN themselves."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_DEADLINE_S, cached_statements=512)
    for pragma in PRAGMAS:
        connection.execute(pragma)
    return connection
