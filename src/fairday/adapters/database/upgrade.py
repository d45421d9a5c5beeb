"""Run Alembic over one database: `python -m fairday.adapters.database.upgrade`, with a `Target` as JSON on its input.

A program of its own, because importing Alembic takes longer than opening a shop whose schema is up to date. Whoever
comes second waits: for a lock beside an SQLite file, for the server's own kind of lock on a server.
"""

import asyncio
import fcntl
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from fairday.adapters.database import mysql, postgresql
from fairday.adapters.database.address import Address
from fairday.adapters.database.migrate import Target

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_SUFFIX = ".migrating"
NEVER_MS = 24 * 3_600_000
ASYNC_URLS: Mapping[str, str] = {"postgresql": "postgresql+asyncpg://", "mysql": "mysql+asyncmy://"}
CONNECT: Mapping[str, Callable[[Address, int], Any]] = {"postgresql": postgresql.connect_to, "mysql": mysql.connect_to}
# Held by the connection, so that it goes with the process, however that ends.
LOCKS: Mapping[str, str] = {
    "postgresql": "SELECT pg_advisory_lock(7103351206)",
    "mysql": "SELECT GET_LOCK(concat('fairday-migrate-', database()), 86400)",
}


def upgrade(path: Path, migrations: Path = MIGRATIONS) -> None:
    """Run every revision that the file has not seen."""
    with path.with_name(path.name + LOCK_SUFFIX).open("a", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with connection_to(path) as connection:
            command.upgrade(configuration(connection, migrations), "head")


async def upgrade_server(address: Address, migrations: Path = MIGRATIONS) -> None:
    """Run every revision that the database has not seen."""

    async def connect() -> Any:  # noqa: ANN401 - either driver's connection
        return await CONNECT[address.scheme](address, NEVER_MS)

    engine = create_async_engine(ASYNC_URLS[address.scheme], async_creator=connect, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.exec_driver_sql(LOCKS[address.scheme])
        await connection.commit()
        await connection.run_sync(lambda sync: command.upgrade(configuration(sync, migrations), "head"))
    await engine.dispose()


def configuration(connection: Connection, migrations: Path = MIGRATIONS) -> Config:
    """Alembic's settings, over a connection of ours."""
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def connection_to(path: Path) -> Iterator[Connection]:
    """A connection whose DDL is inside its transactions, which the driver would not do by itself."""
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def quiet(driver_connection: object, _record: object) -> None:
        driver_connection.isolation_level = None  # type: ignore[attr-defined]

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _main() -> None:
    target = msgspec.json.decode(sys.stdin.buffer.read(), type=Target)
    if target.address is None:
        upgrade(Path(target.path), Path(target.migrations))
    else:
        asyncio.run(upgrade_server(target.address, Path(target.migrations)))


if __name__ == "__main__":
    _main()
