"""MySQL's way with a schema: its DDL commits by itself, so every step looks first whether it was taken already.

Only migrations import this: it changes how the process writes MySQL's DDL.
"""

from typing import Any

from alembic.ddl.mysql import MySQLImpl
from sqlalchemy import Column, Index, Table, Text, inspect
from sqlalchemy.ext.compiler import compiles

OPTIONS = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def install() -> None:
    """Importing was enough: Alembic finds the class below by its dialect, SQLAlchemy the type."""


class ResumableMySQL(MySQLImpl):
    """Creates what is missing and leaves alone what is there."""

    __dialect__ = "mysql"

    def create_table(self, table: Table, **kw: Any) -> None:  # noqa: ANN401
        """The table, unless it is there; its indexes are steps of their own."""
        for name, value in OPTIONS.items():
            table.kwargs.setdefault(name, value)
        if not self._look().has_table(table.name):
            super().create_table(table, **kw)

    def create_index(self, index: Index, **kw: Any) -> None:  # noqa: ANN401
        """The index, unless it is there."""
        assert index.table is not None
        if index.name not in {found["name"] for found in self._look().get_indexes(index.table.name)}:
            super().create_index(index, **kw)

    def add_column(self, table_name: str, column: Column[Any], **kw: Any) -> None:  # noqa: ANN401
        """The column, unless it is there."""
        if column.name not in {found["name"] for found in self._look().get_columns(table_name)}:
            super().add_column(table_name, column, **kw)

    def _look(self) -> Any:  # noqa: ANN401 - an inspector that remembers nothing
        assert self.connection is not None
        return inspect(self.connection)


@compiles(Text, "mysql")
def _medium_text(_type: Text, _compiler: Any, **_kw: Any) -> str:  # noqa: ANN401
    """16 MB: MySQL's own TEXT ends at 64 KB."""
    return "MEDIUMTEXT"
