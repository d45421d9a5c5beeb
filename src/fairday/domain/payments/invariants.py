"""What must always be true of payments."""

from sqlalchemy import func, or_, select

from fairday.domain.payments.tables import PAYMENTS, REFUNDS
from fairday.kernel.invariants import Invariant
from fairday.kernel.sql import Statement

_P, _R = PAYMENTS.c, REFUNDS.c
_GIVEN_BACK = (
    select(func.coalesce(func.sum(_R.amount - _R.gift), 0))
    .where(_R.order_id == _P.order_id, _R.state != "refused")
    .scalar_subquery()
)

INVARIANTS = (
    Invariant(
        "payments-within-bounds",
        "no more is captured than was agreed, and no more is refunded than was captured",
        ("order_id", "amount", "captured", "refunded"),
        Statement(
            select(_P.order_id, _P.amount, _P.captured, _P.refunded).where(
                or_(_P.captured > _P.amount, _P.refunded > _P.captured, _P.refunded < 0)
            )
        ),
    ),
    Invariant(
        "refunds-add-up",
        "what a payment says was refunded is the sum of its refunds, without what went to gift balances",
        ("order_id", "refunded"),
        Statement(select(_P.order_id, _P.refunded).where(_P.refunded != _GIVEN_BACK)),
    ),
)
