"""Call an order off before anything was sent: all of it is given back, or, if it was never captured, let go."""

from fairday.domain.access import Actor, Change
from fairday.domain.inventory import sending
from fairday.domain.orders import Command, NotAllowed, Order
from fairday.domain.orders import store as orders
from fairday.domain.orders.events import OrderCancelled
from fairday.domain.payments import PaymentOutcome
from fairday.domain.payments import store as payments
from fairday.domain.pricing import gift_store
from fairday.domain.pricing import store as pricing
from fairday.kernel.events import announce
from fairday.usecases.book_order import announce_scarcity
from fairday.usecases.refund_order import RefundOrder, postage_left, refund_order
from fairday.usecases.repeat_command import remember_command
from fairday.usecases.ship_order import lock_order, read_order
from fairday.usecases.shop import Shop
from fairday.usecases.write_audit import write_audit


async def cancel_order(shop: Shop, order_id: str, *, reason: str, actor: Actor, once: Command | None = None) -> Order:
    """Refuses with NotFound, NotAllowed (something was sent already), Conflict."""
    async with shop.database.read() as reader:
        order, lines = await read_order(reader, order_id)
        payment = (await payments.get_many(reader, [order_id]))[order_id]
        shipping = await postage_left(reader, order)
    if order.state != "placed":
        raise NotAllowed(state=order.state)
    if payment.state == "captured":
        left = {line.line_no: line.quantity - line.refunded for line in lines if line.quantity > line.refunded}
        command = RefundOrder(
            order_id=order_id, lines=left, shipping=shipping, reason=reason, unsent_only=True, actor=actor, once=once
        )
        await refund_order(shop, command)
    else:
        outcome = await shop.provider(payment.provider).void(order_id)
        if outcome.state != "voided":
            raise NotAllowed(state=outcome.state)
        await cancel_voided(shop, outcome, reason=reason, actor=actor, once=once)
    async with shop.database.read() as reader:
        return (await orders.get_many(reader, [order_id]))[order_id]


async def cancel_voided(
    shop: Shop, outcome: PaymentOutcome, *, reason: str, actor: Actor, once: Command | None = None
) -> bool:
    """The provider let go of an authorisation: so does the order. False when that was written before."""
    now_ms = shop.clock.now_ms()
    async with shop.database.write() as unit:
        order, lines = await lock_order(unit, outcome.order_id)
        await remember_command(unit, once)
        if not await orders.move(unit, order, "cancelled", now_ms):
            return False
        waiting = {line.line_no: line.to_ship for line in lines if line.to_ship}
        await orders.add_to_lines(unit, order.id, "cancelled", waiting)
        pieces = {line.sku: line.to_ship for line in lines if line.to_ship}
        await pricing.release_many(unit, [order.id])
        await gift_store.release_many(unit, [order.id] if order.due < order.total else [], now_ms)
        await sending.deallocate(unit, order.id, pieces)
        await payments.record_many(unit, [outcome], now_ms)
        await announce(unit, [OrderCancelled(subject=order.id)], now_ms)
        await announce_scarcity(unit, pieces, now_ms)
        await write_audit(shop, unit, actor, Change("order.cancelled", "order", order.id, {"reason": reason}))
    return True
