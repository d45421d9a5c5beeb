"""SQL of the stock on an order's road, and of what shoppers see; what staff do to it is in `shelves`.

Rows are locked in SKU order, every write is conditional, and row counts are checked. A batch of orders changes each row
of the shelf once, by the sum of what they take: one statement may not meet a row twice, and a hot SKU costs a batch no
more than a cold one.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import BindParameter, and_, bindparam, case, delete, func, insert, select, update

from fairday.domain.inventory.errors import AwaitingStock
from fairday.domain.inventory.model import (
    Hold,
    HoldPlan,
    HoldRequest,
    Movement,
    Offer,
    Piece,
    StockLevel,
    offer_of,
    plan_holds,
)
from fairday.domain.inventory.routing import MAIN, Location
from fairday.domain.inventory.tables import CUSTOMERS, HOLDS, LOCATIONS, MOVEMENTS, STOCK
from fairday.kernel.ids import new_id
from fairday.kernel.sql import Statement, insert_new, within
from fairday.kernel.unit_of_work import Reader, Writer


async def levels(reader: Reader, skus: Sequence[str]) -> list[StockLevel]:
    """Every location of these SKUs, in SKU order, then by location."""
    return [StockLevel(*row) for row in await reader.rows(_LEVELS, skus=list(skus))]


async def offers(reader: Reader, skus: Sequence[str]) -> dict[str, Offer]:
    """What shoppers can have of each SKU, over all open locations; nothing of a SKU without stock."""
    found: dict[str, list[StockLevel]] = {}
    for row in await reader.rows(_OPEN_LEVELS, skus=list(skus)):
        level = StockLevel(*row)
        found.setdefault(level.sku, []).append(level)
    return {sku: offer_of(found.get(sku, ())) for sku in skus}


async def available(reader: Reader, skus: Sequence[str]) -> dict[str, int]:
    """Pieces that may be ordered, over all open locations, those that come later too; 0 for a SKU without stock."""
    return {sku: offer.total for sku, offer in (await offers(reader, skus)).items()}


async def locations(reader: Reader) -> list[Location]:
    """Every location, the first to be asked first."""
    return [
        Location(code=code, name=name, country=country, region=region, priority=priority, active=active)
        for code, name, country, region, priority, active in await reader.rows(_LOCATIONS)
    ]


async def held_pieces(reader: Reader) -> int:
    """Pieces promised to orders whose payment is not decided yet."""
    row = await reader.row(_HELD_PIECES)
    return int(row[0] or 0) if row else 0


async def pieces_of(reader: Reader, order_ids: Sequence[str]) -> dict[str, list[Piece]]:
    """What each order waits for, by SKU and location, and how much of it is there: the oldest order is served first."""
    found: dict[str, list[Piece]] = {order_id: [] for order_id in order_ids}
    for order_id, sku, location, quantity, customer, state, on_hand, ahead, policy, expected_ms in await reader.rows(
        _PIECES, order_ids=list(order_ids)
    ):
        ready = max(min(quantity, on_hand - int(ahead)), 0)
        piece = Piece(order_id, sku, location, quantity, customer, state, ready, policy, expected_ms)
        found[order_id].append(piece)
    return found


async def hold_many(unit: Writer, requests: Sequence[HoldRequest], at_ms: int) -> HoldPlan:
    """Promise pieces to orders, each whole or not at all; the plan says who was refused."""
    skus = sorted({sku for request in requests for sku in request.wanted})
    shelf = [StockLevel(*row) for row in await unit.rows(LEVELS_LOCKED, skus=skus)]
    places = await locations(unit) if any(level.location != MAIN for level in shelf) else []
    limits = {level.sku: level.per_customer for level in shelf if level.per_customer}
    customers = sorted({request.customer for request in requests}) if limits else []
    had = await unit.rows(_HAD, skus=sorted(limits), customers=customers) if limits else []
    plan = plan_holds(requests, shelf, places, {(sku, customer): pieces for sku, customer, pieces in had})
    await must(unit, _HOLD, _by_shelf(plan.holds))
    if limits:
        await _count_in(unit, plan.holds, limits, {(sku, customer) for sku, customer, _ in had})
    await unit.run_many(
        _INSERT_HOLD,
        [_hold_row(hold, at_ms) for hold in sorted(plan.holds, key=_hold_key)],
    )
    return plan


async def _count_in(
    unit: Writer, holds: Sequence[Hold], limits: Mapping[str, int], known: set[tuple[str, str]]
) -> None:
    """Count what customers take of SKUs that have a limit, never beyond it."""
    sums = _by_customer(holds)
    fresh = [
        {"sku": sku, "customer": customer, "promised": 0, "sent": 0}
        for sku, customer in sorted(sums)
        if (sku, customer) not in known
    ]
    await unit.run_many(_NEW_CUSTOMER, fresh)
    rows = [
        {"b_sku": sku, "b_customer": customer, "b_quantity": pieces, "b_limit": limits[sku]}
        for (sku, customer), pieces in sorted(sums.items())
    ]
    await must(unit, _COUNT_IN, rows)


async def confirm_many(unit: Writer, order_ids: Sequence[str], *, known: Sequence[Hold] | None = None) -> None:
    """The orders are paid: what was held is allocated.

    Who held for these very orders just now may give the plan's holds as `known` and save a read; if they are not what
    is held any more, the row counts say so and the unit fails.
    """
    holds = await _holds(unit, order_ids, "held") if known is None else known
    if not holds:
        return
    await _lock(unit, holds)
    await must(unit, _ALLOCATE, _by_shelf(holds))
    _all_of(holds, await unit.run(_CONFIRM_HOLDS, order_ids=list(order_ids)))


async def release_many(unit: Writer, order_ids: Sequence[str]) -> dict[str, int]:
    """The orders are off: nothing is held for them any more. How many pieces came back, by SKU."""
    holds = await _holds(unit, order_ids, "held")
    if not holds:
        return {}
    await _lock(unit, holds)
    await must(unit, _RELEASE, _by_shelf(holds))
    _all_of(holds, await unit.run(_DELETE_HELD, order_ids=list(order_ids)))
    await must(unit, _COUNT_OUT, _customer_rows(holds))
    came_back: dict[str, int] = {}
    for hold in holds:
        came_back[hold.sku] = came_back.get(hold.sku, 0) + hold.quantity
    return came_back


async def deallocate(unit: Writer, order_id: str, quantities: Mapping[str, int]) -> None:
    """Sold pieces that will not be sent after all (SKU to quantity) can be sold again, those last to come first."""
    await unit.rows(LEVELS_LOCKED, skus=sorted(quantities))
    waiting = (await pieces_of(unit, [order_id]))[order_id]
    pieces = _share_of_order(order_id, quantities, sorted(waiting, key=_least_ready))
    await _use_up(unit, _DEALLOCATE, _COUNT_OUT, pieces)


async def ship(
    unit: Writer, order_id: str, quantities: Mapping[str, int], ref: str, at_ms: int, *, location: str = ""
) -> dict[str, int]:
    """Allocated pieces leave the shelf (of `location`, if it is given); their cost by SKU, in base minor units.

    AwaitingStock for pieces that are not there yet, or that an older order waits for.
    """
    shelf = {
        (level.sku, level.location): level
        for level in [StockLevel(*row) for row in await unit.rows(LEVELS_LOCKED, skus=sorted(quantities))]
    }
    waiting = [piece for piece in (await pieces_of(unit, [order_id]))[order_id] if location in {"", piece.location}]
    for sku, quantity in quantities.items():
        ready = sum(piece.ready for piece in waiting if piece.sku == sku)
        if ready < quantity <= sum(piece.quantity for piece in waiting if piece.sku == sku):
            raise AwaitingStock(sku=sku, ready=ready, asked=quantity)
    pieces = _share_of_order(order_id, quantities, waiting, only_ready=True)
    moves = [_leaving(shelf[piece.sku, piece.location], piece, ref, at_ms) for piece in pieces]
    await _use_up(unit, _SHIP, _COUNT_SENT, pieces, {(move.sku, move.location): -move.cost for move in moves})
    await write_moves(unit, moves)
    costs: dict[str, int] = {}
    for move in moves:
        costs[move.sku] = costs.get(move.sku, 0) - move.cost
    return costs


def share_of_cost(level: StockLevel, quantity: int) -> int:
    """The cost of `quantity` pieces of what is on hand, of the same sign; the last pieces take all that is left."""
    return level.cost * quantity // level.on_hand if level.on_hand else 0


def _leaving(level: StockLevel, piece: Hold, ref: str, at_ms: int) -> Movement:
    cost = -share_of_cost(level, piece.quantity)
    return Movement(
        id=new_id(), sku=piece.sku, location=piece.location, kind="shipped", quantity=-piece.quantity, cost=cost,
        ref=ref, at_ms=at_ms,
    )  # fmt: skip


def _share_of_order(
    order_id: str, quantities: Mapping[str, int], waiting: Sequence[Piece], *, only_ready: bool = False
) -> list[Hold]:
    """Which of the order's allocated pieces make up these quantities, in the order given."""
    pieces, wanted = [], dict(quantities)
    for piece in waiting:
        there = piece.ready if only_ready else piece.quantity
        quantity = min(wanted.get(piece.sku, 0), there) if piece.state == "allocated" else 0
        if quantity:
            wanted[piece.sku] -= quantity
            pieces.append(Hold(order_id, piece.sku, piece.location, quantity, piece.customer))
    if any(wanted.values()):
        message = f"order {order_id} has fewer pieces allocated than its lines say: {wanted}"
        raise AssertionError(message)
    return sorted(pieces, key=_hold_key)


