"""All SQL of gift cards and store credit. Balances are locked in order of id, and no write trusts what was read."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import asdict
from sqlalchemy import and_, bindparam, case, func, or_, select, update

from fairday.domain.pricing.gifts import (
    GRACE_MS,
    GiftBalance,
    GiftKind,
    GiftMovement,
    GiftMovementKind,
    GiftPlan,
    GiftUse,
    code_hash,
    movement_id,
    plan_return,
    plan_uses,
)
from fairday.domain.pricing.tables import GIFT_BALANCES, GIFT_MOVEMENTS
from fairday.kernel.errors import Conflict
from fairday.kernel.sql import Statement, insert_new, within
from fairday.kernel.unit_of_work import Reader, Row, Writer

NEWEST_MS = 2**53


async def get_many(reader: Reader, balance_ids: Sequence[str]) -> dict[str, GiftBalance]:
    """The balances with these ids."""
    if not balance_ids:
        return {}
    return {row[0]: _balance(row) for row in await reader.rows(_GET, ids=list(balance_ids))}


async def find_cards(reader: Reader, codes: Sequence[str]) -> dict[str, GiftBalance]:
    """The cards that these codes open, by code as typed; wrong codes are left out."""
    if not codes:
        return {}
    rows = await reader.rows(_FIND, openers=[code_hash(code) for code in codes], kind="card")
    found = {row[2]: _balance(row) for row in rows}
    return {code: found[code_hash(code)] for code in codes if code_hash(code) in found}


async def credit_of(reader: Reader, customer_id: str) -> list[GiftBalance]:
    """A customer's store credit, one balance a currency, in order of currency."""
    return [_balance(row) for row in await reader.rows(_CREDIT_OF, customer_id=customer_id)] if customer_id else []


async def page(
    reader: Reader, kind: GiftKind, *, last4: str = "", before: str = "", limit: int = 50
) -> list[GiftBalance]:
    """Balances of a kind, newest first: those whose code ends with `last4` ("" for all), older than `before`."""
    last = (await get_many(reader, [before])).get(before)
    made_ms, made_id = (last.created_ms, last.id) if last else (NEWEST_MS, "")
    chosen = {"last4": last4} if last4 else {}
    statement = _PAGE_LAST4 if last4 else _PAGE
    rows = await reader.rows(statement, kind=kind, made_ms=made_ms, made_id=made_id, limit=limit, **chosen)
    return [_balance(row) for row in rows]


async def movements_of(reader: Reader, balance_id: str) -> list[GiftMovement]:
    """All that happened to a balance, oldest first."""
    return [_movement(row) for row in await reader.rows(_MOVEMENTS_OF, balance_id=balance_id)]


async def order_movements(reader: Reader, order_ids: Sequence[str]) -> dict[str, list[GiftMovement]]:
    """What these orders took of balances and gave back, oldest first; orders that did neither are left out."""
    found: dict[str, list[GiftMovement]] = {}
    for row in await reader.rows(_ORDER_MOVEMENTS, order_ids=list(order_ids)) if order_ids else []:
        movement = _movement(row)
        found.setdefault(movement.order_id, []).append(movement)
    return found


async def paid_by_kind(reader: Reader, order_ids: Sequence[str]) -> dict[str, dict[GiftKind, int]]:
    """How much of these orders was taken of gift cards and of store credit, whatever came back; by order, by kind."""
    found: dict[str, dict[GiftKind, int]] = {}
    for order_id, kind, amount in await reader.rows(_PAID, order_ids=list(order_ids)) if order_ids else []:
        found.setdefault(order_id, {})[kind] = -int(amount)
    return found


async def issue_many(unit: Writer, issued: Mapping[str, int], refs: Mapping[str, str], at_ms: int) -> set[str]:
    """Add to balances that exist: amounts and what caused them by balance id. Those it was new for."""
    rows = [_row("issue", refs[id_], id_, issued[id_], at_ms) for id_ in sorted(issued)]
    fresh = await _note(unit, rows)
    await _must(unit, _ADD, [{"b_id": row.balance_id, "b_amount": row.amount} for row in fresh])
    return {row.balance_id for row in fresh}


async def insert_many(unit: Writer, balances: Sequence[GiftBalance]) -> int:
    """Open balances, all of them empty; those that exist stay as they are. How many were new."""
    assert not any(balance.balance for balance in balances), "money comes by a movement"
    rows = sorted((asdict(balance) for balance in balances), key=lambda row: str(row["id"]))
    return await unit.run_many(_INSERT, rows)


async def lock_many(unit: Writer, balance_ids: Iterable[str]) -> list[GiftBalance]:
    """These balances, nobody else's to change until the unit ends."""
    ids = sorted(set(balance_ids))
    return [_balance(row) for row in await unit.rows(_GET_LOCKED, ids=ids)] if ids else []


