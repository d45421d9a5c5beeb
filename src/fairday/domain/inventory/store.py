"""All SQL of the stock. Rows are locked in SKU order, every write is conditional, and row counts are checked.

A batch of orders changes each row of the shelf once, by the sum of what they take: one statement may not meet a row
twice, and a hot SKU costs a batch no more than a cold one.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import BindParameter, bindparam, delete, func, insert, select, update

from fairday.domain.inventory.errors import StockRefused
from fairday.domain.inventory.model import Hold, HoldPlan, HoldRequest, Movement, Received, StockLevel, plan_holds
from fairday.domain.inventory.tables import HOLDS, MOVEMENTS, STOCK
from fairday.kernel.ids import new_id
from fairday.kernel.sql import Statement, upsert, within
from fairday.kernel.unit_of_work import Reader, Writer


async def levels(reader: Reader, skus: Sequence[str]) -> list[StockLevel]:
    """Every location of these SKUs, in SKU order, then by location."""
    return [StockLevel(*row) for row in await reader.rows(_LEVELS, skus=list(skus))]


async def available(reader: Reader, skus: Sequence[str]) -> dict[str, int]:
    """Pieces that can still be promised, over all locations; 0 for a SKU without stock."""
    found = {sku: int(count) for sku, count in await reader.rows(_AVAILABLE, skus=list(skus))}
    return {sku: found.get(sku, 0) for sku in skus}


async def scarce(reader: Reader, at_most: int, limit: int) -> dict[str, int]:
    """Counted SKUs of which `at_most` pieces can still be promised, fewest first."""
    return {sku: int(count) for sku, count in await reader.rows(_SCARCE, at_most=at_most, limit=limit)}


async def held_pieces(reader: Reader) -> int:
    """Pieces promised to orders whose payment is not decided yet."""
    row = await reader.row(_HELD_PIECES)
    return int(row[0] or 0) if row else 0


async def hold_many(unit: Writer, requests: Sequence[HoldRequest], at_ms: int) -> HoldPlan:
    """Promise pieces to orders, each whole or not at all; the plan says who was refused."""
    skus = sorted({sku for request in requests for sku in request.wanted})
    shelf = [StockLevel(*row) for row in await unit.rows(_LEVELS_LOCKED, skus=skus)]
    plan = plan_holds(requests, shelf)
    await _must(unit, _HOLD, _by_shelf(plan.holds))
    await unit.run_many(
        _INSERT_HOLD,
        [{**_hold_row(hold), "state": "held", "at_ms": at_ms} for hold in sorted(plan.holds, key=_hold_key)],
    )
    return plan


async def confirm_many(unit: Writer, order_ids: Sequence[str], *, known: Sequence[Hold] | None = None) -> None:
    """The orders are paid: what was held is allocated.

    Who held for these very orders just now may give the plan's holds as `known` and save a read; if they are not what
    is held any more, the row counts say so and the unit fails.
    """
    holds = await _holds(unit, order_ids, "held") if known is None else known
    if not holds:
        return
    await _lock(unit, holds)
    await _must(unit, _ALLOCATE, _by_shelf(holds))
    _all_of(holds, await unit.run(_CONFIRM_HOLDS, order_ids=list(order_ids)))


async def release_many(unit: Writer, order_ids: Sequence[str]) -> dict[str, int]:
    """The orders are off: nothing is held for them any more. How many pieces came back, by SKU."""
    holds = await _holds(unit, order_ids, "held")
    if not holds:
        return {}
    await _lock(unit, holds)
    await _must(unit, _RELEASE, _by_shelf(holds))
    _all_of(holds, await unit.run(_DELETE_HELD, order_ids=list(order_ids)))
    came_back: dict[str, int] = {}
    for hold in holds:
        came_back[hold.sku] = came_back.get(hold.sku, 0) + hold.quantity
    return came_back


async def deallocate(unit: Writer, order_id: str, quantities: Mapping[str, int]) -> None:
    """Sold pieces that will not be sent after all (SKU to quantity) can be sold again."""
    await _use_up(unit, _DEALLOCATE, await _share_of_order(unit, order_id, quantities))


async def ship(unit: Writer, order_id: str, quantities: Mapping[str, int], ref: str, at_ms: int) -> dict[str, int]:
    """Allocated pieces leave the shelf at their average cost; the cost by SKU, in base minor units."""
    pieces = await _share_of_order(unit, order_id, quantities)
    shelf = {
        (level.sku, level.location): level
        for level in [StockLevel(*row) for row in await unit.rows(_LEVELS_LOCKED, skus=sorted(quantities))]
    }
    moves = [_leaving(shelf[piece.sku, piece.location], piece, ref, at_ms) for piece in pieces]
    await _use_up(unit, _SHIP, pieces, {(move.sku, move.location): -move.cost for move in moves})
    await _move(unit, moves)
    costs: dict[str, int] = {}
    for move in moves:
        costs[move.sku] = costs.get(move.sku, 0) - move.cost
    return costs


async def put_back(unit: Writer, returned: Sequence[tuple[str, int, int]], ref: str, at_ms: int) -> None:
    """Pieces that came back, as (SKU, quantity, cost), to the first location that stocks the SKU."""
    where = {level.sku: level.location for level in reversed(await levels(unit, sorted({r[0] for r in returned})))}
    moves = [
        Movement(
            id=new_id(), sku=sku, location=where[sku], kind="returned", quantity=n, cost=cost, ref=ref, at_ms=at_ms
        )
        for sku, n, cost in returned
    ]
    await _must(unit, _RETURN, _sums(moves))
    await _move(unit, moves)


async def count_shelves(unit: Writer, counts: Sequence[Received], ref: str, at_ms: int) -> int:
    """Set what is on hand. More pieces than before come in at `unit_cost`, fewer go at their average cost.

    The change of the stock's value in base minor units. StockRefused when some is promised that would not be there.
    """
    before = {(s.sku, s.location): s for s in await levels(unit, sorted({count.sku for count in counts}))}
    rows, moves = [], []
    for count in counts:
        old = before.get((count.sku, count.location), StockLevel(count.sku, count.location, 0))
        change = count.on_hand - old.on_hand
        if count.on_hand < old.held + old.allocated:
            raise StockRefused(sku=count.sku, location=count.location, promised=old.held + old.allocated)
        worth = change * count.unit_cost if change > 0 else _share(old, change)
        if change or (count.sku, count.location) not in before:
            rows.append(StockLevel(old.sku, old.location, count.on_hand, old.held, old.allocated, old.cost + worth))
            moves.append(Movement(
                id=new_id(), sku=old.sku, location=old.location, kind="counted", quantity=change, cost=worth,
                ref=ref, at_ms=at_ms,
            ))  # fmt: skip
    await unit.run_many(_SET_LEVEL, [_level_row(level) for level in rows])
    await _move(unit, moves)
    return sum(move.cost for move in moves)


async def movements(reader: Reader, sku: str, limit: int) -> list[Movement]:
    """The newest movements of a SKU."""
    names = [column.name for column in MOVEMENTS.columns]
    rows = await reader.rows(_MOVEMENTS, sku=sku, limit=limit)
    return [Movement(**dict(zip(names, row, strict=True))) for row in rows]


def _share(level: StockLevel, quantity: int) -> int:
    """The cost of `quantity` pieces of what is on hand, of the same sign; the last pieces take all that is left."""
    return level.cost * quantity // level.on_hand if level.on_hand else 0


def _leaving(level: StockLevel, piece: Hold, ref: str, at_ms: int) -> Movement:
    cost = -_share(level, piece.quantity)
    return Movement(
        id=new_id(), sku=piece.sku, location=piece.location, kind="shipped", quantity=-piece.quantity, cost=cost,
        ref=ref, at_ms=at_ms,
    )  # fmt: skip


async def _share_of_order(unit: Writer, order_id: str, quantities: Mapping[str, int]) -> list[Hold]:
    """Which of the order's allocated pieces make up these quantities."""
    pieces, wanted = [], dict(quantities)
    for hold in await _holds(unit, [order_id], "allocated"):
        quantity = min(wanted.get(hold.sku, 0), hold.quantity)
        if quantity:
            wanted[hold.sku] -= quantity
            pieces.append(Hold(order_id, hold.sku, hold.location, quantity))
    if any(wanted.values()):
        message = f"order {order_id} has fewer pieces allocated than its lines say: {wanted}"
        raise AssertionError(message)
    return pieces


