"""Bring a database's schema up to date: forward only, repeatable, and safe to interrupt.

On SQLite and PostgreSQL each revision is one transaction, so a process that dies in one leaves the schema as it was
before it; on MySQL the next try goes on where the last one stopped. Processes that start at once take turns. `upgrade`
does the work, in a process of its own, when there is any.

A schema newer than this code is fine: revisions only add, so that two versions of the code may share a database.
"""

import asyncio
import sys
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct

from fairday.adapters.database.address import Address

VERSIONS = Path(__file__).parent / "migrations" / "versions"


class MigrationError(OSError):
    """A revision failed; the next try begins with it."""


class Target(Struct, frozen=True, kw_only=True):
    """What to upgrade: an SQLite file or a database on a server. `migrations` is the folder of revisions."""

    migrations: str
    path: str = ""
    address: Address | None = None

    def __str__(self) -> str:
        """Without the password."""
        return self.path or str(self.address)


class Migratable(Protocol):
    """A database whose schema can be asked for its revision and upgraded."""

    @property
    def place(self) -> Path | Address:
        """The file, or the address."""
        ...

    async def revision(self) -> str:
        """The revision the schema is at; "" for none."""
        ...

    async def close(self) -> None:
        """Let go of every connection."""
        ...


class Migrated(Struct, frozen=True):
    """The revision before and after; "" before there was any."""

    before: str
    after: str

    def ran(self) -> list[str]:
        """The revisions that ran, oldest first."""
        return [revision for revision in revisions() if self.before < revision <= self.after]


def revisions() -> list[str]:
    """Every revision this code knows, oldest first."""
    return sorted(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*.py"))


def newest_revision() -> str:
    """The revision that this code is written for."""
    return revisions()[-1]


async def migrate(database: Migratable) -> Migrated:
    """Run every revision that this database has not seen."""
    before = await database.revision()
    if before >= newest_revision():
        return Migrated(before, before)
    place = database.place
    folder = str(VERSIONS.parent)
    if isinstance(place, Address):
        await _upgrade(Target(migrations=folder, address=place))
    else:
        await _upgrade(Target(migrations=folder, path=str(place)))
    return Migrated(before, await database.revision())


async def _upgrade(target: Target) -> None:
    """The target goes through a pipe, because arguments are for everyone on the machine to read."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "fairday.adapters.database.upgrade",
        stdin=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, complaint = await process.communicate(msgspec.json.encode(target))
    if process.returncode:
        raise MigrationError(f"the schema of {target} could not be brought up to date: {_problem(complaint)}")


def _problem(complaint: bytes) -> str:
    """The line of a traceback that says what went wrong: the first that is not indented after the last that is."""
    lines = complaint.decode(errors="replace").splitlines()
    indented = [number for number, line in enumerate(lines) if line.startswith("  ")]
    after = lines[indented[-1] + 1 :] if indented else lines
    return next((line for line in after if line.strip()), "it gave no reason")
