"""What must always be true of payments."""

from sqlalchemy import func, or_, select

from fairday.domain.payments.tables import DISPUTES, HEARD, PAYMENTS, REFUNDS
from fairday.kernel.invariants import Invariant
from fairday.kernel.sql import Statement

_P, _R, _D, _H = PAYMENTS.c, REFUNDS.c, DISPUTES.c, HEARD.c
_GIVEN_BACK = (
    select(func.coalesce(func.sum(_R.amount - _R.gift), 0))
    .where(_R.order_id == _P.order_id, _R.state.not_in(("refused", "released")))
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
    Invariant(
        "payment-events-are-applied",
        "whatever a provider told is applied, or not about this shop, or will be tried again",
        ("provider", "event_id", "state"),
        Statement(select(_H.provider, _H.event_id, _H.state).where(_H.state.not_in(("waiting", "done", "foreign")))),
    ),
    Invariant(
        "disputes-in-bounds",
        "a dispute is about money of an order's payment, and open, won or lost",
        ("dispute_id", "order_id", "state", "amount"),
        Statement(
            select(_D.id, _D.order_id, _D.state, _D.amount)
            .select_from(DISPUTES.outerjoin(PAYMENTS, _P.order_id == _D.order_id))
            .where(
                or_(
                    _P.order_id.is_(None),
                    _P.currency != _D.currency,
                    _D.amount <= 0,
                    _D.fee < 0,
                    _D.state.not_in(("open", "won", "lost")),
                )
            )
        ),
    ),
)
