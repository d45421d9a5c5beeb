"""Bring a database's schema up to date."""

from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from fairday.adapters.database.schema import METADATA
from fairday.adapters.database.sqlite import SqliteDatabase, connect


async def migrate(database: SqliteDatabase) -> None:
    """Create what is missing."""
    connection = connect(database.path)
    connection.execute("BEGIN IMMEDIATE")  # one commit, not one a table: whole or not at all, and 0.3 s sooner
    for table in METADATA.sorted_tables:
        connection.execute(str(CreateTable(table, if_not_exists=True).compile(dialect=sqlite.dialect())))
        for index in table.indexes:
            connection.execute(str(CreateIndex(index, if_not_exists=True).compile(dialect=sqlite.dialect())))
    connection.commit()
    connection.close()
