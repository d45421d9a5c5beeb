"""The sweep: finish what a crash, a lost answer or a shopper who walked away left behind.

It asks the providers by order id, and their word is final. It runs when the store starts and then every few seconds.
What must wait longer, and what goes wrong, keeps nothing else waiting: everything is looked at each time, in pages.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from operator import attrgetter
from typing import TypeVar

from msgspec import Struct

from fairday.domain.access import SYSTEM
from fairday.domain.orders import Order
from fairday.domain.orders import store as orders
from fairday.domain.payments import Payment, PaymentOutcome, PaymentUnknown, Refund, capturing
from fairday.domain.payments import store as payments
from fairday.kernel.clock import MINUTE_MS
from fairday.kernel.unit_of_work import Reader
from fairday.usecases.book_order import Verdict, apply_outcome
from fairday.usecases.cancel_order import cancel_voided
from fairday.usecases.refund_order import finish_refund
from fairday.usecases.ship_order import book_capture
from fairday.usecases.shop import Shop
from fairday.usecases.spend_gifts import PREPAID, prepaid

STALE_MS = MINUTE_MS
UNCHANGED_MS = 60 * MINUTE_MS
BATCH = 500

T = TypeVar("T")


class Settled(Struct, frozen=True):
    """How many orders, refunds and captures the sweep brought to an end."""

    orders: int = 0
    refunds: int = 0
    captures: int = 0


async def settle_orders(shop: Shop, *, stale_ms: int = STALE_MS) -> Settled:
    """Finish what has waited for longer than `stale_ms`; 0 when nobody else can be working on it.

    Raises an ExceptionGroup of whatever went wrong, once all the rest is done.
    """
    before_ms = shop.clock.now_ms() - stale_ms
    ended, given_back, captured = 0, 0, 0
    problems: list[BaseException] = []

    async def held(reader: Reader, after: str) -> list[Order]:
        return await orders.held_before(reader, before_ms, after, BATCH)

    async def unfinished(reader: Reader, after: str) -> list[Refund]:
        return await payments.unfinished_refunds(reader, before_ms + 1, BATCH, after)

    async def uncaptured(reader: Reader, after: str) -> list[Payment]:
        # What is only authorised waits for days: its provider is asked once an hour, unless it is being captured.
        return await capturing.uncaptured(reader, before_ms - (UNCHANGED_MS if stale_ms else 0), after, BATCH)

    async for waiting in _pages(shop, held, attrgetter("id")):
        ended += await _each(await _unheard(shop, waiting, before_ms), partial(_settled, shop), problems)
    async for refunds in _pages(shop, unfinished, attrgetter("id")):
        given_back += await _each(refunds, partial(finish_refund, shop), problems)
    async for authorised in _pages(shop, uncaptured, attrgetter("order_id")):
        decided = await _no_longer_authorised(shop, authorised)
        captured += await _each(decided, partial(_settle_authorised, shop), problems)
    if problems:
        raise BaseExceptionGroup("some orders could not be settled", problems)
    return Settled(ended, given_back, captured)


async def settle_order(shop: Shop, order: Order, *, give_up: bool = False) -> Order:
    """Ask the provider about one held order and write down what it says; as it was while there is no answer.

    `give_up`: the shopper does not want to meet the challenge. What was paid all the same is paid.
    """
    if order.provider == PREPAID:
        return await apply_outcome(shop, Verdict(order, prepaid(order)))
    provider = shop.payments.get(order.provider)
    if provider is None:
        return order
    try:
        outcome = (await provider.find([order.id])).get(order.id)
        if outcome is None or _given_up(shop, outcome, order, asked=give_up):
            outcome = await provider.void(order.id)
    except PaymentUnknown:
        return order
    return await apply_outcome(shop, Verdict(order, outcome))


async def _unheard(shop: Shop, held: Sequence[Order], before_ms: int) -> list[Order]:
    """Those whose provider was not asked since `before_ms`, so that shoppers who take their time cost few questions."""
    if not held:
        return []
    async with shop.database.read() as reader:
        known = await payments.get_many(reader, [order.id for order in held])
    return [order for order in held if order.id not in known or known[order.id].updated_ms <= before_ms]


async def _settled(shop: Shop, order: Order) -> bool:
    return (await settle_order(shop, order)).state != "held"


async def _pages(
    shop: Shop, ask: Callable[[Reader, str], Awaitable[list[T]]], key: Callable[[T], str]
) -> AsyncIterator[list[T]]:
    """All that `ask` finds, page by page, in order of id."""
    after = ""
    while True:
        async with shop.database.read() as reader:
            found = await ask(reader, after)
        yield found
        if len(found) < BATCH:
            return
        after = key(found[-1])


async def _each(found: Sequence[T], finish: Callable[[T], Awaitable[bool]], problems: list[BaseException]) -> int:
    """Finish one after another; how many came to an end. What goes wrong is noted, and the next one's turn comes."""
    done = 0
    for one in found:
        (answer,) = await asyncio.gather(finish(one), return_exceptions=True)
        if isinstance(answer, BaseException):
            problems.append(answer)
        else:
            done += answer
    return done


async def _no_longer_authorised(shop: Shop, authorised: Sequence[Payment]) -> list[PaymentOutcome]:
    """Orders that wait to be captured at shipment, and were captured or let go without our having written it down."""
    decided: list[PaymentOutcome] = []
    for name, provider in shop.payments.items():
        order_ids = [payment.order_id for payment in authorised if payment.provider == name]
        try:
            found = await provider.find(order_ids) if order_ids else {}
        except PaymentUnknown:
            continue
        decided += [outcome for outcome in found.values() if outcome.state in {"captured", "voided"}]
        as_before = [order_id for order_id, outcome in found.items() if outcome.state == "authorised"]
        if as_before:
            async with shop.database.write() as unit:
                await capturing.looked_at(unit, as_before, shop.clock.now_ms())
    return decided


async def _settle_authorised(shop: Shop, outcome: PaymentOutcome) -> bool:
    if outcome.state == "voided":
        return await cancel_voided(shop, outcome, reason="authorisation voided", actor=SYSTEM)
    return await book_capture(shop, outcome.order_id)


def _given_up(shop: Shop, outcome: PaymentOutcome, order: Order, *, asked: bool) -> bool:
    held_ms = shop.clock.now_ms() - order.placed_ms
    return outcome.state == "challenge" and (asked or held_ms > shop.settings.hold_minutes * MINUTE_MS)
