"""Send an order, whole or in part: the parcel, the stock that left, its cost in the books, and the letter to come.

Where money is captured at shipment, all that is still wanted is captured with the first parcel, at once, since an
authorisation is good for one capture; a parcel leaves only when it was. What is called off later is refunded.
"""

from collections.abc import Mapping

from msgspec import Struct

from fairday.domain.access import SYSTEM, Actor, Change
from fairday.domain.fulfilment import Shipment, ShipmentLine
from fairday.domain.fulfilment import store as fulfilment
from fairday.domain.fulfilment.errors import NothingToShip
from fairday.domain.inventory import sending
from fairday.domain.inventory.errors import AwaitingStock
from fairday.domain.ledger import capture_entry, cost_entry
from fairday.domain.ledger import store as ledger
from fairday.domain.orders import Command, NotAllowed, Order, OrderLine
from fairday.domain.orders import store as orders
from fairday.domain.orders.events import OrderShipped
from fairday.domain.payments import Refund, capturing
from fairday.domain.payments import store as payments
from fairday.kernel.errors import Conflict, NotFound
from fairday.kernel.events import announce
from fairday.kernel.ids import derived_id
from fairday.kernel.unit_of_work import Reader, Writer
from fairday.usecases.book_order import sale_of
from fairday.usecases.repeat_command import effect_id, remember_command
from fairday.usecases.shop import Shop
from fairday.usecases.take_apart import without
from fairday.usecases.write_audit import write_audit


class ShipOrder(Struct, frozen=True, kw_only=True):
    """Send `lines` (line number to pieces; empty: everything that waits and is there) by `carrier`.

    From `location`, or, without one, from wherever the pieces lie: a parcel a location. `actor` is who says so.
    With `once`, saying it again is InFlight or, once done, for `repeat_command` to answer.
    """

    order_id: str
    lines: Mapping[int, int] = {}
    carrier: str = ""
    tracking: str = ""
    location: str = ""
    actor: Actor = SYSTEM
    once: Command | None = None


async def ship_order(shop: Shop, command: ShipOrder) -> Shipment:
    """The parcel, or the first of several.

    Refuses with NotFound, NotAllowed, NothingToShip, AwaitingStock; Conflict when somebody else was faster.
    """
    await _capture(shop, command)
    now_ms = shop.clock.now_ms()
    async with shop.database.write() as unit:
        order, lines = await lock_order(unit, command.order_id)
        await remember_command(unit, command.once)
        if order.state not in {"placed", "part_shipped"}:
            raise NotAllowed(state=order.state)
        payment = (await payments.get_many(unit, [order.id]))[order.id]
        if payment.state != "captured":
            raise NotAllowed(state=payment.state)
        parts = await _parts(unit, lines, command)
        shipments = await _send(shop, unit, command, lines, parts)
        pieces_sent = sum(quantity for pieces in parts.values() for quantity in pieces.values())
        rest = sum(line.to_ship for line in lines) - pieces_sent
        if not await orders.move(unit, order, "part_shipped" if rest else "shipped", now_ms):
            raise Conflict
        await announce(
            unit, [OrderShipped(subject=order.id, shipment_id=shipment.id) for shipment in shipments], now_ms
        )
        changes = [
            Change("order.shipped", "order", order.id, {
                "shipment": shipment.id, "location": shipment.location,
                "pieces": sum(line.quantity for line in shipment.lines),
            })
            for shipment in shipments
        ]  # fmt: skip
        await write_audit(shop, unit, command.actor, *changes)
    return shipments[0]


async def read_order(reader: Reader, order_id: str) -> tuple[Order, list[OrderLine]]:
    """An order with its lines, or NotFound."""
    return await _with_lines(reader, order_id, await orders.get_many(reader, [order_id]))


async def lock_order(unit: Writer, order_id: str) -> tuple[Order, list[OrderLine]]:
    """The same, and whoever else wants to decide about it waits until the unit ends: sent, given back or called off."""
    return await _with_lines(unit, order_id, await orders.get_locked(unit, [order_id]))


async def _with_lines(reader: Reader, order_id: str, found: Mapping[str, Order]) -> tuple[Order, list[OrderLine]]:
    if order_id not in found:
        raise NotFound(what="order")
    return found[order_id], (await orders.lines_of(reader, [order_id]))[order_id]


