"""SQL of the stock on an order's road, and of what shoppers see.

What is sent is in `sending`, what staff do to the stock in `shelves`.

Rows are locked in SKU order, every write is conditional, and row counts are checked. A batch of orders changes each row
of the shelf once, by the sum of what they take: one statement may not meet a row twice, and a hot SKU costs a batch no
more than a cold one.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import BindParameter, bindparam, delete, func, insert, select, update

from fairday.domain.inventory.model import (
    Hold,
    HoldPlan,
    HoldRequest,
    Offer,
    StockLevel,
    offer_of,
    plan_holds,
)
from fairday.domain.inventory.routing import MAIN, Location
from fairday.domain.inventory.tables import CUSTOMERS, HOLDS, LOCATIONS, STOCK
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
        [_hold_row(hold, at_ms) for hold in sorted(plan.holds, key=hold_key)],
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
    await must(unit, COUNT_OUT, customer_rows(holds))
    came_back: dict[str, int] = {}
    for hold in holds:
        came_back[hold.sku] = came_back.get(hold.sku, 0) + hold.quantity
    return came_back


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


def customer_rows(holds: Sequence[Hold]) -> list[dict[str, object]]:
    return [
        {"b_sku": sku, "b_customer": customer, "b_quantity": pieces}
        for (sku, customer), pieces in sorted(_by_customer(holds).items())
    ]


def hold_key(hold: Hold) -> tuple[str, str, str]:
    return hold.order_id, hold.sku, hold.location


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
_INSERT_HOLD = Statement(insert(HOLDS))
_HOLDS_OF = Statement(
    select(_H.order_id, _H.sku, _H.location, _H.quantity, _H.customer)
    .where(within(_H.order_id, "order_ids"), _H.state == bindparam("state"))
    .order_by(_H.sku, _H.location, _H.order_id)
)
_CONFIRM_HOLDS = Statement(
    update(HOLDS).where(within(_H.order_id, "order_ids"), _H.state == "held").values(state="allocated")
)
_DELETE_HELD = Statement(delete(HOLDS).where(within(_H.order_id, "order_ids"), _H.state == "held"))
_C = CUSTOMERS.c
CUSTOMER = (_C.sku == bindparam("b_sku"), _C.customer == bindparam("b_customer"))
_NEW_CUSTOMER = insert_new(CUSTOMERS)
_HAD = Statement(
    select(_C.sku, _C.customer, _C.promised + _C.sent)
    .where(within(_C.sku, "skus"), within(_C.customer, "customers"))
    .order_by(_C.sku, _C.customer)
    .with_for_update()
)
_COUNT_IN = Statement(
    update(CUSTOMERS)
    .where(*CUSTOMER, _C.promised + _C.sent + QUANTITY <= bindparam("b_limit"))
    .values(promised=_C.promised + QUANTITY)
)
COUNT_OUT = Statement(
    update(CUSTOMERS).where(*CUSTOMER, _C.promised >= QUANTITY).values(promised=_C.promised - QUANTITY)
)
