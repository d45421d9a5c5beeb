"""Do what providers' messages call for. A message is a hint: the provider is asked, and the payment only goes forward.

So it does not matter how often a message comes, in which order, or whether it overtakes the answer to our own question;
and when none comes, the settling sweep asks by itself.
"""

import asyncio

import structlog
from msgspec.structs import replace

from fairday.domain.access import SYSTEM
from fairday.domain.ledger import Transfer, chargeback_entry
from fairday.domain.ledger import store as ledger
from fairday.domain.ledger.model import chargeback_reversed_entry
from fairday.domain.orders import store as orders
from fairday.domain.payments import PaymentUnknown, inbox
from fairday.domain.payments import store as payments
from fairday.domain.payments.events import PaymentDisputed
from fairday.domain.payments.model import Dispute, Heard, advance
from fairday.kernel.clock import DAY_MS, HOUR_MS, SECOND_MS
from fairday.kernel.errors import Busy
from fairday.kernel.events import announce
from fairday.usecases.book_order import Verdict, apply_outcome
from fairday.usecases.cancel_order import cancel_voided
from fairday.usecases.refund_order import finish_refund
from fairday.usecases.return_late_payment import return_late_payment
from fairday.usecases.ship_order import book_capture
from fairday.usecases.shop import Shop

BATCH = 100
MOST_ATTEMPTS = 15
LONGEST_PAUSE_MS = HOUR_MS
KEPT_MS = 90 * DAY_MS
DONE, FOREIGN = "done", "foreign"

log = structlog.get_logger(__name__)


async def apply_payment_events(shop: Shop) -> int:
    """The sweep: apply what is due; how many came to an end."""
    ended, after = 0, ("", "")
    while True:
        async with shop.database.read() as reader:
            found = await inbox.waiting(reader, shop.clock.now_ms(), after, BATCH)
        for heard in found:
            ended += (await apply_payment_event(shop, heard)).state != "waiting"
        if len(found) < BATCH:
            return ended
        after = (found[-1].provider, found[-1].event_id)


async def forget_payment_events(shop: Shop, limit: int) -> int:
    """Drop what was applied long ago: messages hold names and addresses."""
    async with shop.database.write() as unit:
        return await inbox.forget(unit, shop.clock.now_ms() - KEPT_MS, limit)


async def apply_payment_event(shop: Shop, heard: Heard) -> Heard:
    """The event after a try. What goes wrong is tried again, later and later, and in the end left to people."""
    (answer,) = await asyncio.gather(_apply(shop, heard), return_exceptions=True)
    if isinstance(answer, BaseException):
        if not isinstance(answer, Exception):
            raise answer
        attempts = heard.attempts + 1
        pause_ms = min(SECOND_MS << attempts, LONGEST_PAUSE_MS)
        state = "failed" if attempts >= MOST_ATTEMPTS else "waiting"
        heard = replace(heard, state=state, attempts=attempts, due_ms=shop.clock.now_ms() + pause_ms)
        if not isinstance(answer, PaymentUnknown | Busy):
            log.error("payment_event_failed", provider=heard.provider, event_id=heard.event_id, exc_info=answer)
    else:
        heard = replace(heard, state=answer)
    async with shop.database.write() as unit:
        await inbox.finish(unit, heard)
    return heard


async def hear_provider(shop: Shop, provider: str, order_id: str) -> str:
    """Ask a provider about one order, whatever state that is in, and follow its word."""
    async with shop.database.read() as reader:
        order = (await orders.get_many(reader, [order_id])).get(order_id)
        payment = (await payments.get_many(reader, [order_id])).get(order_id)
        refunds = await payments.refunds_of(reader, [order_id])
    if order is None or payment is None or payment.provider != provider:
        return FOREIGN
    outcome = (await shop.provider(provider).find([order_id])).get(order_id)
    if outcome is None:
        return DONE
    step = advance(payment.state, outcome.state)
    if step == "late":
        await return_late_payment(shop, order, outcome)
    elif step == "forward" and order.state == "held":
        await apply_outcome(shop, Verdict(order, outcome))
    elif step == "forward" and outcome.state == "captured":
        await book_capture(shop, order_id)
    elif step == "forward" and outcome.state == "voided":
        await cancel_voided(shop, outcome, reason="authorisation voided", actor=SYSTEM)
    for refund in refunds:
        if refund.state == "requested":
            await finish_refund(shop, refund)
    return DONE


async def record_dispute(shop: Shop, dispute: Dispute) -> None:
    """Write a dispute down, and its money: what the bank took, and what it gave again once it was won."""
    now_ms = shop.clock.now_ms()
    moved = Transfer(
        ref=dispute.id, provider=dispute.provider, currency=dispute.currency, amount=dispute.amount,
        order_id=dispute.order_id, fee=dispute.fee,
    )  # fmt: skip
    entries = [chargeback_entry(moved, now_ms)]
    if dispute.state == "won":
        entries.append(chargeback_reversed_entry(Transfer(
            ref=dispute.id, provider=dispute.provider, currency=dispute.currency, amount=dispute.amount,
            order_id=dispute.order_id,
        ), now_ms))  # fmt: skip
    async with shop.database.write() as unit:
        if await inbox.record_dispute(unit, replace(dispute, updated_ms=now_ms)):
            await ledger.post(unit, entries)
            told = PaymentDisputed(subject=dispute.order_id, dispute_id=dispute.id, state=dispute.state)
            await announce(unit, [told], now_ms)


async def _apply(shop: Shop, heard: Heard) -> str:
    source = shop.payment_events[heard.provider]
    if heard.kind == "dispute":
        dispute = await source.dispute(heard.reference)
        if dispute is None:
            return FOREIGN
        async with shop.database.read() as reader:
            known = await orders.get_many(reader, [dispute.order_id])
        if not known:
            return FOREIGN
        await record_dispute(shop, dispute)
        return DONE
    order_id = heard.order_id or (await source.order_of(heard.reference) if heard.reference else "")
    return await hear_provider(shop, heard.provider, order_id) if order_id else FOREIGN
