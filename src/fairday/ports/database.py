"""The relational database: everything that must commit together."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from fairday.kernel.unit_of_work import Reader, Writer


class Database(Protocol):
    """Units of work.

    `write` commits when its block ends and rolls back when it raises; a committed unit survives a power cut. Units of
    one process run one after another or as if they did. `Busy` is raised when none can be had within the deadline.
    `read` sees every unit that committed before it began.
    """

    def read(self) -> AbstractAsyncContextManager[Reader]:
        """A view to ask from."""
        ...

    def write(self) -> AbstractAsyncContextManager[Writer]:
        """A unit of work."""
        ...

    async def close(self) -> None:
        """Let go of every connection."""
        ...
