"""SQL of what orders wait for, and of sending it: which pieces are there, and that they leave, or stay after all.

What arrives is for the oldest order (by id) that waits at the shelf. Shelves are locked before anything is decided.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import and_, bindparam, case, delete, func, insert, select, update

from fairday.domain.inventory.errors import AwaitingStock
from fairday.domain.inventory.model import Hold, Movement, Piece, StockLevel
from fairday.domain.inventory.store import (
    COUNT_OUT,
    CUSTOMER,
    HERE,
    LEVELS_LOCKED,
    QUANTITY,
    customer_rows,
    hold_key,
    must,
)
from fairday.domain.inventory.tables import CUSTOMERS, HOLDS, MOVEMENTS, STOCK
from fairday.kernel.ids import new_id
from fairday.kernel.sql import Statement, within
from fairday.kernel.unit_of_work import Reader, Writer


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


async def deallocate(unit: Writer, order_id: str, quantities: Mapping[str, int]) -> None:
    """Sold pieces that will not be sent after all (SKU to quantity) can be sold again, those last to come first."""
    await unit.rows(LEVELS_LOCKED, skus=sorted(quantities))
    waiting = (await pieces_of(unit, [order_id]))[order_id]
    pieces = _share_of_order(order_id, quantities, sorted(waiting, key=_least_ready))
    await _use_up(unit, _DEALLOCATE, COUNT_OUT, pieces)


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


async def write_moves(unit: Writer, moves: Sequence[Movement]) -> None:
    """Write down what came and went."""
    await unit.run_many(_INSERT_MOVEMENT, [{name: getattr(m, name) for name in m.__struct_fields__} for m in moves])


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
    return sorted(pieces, key=hold_key)


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
    await must(unit, counting, customer_rows(pieces))
    await unit.run(_DELETE_EMPTY, order_ids=sorted({piece.order_id for piece in pieces}))


def _piece(hold: Hold) -> dict[str, object]:
    return {"b_sku": hold.sku, "b_location": hold.location, "b_quantity": hold.quantity}


_S, _H, _C = STOCK.c, HOLDS.c, CUSTOMERS.c
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
_COUNT_SENT = Statement(
    update(CUSTOMERS)
    .where(*CUSTOMER, _C.promised >= QUANTITY)
    .values(promised=_C.promised - QUANTITY, sent=_C.sent + QUANTITY)
)
_INSERT_MOVEMENT = Statement(insert(MOVEMENTS))
