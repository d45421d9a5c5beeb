"""All SQL of orders. State changes are conditional on the state before; whoever comes second is told so."""

from collections.abc import Mapping, Sequence
from operator import attrgetter

from msgspec.structs import asdict, replace
from sqlalchemy import bindparam, delete, insert, select, update

from fairday.domain.orders.model import MOVES, Command, Order, OrderLine, OrderState
from fairday.domain.orders.tables import COMMANDS, COUNTERS, LINES, LIVE_CARTS, ORDERS
from fairday.kernel.sql import Statement, insert_new, within
from fairday.kernel.unit_of_work import Reader, Row, Writer

INVOICES = "invoice"


async def first_commands(unit: Writer, commands: Sequence[Command]) -> dict[str, Command]:
    """Remember commands; those whose key was used before come back as they were then, by idempotency key."""
    rows = [asdict(command) for command in sorted(commands, key=_command_key)]
    if await unit.run_many(_INSERT_COMMAND, rows) == len(rows):
        return {}
    before = {}
    for command in commands:
        found = await find_command(unit, command.identity, command.route, command.idempotency_key)
        if found:
            before[command.idempotency_key] = found
    return before


async def find_command(reader: Reader, identity: str, route: str, key: str) -> Command | None:
    """The command that first used this key here."""
    row = await reader.row(_FIND_COMMAND, identity=identity, route=route, key=key)
    return Command(**dict(zip(COMMANDS.columns.keys(), row, strict=True))) if row else None


async def claim_carts(unit: Writer, carts: Mapping[str, str]) -> dict[str, str]:
    """Tie carts to orders (cart id to order id); those already tied come back with the order they belong to."""
    rows = [{"cart_id": cart_id, "order_id": carts[cart_id]} for cart_id in sorted(carts)]
    if await unit.run_many(_CLAIM_CART, rows) == len(rows):
        return {}
    owners = await unit.rows(_CART_OWNERS, cart_ids=list(carts))
    return {cart_id: order_id for cart_id, order_id in owners if carts[cart_id] != order_id}


async def order_of_cart(reader: Reader, cart_id: str) -> str | None:
    """The live order this cart became."""
    row = await reader.row(_CART_OWNER, cart_id=cart_id)
    return str(row[0]) if row else None


async def orders_of_carts(reader: Reader, cart_ids: Sequence[str]) -> dict[str, str]:
    """The live orders these carts became, by cart."""
    return dict(await reader.rows(_CART_OWNERS, cart_ids=list(cart_ids)))


async def insert_many(unit: Writer, orders: Sequence[Order], lines: Sequence[OrderLine]) -> None:
    """Write new orders with their lines."""
    await unit.run_many(_INSERT, [asdict(order) for order in orders])
    await unit.run_many(_INSERT_LINE, [asdict(line) for line in lines])


async def get_many(reader: Reader, order_ids: Sequence[str]) -> dict[str, Order]:
    """The orders with these ids."""
    return {row[0]: order_from(row) for row in await reader.rows(_GET, order_ids=list(order_ids))}


async def get_locked(unit: Writer, order_ids: Sequence[str]) -> dict[str, Order]:
    """The same, and nobody else decides anything about them until the unit ends."""
    return {row[0]: order_from(row) for row in await unit.rows(_GET_LOCKED, order_ids=list(order_ids))}


async def lines_of(reader: Reader, order_ids: Sequence[str]) -> dict[str, list[OrderLine]]:
    """The lines of these orders, by order, in their order."""
    found: dict[str, list[OrderLine]] = {order_id: [] for order_id in order_ids}
    for row in await reader.rows(_LINES, order_ids=list(order_ids)):
        found[row[0]].append(OrderLine(**dict(zip(_LINE_COLUMNS, row, strict=True))))
    return found


