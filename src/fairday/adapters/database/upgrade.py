"""Run Alembic over one SQLite file: `python -m fairday.adapters.database.upgrade FILE [MIGRATIONS]`.

A program of its own, because importing Alembic takes longer than opening a shop whose schema is up to date.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import NullPool

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(path: Path, migrations: Path = MIGRATIONS) -> None:
    """Run every revision that the file has not seen."""
    with connection_to(path) as connection:
        command.upgrade(configuration(connection, migrations), "head")


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


if __name__ == "__main__":
    upgrade(*map(Path, sys.argv[1:]))