async def _use_up(
    unit: Writer, statement: Statement, pieces: Sequence[Hold], costs: Mapping[tuple[str, str], int] | None = None
) -> None:
    rows = [_piece(piece) for piece in pieces]
    for row, piece in zip(rows, pieces, strict=True):
        row["b_cost"] = costs[piece.sku, piece.location] if costs else 0
    await _must(unit, statement, rows)
    await _must(unit, _USE_HOLD, [{"b_order_id": piece.order_id, **_piece(piece)} for piece in pieces])
    await unit.run(_DELETE_EMPTY, order_ids=sorted({piece.order_id for piece in pieces}))


async def _holds(reader: Reader, order_ids: Sequence[str], state: str) -> list[Hold]:
    return [Hold(*row) for row in await reader.rows(_HOLDS_OF, order_ids=list(order_ids), state=state)]


async def _lock(unit: Writer, holds: Sequence[Hold]) -> None:
    """Take the shelves in SKU order: one UPDATE of many rows promises no order of its own."""
    await unit.rows(_LEVELS_LOCKED, skus=sorted({hold.sku for hold in holds}))


def _all_of(holds: Sequence[Hold], touched: int) -> None:
    if touched != len(holds):
        message = f"{len(holds)} holds were to change and {touched} did"
        raise AssertionError(message)


async def _must(unit: Writer, statement: Statement, rows: Sequence[Mapping[str, object]]) -> None:
    touched = await unit.run_many(statement, rows)
    if touched != len(rows):
        message = f"{len(rows)} stock rows were to change and {touched} did"
        raise AssertionError(message)


