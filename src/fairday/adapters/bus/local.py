"""`local:` delivers from the outbox table to subscribers in this process, whichever process takes the lease first.

A poll costs one indexed SELECT; nothing is written while nothing happens. Nothing is handed over beyond the `horizon`,
so order holds and nothing is passed by, whatever order units commit in.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

import structlog
from msgspec import Struct

from fairday.adapters.bus import progress
from fairday.adapters.bus.horizon import Ended, Horizon, OneWriter
from fairday.kernel.clock import DAY_MS, MINUTE_MS, Clock
from fairday.kernel.errors import Busy
from fairday.kernel.events import Delivery
from fairday.kernel.ids import new_id
from fairday.kernel.unit_of_work import Reader
from fairday.ports.bus import DeadLetter, Subscription
from fairday.ports.database import Database

log = structlog.get_logger()


class Pace(Struct, frozen=True, kw_only=True):
    """How often, how much and how long. Delays double from `delay_ms` up to `delay_limit_ms`.

    What everyone has heard stays in the outbox for `kept_ms`, so that one may look what happened.
    """

    poll_ms: int = 50
    batch_limit: int = 100
    attempts_limit: int = 8
    delay_ms: int = 250
    delay_limit_ms: int = 300_000
    lease_ms: int = 30_000
    kept_ms: int = 7 * DAY_MS
    tidy_ms: int = 10 * MINUTE_MS
    tidy_limit: int = 2_000


class LocalBus:
    """The Bus port on the outbox table."""

    def __init__(
        self, database: Database, clock: Clock, pace: Pace | None = None, *, ended: Ended | None = None
    ) -> None:
        self._database = database
        self._horizon = Horizon(ended or OneWriter())
        self._clock = clock
        self._pace = pace or Pace()
        self._owner = new_id()
        self._scanned: dict[str, int] = {}  # beyond the stored cursor: nothing there was of interest
        self._one_by_one: dict[str, int] = {}  # a batch up to here failed: find out which event does

    async def deliver(self, subscriptions: Sequence[Subscription]) -> int:
        """Hand over what is waiting, subscription by subscription."""
        handed = 0
        for subscription in subscriptions:
            while count := await self._turn(subscription):
                handed += count
        return handed

    async def run(self, subscriptions: Sequence[Subscription]) -> None:
        """One watcher of the outbox wakes all followers; each follows at its own pace."""
        bells = [asyncio.Event() for _ in subscriptions]
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch(bells))
            group.create_task(self._tidy())
            for subscription, bell in zip(subscriptions, bells, strict=True):
                group.create_task(self._follow(subscription, bell))

    async def backlog(self) -> dict[str, int]:
        """Events waiting, by subscription."""
        async with self._database.read() as reader:
            return {
                cursor.name: await progress.count_waiting(reader, cursor) for cursor in await progress.cursors(reader)
            }

    async def dead_letters(self, limit: int) -> list[DeadLetter]:
        """What was set aside."""
        async with self._database.read() as reader:
            return await progress.dead_letters(reader, limit)

    async def redrive(self, subscription: str) -> int:
        """Mark them for another try."""
        async with self._database.write() as unit:
            return await progress.ask_again(unit, subscription)

    async def _watch(self, bells: Sequence[asyncio.Event]) -> None:
        end = -1
        while True:
            try:
                async with self._database.read() as reader:
                    now_at = await self._horizon.reach(reader)
            except Busy:
                now_at = end
            if now_at != end:
                end = now_at
                for bell in bells:
                    bell.set()
            await asyncio.sleep(self._pace.poll_ms / 1000)

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(self._pace.tidy_ms / 1000)
            with contextlib.suppress(Busy):
                before_ms = self._clock.now_ms() - self._pace.kept_ms
                await self._write(progress.forget_heard, before_ms, self._pace.tidy_limit)

    async def _follow(self, subscription: Subscription, bell: asyncio.Event) -> None:
        while True:
            bell.clear()
            try:
                while await self._turn(subscription):
                    pass
            except Exception:  # a process loop: a failed turn is told and tried again
                log.exception("bus_turn_failed", subscription=subscription.name)
            # Retries, redriven letters and leases of processes that died are looked at without a bell.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(bell.wait(), await self._patience_s(subscription.name))

    async def _patience_s(self, name: str) -> float:
        try:
            async with self._database.read() as reader:
                cursor = await progress.cursor(reader, name)
        except Busy:
            return 1
        wait_ms = cursor.retry_ms - self._clock.now_ms() if cursor else 0
        return min(max(wait_ms, self._pace.poll_ms), 1_000) / 1000

    async def _turn(self, subscription: Subscription) -> int:
        """Hand one batch over; 0 when nothing is waiting, or not for us, or not yet."""
        name, now_ms = subscription.name, self._clock.now_ms()
        async with self._database.read() as reader:
            cursor = await progress.cursor(reader, name)
            if cursor is not None:
                if cursor.retry_ms > now_ms or (cursor.owner != self._owner and cursor.lease_until_ms > now_ms):
                    return 0
                if not await self._waiting(reader, cursor, subscription):
                    return 0
        async with self._lease(subscription) as leased:
            return await self._hand_over(subscription, leased) if leased else 0

    async def _waiting(self, reader: Reader, cursor: progress.Cursor, subscription: Subscription) -> bool:
        if cursor.kinds != tuple(sorted(subscription.kinds)):
            return True
        if await progress.letters_to_retry(reader, cursor.name, 1):
            return True
        after = max(self._scanned.get(cursor.name, 0), cursor.seq)
        end = await self._horizon.reach(reader)
        found = await progress.waiting(reader, (after, end), cursor.kinds, 1) if end > after else []
        if not found:
            self._scanned[cursor.name] = end
        return bool(found)

    @contextlib.asynccontextmanager
    async def _lease(self, subscription: Subscription) -> AsyncIterator[progress.Cursor | None]:
        now_ms = self._clock.now_ms()
        async with self._database.read() as reader:
            place = await self._horizon.reach(reader)
        wanted = progress.Claim(self._owner, now_ms, now_ms + self._pace.lease_ms, place)
        async with self._database.write() as unit:
            cursor = await progress.claim(unit, subscription, wanted)
        if cursor is None:
            yield None
            return
        renewal = asyncio.create_task(self._renew(subscription.name))
        try:
            yield cursor
        finally:
            renewal.cancel()
            async with self._database.write() as unit:
                await progress.release(unit, subscription.name, self._owner)

    async def _renew(self, name: str) -> None:
        while True:
            await asyncio.sleep(self._pace.lease_ms / 3000)
            async with self._database.write() as unit:
                await progress.renew(unit, name, self._owner, self._clock.now_ms() + self._pace.lease_ms)

    async def _hand_over(self, subscription: Subscription, cursor: progress.Cursor) -> int:
        name = subscription.name
        async with self._database.read() as reader:
            letters = await progress.letters_to_retry(reader, name, self._pace.batch_limit)
            limit = 1 if self._one_by_one.get(name, 0) > cursor.seq or cursor.attempts else self._pace.batch_limit
            span = cursor.seq, await self._horizon.reach(reader)
            batch = await progress.waiting(reader, span, tuple(sorted(subscription.kinds)), limit)
        for letter in letters:
            await self._retry_letter(subscription, letter)
        if not batch:
            return 0
        problem = await _hear(subscription, batch)
        if problem is None:
            return len(batch) if await self._may_say(progress.advance, name, self._owner, batch[-1].seq) else 0
        await self._failed(cursor, batch, problem)
        return 0

    async def _failed(self, cursor: progress.Cursor, batch: Sequence[Delivery], problem: Exception) -> None:
        name, now_ms = cursor.name, self._clock.now_ms()
        if isinstance(problem, Busy):
            await self._may_say(progress.put_off, name, self._owner, cursor.attempts, now_ms + self._pace.delay_ms)
            return
        attempts = cursor.attempts + 1
        log.warning("bus_delivery_failed", subscription=name, seq=batch[0].seq, attempts=attempts, exc_info=problem)
        if len(batch) > 1:
            self._one_by_one[name] = batch[-1].seq
        elif attempts >= self._pace.attempts_limit:
            letter = DeadLetter(name, batch[0], f"{type(problem).__name__}: {problem}"[:2000], now_ms)
            await self._may_say(progress.set_aside, letter, self._owner)
            return
        delay_ms = min(self._pace.delay_ms << min(attempts - 1, 20), self._pace.delay_limit_ms)
        await self._may_say(progress.put_off, name, self._owner, attempts, now_ms + delay_ms)

    async def _retry_letter(self, subscription: Subscription, letter: Delivery) -> None:
        problem = await _hear(subscription, [letter])
        if problem is None:
            await self._write(progress.delete_letter, subscription.name, letter.seq)
        elif not isinstance(problem, Busy):
            again = DeadLetter(
                subscription.name, letter, f"{type(problem).__name__}: {problem}"[:2000], self._clock.now_ms()
            )
            await self._write(progress.keep_letter, again)

    async def _may_say(self, change: progress.Change, *arguments: object) -> bool:
        """Whether it was still ours to say. Whoever stood still for longer than a lease is not believed any more."""
        async with self._database.write() as unit:
            said = bool(await change(unit, *arguments))
        if not said:
            log.warning("bus_lease_lost", owner=self._owner)
        return said

    async def _write(self, change: progress.Change, *arguments: object) -> None:
        async with self._database.write() as unit:
            await change(unit, *arguments)


async def _hear(subscription: Subscription, batch: Sequence[Delivery]) -> Exception | None:
    """What went wrong, if anything did. A process loop: whatever a subscriber raises is its own trouble."""
    try:
        await subscription.hear(batch)
    except Exception as problem:  # noqa: BLE001 - see above
        return problem
    return None
