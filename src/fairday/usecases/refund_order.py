"""Give money back for an order, whole or in part, and take back what was not sent or was returned.

The refund is set aside in one unit, the provider pays it under the refund's own id with no unit open, and a second
unit books it; what the provider did not take goes back to the gift balances that paid it. What a crash leaves between
is finished by the sweep. Where money is captured at shipment and nothing was sent yet, the part is `released` instead:
it will not be captured.
"""

from collections.abc import Mapping

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from fairday.domain.access import SYSTEM, Actor, Change
from fairday.domain.fulfilment import store as fulfilment
from fairday.domain.inventory import sending, shelves
from fairday.domain.ledger import cost_entry, refund_entry
from fairday.domain.ledger import store as ledger
from fairday.domain.orders import Command, NotAllowed, Order, OrderLine
from fairday.domain.orders import store as orders
from fairday.domain.orders.events import OrderCancelled, OrderRefunded
from fairday.domain.orders.model import OrderState, part_of
from fairday.domain.payments import Payment, PaymentUnknown, Refund, RefundTooLarge, capturing
from fairday.domain.payments import store as payments
from fairday.domain.pricing import gift_store
from fairday.domain.pricing import store as pricing
from fairday.kernel.errors import Conflict, Invalid
from fairday.kernel.events import announce
from fairday.kernel.unit_of_work import Reader, Writer
from fairday.usecases.book_order import announce_scarcity
from fairday.usecases.repeat_command import effect_id, remember_command
from fairday.usecases.ship_order import lock_order
from fairday.usecases.shop import Shop
from fairday.usecases.take_apart import given_back, postage, postage_tax
from fairday.usecases.write_audit import write_audit

# Line number to (pieces refunded, those of them that had been sent), as a refund remembers it.
Pieces = dict[int, tuple[int, int]]
# A cancelled order has money left to give back when a provider refused to do so the first time.
REFUNDABLE = ("placed", "part_shipped", "shipped", "cancelled")


class RefundOrder(Struct, frozen=True, kw_only=True):
    """Give back `lines` (line number to pieces) and `shipping` minor units of postage (with its tax).

    Pieces not sent yet are taken off the order; `restock` puts those that were sent back on the shelf. `unsent_only`
    refuses once anything was sent.
    """

    order_id: str
    lines: Mapping[int, int] = {}
    shipping: int = 0
    restock: bool = False
    reason: str = ""
    unsent_only: bool = False
    actor: Actor = SYSTEM
    once: Command | None = None


async def refund_order(shop: Shop, command: RefundOrder) -> Refund:
    """The refund, `requested` until done. Refuses with NotFound, NotAllowed, Invalid, RefundTooLarge, Conflict."""
    now_ms = shop.clock.now_ms()
    async with shop.database.write() as unit:
        order, lines = await lock_order(unit, command.order_id)
        await remember_command(unit, command.once)
        if order.state not in REFUNDABLE or (command.unsent_only and order.state != "placed"):
            raise NotAllowed(state=order.state)
        left = await postage_left(unit, order)
        if command.shipping > left:
            raise RefundTooLarge(left=left)
        refund = _decide(order, lines, command, postage_left=left, now_ms=now_ms)
        payment = (await payments.get_many(unit, [order.id]))[order.id]
        if payment.state == "authorised":
            refund = await _release(unit, payment, lines, command, refund)
        else:
            refund = replace(refund, gift=await gift_part(unit, order, payment, refund.amount))
            await payments.request_refund(unit, refund)
        await take_off(unit, order, lines, command, now_ms)
        details: dict[str, str | int | bool] = {"refund": refund.id, "amount": refund.amount, "reason": refund.reason}
        await write_audit(shop, unit, command.actor, Change("order.refunded", "order", order.id, details))
    if refund.state == "requested":
        await finish_refund(shop, refund)
    async with shop.database.read() as reader:
        return next(r for r in await payments.refunds_of(reader, [order.id]) if r.id == refund.id)


async def _release(
    unit: Writer, payment: Payment, lines: list[OrderLine], command: RefundOrder, refund: Refund
) -> Refund:
    """Nothing was captured yet: what is taken off is not captured, ever. All of it is for `cancel_order` to let go.

    So is gift money before the rest is captured.
    """
    earlier = [part for part in await payments.refunds_of(unit, [refund.order_id]) if part.state == "released"]
    if sum(part.amount for part in earlier) + refund.amount > payment.amount:
        raise NotAllowed(state="authorised")
    rest = {line.line_no: line.to_ship - command.lines.get(line.line_no, 0) for line in lines}
    released = replace(refund, state="released")
    if not any(rest.values()) or not await capturing.release_part(unit, released):
        raise NotAllowed(state="authorised")
    return released


async def finish_refund(shop: Shop, refund: Refund) -> bool:
    """Have the provider pay a refund that was set aside, and book it; False while its answer is unknown."""
    async with shop.database.read() as reader:
        order = (await orders.get_many(reader, [refund.order_id]))[refund.order_id]
    # Pieces that a voucher or a gift card paid for come back without money, and no provider gives back nothing.
    money, refused = refund.amount - refund.gift, False
    if money:
        provider = shop.payments.get(order.provider)
        if provider is None:
            return False
        try:
            refused = (await provider.refund(order.id, refund.id, money)).state == "declined"
        except PaymentUnknown:
            return False
    await book_refund(shop, order, refund, refused=refused)
    return True


