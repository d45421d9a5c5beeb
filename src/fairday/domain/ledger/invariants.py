"""What must always be true of the books."""

from sqlalchemy import func, select

from fairday.domain.ledger.tables import ENTRIES, POSTINGS
from fairday.kernel.invariants import Invariant
from fairday.kernel.sql import Statement

_P = POSTINGS.c

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
)
