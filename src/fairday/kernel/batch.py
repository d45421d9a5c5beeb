"""Coalescing: what is asked while a batch is in flight makes up the next one. No timer, so nobody waits for company.

A `work` function gets what several callers ask and answers each: with a value, or with the exception that is theirs
alone. A work that fails as a whole did nothing, so its items are tried one by one; one poisoned item spoils no other.
"""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Generic, TypeVar, cast

from msgspec import Struct

from fairday.kernel.errors import Busy, CommitUnknown

Q = TypeVar("Q")
A = TypeVar("A")
C = TypeVar("C")
Work = Callable[[Sequence[Q]], Awaitable[Sequence[A | Exception]]]
WorkOn = Callable[[C, Sequence[Q]], Awaitable[Sequence[A | Exception]]]

BATCH_LIMIT = 256
WAITING_LIMIT = 4_096
GATHER_TURNS = 12
BUSY_TRIES = 3
BUSY_PAUSE_S = 0.01

# When, by the loop's clock, the answer is of no use any more to whoever asked.
_DEADLINE: ContextVar[float | None] = ContextVar("deadline", default=None)


@contextmanager
def answered_within(seconds: float) -> Iterator[None]:
    """Everything asked in this block is refused, unbegun, once `seconds` are over."""
    token = _DEADLINE.set(asyncio.get_running_loop().time() + seconds)
    try:
        yield
    finally:
        _DEADLINE.reset(token)


class _Asked(Struct, Generic[Q, A]):
    """One item, the promise of its answer, and its deadline."""

    item: Q
    answer: "asyncio.Future[A]"
    deadline: float | None


class Batch(Generic[Q, A]):
    """A queue in front of one kind of work, with one batch in flight.

    `ask` raises Busy when `waiting` items are queued already, or when its deadline passed before its turn came: nothing
    was done then. An item whose caller went away before its turn is not done either. Work that raises Busy is tried
    again as a whole, a little later. CommitUnknown goes to everybody: it may all be done, and each can look. Whatever
    else work raises, its items are tried one by one.
    """

    def __init__(
        self,
        work: Work[Q, A],
        *,
        limit: int = BATCH_LIMIT,
        waiting: int = WAITING_LIMIT,
        ahead: "Sequence[Batch[Any, Any]]" = (),
    ) -> None:
        self._work = work
        self._limit = limit
        self._bound = waiting
        self._ahead = ahead
        self._queue: deque[_Asked[Q, A]] = deque()
        self._busy = False
        self._drainer: asyncio.Task[None] | None = None

    async def ask(self, item: Q) -> A:
        """The answer to this item, whichever batch it went with."""
        if len(self._queue) >= self._bound:
            raise Busy(retry_after_s=1)
        loop = asyncio.get_running_loop()
        asked: _Asked[Q, A] = _Asked(item, loop.create_future(), _DEADLINE.get())
        self._queue.append(asked)
        if not self._busy:
            self._busy = True
            # A task begins with the loop's next turn: whatever is ready in this one goes with the first batch.
            self._drainer = loop.create_task(self._drain())
        return await asked.answer

    async def _drain(self) -> None:
        try:
            while self._queue:
                await self._gather()
                if batch := self._next():
                    await self._answer(batch)
        finally:
            # No await since the queue was seen empty: whoever comes now finds the flag down and begins anew.
            self._busy = False
            for asked in self._queue:  # only when this task was cancelled
                asked.answer.cancel()
            self._queue.clear()

    async def _gather(self) -> None:
        """Let those catch up who are in a batch ahead this very moment, or groups that once parted never meet again."""
        quiet = 0
        for _ in range(GATHER_TURNS if self._ahead else 0):
            busy = any(batch._busy for batch in self._ahead)  # noqa: SLF001 - of its own kind
            quiet = 0 if busy else quiet + 1
            if quiet > 1 or len(self._queue) >= self._limit:
                return
            await asyncio.sleep(0)

    def _next(self) -> list[_Asked[Q, A]]:
        """The next batch, in the order asked; those whose time is over are answered and left out."""
        now = asyncio.get_running_loop().time()
        batch: list[_Asked[Q, A]] = []
        while self._queue and len(batch) < self._limit:
            asked = self._queue.popleft()
            if asked.answer.done():
                continue
            if asked.deadline is not None and asked.deadline <= now:
                asked.answer.set_exception(Busy(retry_after_s=1))
            else:
                batch.append(asked)
        return batch

    async def _answer(self, batch: Sequence[_Asked[Q, A]]) -> None:
        try:
            answers = await self._patiently([asked.item for asked in batch])
        except (Busy, CommitUnknown) as no:
            for asked in batch:
                _settle(asked, no)
        except Exception as problem:  # noqa: BLE001 - whatever it was, it must not spoil the neighbours
            if len(batch) == 1:
                _settle(batch[0], problem)
            else:
                await self._one_by_one(batch)
        except BaseException:
            for asked in batch:
                asked.answer.cancel()
            raise
        else:
            for asked, answer in zip(batch, answers, strict=True):
                _settle(asked, answer)

    async def _one_by_one(self, batch: Sequence[_Asked[Q, A]]) -> None:
        try:
            for asked in batch:
                await self._answer([asked])
        finally:
            for asked in batch:  # only when this task was cancelled
                asked.answer.cancel()

    async def _patiently(self, items: Sequence[Q]) -> Sequence[A | Exception]:
        for tried in range(1, BUSY_TRIES):
            try:
                return await self._work(items)
            except Busy:
                await asyncio.sleep(BUSY_PAUSE_S * tried * random.random())  # noqa: S311 - jitter
        return await self._work(items)


class Batches:
    """The batches of one shop: one queue for each work function."""

    def __init__(self) -> None:
        self._by_work: dict[Hashable, Batch[Any, Any]] = {}

    async def ask(self, work: WorkOn[C, Q, A], context: C, item: Q) -> A:
        """The answer of `work(context, items)` to this item. The context is the same for all of a work's items."""
        batch = self._by_work.get(work)
        if batch is None:

            async def on_context(items: Sequence[Q]) -> Sequence[A | Exception]:
                return await work(context, items)

            # What is first asked first comes earlier on the road of an order: those may still join.
            batch = self._by_work[work] = Batch(on_context, ahead=tuple(self._by_work.values()))
        return cast("A", await batch.ask(item))


def _settle(asked: _Asked[Q, A], answer: A | Exception) -> None:
    if asked.answer.done():
        return
    if isinstance(answer, Exception):
        asked.answer.set_exception(answer)
    else:
        asked.answer.set_result(answer)
