"""SQL of capturing later than ordering: what waits for it, what is taken off before, and how much it will be."""

from collections.abc import Sequence

from msgspec.structs import asdict
from sqlalchemy import bindparam, insert, or_, select, update

from fairday.domain.payments.model import Payment, Refund
from fairday.domain.payments.store import get_many, payment_from
from fairday.domain.payments.tables import PAYMENTS, REFUNDS
from fairday.kernel.sql import Statement
from fairday.kernel.unit_of_work import Reader, Writer


async def uncaptured(reader: Reader, before_ms: int, after: str, limit: int) -> list[Payment]:
    """Payments that are authorised and not captured, in order of id, above `after`.

    Those under way to be captured, and those that nobody looked at since `before_ms`.
    """
    rows = await reader.rows(_UNCAPTURED, before_ms=before_ms, after=after, limit=limit)
    return [payment_from(row) for row in rows]


async def looked_at(unit: Writer, order_ids: Sequence[str], at_ms: int) -> None:
    """These payments are as they were, at that time."""
    await unit.run_many(_LOOKED_AT, [{"b_order_id": one, "updated_ms": at_ms} for one in sorted(order_ids)])


async def release_part(unit: Writer, refund: Refund) -> bool:
    """Take `released` off what will be captured; False when that is decided already, or nothing is authorised."""
    if not await unit.run(_STILL_OPEN, b_order_id=refund.order_id, updated_ms=refund.at_ms):
        return False
    await unit.run(_INSERT_REFUND, **asdict(refund))
    return True


async def decide_capture(unit: Writer, order_id: str, amount: int) -> int:
    """Fix what will be captured of what was authorised, once for all; what that is now."""
    await unit.run(_DECIDE_CAPTURE, b_order_id=order_id, b_amount=amount)
    return (await get_many(unit, [order_id]))[order_id].to_capture


_P = PAYMENTS.c
_INSERT_REFUND = Statement(insert(REFUNDS))
_UNCAPTURED = Statement(
    select(PAYMENTS)
    .where(
        _P.state == "authorised",
        or_(_P.to_capture > 0, _P.updated_ms <= bindparam("before_ms")),
        _P.order_id > bindparam("after"),
    )
    .order_by(_P.order_id)
    .limit(bindparam("limit"))
)
_LOOKED_AT = Statement(
    update(PAYMENTS)
    .where(_P.order_id == bindparam("b_order_id"), _P.state == "authorised")
    .values(updated_ms=bindparam("updated_ms"))
)
_OPEN_CAPTURE = (_P.order_id == bindparam("b_order_id"), _P.state == "authorised", _P.to_capture == 0)
_STILL_OPEN = Statement(update(PAYMENTS).where(*_OPEN_CAPTURE).values(updated_ms=bindparam("updated_ms")))
_DECIDE_CAPTURE = Statement(update(PAYMENTS).where(*_OPEN_CAPTURE).values(to_capture=bindparam("b_amount")))