async def redeem_many(unit: Writer, uses: Sequence[GiftUse], at_ms: int) -> GiftPlan:
    """Let orders pay with balances, each with all it asks for or nothing; the plan says who was refused."""
    plan = plan_uses(uses, await lock_many(unit, (use.balance_id for use in uses)), at_ms)
    await take_many(unit, plan.taken, at_ms)
    return plan


async def take_many(unit: Writer, taken: Sequence[GiftUse], at_ms: int) -> None:
    """Write what was planned on locked balances. Conflict when an order has taken before."""
    rows = [_row("redeem", use.order_id, use.balance_id, -use.amount, at_ms, use.order_id) for use in taken]
    if len(await _note(unit, rows)) != len(rows):
        raise Conflict
    sums = [{"b_id": id_, "b_amount": -amount, "b_now": at_ms} for id_, amount in _per_balance(rows)]
    await _must(unit, _TAKE, sums)


async def release_many(unit: Writer, order_ids: Sequence[str], at_ms: int) -> int:
    """The orders are off: what they took and did not get back yet is on its balances again. How much came back."""
    rows = []
    for order_id, movements in (await _locked_movements(unit, order_ids)).items():
        back = plan_return(2**62, movements)
        rows += [_row("release", order_id, id_, amount, at_ms, order_id) for id_, amount in back.items()]
    await _give(unit, rows, at_ms)
    return sum(row.amount for row in rows)


async def refund(unit: Writer, order_id: str, refund_id: str, amount: int, at_ms: int) -> dict[GiftKind, int]:
    """Put `amount` back where the order took it from, once for each refund id; how much of it by kind of balance.

    More than the order took is our mistake.
    """
    movements = (await _locked_movements(unit, [order_id])).get(order_id, [])
    rows = [movement for movement in movements if movement.ref == refund_id]
    if not rows:
        back = plan_return(amount, movements)
        rows = [_row("refund", refund_id, id_, part, at_ms, order_id) for id_, part in back.items()]
        if sum(row.amount for row in rows) != amount:
            message = f"order {order_id} did not pay {amount} with balances: {movements}"
            raise AssertionError(message)
        await _give(unit, rows, at_ms)
    kinds = {id_: balance.kind for id_, balance in (await get_many(unit, [row.balance_id for row in rows])).items()}
    return {kind: sum(row.amount for row in rows if kinds[row.balance_id] == kind) for kind in ("card", "credit")}


async def set_active(unit: Writer, balance_id: str, *, active: bool) -> bool:
    """Block a balance or let it be spent again; False when it was so before."""
    return bool(await unit.run(_SET_ACTIVE, b_id=balance_id, b_before=int(not active), active=int(active)))


async def expired(reader: Reader, now_ms: int, limit: int) -> list[GiftBalance]:
    """Balances whose time is over and that still hold money, at most `limit`."""
    return [_balance(row) for row in await reader.rows(_EXPIRED, now_ms=now_ms, limit=limit)]


async def expire_many(unit: Writer, balance_ids: Sequence[str], at_ms: int) -> list[GiftMovement]:
    """Take what is left of balances whose time is over; what was taken of which."""
    due = [one for one in await lock_many(unit, balance_ids) if one.balance > 0 and 0 < one.expires_ms <= at_ms]
    rows = [_row("expire", f"{one.id} {one.expires_ms}", one.id, -one.balance, at_ms) for one in due]
    if len(await _note(unit, rows)) != len(rows):
        raise Conflict
    await _must(unit, _EXPIRE, [{"b_id": row.balance_id, "b_amount": -row.amount} for row in rows])
    return rows


async def _locked_movements(unit: Writer, order_ids: Sequence[str]) -> dict[str, list[GiftMovement]]:
    """The movements of orders, once their balances are locked, so that nobody adds one meanwhile."""
    balances = {row[0] for row in await unit.rows(_BALANCES_OF_ORDERS, order_ids=list(order_ids))} if order_ids else ()
    if not balances:
        return {}
    await lock_many(unit, balances)
    return await order_movements(unit, order_ids)


async def _give(unit: Writer, rows: Sequence[GiftMovement], at_ms: int) -> None:
    if len(await _note(unit, rows)) != len(rows):
        raise Conflict
    until_ms = at_ms + GRACE_MS
    await _must(unit, _GIVE, [{"b_id": id_, "b_amount": more, "b_until": until_ms} for id_, more in _per_balance(rows)])


async def _note(unit: Writer, rows: Sequence[GiftMovement]) -> list[GiftMovement]:
    """Append the movements that are not on record yet; these. Conflict when another unit writes one of them."""
    if not rows:
        return []
    known = {row[0] for row in await unit.rows(_KNOWN, ids=[row.id for row in rows])}
    fresh = sorted((row for row in rows if row.id not in known), key=lambda row: row.id)
    if await unit.run_many(_APPEND, [asdict(row) for row in fresh]) != len(fresh):
        raise Conflict
    return fresh


async def _must(unit: Writer, statement: Statement, rows: Sequence[Mapping[str, object]]) -> None:
    """Touch every row, or undo the unit: somebody changed a balance that this unit does not hold."""
    if rows and await unit.run_many(statement, rows) != len(rows):
        raise Conflict