async def book_refund(shop: Shop, order: Order, refund: Refund, *, refused: bool = False) -> bool:
    """Write down how a refund that was set aside ended at its provider. False: that was written before."""
    now_ms = shop.clock.now_ms()
    state = "refused" if refused else "done"
    async with shop.database.write() as unit:
        if not await payments.finish_refund(unit, refund, state, now_ms):
            return False
        if state == "refused":
            undone = {n: -pieces for n, (pieces, _) in msgspec.json.decode(refund.lines, type=Pieces).items()}
            await orders.add_to_lines(unit, order.id, "refunded", undone)
            return True
        parts = await gift_store.refund(unit, order.id, refund.id, refund.gift, now_ms) if refund.gift else {}
        sale = replace(given_back(order, refund), gift=parts.get("card", 0), credit=parts.get("credit", 0))
        await ledger.post(unit, [refund_entry(refund.id, sale, now_ms)])
        if refund.restock:
            await _restock(shop, unit, order, refund, now_ms)
        if refund.amount:
            await announce(unit, [OrderRefunded(subject=order.id, refund_id=refund.id)], now_ms)
    return True


async def gift_part(reader: Reader, order: Order, payment: Payment, amount: int) -> int:
    """How much of a refund goes back to gift balances: what the provider has not taken, or has given back already."""
    if order.due == order.total:
        return 0
    earlier = await payments.refunds_of(reader, [order.id])
    left = order.total - order.due - sum(refund.gift for refund in earlier if refund.state in {"requested", "done"})
    return max(0, min(amount - (payment.captured - payment.refunded), left))


def _decide(order: Order, lines: list[OrderLine], command: RefundOrder, *, postage_left: int, now_ms: int) -> Refund:
    """What these pieces and this postage come to. Their taxes are parts that sum to the whole tax in the end."""
    by_number = {line.line_no: line for line in lines}
    for number, quantity in command.lines.items():
        line = by_number.get(number)
        left = line.quantity - line.refunded if line else 0
        if not 0 < quantity <= left:
            raise Invalid(field=f"line_{number}", problem="problem-refund-quantity", left=left)
    if command.shipping < 0 or not (command.lines or command.shipping):
        raise Invalid(field="shipping", problem="problem-refund-nothing")
    goods = sum(part_of(by_number[n].total, by_number[n], quantity) for n, quantity in command.lines.items())
    tax = sum(part_of(by_number[n].tax, by_number[n], quantity) for n, quantity in command.lines.items())
    tax += postage_tax(order, postage(order) - postage_left + command.shipping)
    tax -= postage_tax(order, postage(order) - postage_left)
    pieces = {n: (quantity, quantity - min(quantity, _unsent(by_number[n]))) for n, quantity in command.lines.items()}
    return Refund(
        id=effect_id(command.once), order_id=order.id, state="requested", amount=goods + command.shipping,
        tax=tax, shipping=command.shipping, reason=command.reason,
        lines=msgspec.json.encode(pieces).decode(), restock=int(command.restock), at_ms=now_ms,
    )  # fmt: skip


def _unsent(line: OrderLine) -> int:
    """Pieces to give money back for that never left: those that wait, and those taken off by a refund that failed."""
    return line.to_ship + max(0, line.cancelled - line.refunded)


async def postage_left(reader: Reader, order: Order) -> int:
    """What the shopper paid for sending it, with tax, less what was given back of that."""
    refunds = await payments.refunds_of(reader, [order.id])
    return postage(order) - sum(refund.shipping for refund in refunds if refund.state != "refused")


async def take_off(unit: Writer, order: Order, lines: list[OrderLine], command: RefundOrder, now_ms: int) -> None:
    """Count the pieces as refunded, and those that were never sent as cancelled and free to sell again."""
    off = {line.line_no: min(command.lines.get(line.line_no, 0), line.to_ship) for line in lines}
    off = {number: quantity for number, quantity in off.items() if quantity}
    sku_of = {line.line_no: line.sku for line in lines}
    fine = await orders.add_to_lines(unit, order.id, "refunded", command.lines)
    if not fine or not await orders.add_to_lines(unit, order.id, "cancelled", off):
        raise Conflict
    if off:
        await sending.deallocate(unit, order.id, {sku_of[n]: quantity for n, quantity in off.items()})
        await announce_scarcity(unit, {sku_of[n]: quantity for n, quantity in off.items()}, now_ms)
    if sum(line.to_ship for line in lines) == sum(off.values()) and order.state != "shipped" and off:
        ended: OrderState = "shipped" if order.state == "part_shipped" else "cancelled"
        if not await orders.move(unit, order, ended, now_ms):
            raise Conflict
        if ended == "cancelled":
            await pricing.release_many(unit, [order.id])
            await announce(unit, [OrderCancelled(subject=order.id)], now_ms)


async def _restock(shop: Shop, unit: Writer, order: Order, refund: Refund, now_ms: int) -> None:
    """Sent pieces come back to the shelf at the cost they left with."""
    wanted = msgspec.json.decode(refund.lines, type=Pieces)
    lines = {line.line_no: line for line in (await orders.lines_of(unit, [order.id]))[order.id]}
    left_with: dict[int, tuple[int, int]] = {}
    for shipment in await fulfilment.shipments_of(unit, [order.id]):
        for line in shipment.lines:
            pieces, cost = left_with.get(line.line_no, (0, 0))
            left_with[line.line_no] = (pieces + line.quantity, cost + line.cost)
    returned = []
    for number, (_, back) in wanted.items():
        if back:
            sent, cost = left_with[number]
            returned.append((lines[number].sku, back, cost * back // sent))
    if returned:
        await shelves.put_back(unit, returned, refund.id, now_ms)
        worth = sum(cost for _, _, cost in returned)
        await ledger.post(unit, [cost_entry(refund.id, order.id, shop.settings.base_currency, -worth, now_ms)])
        await announce_scarcity(unit, {sku: pieces for sku, pieces, _ in returned}, now_ms)