def _least_ready(piece: Piece) -> tuple[int, str, str]:
    return piece.ready, piece.sku, piece.location


async def _use_up(
    unit: Writer, statement: Statement, counting: Statement, pieces: Sequence[Hold],
    costs: Mapping[tuple[str, str], int] | None = None,
) -> None:  # fmt: skip
    """Take pieces off an order's holds and their shelves, and tell the limits per customer by `counting`."""
    rows = [_piece(piece) for piece in pieces]
    for row, piece in zip(rows, pieces, strict=True):
        row["b_cost"] = costs[piece.sku, piece.location] if costs else 0
    await must(unit, statement, rows)
    await must(unit, _USE_HOLD, [{"b_order_id": piece.order_id, **_piece(piece)} for piece in pieces])
    await must(unit, counting, _customer_rows(pieces))
    await unit.run(_DELETE_EMPTY, order_ids=sorted({piece.order_id for piece in pieces}))


async def _holds(reader: Reader, order_ids: Sequence[str], state: str) -> list[Hold]:
    return [Hold(*row) for row in await reader.rows(_HOLDS_OF, order_ids=list(order_ids), state=state)]


async def _lock(unit: Writer, holds: Sequence[Hold]) -> None:
    """Take the shelves in SKU order: one UPDATE of many rows promises no order of its own."""
    await unit.rows(LEVELS_LOCKED, skus=sorted({hold.sku for hold in holds}))