async def _move(unit: Writer, moves: Sequence[Movement]) -> None:
    await unit.run_many(_INSERT_MOVEMENT, [{name: getattr(m, name) for name in m.__struct_fields__} for m in moves])


def _by_shelf(holds: Sequence[Hold]) -> list[dict[str, object]]:
    """One row a shelf with the sum of what is taken from it, in the order in which rows are locked."""
    sums: dict[tuple[str, str], int] = {}
    for hold in holds:
        shelf = hold.sku, hold.location
        sums[shelf] = sums.get(shelf, 0) + hold.quantity
    return [{"b_sku": s[0], "b_location": s[1], "b_quantity": quantity} for s, quantity in sorted(sums.items())]


def _sums(moves: Sequence[Movement]) -> list[dict[str, object]]:
    """One row a shelf with the pieces and the cost that all these movements bring to it."""
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for move in moves:
        quantity, cost = sums.get((move.sku, move.location), (0, 0))
        sums[move.sku, move.location] = quantity + move.quantity, cost + move.cost
    return [
        {"b_sku": sku, "b_location": location, "b_quantity": quantity, "b_cost": cost}
        for (sku, location), (quantity, cost) in sorted(sums.items())
    ]


def _hold_key(hold: Hold) -> tuple[str, str, str]:
    return hold.order_id, hold.sku, hold.location


def _piece(hold: Hold) -> dict[str, object]:
    return {"b_sku": hold.sku, "b_location": hold.location, "b_quantity": hold.quantity}


def _hold_row(hold: Hold) -> dict[str, object]:
    return {"order_id": hold.order_id, "sku": hold.sku, "location": hold.location, "quantity": hold.quantity}


def _level_row(level: StockLevel) -> dict[str, object]:
    return {name: getattr(level, name) for name in level.__struct_fields__}


_S, _H = STOCK.c, HOLDS.c
_HERE = (_S.sku == bindparam("b_sku"), _S.location == bindparam("b_location"))
_QUANTITY: BindParameter[int] = bindparam("b_quantity")
_LEVEL_QUERY = select(STOCK).where(within(_S.sku, "skus")).order_by(_S.sku, _S.location)
_LEVELS = Statement(_LEVEL_QUERY)
_LEVELS_LOCKED = Statement(_LEVEL_QUERY.with_for_update())
_AVAILABLE = Statement(
    select(_S.sku, func.sum(_S.on_hand - _S.held - _S.allocated)).where(within(_S.sku, "skus")).group_by(_S.sku)
)
_LEFT = func.sum(_S.on_hand - _S.held - _S.allocated)
_SCARCE = Statement(
    select(_S.sku, _LEFT)
    .group_by(_S.sku)
    .having(bindparam("at_most") >= _LEFT)
    .order_by(_LEFT, _S.sku)
    .limit(bindparam("limit"))
)
_HELD_PIECES = Statement(select(func.sum(_S.held)))
_HOLD = Statement(
    update(STOCK).where(*_HERE, _S.on_hand - _S.held - _S.allocated >= _QUANTITY).values(held=_S.held + _QUANTITY)
)
_ALLOCATE = Statement(
    update(STOCK)
    .where(*_HERE, _S.held >= _QUANTITY)
    .values(held=_S.held - _QUANTITY, allocated=_S.allocated + _QUANTITY)
)
_RELEASE = Statement(update(STOCK).where(*_HERE, _S.held >= _QUANTITY).values(held=_S.held - _QUANTITY))
_DEALLOCATE = Statement(
    update(STOCK)
    .where(*_HERE, _S.allocated >= _QUANTITY)
    .values(allocated=_S.allocated - _QUANTITY, cost=_S.cost - bindparam("b_cost"))
)
_SHIP = Statement(
    update(STOCK)
    .where(*_HERE, _S.allocated >= _QUANTITY, _S.on_hand >= _QUANTITY)
    .values(allocated=_S.allocated - _QUANTITY, on_hand=_S.on_hand - _QUANTITY, cost=_S.cost - bindparam("b_cost"))
)
_RETURN = Statement(
    update(STOCK).where(*_HERE).values(on_hand=_S.on_hand + _QUANTITY, cost=_S.cost + bindparam("b_cost"))
)
_SET_LEVEL = upsert(STOCK)
_INSERT_HOLD = Statement(insert(HOLDS))
_HOLDS_OF = Statement(
    select(_H.order_id, _H.sku, _H.location, _H.quantity)
    .where(within(_H.order_id, "order_ids"), _H.state == bindparam("state"))
    .order_by(_H.sku, _H.location, _H.order_id)
)
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
        _H.quantity >= _QUANTITY,
    )
    .values(quantity=_H.quantity - _QUANTITY)
)
_DELETE_EMPTY = Statement(delete(HOLDS).where(within(_H.order_id, "order_ids"), _H.quantity == 0))
_INSERT_MOVEMENT = Statement(insert(MOVEMENTS))
_MOVEMENTS = Statement(
    select(MOVEMENTS)
    .where(MOVEMENTS.c.sku == bindparam("sku"))
    .order_by(MOVEMENTS.c.id.desc())
    .limit(bindparam("limit"))
)
