"""How far the outbox is safe to read. Places in it are given out in order, but on a server units commit out of order.

A place that is missing below one that is there belongs to a unit that is still running, or to one that was undone. So
a reader stops before the first gap until every unit that was running when the gap was seen has ended: whatever is
missing then will never come. How to know that is the engine's own: docs/decisions/0009-outbox-order.md.
"""

import asyncio
from typing import Protocol

from msgspec import Struct
from sqlalchemy import BigInteger, bindparam, func, literal_column, select

from fairday.adapters.bus.tables import CURSORS
from fairday.kernel.errors import Busy
from fairday.kernel.events import OUTBOX
from fairday.kernel.sql import Statement
from fairday.kernel.unit_of_work import Reader

PAGE = 1_000
# MySQL: longer than it takes from giving out a place to writing its row, which from then on is locked.
GAP_AGE_S = 1.0


class Ended(Protocol):
    """Whether the units that ran when a gap was seen have ended."""

    async def mark(self, reader: Reader) -> float:
        """Now, as `since` understands it."""
        ...

    async def since(self, reader: Reader, mark: float, after: int, end: int) -> bool:
        """Whether no unit that ran at `mark` can still fill a place after `after` and up to `end`."""
        ...


class OneWriter:
    """SQLite: units run one after another, so what is missing was undone."""

    async def mark(self, reader: Reader) -> float:  # noqa: ARG002
        """No matter when."""
        return 0

    async def since(self, reader: Reader, mark: float, after: int, end: int) -> bool:  # noqa: ARG002
        """Always."""
        return True


class BySessions:
    """PostgreSQL: the oldest transaction of the shop's role that may write, by the server's own clock."""

    async def mark(self, reader: Reader) -> float:
        """The server's time in microseconds."""
        row = await reader.row(_SESSIONS)
        assert row is not None
        return int(row[0])

    async def since(self, reader: Reader, mark: float, after: int, end: int) -> bool:  # noqa: ARG002
        """Whether every transaction began after the mark."""
        row = await reader.row(_SESSIONS)
        return row is not None and (row[1] is None or int(row[1]) > mark)


class ByLocks:
    """MySQL: a row that is not committed is locked by whoever wrote it, and can be asked for without waiting."""

    async def mark(self, reader: Reader) -> float:  # noqa: ARG002
        """This process's time in seconds."""
        return asyncio.get_running_loop().time()

    async def since(self, reader: Reader, mark: float, after: int, end: int) -> bool:
        """Whether the gap is old enough for its row to be written, and no row up to the end is locked."""
        if asyncio.get_running_loop().time() - mark < GAP_AGE_S:
            return False
        try:
            await reader.rows(_LOCKED, after=after, until=end)
        except Busy:
            return False
        return True


WAYS: dict[str, type[Ended]] = {"sqlite": OneWriter, "postgresql": BySessions, "mysql": ByLocks}


class Gap(Struct, frozen=True):
    """Something was missing up to `end` when it was `mark`."""

    end: int
    mark: float


class Horizon:
    """The last place up to which nothing more will come. It only moves forward."""

    def __init__(self, ended: Ended) -> None:
        self._ended = ended
        self._reached: int | None = None
        self._gap: Gap | None = None

    async def reach(self, reader: Reader) -> int:
        """Look how far that is now."""
        if self._reached is None:
            row = await reader.row(_LOWEST)
            self._reached = int(row[0] or 0) if row else 0
        row = await reader.row(_SPAN, after=self._reached)
        end, count = (int(row[0] or 0), int(row[1])) if row else (0, 0)
        if count == 0:
            return self._reached
        if end - self._reached == count:
            self._reached, self._gap = end, None
            return end
        await self._go_to_the_gap(reader)
        if self._gap is None or self._gap.end <= self._reached:
            self._gap = Gap(end, await self._ended.mark(reader))
        if await self._ended.since(reader, self._gap.mark, self._reached, self._gap.end):
            self._reached, self._gap = self._gap.end, None
        return self._reached

    async def _go_to_the_gap(self, reader: Reader) -> None:
        assert self._reached is not None
        while True:
            places = [int(row[0]) for row in await reader.rows(_PLACES, after=self._reached, limit=PAGE)]
            for place in places:
                if place != self._reached + 1:
                    return
                self._reached = place
            if len(places) < PAGE:
                return


_O = OUTBOX.c
_LOWEST = Statement(select(func.min(CURSORS.c.seq)))
_SPAN = Statement(select(func.max(_O.seq), func.count()).where(_O.seq > bindparam("after")))
_PLACES = Statement(select(_O.seq).where(_O.seq > bindparam("after")).order_by(_O.seq).limit(bindparam("limit")))
_LOCKED = Statement(
    select(_O.seq)
    .where(_O.seq > bindparam("after"), _O.seq <= bindparam("until"))
    .order_by(_O.seq)
    .with_for_update(nowait=True)
)
# Reports only read, and may take long. What other roles do is hidden, and they do not write our outbox.
_SESSIONS = Statement(
    select(
        literal_column("(extract(epoch FROM clock_timestamp()) * 1000000)::bigint", BigInteger()),
        literal_column(
            "(SELECT (extract(epoch FROM min(xact_start)) * 1000000)::bigint FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
            " AND application_name <> 'fairday report')",
            BigInteger(),
        ),
    )
)
