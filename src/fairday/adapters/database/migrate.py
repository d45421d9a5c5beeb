"""Bring a database's schema up to date."""

from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from fairday.adapters.database.schema import METADATA
from fairday.adapters.database.sqlite import SqliteDatabase, connect


async def migrate(database: SqliteDatabase) -> None:
    """Create what is missing."""
    connection = connect(database.path)
    for table in METADATA.sorted_tables:
        connection.execute(str(CreateTable(table, if_not_exists=True).compile(dialect=sqlite.dialect())))
        for index in table.indexes:
            connection.execute(str(CreateIndex(index, if_not_exists=True).compile(dialect=sqlite.dialect())))
    connection.close()
