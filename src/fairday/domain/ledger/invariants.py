"""What must always be true of the books."""

from sqlalchemy import func, or_, select

from fairday.domain.ledger.tables import BOUNDARY, CLOSED_DAYS, CLOSED_PERIODS, DAY_TOTALS, ENTRIES, POSTINGS
from fairday.kernel.invariants import Invariant
from fairday.kernel.sql import Statement

_P, _D, _T = POSTINGS.c, CLOSED_DAYS.c, DAY_TOTALS.c
_BEFORE = CLOSED_DAYS.alias("the_day_before")
_SHUT = select(func.coalesce(func.max(BOUNDARY.c.shut_until_ms), 0)).scalar_subquery()
_FIRST_DAY = select(func.min(_BEFORE.c.from_ms)).scalar_subquery()
_DAY_BEFORE_ENDS = select(func.max(_BEFORE.c.until_ms)).where(_BEFORE.c.until_ms < _D.until_ms).scalar_subquery()
_LAST_CLOSED = select(func.coalesce(func.max(_D.until_ms), 0)).scalar_subquery()

INVARIANTS = (
    Invariant(
        "ledger-entries-balance",
        "the postings of an entry sum to zero in every currency",
        ("entry_id", "currency", "difference"),
        Statement(
            select(_P.entry_id, _P.currency, func.sum(_P.amount))
            .group_by(_P.entry_id, _P.currency)
            .having(func.sum(_P.amount) != 0)
        ),
    ),
    Invariant(
        "ledger-postings-have-entries",
        "no posting without an entry",
        ("entry_id", "line_no"),
        Statement(
            select(_P.entry_id, _P.line_no)
            .select_from(POSTINGS.outerjoin(ENTRIES, ENTRIES.c.id == _P.entry_id))
            .where(ENTRIES.c.id.is_(None))
        ),
    ),
    Invariant(
        "ledger-entries-have-postings",
        "no entry without a posting",
        ("id", "kind", "ref"),
        Statement(
            select(ENTRIES.c.id, ENTRIES.c.kind, ENTRIES.c.ref)
            .select_from(ENTRIES.outerjoin(POSTINGS, ENTRIES.c.id == _P.entry_id))
            .where(_P.entry_id.is_(None))
        ),
    ),
    Invariant(
        "ledger-closed-days-follow",
        "closed days follow each other without a gap, and nothing can be posted into them",
        ("day", "from_ms", "until_ms"),
        Statement(
            select(_D.day, _D.from_ms, _D.until_ms).where(
                or_(
                    _D.until_ms > _SHUT,
                    _D.until_ms <= _D.from_ms,
                    (_D.from_ms != _FIRST_DAY) & (_D.from_ms != func.coalesce(_DAY_BEFORE_ENDS, 0)),
                )
            )
        ),
    ),
    Invariant(
        "ledger-day-totals-balance",
        "what a closed day came to sums to zero in every currency",
        ("day", "currency", "moved", "balance"),
        Statement(
            select(_T.day, _T.currency, func.sum(_T.debit + _T.credit), func.sum(_T.balance))
            .group_by(_T.day, _T.currency)
            .having(or_(func.sum(_T.debit + _T.credit) != 0, func.sum(_T.balance) != 0))
        ),
    ),
    Invariant(
        "ledger-closed-months-are-closed-days",
        "the days of a closed month are closed",
        ("month", "until_ms"),
        Statement(
            select(CLOSED_PERIODS.c.month, CLOSED_PERIODS.c.until_ms).where(CLOSED_PERIODS.c.until_ms > _LAST_CLOSED)
        ),
    ),
)