async def move(unit: Writer, order: Order, state: OrderState, at_ms: int) -> bool:
    """Take the order to `state` if nobody changed it since it was read. False: somebody did, or it may not."""
    if state not in MOVES[order.state]:
        return False
    return bool(
        await unit.run(
            _MOVE, b_id=order.id, b_state=order.state, b_version=order.version, state=state, updated_ms=at_ms
        )
    )


async def held_among(unit: Writer, order_ids: Sequence[str]) -> set[str]:
    """Which of these orders are still held; nobody else can change them until the unit ends."""
    return {row[0] for row in await unit.rows(_LOCK_HELD, order_ids=list(order_ids))}


async def place_held(unit: Writer, orders: Sequence[Order], at_ms: int) -> list[Order]:
    """Take held orders to `placed`, each with the next invoice number, and give them as they are now.

    The counter moves with the orders, so no number is lost or given twice. Their ids came from `held_among`.
    """
    if not orders:
        return []
    first = await _next_invoices(unit, len(orders))
    placed = [
        replace(order, state="placed", version=order.version + 1, invoice_number=first + place, updated_ms=at_ms)
        for place, order in enumerate(sorted(orders, key=_order_id))
    ]
    rows = [
        {"b_id": order.id, "b_version": order.version - 1, "b_number": order.invoice_number, "b_at_ms": at_ms}
        for order in placed
    ]
    await _must_move(unit, _PLACE, rows)
    return placed


async def decline_held(unit: Writer, orders: Sequence[Order], at_ms: int) -> list[Order]:
    """Take held orders to `declined`, and give them as they are now. Their ids came from `held_among`."""
    declined = [
        replace(order, state="declined", version=order.version + 1, updated_ms=at_ms)
        for order in sorted(orders, key=_order_id)
    ]
    await _must_move(unit, _DECLINE, [
        {"b_id": order.id, "b_version": order.version - 1, "b_at_ms": at_ms} for order in declined
    ])  # fmt: skip
    return declined


async def _must_move(unit: Writer, statement: Statement, rows: Sequence[Mapping[str, object]]) -> None:
    moved = await unit.run_many(statement, rows)
    if moved != len(rows):
        message = f"{len(rows)} held orders were to move and {moved} did"
        raise AssertionError(message)


async def _next_invoices(unit: Writer, count: int) -> int:
    """The first of `count` numbers that follow the last one given."""
    advanced = await unit.run(_ADVANCE, b_name=INVOICES, b_by=count)
    if not advanced and not await unit.run(_START, name=INVOICES, value=count):
        await unit.run(_ADVANCE, b_name=INVOICES, b_by=count)  # another unit was first
    row = await unit.row(_COUNTER, name=INVOICES)
    return (int(row[0]) if row else 0) - count + 1


async def free_carts(unit: Writer, order_ids: Sequence[str]) -> None:
    """The orders are declined: their carts may try again."""
    await unit.run(_FREE_CARTS, order_ids=list(order_ids))


async def add_to_lines(unit: Writer, order_id: str, column: str, quantities: Mapping[int, int]) -> bool:
    """Add pieces to `shipped`, `cancelled` or `refunded`; False when a line has fewer left than that."""
    rows = [{"b_order_id": order_id, "b_line_no": n, "b_more": more} for n, more in quantities.items()]
    return await unit.run_many(_ADD[column], rows) == len(rows)


async def held_before(reader: Reader, before_ms: int, after: str, limit: int) -> list[Order]:
    """Orders that have waited for their payment since before `before_ms`, in order of id, above `after`."""
    return [order_from(row) for row in await reader.rows(_HELD, before_ms=before_ms, after=after, limit=limit)]


def order_from(row: Row) -> Order:
    """An order from a row of all its columns."""
    return Order(**dict(zip(_ORDER_COLUMNS, row, strict=True)))


def _command_key(command: Command) -> tuple[str, str, str]:
    return command.identity, command.route, command.idempotency_key


