"""Reading and writing, as two types: a signature that takes a Reader cannot change anything.

A unit of work is opened and committed by a use case. Nothing here commits, and no network call belongs inside one.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from fairday.kernel.sql import Statement

Row = tuple[Any, ...]


class Reader(Protocol):
    """Questions to the relational database."""

    async def rows(self, statement: Statement, /, **parameters: Any) -> list[Row]:  # noqa: ANN401
        """All rows of a SELECT, columns in the order selected."""
        ...

    async def row(self, statement: Statement, /, **parameters: Any) -> Row | None:  # noqa: ANN401
        """The first row, or None."""
        ...


class Writer(Reader, Protocol):
    """A unit of work: commits whole when its block ends, or not at all."""

    async def run(self, statement: Statement, /, **parameters: Any) -> int:  # noqa: ANN401
        """Execute once; how many rows it touched."""
        ...

    async def run_many(self, statement: Statement, rows: Sequence[Mapping[str, Any]], /) -> int:
        """Execute for every row; how many rows it touched in all."""
        ...
