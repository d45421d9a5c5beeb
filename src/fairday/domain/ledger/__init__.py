"""The ledger: double-entry books, append-only, that commit with the order they are about.

Keeps entries and their postings, per currency, closed days and months, and what was found when the books were held
against the providers' records. Announces nothing. What a happening is made of is decided here, in pure functions over
amounts; orders, payments and stock are known only by id.
"""

from fairday.domain.ledger.invariants import INVARIANTS
from fairday.domain.ledger.model import (
    Entry,
    Grant,
    Posting,
    Sale,
    Transfer,
    capture_entry,
    chargeback_entry,
    cost_entry,
    gift_issue_entry,
    refund_entry,
    stock_entry,
)

__all__ = [
    "INVARIANTS",
    "Entry",
    "Grant",
    "Posting",
    "Sale",
    "Transfer",
    "capture_entry",
    "chargeback_entry",
    "cost_entry",
    "gift_issue_entry",
    "refund_entry",
    "stock_entry",
]