def _row(
    kind: GiftMovementKind, ref: str, balance_id: str, amount: int, at_ms: int, order_id: str = ""
) -> GiftMovement:
    return GiftMovement(
        id=movement_id(kind, ref, balance_id), balance_id=balance_id, kind=kind, amount=amount, order_id=order_id,
        ref=ref, at_ms=at_ms,
    )  # fmt: skip


def _per_balance(rows: Iterable[GiftMovement]) -> list[tuple[str, int]]:
    sums: dict[str, int] = {}
    for row in rows:
        sums[row.balance_id] = sums.get(row.balance_id, 0) + row.amount
    return sorted(sums.items())


def _balance(row: Row) -> GiftBalance:
    return GiftBalance(**dict(zip(_BALANCE_COLUMNS, row, strict=True)))


def _movement(row: Row) -> GiftMovement:
    return GiftMovement(**dict(zip(_MOVEMENT_COLUMNS, row, strict=True)))


_B, _M = GIFT_BALANCES.c, GIFT_MOVEMENTS.c
_BALANCE_COLUMNS = tuple(GIFT_BALANCES.columns.keys())
_MOVEMENT_COLUMNS = tuple(GIFT_MOVEMENTS.columns.keys())
_GET_QUERY = select(GIFT_BALANCES).where(within(_B.id, "ids")).order_by(_B.id)
_GET = Statement(_GET_QUERY)
_GET_LOCKED = Statement(_GET_QUERY.with_for_update())
_FIND = Statement(select(GIFT_BALANCES).where(within(_B.opened_by, "openers"), _B.kind == bindparam("kind")))
_CREDIT_OF = Statement(
    select(GIFT_BALANCES).where(_B.customer_id == bindparam("customer_id"), _B.kind == "credit").order_by(_B.currency)
)
_PAGE_QUERY = (
    select(GIFT_BALANCES)
    .where(
        _B.kind == bindparam("kind"),
        or_(
            _B.created_ms < bindparam("made_ms"),
            and_(_B.created_ms == bindparam("made_ms"), _B.id < bindparam("made_id")),
        ),
    )
    .order_by(_B.created_ms.desc(), _B.id.desc())
    .limit(bindparam("limit"))
)
_PAGE = Statement(_PAGE_QUERY)
_PAGE_LAST4 = Statement(_PAGE_QUERY.where(_B.last4 == bindparam("last4")))
_MOVEMENTS_OF = Statement(
    select(GIFT_MOVEMENTS).where(_M.balance_id == bindparam("balance_id")).order_by(_M.at_ms, _M.id)
)
_ORDER_MOVEMENTS = Statement(
    select(GIFT_MOVEMENTS).where(within(_M.order_id, "order_ids")).order_by(_M.order_id, _M.at_ms, _M.id)
)
_PAID = Statement(
    select(_M.order_id, _B.kind, func.sum(_M.amount))
    .join(GIFT_BALANCES, _B.id == _M.balance_id)
    .where(within(_M.order_id, "order_ids"), _M.kind == "redeem")
    .group_by(_M.order_id, _B.kind)
)
_BALANCES_OF_ORDERS = Statement(select(_M.balance_id).where(within(_M.order_id, "order_ids")).distinct())
_KNOWN = Statement(select(_M.id).where(within(_M.id, "ids")))
_APPEND = insert_new(GIFT_MOVEMENTS)
_INSERT = insert_new(GIFT_BALANCES)
_AMOUNT = bindparam("b_amount", type_=_B.balance.type)
_HERE = _B.id == bindparam("b_id")
_ADD = Statement(update(GIFT_BALANCES).where(_HERE).values(balance=_B.balance + _AMOUNT))
_TAKE = Statement(
    update(GIFT_BALANCES)
    .where(
        _HERE,
        _B.balance >= _AMOUNT,
        _B.active == 1,
        or_(_B.expires_ms == 0, _B.expires_ms > bindparam("b_now")),
    )
    .values(balance=_B.balance - _AMOUNT)
)
_EXPIRE = Statement(update(GIFT_BALANCES).where(_HERE, _B.balance >= _AMOUNT).values(balance=_B.balance - _AMOUNT))
_UNTIL = bindparam("b_until", type_=_B.expires_ms.type)
_GIVE = Statement(
    update(GIFT_BALANCES)
    .where(_HERE)
    .values(
        balance=_B.balance + _AMOUNT,
        expires_ms=case((_B.expires_ms == 0, 0), (_B.expires_ms < _UNTIL, _UNTIL), else_=_B.expires_ms),
    )
)
_SET_ACTIVE = Statement(
    update(GIFT_BALANCES).where(_HERE, _B.active == bindparam("b_before")).values(active=bindparam("active"))
)
_EXPIRED = Statement(
    select(GIFT_BALANCES)
    .where(_B.expires_ms > 0, _B.expires_ms <= bindparam("now_ms"), _B.balance > 0)
    .order_by(_B.id)
    .limit(bindparam("limit"))
)
