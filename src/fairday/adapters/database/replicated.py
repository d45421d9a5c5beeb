"""A primary and the replicas that follow it: questions that may lag go to a replica that lags little, the rest do not.

How far a replica lags is measured, by what is in it: the end of its outbox against what the primary's was, and when.
No clock but this process's own is asked, and nothing is written for it. What announces no event is not measured, and is
not asked of a replica. A replica that does not answer is left alone until it does.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, TypeVar

import structlog

from fairday.kernel.errors import Busy
from fairday.kernel.events import outbox_end
from fairday.kernel.lag import may_lag
from fairday.kernel.sql import Statement
from fairday.kernel.unit_of_work import Reader, Row, Writer
from fairday.ports.database import Database

LAG_LIMIT_S = 5.0  # with a probe's time less than what `interfaces.web.own_writes` covers
PROBE_EVERY_S = 0.5
PROBE_LIMIT_S = 1.0
KNOWN_FOR_S = 3.0  # a verdict older than this is none
LOST = (Busy, OSError, TimeoutError)
log = structlog.get_logger()
T = TypeVar("T")


class Replica:
    """One that follows: `as_of` is when the primary was as it is now, `seen_at` when we looked."""

    def __init__(self, database: Database, number: int) -> None:
        self.database = database
        self.number = number
        self.as_of = self.seen_at = float("-inf")
        self.well = False

    def is_usable(self, now: float) -> bool:
        """Whether it answered lately, and lags less than the limit."""
        return now - self.seen_at < KNOWN_FOR_S and now - self.as_of < LAG_LIMIT_S


class ReplicatedDatabase:
    """The Database port on a primary; `read(stale=True)` may be answered by one of its replicas."""

    def __init__(
        self, primary: Database, replicas: Sequence[Database], *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.primary = primary
        self.replicas = [Replica(database, number) for number, database in enumerate(replicas, start=1)]
        self._now = now
        self._turn = 0
        self._ends: deque[tuple[float, int]] = deque(maxlen=int(4 * LAG_LIMIT_S / PROBE_EVERY_S))
        self._watch: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def read(self, *, snapshot: bool = False, stale: bool = False) -> AsyncIterator[Reader]:
        """The primary's view, unless the caller and the request may both lag and a replica is fit."""
        replica = self._choose() if stale and may_lag() and not snapshot else None
        if replica is None:
            async with self.primary.read(snapshot=snapshot) as reader:
                yield reader
            return
        async with AsyncExitStack() as stack:
            yield _CarefulReader(self, replica, stack)

    def write(self) -> contextlib.AbstractAsyncContextManager[Writer]:
        """A unit of work; there is one place for those."""
        return self.primary.write()

    async def close(self) -> None:
        """Let go of every connection to any of them."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        for replica in self.replicas:
            with contextlib.suppress(*LOST):
                await replica.database.close()
        await self.primary.close()

    async def probe(self) -> None:
        """Look how far each of them is."""
        begun = self._now()
        async with self.primary.read() as reader:
            self._ends.append((begun, await outbox_end(reader)))
        await asyncio.gather(*(self._look(replica) for replica in self.replicas))

    def lost(self, replica: Replica, problem: BaseException) -> None:
        """It did not answer: nobody asks it again before it answers a probe."""
        replica.seen_at = float("-inf")
        self._note(replica, problem=repr(problem))

    async def _look(self, replica: Replica) -> None:
        try:
            async with asyncio.timeout(PROBE_LIMIT_S), replica.database.read() as reader:
                end = await outbox_end(reader)
        except LOST as problem:
            self.lost(replica, problem)
            return
        replica.seen_at = self._now()
        replica.as_of = max((at for at, known in self._ends if known <= end), default=float("-inf"))
        self._note(replica)

    def _note(self, replica: Replica, **why: str) -> None:
        well = replica.is_usable(self._now())
        if well != replica.well:
            replica.well = well
            log.warning("replica_well" if well else "replica_left_out", replica=replica.number, **why)

    def _choose(self) -> Replica | None:
        """The next one whose turn it is, of those that are fit. The first question begins the watch."""
        if self._watch is None:
            self._watch = asyncio.ensure_future(self._go_on_probing())
        now = self._now()
        fit = [replica for replica in self.replicas if replica.is_usable(now)]
        if not fit:
            return None
        self._turn += 1
        return fit[self._turn % len(fit)]

    async def _go_on_probing(self) -> None:
        while True:
            try:
                await self.probe()
            except Exception:  # a process loop: the primary is out of reach, and its own callers hear of it
                log.exception("replica_probe_failed")
            await asyncio.sleep(PROBE_EVERY_S)


class _CarefulReader:
    """Asks a replica, and the primary instead once that does not answer: nobody who reads notices."""

    def __init__(self, database: ReplicatedDatabase, replica: Replica, stack: AsyncExitStack) -> None:
        self._database = database
        self._replica: Replica | None = replica
        self._stack = stack
        self._reader: Reader | None = None

    async def rows(self, statement: Statement, /, **parameters: Any) -> list[Row]:  # noqa: ANN401
        """All rows of a SELECT."""
        return await self._ask(lambda reader: reader.rows(statement, **parameters))

    async def row(self, statement: Statement, /, **parameters: Any) -> Row | None:  # noqa: ANN401
        """The first row, or None."""
        return await self._ask(lambda reader: reader.row(statement, **parameters))

    async def _ask(self, question: Callable[[Reader], Awaitable[T]]) -> T:
        if self._replica is not None:
            try:
                if self._reader is None:
                    self._reader = await self._stack.enter_async_context(_quietly(self._replica.database))
                return await question(self._reader)
            except LOST as problem:
                self._database.lost(self._replica, problem)
                self._replica = None
                self._reader = await self._stack.enter_async_context(self._database.primary.read())
        assert self._reader is not None
        return await question(self._reader)


@asynccontextmanager
async def _quietly(database: Database) -> AsyncIterator[Reader]:
    """A view that can be left even when whoever gave it is gone."""
    stack = AsyncExitStack()
    reader = await stack.enter_async_context(database.read())
    try:
        yield reader
    finally:
        with contextlib.suppress(*LOST):
            await stack.aclose()