async def book_capture(shop: Shop, order_id: str) -> bool:
    """Write down that an authorised payment is captured, if its provider says so; whether it does."""
    async with shop.database.read() as reader:
        order = (await orders.get_many(reader, [order_id]))[order_id]
    outcome = (await shop.provider(order.provider).find([order_id])).get(order_id)
    if outcome is None or outcome.state != "captured":
        return False
    now_ms = shop.clock.now_ms()
    async with shop.database.write() as unit:
        order, lines = await lock_order(unit, order_id)
        await payments.record_many(unit, [outcome], now_ms)
        sale = without(sale_of(order, lines, outcome.fee), order, await _released(unit, order.id))
        await ledger.post(unit, [capture_entry(sale, now_ms)])
    return True


async def _capture(shop: Shop, command: ShipOrder) -> None:
    """Take what was only authorised, unless nothing could be sent anyway."""
    async with shop.database.read() as reader:
        order, lines = await read_order(reader, command.order_id)
        payment = (await payments.get_many(reader, [order.id]))[order.id]
        parts = await _parts(reader, lines, command) if payment.state == "authorised" else {}
    if not parts or order.state != "placed":
        return
    provider = shop.provider(payment.provider)
    async with shop.database.write() as unit:
        await lock_order(unit, order.id)
        released = await _released(unit, order.id)
        rest = payment.amount - sum(part.amount - part.gift for part in released)
        amount = await capturing.decide_capture(unit, order.id, rest)
    await provider.capture(order.id, amount)
    await book_capture(shop, order.id)


async def _released(reader: Reader, order_id: str) -> list[Refund]:
    """The parts that were taken off before anything was captured."""
    return [part for part in await payments.refunds_of(reader, [order_id]) if part.state == "released"]


def _pieces(lines: list[OrderLine], asked: Mapping[int, int]) -> dict[int, int]:
    """Line number to pieces, each within what still waits."""
    waiting = {line.line_no: line.to_ship for line in lines}
    pieces = dict(asked) or {number: left for number, left in waiting.items() if left}
    for number, quantity in pieces.items():
        if not 0 < quantity <= waiting.get(number, 0):
            raise NothingToShip(line_no=number, left=waiting.get(number, 0))
    if not pieces:
        raise NothingToShip(line_no=0, left=0)
    return pieces


async def _parts(reader: Reader, lines: list[OrderLine], command: ShipOrder) -> dict[str, dict[int, int]]:
    """Location to line number to pieces, of what is there for this order. AwaitingStock when that is not enough."""
    wanted = _pieces(lines, command.lines)
    sku_of = {line.line_no: line.sku for line in lines}
    waiting = (await sending.pieces_of(reader, [command.order_id]))[command.order_id]
    parts: dict[str, dict[int, int]] = {}
    for number, quantity in wanted.items():
        missing = quantity
        for piece in waiting:
            if piece.sku == sku_of[number] and command.location in {"", piece.location}:
                taken = min(missing, piece.ready)
                if taken:
                    missing -= taken
                    parts.setdefault(piece.location, {})[number] = taken
        if missing and number in command.lines:
            raise AwaitingStock(sku=sku_of[number], ready=quantity - missing, asked=quantity)
    if not parts:
        raise AwaitingStock(sku=sku_of[min(wanted)], ready=0, asked=wanted[min(wanted)])
    return parts


async def _send(
    shop: Shop, unit: Writer, command: ShipOrder, lines: list[OrderLine], parts: dict[str, dict[int, int]]
) -> list[Shipment]:
    """A parcel a location, its pieces off the shelf and off the lines, its cost in the books."""
    now_ms, first_id = shop.clock.now_ms(), effect_id(command.once)
    sku_of = {line.line_no: line.sku for line in lines}
    shipments: list[Shipment] = []
    sent: dict[int, int] = {}
    for location, pieces in sorted(parts.items()):
        shipment_id = derived_id(first_id, location) if shipments else first_id
        wanted = {sku_of[n]: quantity for n, quantity in pieces.items()}
        costs = await sending.ship(unit, command.order_id, wanted, shipment_id, now_ms, location=location)
        shipments.append(Shipment(
            id=shipment_id, order_id=command.order_id, carrier=command.carrier, tracking=command.tracking,
            at_ms=now_ms, location=location,
            lines=tuple(ShipmentLine(n, quantity, costs[sku_of[n]]) for n, quantity in sorted(pieces.items())),
        ))  # fmt: skip
        sent = {n: sent.get(n, 0) + pieces.get(n, 0) for n in {*sent, *pieces}}
    if not await orders.add_to_lines(unit, command.order_id, "shipped", sent):
        raise Conflict
    await fulfilment.insert_many(unit, shipments)
    currency = shop.settings.base_currency
    await ledger.post(unit, [
        cost_entry(one.id, command.order_id, currency, sum(line.cost for line in one.lines), now_ms)
        for one in shipments
    ])  # fmt: skip
    return shipments
