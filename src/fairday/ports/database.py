"""The relational database: everything that must commit together."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from fairday.kernel.unit_of_work import Reader, Writer


class Database(Protocol):
    """Units of work.

    `write` commits when its block ends and rolls back when it raises; a committed unit survives a power cut. On a
    server units run side by side, and a statement sees what committed before it began: who decides by what was read
    says so in the statement's condition and looks at the row count, or reads `with_for_update`. On SQLite they run one
    after another. `Busy`: none was to be had in time, or this one lost to another; nothing happened. `CommitUnknown`:
    the connection was lost while committing.

    `read` sees every unit that committed before it began; its statements may see different commits. With `snapshot`
    they see the same ones, and may take long: it is for reports, exports and checks. With `stale` a replica may answer,
    which is seconds behind.
    """

    def read(self, *, snapshot: bool = False, stale: bool = False) -> AbstractAsyncContextManager[Reader]:
        """A view to ask from."""
        ...

    def write(self) -> AbstractAsyncContextManager[Writer]:
        """A unit of work."""
        ...

    async def close(self) -> None:
        """Let go of every connection."""
        ...
