"""The tables of the books."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from fairday.kernel.sql import KEY_LENGTH, METADATA

ENTRIES = Table(
    "ledger_entries",
    METADATA,
    Column("id", String(26), primary_key=True),  # derived from kind and ref, so an entry is written once
    Column("kind", String(16), nullable=False),
    Column("ref", String(KEY_LENGTH), nullable=False),
    Column("order_id", String(26), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index("ledger_entries_by_order", "order_id"),
    Index("ledger_entries_by_time", "at_ms"),
)
POSTINGS = Table(
    "ledger_postings",
    METADATA,
    Column("entry_id", String(26), primary_key=True),
    Column("line_no", Integer, primary_key=True),
    Column("account", String(64), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("amount", BigInteger, nullable=False),  # minor units; a debit is positive, a credit negative
    Index("ledger_postings_by_account", "account", "currency"),
)
