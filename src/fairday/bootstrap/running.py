"""What a process does beside answering requests: deliver events, sweep, and hold the lock of the one writer."""

import asyncio
import fcntl
import os
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import structlog

from fairday.bootstrap.courtesy import after_shoppers
from fairday.bootstrap.processes import Process
from fairday.kernel.clock import MINUTE_MS, SECOND_MS
from fairday.kernel.errors import Busy
from fairday.ports.bus import Subscription
from fairday.subscribers.notifications import subscription as notifications
from fairday.subscribers.search import subscription as search
from fairday.usecases.apply_payment_events import apply_payment_events, forget_payment_events
from fairday.usecases.expire_gift_cards import expire_gift_cards
from fairday.usecases.follow_changes import Follower
from fairday.usecases.index_products import ensure_index
from fairday.usecases.reconcile_payments import follow_reports
from fairday.usecases.settle_orders import STALE_MS, settle_orders
from fairday.usecases.shop import Shop

FOLLOW_EVERY_MS = 500
SETTLE_EVERY_MS = 5 * SECOND_MS
INDEX_EVERY_MS = 20 * SECOND_MS
RECONCILE_EVERY_MS = MINUTE_MS
TIDY_EVERY_MS = 10 * MINUTE_MS
TIDY_LIMIT = 500
LOCK_FILE = "serve.lock"

SUBSCRIPTIONS: dict[str, Callable[[Shop], Subscription]] = {"notifications": notifications, "search": search}
log = structlog.get_logger(__name__)


class AlreadyRunningError(RuntimeError):
    """Another process serves this state folder."""


@contextmanager
def one_server(state: Path) -> Iterator[None]:
    """Hold the state folder's lock; AlreadyRunningError when somebody else does. It goes with the process."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / LOCK_FILE).open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AlreadyRunningError(f"another store (process {file.read().strip()}) runs on {state}") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def is_served(state: Path) -> bool:
    """Whether a store runs on this state folder right now."""
    try:
        with one_server(state):
            return False
    except AlreadyRunningError:
        return True


def background(shop: Shop, process: Process, *, alone: bool) -> list[Coroutine[Any, Any, None]]:
    """Everything this kind of process does until it is cancelled. Unless `alone`, others may change what it caches."""
    work: list[Coroutine[Any, Any, None]] = []
    if not alone:
        work.append(_every(FOLLOW_EVERY_MS, "follow_changes", Follower(shop).turn))
    if process.subscribers:
        work.append(_deliver(shop, [after_shoppers(SUBSCRIPTIONS[name](shop)) for name in process.subscribers]))
    if "search" in process.subscribers:
        work.append(_every(INDEX_EVERY_MS, "ensure_index", lambda: index_if_needed(shop)))
    if process.sweeps:
        work.append(_every(SETTLE_EVERY_MS, "settle_orders", lambda: settle_orders(shop)))
        work.append(_every(SETTLE_EVERY_MS, "apply_payment_events", lambda: apply_payment_events(shop)))
        work.append(_every(RECONCILE_EVERY_MS, "follow_reports", lambda: follow_reports(shop)))
        work.append(_every(TIDY_EVERY_MS, "forget_payment_events", lambda: forget_payment_events(shop, TIDY_LIMIT)))
        work.append(_every(TIDY_EVERY_MS, "expire_carts", lambda: _expire_carts(shop)))
        work.append(_every(TIDY_EVERY_MS, "expire_gift_cards", lambda: expire_gift_cards(shop)))
    return work


async def settle_at_start(shop: Shop, *, alone: bool) -> None:
    """One that cannot be settled does not keep the shop closed. `alone`: whoever held these orders is gone."""
    await _once("settle_orders", lambda: settle_orders(shop, stale_ms=0 if alone else STALE_MS))


async def _deliver(shop: Shop, subscriptions: Sequence[Subscription]) -> None:
    await shop.bus.run(subscriptions)


async def index_if_needed(shop: Shop) -> None:
    """The index may be missing, damaged, or of another time; one that showed damage in use began anew, empty."""
    with suppress(Busy):  # another process is at it
        await ensure_index(shop)


async def _expire_carts(shop: Shop) -> int:
    return await shop.carts.delete_expired(shop.clock.now_ms(), TIDY_LIMIT)


async def _every(pause_ms: int, name: str, sweep: Callable[[], Awaitable[object]]) -> None:
    """Run a sweep for ever: what it does can wait, but must not end."""
    while True:
        await asyncio.sleep(pause_ms / 1000)
        await _once(name, sweep)


async def _once(name: str, sweep: Callable[[], Awaitable[object]]) -> None:
    """A turn that fails is logged; the next one tries again."""
    try:
        await sweep()
    except Exception:
        log.exception("sweep_failed", sweep=name)
