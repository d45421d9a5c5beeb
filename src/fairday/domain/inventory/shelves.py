"""SQL of what staff do to the stock: count, receive, move, set a SKU's policy, keep the locations.

Shelves are locked in SKU order before anything is decided, as for orders.
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import bindparam, case, func, select, update

from fairday.domain.inventory.errors import LocationTaken, StockNotFree, StockRefused
from fairday.domain.inventory.model import Delivery, Movement, MovementKind, Received, StockLevel, StockPolicy, Transfer
from fairday.domain.inventory.routing import MAIN, Location
from fairday.domain.inventory.sending import share_of_cost, write_moves
from fairday.domain.inventory.store import (
    FREE,
    HERE,
    LEVELS_LOCKED,
    QUANTITY,
    levels,
    must,
)
from fairday.domain.inventory.tables import LOCATIONS, MOVEMENTS, STOCK
from fairday.kernel.errors import Invalid
from fairday.kernel.ids import new_id
from fairday.kernel.sql import Statement, insert_new, upsert
from fairday.kernel.unit_of_work import Reader, Writer

MOST_PIECES = 10_000_000

Shelf = tuple[str, str]


class LocationSums(Struct, frozen=True):
    """What one location holds: SKUs, pieces on hand, pieces promised, and what all of it cost."""

    location: str
    skus: int = 0
    on_hand: int = 0
    promised: int = 0
    cost: int = 0


async def scarce(reader: Reader, at_most: int, limit: int) -> dict[str, int]:
    """Counted SKUs of which `at_most` pieces can still be promised, fewest first."""
    return {sku: int(count) for sku, count in await reader.rows(_SCARCE, at_most=at_most, limit=limit)}


async def movements(reader: Reader, sku: str, limit: int) -> list[Movement]:
    """The newest movements of a SKU."""
    names = [column.name for column in MOVEMENTS.columns]
    rows = await reader.rows(_MOVEMENTS, sku=sku, limit=limit)
    return [Movement(**dict(zip(names, row, strict=True))) for row in rows]


async def sums_by_location(reader: Reader) -> dict[str, LocationSums]:
    """What every location holds that ever held something."""
    return {
        code: LocationSums(code, int(skus), int(on_hand), int(promised), int(cost))
        for code, skus, on_hand, promised, cost in await reader.rows(_SUMS)
    }


async def levels_at(reader: Reader, location: str, after: str, limit: int) -> list[StockLevel]:
    """The shelves of one location in SKU order, after a SKU."""
    return [StockLevel(*row) for row in await reader.rows(_LEVELS_AT, location=location, after=after, limit=limit)]


async def count_shelves(unit: Writer, counts: Sequence[Received], ref: str, at_ms: int) -> int:
    """Set what is on hand. More pieces than before come in at `unit_cost`, fewer go at their average cost.

    A location that nobody knew becomes one. The change of the stock's value in base minor units. StockRefused when
    some is promised that would not be there.
    """
    latest = {(count.sku, count.location): count for count in counts}
    before, fresh = await _shelves(unit, sorted(latest))
    rows, moves = [], []
    for shelf, count in sorted(latest.items()):
        old = before[shelf]
        change = count.on_hand - old.on_hand
        if count.on_hand < old.least:
            raise StockRefused(sku=count.sku, location=count.location, promised=old.least)
        worth = change * count.unit_cost if change > 0 else share_of_cost(old, change)
        if change:
            rows.append({
                "b_sku": count.sku, "b_location": count.location, "b_was": old.on_hand, "b_on_hand": count.on_hand,
                "b_cost": worth,
            })  # fmt: skip
        if change or shelf in fresh:
            moves.append(_movement("counted", shelf, change, worth, ref, at_ms))
    await must(unit, _COUNT, rows)
    await unit.run_many(_NEW_LOCATION, [
        _location_row(Location(code=code, name=code)) for code in sorted({place for _, place in fresh} - {MAIN})
    ])  # fmt: skip
    await write_moves(unit, moves)
    return sum(move.cost for move in moves)


async def receive(unit: Writer, deliveries: Sequence[Delivery], ref: str, at_ms: int) -> int:
    """Put pieces that came in on their shelves; the orders that waited longest have them. What they cost in all."""
    before, _ = await _shelves(unit, sorted({(one.sku, one.location) for one in deliveries}))
    moves = [
        _movement("received", (one.sku, one.location), one.quantity, one.quantity * one.unit_cost, ref, at_ms)
        for one in deliveries
    ]
    rows = _sums(moves)
    for row in rows:
        if before[str(row["b_sku"]), str(row["b_location"])].on_hand + int(str(row["b_quantity"])) > MOST_PIECES:
            raise Invalid(field="quantity", problem="problem-count-pieces", sku=row["b_sku"])
    await must(unit, _ADD, rows)
    await write_moves(unit, moves)
    return sum(move.cost for move in moves)


async def transfer(unit: Writer, transfers: Sequence[Transfer], ref: str, at_ms: int) -> None:
    """Carry pieces to other locations, their average cost with them. StockNotFree for pieces that are promised."""
    wanted = sorted({(one.sku, place) for one in transfers for place in (one.source, one.target)})
    shelves, _ = await _shelves(unit, wanted)
    leaving, arriving = [], []
    for one in transfers:
        there = shelves[one.sku, one.source]
        if there.available < one.quantity:
            raise StockNotFree(sku=one.sku, location=one.source, left=max(there.available, 0))
        cost = share_of_cost(there, one.quantity)
        shelves[one.sku, one.source] = replace(there, on_hand=there.on_hand - one.quantity, cost=there.cost - cost)
        leaving.append(_movement("moved", (one.sku, one.source), -one.quantity, -cost, ref, at_ms))
        arriving.append(_movement("moved", (one.sku, one.target), one.quantity, cost, ref, at_ms))
    await must(unit, _TAKE, _sums(leaving))
    await must(unit, _ADD, _sums(arriving))
    await write_moves(unit, [*leaving, *arriving])


async def set_policy(unit: Writer, policy: StockPolicy) -> None:
    """How a shelf is sold when it is empty. StockRefused when more is promised beyond it than the new limit."""
    before, _ = await _shelves(unit, [(policy.sku, policy.location)])
    old = before[policy.sku, policy.location]
    if old.available + policy.beyond < 0:
        raise StockRefused(sku=policy.sku, location=policy.location, promised=-old.available)
    await must(unit, _SET_POLICY, [{
        "b_sku": policy.sku, "b_location": policy.location, "b_policy": policy.policy, "b_beyond": policy.beyond,
        "b_expected_ms": policy.expected_ms,
    }])  # fmt: skip
    await unit.run(_SET_LIMIT, b_sku=policy.sku, b_per_customer=policy.per_customer)


async def add_location(unit: Writer, location: Location) -> None:
    """A new location; LocationTaken when its code is."""
    if await unit.run(_NEW_LOCATION, **_location_row(location)) != 1:
        raise LocationTaken(location=location.code)


async def save_location(unit: Writer, location: Location) -> None:
    """Write a location over what was known of it."""
    await unit.run(_SAVE_LOCATION, **_location_row(location))


async def put_back(unit: Writer, returned: Sequence[tuple[str, int, int]], ref: str, at_ms: int) -> None:
    """Pieces that came back, as (SKU, quantity, cost), to the first location that stocks the SKU."""
    where = {level.sku: level.location for level in reversed(await levels(unit, sorted({r[0] for r in returned})))}
    moves = [_movement("returned", (sku, where[sku]), n, cost, ref, at_ms) for sku, n, cost in returned]
    await must(unit, _ADD, _sums(moves))
    await write_moves(unit, moves)


async def _shelves(
    unit: Writer, wanted: Sequence[tuple[str, str]]
) -> tuple[dict[tuple[str, str], StockLevel], set[tuple[str, str]]]:
    """These shelves, locked, and which of them are new: a shelf nobody had counted begins empty."""
    skus = sorted({sku for sku, _ in wanted})
    found = {(row[0], row[1]): StockLevel(*row) for row in await unit.rows(LEVELS_LOCKED, skus=skus)}
    fresh = {shelf for shelf in wanted if shelf not in found}
    if fresh:
        await unit.run_many(_NEW_SHELF, [_level_row(StockLevel(*shelf, 0)) for shelf in sorted(fresh)])
        found = {(row[0], row[1]): StockLevel(*row) for row in await unit.rows(LEVELS_LOCKED, skus=skus)}
    return found, fresh


def _movement(kind: MovementKind, shelf: Shelf, quantity: int, cost: int, ref: str, at_ms: int) -> Movement:
    return Movement(
        id=new_id(), sku=shelf[0], location=shelf[1], kind=kind, quantity=quantity, cost=cost, ref=ref, at_ms=at_ms
    )


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


def _level_row(level: StockLevel) -> dict[str, object]:
    return {name: getattr(level, name) for name in level.__struct_fields__}


def _location_row(location: Location) -> dict[str, object]:
    return {name: getattr(location, name) for name in location.__struct_fields__}


_S = STOCK.c
_LEFT = func.sum(case((FREE > 0, FREE), else_=0))
_SCARCE = Statement(
    select(_S.sku, _LEFT)
    .group_by(_S.sku)
    .having(bindparam("at_most") >= _LEFT)
    .order_by(_LEFT, _S.sku)
    .limit(bindparam("limit"))
)
_SUMS = Statement(
    select(
        _S.location, func.count(), func.sum(_S.on_hand), func.sum(_S.held + _S.allocated), func.sum(_S.cost)
    ).group_by(_S.location)
)
_LEVELS_AT = Statement(
    select(STOCK)
    .where(_S.location == bindparam("location"), _S.sku > bindparam("after"))
    .order_by(_S.sku)
    .limit(bindparam("limit"))
)
_ADD = Statement(update(STOCK).where(*HERE).values(on_hand=_S.on_hand + QUANTITY, cost=_S.cost + bindparam("b_cost")))
_TAKE = Statement(
    update(STOCK)
    .where(*HERE, FREE + QUANTITY >= 0)
    .values(on_hand=_S.on_hand + QUANTITY, cost=_S.cost + bindparam("b_cost"))
)
_NEW_SHELF = insert_new(STOCK)
_COUNT = Statement(
    update(STOCK)
    .where(
        *HERE,
        _S.on_hand == bindparam("b_was"),
        _S.beyond + bindparam("b_on_hand") >= _S.held + _S.allocated,
    )
    .values(on_hand=bindparam("b_on_hand"), cost=_S.cost + bindparam("b_cost"))
)
_SET_POLICY = Statement(
    update(STOCK)
    .where(*HERE, FREE + bindparam("b_beyond") >= 0)
    .values(policy=bindparam("b_policy"), beyond=bindparam("b_beyond"), expected_ms=bindparam("b_expected_ms"))
)
_SET_LIMIT = Statement(
    update(STOCK).where(_S.sku == bindparam("b_sku")).values(per_customer=bindparam("b_per_customer"))
)
_NEW_LOCATION = insert_new(LOCATIONS)
_SAVE_LOCATION = upsert(LOCATIONS)
_MOVEMENTS = Statement(
    select(MOVEMENTS)
    .where(MOVEMENTS.c.sku == bindparam("sku"))
    .order_by(MOVEMENTS.c.id.desc())
    .limit(bindparam("limit"))
)
