"""Send an order, whole or in part: the parcel, the stock that left, its cost in the books, and the letter to come.

Where money is captured at shipment, it is captured first, and a parcel leaves only when it was.
"""

from collections.abc import Mapping

from msgspec import Struct

from fairday.domain.access import SYSTEM, Actor, Change
from fairday.domain.fulfilment import Shipment, ShipmentLine
from fairday.domain.fulfilment import store as fulfilment
from fairday.domain.fulfilment.errors import NothingToShip
from fairday.domain.inventory import store as stock
from fairday.domain.ledger import cost_entry
from fairday.domain.ledger import store as ledger
from fairday.domain.orders import Command, NotAllowed, Order, OrderLine
from fairday.domain.orders import store as orders
from fairday.domain.orders.events import OrderShipped
from fairday.domain.payments import store as payments
from fairday.kernel.errors import Conflict, NotFound
from fairday.kernel.events import announce
from fairday.kernel.unit_of_work import Reader, Writer
from fairday.usecases.book_order import post_capture
from fairday.usecases.repeat_command import effect_id, remember_command
from fairday.usecases.shop import Shop
from fairday.usecases.write_audit import write_audit


class ShipOrder(Struct, frozen=True, kw_only=True):
    """Send `lines` (line number to pieces; empty: everything that waits) by `carrier`. `actor` is who says so.

    With `once`, saying it again is InFlight or, once done, for `repeat_command` to answer.
    """

    order_id: str
    lines: Mapping[int, int] = {}
    carrier: str = ""
    tracking: str = ""
    actor: Actor = SYSTEM
    once: Command | None = None


async def ship_order(shop: Shop, command: ShipOrder) -> Shipment:
    """Refuses with NotFound, NotAllowed, NothingToShip; Conflict when somebody else was faster."""
    await _capture(shop, command)
    now_ms = shop.clock.now_ms()
    async with shop.database.write() as unit:
        order, lines = await read_order(unit, command.order_id)
        await remember_command(unit, command.once)
        if order.state not in {"placed", "part_shipped"}:
            raise NotAllowed(state=order.state)
        payment = (await payments.get_many(unit, [order.id]))[order.id]
        if payment.state != "captured":
            raise NotAllowed(state=payment.state)
        pieces = _pieces(lines, command.lines)
        shipment = await _send(shop, unit, command, lines, pieces)
        rest = sum(line.to_ship for line in lines) - sum(pieces.values())
        if not await orders.move(unit, order, "part_shipped" if rest else "shipped", now_ms):
            raise Conflict
        await announce(unit, [OrderShipped(subject=order.id, shipment_id=shipment.id)], now_ms)
        pieces_sent = sum(pieces.values())
        change = Change("order.shipped", "order", order.id, {"shipment": shipment.id, "pieces": pieces_sent})
        await write_audit(shop, unit, command.actor, change)
    return shipment


async def read_order(reader: Reader, order_id: str) -> tuple[Order, list[OrderLine]]:
    """An order with its lines, or NotFound."""
    found = await orders.get_many(reader, [order_id])
    if order_id not in found:
        raise NotFound(what="order")
    return found[order_id], (await orders.lines_of(reader, [order_id]))[order_id]


async def book_capture(shop: Shop, order_id: str) -> bool:
    """Write down that an authorised payment is captured, if its provider says so; whether it does."""
    async with shop.database.read() as reader:
        order = (await orders.get_many(reader, [order_id]))[order_id]
    outcome = (await shop.payments[order.provider].find([order_id])).get(order_id)
    if outcome is None or outcome.state != "captured":
        return False
    now_ms = shop.clock.now_ms()
    async with shop.database.write() as unit:
        order, lines = await read_order(unit, order_id)
        await payments.record_many(unit, [outcome], now_ms)
        await post_capture(unit, order, lines, outcome, now_ms)
    return True


async def _capture(shop: Shop, command: ShipOrder) -> None:
    """Take what was only authorised, unless nothing could be sent anyway."""
    async with shop.database.read() as reader:
        order, lines = await read_order(reader, command.order_id)
        payment = (await payments.get_many(reader, [order.id]))[order.id]
    if payment.state == "authorised" and order.state == "placed" and _pieces(lines, command.lines):
        await shop.payments[payment.provider].capture(order.id, payment.amount)
        await book_capture(shop, order.id)


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


async def _send(
    shop: Shop, unit: Writer, command: ShipOrder, lines: list[OrderLine], pieces: dict[int, int]
) -> Shipment:
    now_ms, shipment_id = shop.clock.now_ms(), effect_id(command.once)
    sku_of = {line.line_no: line.sku for line in lines}
    costs = await stock.ship(
        unit, command.order_id, {sku_of[n]: quantity for n, quantity in pieces.items()}, shipment_id, now_ms
    )
    shipment = Shipment(
        id=shipment_id, order_id=command.order_id, carrier=command.carrier, tracking=command.tracking, at_ms=now_ms,
        lines=tuple(ShipmentLine(n, quantity, costs[sku_of[n]]) for n, quantity in pieces.items()),
    )  # fmt: skip
    if not await orders.add_to_lines(unit, command.order_id, "shipped", pieces):
        raise Conflict
    await fulfilment.insert_many(unit, [shipment])
    entry = cost_entry(shipment_id, command.order_id, shop.settings.base_currency, sum(costs.values()), now_ms)
    await ledger.post(unit, [entry])
    return shipment
