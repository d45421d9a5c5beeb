"""All SQL of payments."""

from collections.abc import Sequence

from msgspec.structs import asdict
from sqlalchemy import bindparam, insert, select, update

from fairday.domain.payments.errors import RefundTooLarge
from fairday.domain.payments.model import Payment, PaymentOutcome, Refund
from fairday.domain.payments.tables import PAYMENTS, REFUNDS
from fairday.kernel.sql import Statement, within
from fairday.kernel.unit_of_work import Reader, Writer


async def insert_many(unit: Writer, payments: Sequence[Payment]) -> None:
    """Remember that these orders are about to be paid."""
    await unit.run_many(_INSERT, [asdict(payment) for payment in payments])


async def get_many(reader: Reader, order_ids: Sequence[str]) -> dict[str, Payment]:
    """The payments of these orders."""
    return {row[0]: payment_from(row) for row in await reader.rows(_GET, order_ids=list(order_ids))}


async def record_many(unit: Writer, outcomes: Sequence[PaymentOutcome], at_ms: int) -> None:
    """Write down what the providers said."""
    await unit.run_many(
        _RECORD,
        [
            {
                "b_order_id": outcome.order_id, "state": outcome.state, "captured": outcome.captured,
                "fee": outcome.fee, "reference": outcome.reference, "decline_code": outcome.decline_code,
                "challenge_url": outcome.challenge_url, "updated_ms": at_ms,
            }
            for outcome in outcomes
        ],
    )  # fmt: skip


async def request_refund(unit: Writer, refund: Refund) -> None:
    """Set aside what will be given back; RefundTooLarge when less than that is left, or nothing was captured."""
    if not await unit.run(
        _SET_ASIDE, b_order_id=refund.order_id, b_amount=refund.amount - refund.gift, updated_ms=refund.at_ms
    ):
        found = (await get_many(unit, [refund.order_id])).get(refund.order_id)
        raise RefundTooLarge(left=found.captured - found.refunded if found else 0)
    await unit.run(_INSERT_REFUND, **asdict(refund))


async def finish_refund(unit: Writer, refund: Refund, state: str, at_ms: int) -> bool:
    """The provider answered: `done`, or `refused`, which puts the amount back. False when it was finished before."""
    if not await unit.run(_FINISH, b_id=refund.id, state=state):
        return False
    if state == "refused":
        await unit.run(_SET_ASIDE, b_order_id=refund.order_id, b_amount=refund.gift - refund.amount, updated_ms=at_ms)
    return True


async def refunds_of(reader: Reader, order_ids: Sequence[str]) -> list[Refund]:
    """The refunds of these orders, oldest first."""
    return [_refund(row) for row in await reader.rows(_REFUNDS_OF, order_ids=list(order_ids))]


async def unfinished_refunds(reader: Reader, before_ms: int, limit: int, after: str = "") -> list[Refund]:
    """Refunds that were asked for before `before_ms` and never answered, in order of id, above `after`."""
    return [_refund(row) for row in await reader.rows(_UNFINISHED, before_ms=before_ms, after=after, limit=limit)]


def payment_from(row: tuple[object, ...]) -> Payment:
    """A row of payments."""
    return Payment(**dict(zip(_PAYMENT_COLUMNS, row, strict=True)))  # type: ignore[arg-type]


def _refund(row: tuple[object, ...]) -> Refund:
    return Refund(**dict(zip(_REFUND_COLUMNS, row, strict=True)))  # type: ignore[arg-type]


_P, _R = PAYMENTS.c, REFUNDS.c
_PAYMENT_COLUMNS = tuple(PAYMENTS.columns.keys())
_REFUND_COLUMNS = tuple(REFUNDS.columns.keys())
_INSERT = Statement(insert(PAYMENTS))
_GET = Statement(select(PAYMENTS).where(within(_P.order_id, "order_ids")))
_RECORD = Statement(
    update(PAYMENTS)
    .where(_P.order_id == bindparam("b_order_id"))
    .values({name: bindparam(name) for name in (
        "state", "captured", "fee", "reference", "decline_code", "challenge_url", "updated_ms",
    )})
)  # fmt: skip
_SET_ASIDE = Statement(
    update(PAYMENTS)
    .where(
        _P.order_id == bindparam("b_order_id"),
        _P.state == "captured",
        _P.captured - _P.refunded >= bindparam("b_amount"),
    )
    .values(refunded=_P.refunded + bindparam("b_amount"), updated_ms=bindparam("updated_ms"))
)
_INSERT_REFUND = Statement(insert(REFUNDS))
_FINISH = Statement(
    update(REFUNDS).where(_R.id == bindparam("b_id"), _R.state == "requested").values(state=bindparam("state"))
)
_REFUNDS_OF = Statement(select(REFUNDS).where(within(_R.order_id, "order_ids")).order_by(_R.id))
_UNFINISHED = Statement(
    select(REFUNDS)
    .where(_R.state == "requested", _R.at_ms < bindparam("before_ms"), _R.id > bindparam("after"))
    .order_by(_R.id)
    .limit(bindparam("limit"))
)
