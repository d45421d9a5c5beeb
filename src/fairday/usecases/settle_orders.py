"""The sweep: finish what a crash, a lost answer or a shopper who walked away left behind.

It asks the providers by order id, and their word is final. It runs when the store starts and then every few seconds.
"""

from msgspec import Struct

from fairday.domain.access import SYSTEM
from fairday.domain.orders import Order
from fairday.domain.orders import store as orders
from fairday.domain.payments import Payment, PaymentOutcome, PaymentUnknown
from fairday.domain.payments import store as payments
from fairday.kernel.clock import MINUTE_MS
from fairday.usecases.book_order import apply_outcome
from fairday.usecases.cancel_order import cancel_voided
from fairday.usecases.refund_order import finish_refund
from fairday.usecases.ship_order import book_capture
from fairday.usecases.shop import Shop

STALE_MS = MINUTE_MS
CHALLENGE_TTL_MS = 15 * MINUTE_MS
BATCH = 500


class Settled(Struct, frozen=True):
    """How many orders, refunds and captures the sweep brought to an end."""

    orders: int = 0
    refunds: int = 0
    captures: int = 0


async def settle_orders(shop: Shop, *, stale_ms: int = STALE_MS) -> Settled:
    """Finish what has waited for longer than `stale_ms`; 0 when nobody else can be working on it."""
    before_ms = shop.clock.now_ms() - stale_ms
    async with shop.database.read() as reader:
        held = await orders.held_before(reader, before_ms, BATCH)
        refunds = await payments.unfinished_refunds(reader, before_ms + 1, BATCH)
        uncaptured = await payments.uncaptured(reader, BATCH)
    settled = [await settle_order(shop, order) for order in held]
    finished = [await finish_refund(shop, refund) for refund in refunds]
    captured = [await settle_authorised(shop, payment) for payment in uncaptured]
    return Settled(sum(order.state != "held" for order in settled), sum(finished), sum(captured))


async def settle_order(shop: Shop, order: Order) -> Order:
    """Ask the provider about one held order and write down what it says."""
    provider = shop.payments[order.provider]
    try:
        outcome = (await provider.find([order.id])).get(order.id)
        if outcome is None or _given_up(outcome, order, shop.clock.now_ms()):
            outcome = await provider.void(order.id)
    except PaymentUnknown:
        return order
    return await apply_outcome(shop, order, outcome)


async def settle_authorised(shop: Shop, payment: Payment) -> bool:
    """An order waits to be captured at shipment; if the provider already did, or let it go, write that down."""
    try:
        outcome = (await shop.payments[payment.provider].find([payment.order_id])).get(payment.order_id)
    except PaymentUnknown:
        return False
    if outcome and outcome.state == "voided":
        return await cancel_voided(shop, outcome, reason="authorisation voided", actor=SYSTEM)
    return bool(outcome and outcome.state == "captured") and await book_capture(shop, payment.order_id)


def _given_up(outcome: PaymentOutcome, order: Order, now_ms: int) -> bool:
    return outcome.state == "challenge" and now_ms - order.placed_ms > CHALLENGE_TTL_MS