def _all_of(holds: Sequence[Hold], touched: int) -> None:
    if touched != len(holds):
        message = f"{len(holds)} holds were to change and {touched} did"
        raise AssertionError(message)


async def must(unit: Writer, statement: Statement, rows: Sequence[Mapping[str, object]]) -> None:
    """Run a conditional change of so many rows; one that did not take place is our mistake and undoes the unit."""
    touched = await unit.run_many(statement, rows) if rows else 0
    if touched != len(rows):
        message = f"{len(rows)} stock rows were to change and {touched} did"
        raise AssertionError(message)


async def write_moves(unit: Writer, moves: Sequence[Movement]) -> None:
    """Write down what came and went."""
    await unit.run_many(_INSERT_MOVEMENT, [{name: getattr(m, name) for name in m.__struct_fields__} for m in moves])


def _by_shelf(holds: Sequence[Hold]) -> list[dict[str, object]]:
    """One row a shelf with the sum of what is taken from it, in the order in which rows are locked."""
    sums: dict[tuple[str, str], int] = {}
    for hold in holds:
        shelf = hold.sku, hold.location
        sums[shelf] = sums.get(shelf, 0) + hold.quantity
    return [{"b_sku": s[0], "b_location": s[1], "b_quantity": quantity} for s, quantity in sorted(sums.items())]


def _by_customer(holds: Sequence[Hold]) -> dict[tuple[str, str], int]:
    """Pieces by SKU and customer, where a limit counts them."""
    sums: dict[tuple[str, str], int] = {}
    for hold in holds:
        if hold.customer:
            sums[hold.sku, hold.customer] = sums.get((hold.sku, hold.customer), 0) + hold.quantity
    return sums


def _customer_rows(holds: Sequence[Hold]) -> list[dict[str, object]]:
    return [
        {"b_sku": sku, "b_customer": customer, "b_quantity": pieces}
        for (sku, customer), pieces in sorted(_by_customer(holds).items())
    ]


def _hold_key(hold: Hold) -> tuple[str, str, str]:
    return hold.order_id, hold.sku, hold.location


def _piece(hold: Hold) -> dict[str, object]:
    return {"b_sku": hold.sku, "b_location": hold.location, "b_quantity": hold.quantity}


def _hold_row(hold: Hold, at_ms: int) -> dict[str, object]:
    return {
        "order_id": hold.order_id, "sku": hold.sku, "location": hold.location, "quantity": hold.quantity,
        "customer": hold.customer, "state": "held", "at_ms": at_ms,
    }  # fmt: skip