_order_id = attrgetter("id")
_O, _L = ORDERS.c, LINES.c
_ORDER_COLUMNS = tuple(ORDERS.columns.keys())
_LINE_COLUMNS = tuple(LINES.columns.keys())
_INSERT_COMMAND = insert_new(COMMANDS)
_FIND_COMMAND = Statement(
    select(COMMANDS).where(
        COMMANDS.c.identity == bindparam("identity"),
        COMMANDS.c.route == bindparam("route"),
        COMMANDS.c.idempotency_key == bindparam("key"),
    )
)
_CLAIM_CART = insert_new(LIVE_CARTS)
_CART_OWNER = Statement(select(LIVE_CARTS.c.order_id).where(LIVE_CARTS.c.cart_id == bindparam("cart_id")))
_CART_OWNERS = Statement(
    select(LIVE_CARTS.c.cart_id, LIVE_CARTS.c.order_id).where(within(LIVE_CARTS.c.cart_id, "cart_ids"))
)
_FREE_CARTS = Statement(delete(LIVE_CARTS).where(within(LIVE_CARTS.c.order_id, "order_ids")))
_INSERT = Statement(insert(ORDERS))
_INSERT_LINE = Statement(insert(LINES))
_GET = Statement(select(ORDERS).where(within(_O.id, "order_ids")))
_GET_LOCKED = Statement(select(ORDERS).where(within(_O.id, "order_ids")).order_by(_O.id).with_for_update())
_LINES = Statement(select(LINES).where(within(_L.order_id, "order_ids")).order_by(_L.order_id, _L.line_no))
_MOVE = Statement(
    update(ORDERS)
    .where(_O.id == bindparam("b_id"), _O.state == bindparam("b_state"), _O.version == bindparam("b_version"))
    .values(state=bindparam("state"), version=_O.version + 1, updated_ms=bindparam("updated_ms"))
)
_ADVANCE = Statement(
    update(COUNTERS).where(COUNTERS.c.name == bindparam("b_name")).values(value=COUNTERS.c.value + bindparam("b_by"))
)
_START = insert_new(COUNTERS)
_COUNTER = Statement(select(COUNTERS.c.value).where(COUNTERS.c.name == bindparam("name")))
_HELD_HERE = (_O.id == bindparam("b_id"), _O.state == "held", _O.version == bindparam("b_version"))
_NEXT = {"version": _O.version + 1, "updated_ms": bindparam("b_at_ms")}
_PLACE = Statement(
    update(ORDERS).where(*_HELD_HERE).values(state="placed", invoice_number=bindparam("b_number"), **_NEXT)
)
_DECLINE = Statement(update(ORDERS).where(*_HELD_HERE).values(state="declined", **_NEXT))
_LOCK_HELD = Statement(
    select(_O.id).where(within(_O.id, "order_ids"), _O.state == "held").order_by(_O.id).with_for_update()
)
_HELD = Statement(
    select(ORDERS)
    .where(_O.state == "held", _O.updated_ms <= bindparam("before_ms"), _O.id > bindparam("after"))
    .order_by(_O.id)
    .limit(bindparam("limit"))
)
_LINE_HERE = (_L.order_id == bindparam("b_order_id"), _L.line_no == bindparam("b_line_no"))
_MORE = bindparam("b_more", type_=_L.quantity.type)
_ADD = {
    "shipped": Statement(
        update(LINES)
        .where(*_LINE_HERE, _L.shipped + _L.cancelled + _MORE <= _L.quantity)
        .values(shipped=_L.shipped + _MORE)
    ),
    "cancelled": Statement(
        update(LINES)
        .where(*_LINE_HERE, _L.shipped + _L.cancelled + _MORE <= _L.quantity)
        .values(cancelled=_L.cancelled + _MORE)
    ),
    "refunded": Statement(
        update(LINES).where(*_LINE_HERE, _L.refunded + _MORE <= _L.quantity).values(refunded=_L.refunded + _MORE)
    ),
}
