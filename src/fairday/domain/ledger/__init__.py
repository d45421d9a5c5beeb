"""The ledger: double-entry books, append-only, that commit with the order they are about.

Keeps entries and their postings, per currency. Announces nothing. What a sale is made of is decided here, in pure
functions over amounts; orders, payments and stock are known only by id.
"""

from fairday.domain.ledger.invariants import INVARIANTS
from fairday.domain.ledger.model import (
    Entry,
    Posting,
    Sale,
    capture_entry,
    cost_entry,
    refund_entry,
    stock_entry,
)

__all__ = [
    "INVARIANTS",
    "Entry",
    "Posting",
    "Sale",
    "capture_entry",
    "cost_entry",
    "refund_entry",
    "stock_entry",
]