_S, _H = STOCK.c, HOLDS.c
HERE = (_S.sku == bindparam("b_sku"), _S.location == bindparam("b_location"))
QUANTITY: BindParameter[int] = bindparam("b_quantity")
_LEVEL_QUERY = select(STOCK).where(within(_S.sku, "skus")).order_by(_S.sku, _S.location)
_LEVELS = Statement(_LEVEL_QUERY)
LEVELS_LOCKED = Statement(_LEVEL_QUERY.with_for_update())
_OPEN_LEVELS = Statement(
    select(STOCK)
    .select_from(STOCK.outerjoin(LOCATIONS, LOCATIONS.c.code == _S.location))
    .where(within(_S.sku, "skus"), func.coalesce(LOCATIONS.c.active, 1) == 1)
    .order_by(_S.sku, _S.location)
)
_LOCATIONS = Statement(select(LOCATIONS).order_by(LOCATIONS.c.priority, LOCATIONS.c.code))
FREE = _S.on_hand - _S.held - _S.allocated
_HELD_PIECES = Statement(select(func.sum(_S.held)))
_HOLD = Statement(update(STOCK).where(*HERE, FREE + _S.beyond >= QUANTITY).values(held=_S.held + QUANTITY))
_ALLOCATE = Statement(
    update(STOCK).where(*HERE, _S.held >= QUANTITY).values(held=_S.held - QUANTITY, allocated=_S.allocated + QUANTITY)
)
_RELEASE = Statement(update(STOCK).where(*HERE, _S.held >= QUANTITY).values(held=_S.held - QUANTITY))
_DEALLOCATE = Statement(
    update(STOCK)
    .where(*HERE, _S.allocated >= QUANTITY)
    .values(allocated=_S.allocated - QUANTITY, cost=_S.cost - bindparam("b_cost"))
)
_SHIP = Statement(
    update(STOCK)
    .where(*HERE, _S.allocated >= QUANTITY, _S.on_hand >= QUANTITY)
    .values(allocated=_S.allocated - QUANTITY, on_hand=_S.on_hand - QUANTITY, cost=_S.cost - bindparam("b_cost"))
)
_INSERT_HOLD = Statement(insert(HOLDS))
_HOLDS_OF = Statement(
    select(_H.order_id, _H.sku, _H.location, _H.quantity, _H.customer)
    .where(within(_H.order_id, "order_ids"), _H.state == bindparam("state"))
    .order_by(_H.sku, _H.location, _H.order_id)
)
_OLDER = HOLDS.alias("older")
_AHEAD = (
    select(func.coalesce(func.sum(_OLDER.c.quantity), 0))
    .where(_OLDER.c.sku == _H.sku, _OLDER.c.location == _H.location, _OLDER.c.order_id < _H.order_id)
    .scalar_subquery()
)
_PIECES = Statement(
    select(
        _H.order_id, _H.sku, _H.location, _H.quantity, _H.customer, _H.state, _S.on_hand,
        case((_S.held + _S.allocated > _S.on_hand, _AHEAD), else_=0), _S.policy, _S.expected_ms,
    )
    .select_from(HOLDS.join(STOCK, and_(_S.sku == _H.sku, _S.location == _H.location)))
    .where(within(_H.order_id, "order_ids"))
    .order_by(_H.order_id, _H.sku, _H.location)
)  # fmt: skip
_CONFIRM_HOLDS = Statement(
    update(HOLDS).where(within(_H.order_id, "order_ids"), _H.state == "held").values(state="allocated")
)
_DELETE_HELD = Statement(delete(HOLDS).where(within(_H.order_id, "order_ids"), _H.state == "held"))
_USE_HOLD = Statement(
    update(HOLDS)
    .where(
        _H.order_id == bindparam("b_order_id"),
        _H.sku == bindparam("b_sku"),
        _H.location == bindparam("b_location"),
        _H.quantity >= QUANTITY,
    )
    .values(quantity=_H.quantity - QUANTITY)
)
_DELETE_EMPTY = Statement(delete(HOLDS).where(within(_H.order_id, "order_ids"), _H.quantity == 0))
_C = CUSTOMERS.c
_CUSTOMER = (_C.sku == bindparam("b_sku"), _C.customer == bindparam("b_customer"))
_NEW_CUSTOMER = insert_new(CUSTOMERS)
_HAD = Statement(
    select(_C.sku, _C.customer, _C.promised + _C.sent)
    .where(within(_C.sku, "skus"), within(_C.customer, "customers"))
    .order_by(_C.sku, _C.customer)
    .with_for_update()
)
_COUNT_IN = Statement(
    update(CUSTOMERS)
    .where(*_CUSTOMER, _C.promised + _C.sent + QUANTITY <= bindparam("b_limit"))
    .values(promised=_C.promised + QUANTITY)
)
_COUNT_OUT = Statement(
    update(CUSTOMERS).where(*_CUSTOMER, _C.promised >= QUANTITY).values(promised=_C.promised - QUANTITY)
)
_COUNT_SENT = Statement(
    update(CUSTOMERS)
    .where(*_CUSTOMER, _C.promised >= QUANTITY)
    .values(promised=_C.promised - QUANTITY, sent=_C.sent + QUANTITY)
)
_INSERT_MOVEMENT = Statement(insert(MOVEMENTS))
