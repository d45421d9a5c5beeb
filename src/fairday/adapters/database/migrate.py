"""Bring a database's schema up to date: forward only, repeatable, and safe to interrupt.

Each revision is one transaction, so a process that dies in one leaves the schema as it was before it. Two processes
that start at once take turns. `upgrade` does the work, in a process of its own, when there is any.
"""

import asyncio
import fcntl
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from fairday.adapters.database.sqlite import SqliteDatabase

VERSIONS = Path(__file__).parent / "migrations" / "versions"
LOCK_SUFFIX = ".migrating"


class MigrationError(OSError):
    """A revision failed; the schema is as it was before it."""


def newest_revision() -> str:
    """The revision that this code is written for."""
    return max(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*.py"))


def revision_of(path: Path) -> str:
    """The revision a file is at; "" for none."""
    with closing(sqlite3.connect(path)) as connection:
        try:
            found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError:
            return ""
        return str(found[0]) if found else ""


async def migrate(database: SqliteDatabase) -> None:
    """Run every revision that this database has not seen."""
    newest = newest_revision()
    if revision_of(database.path) == newest:
        return
    with _alone(database.path):
        if revision_of(database.path) != newest:
            await _upgrade(database.path)


async def _upgrade(path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "fairday.adapters.database.upgrade", str(path), str(VERSIONS.parent),
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, complaint = await process.communicate()
    if process.returncode:
        last = complaint.decode(errors="replace").strip().rpartition("\n")[2]
        raise MigrationError(f"the schema of {path} could not be brought up to date: {last}")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.with_name(path.name + LOCK_SUFFIX).open("a", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
