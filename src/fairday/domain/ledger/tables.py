"""The tables of the books."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

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
# One row: entries are dated at or after `shut_until_ms`. Whoever posts holds it until the unit ends, so a day shuts
# between units and never during one.
BOUNDARY = Table(
    "ledger_boundary",
    METADATA,
    Column("name", String(16), primary_key=True),
    Column("shut_until_ms", BigInteger, nullable=False),
)
CLOSED_DAYS = Table(
    "ledger_closed_days",
    METADATA,
    Column("day", String(10), primary_key=True),
    Column("from_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("hash", String(64), nullable=False),  # keyed, of its entries, its marks and the closed day before it
    Column("marks", Text, nullable=False),  # what else was to stay as it was then, in JSON of whoever closed it
    Column("closed_ms", BigInteger, nullable=False),
    Column("closed_by", String(KEY_LENGTH), nullable=False),
)
DAY_TOTALS = Table(
    "ledger_day_totals",
    METADATA,
    Column("day", String(10), primary_key=True),
    Column("account", String(64), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("debit", BigInteger, nullable=False),
    Column("credit", BigInteger, nullable=False),  # not above zero
    Column("balance", BigInteger, nullable=False),  # at the end of the day, of all days
)
CLOSED_PERIODS = Table(
    "ledger_closed_periods",
    METADATA,
    Column("month", String(7), primary_key=True),
    Column("until_ms", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),  # of its last day
    Column("closed_ms", BigInteger, nullable=False),
    Column("closed_by", String(KEY_LENGTH), nullable=False),
)
# How far the sweep has read a provider's record, and what the last reconciliation found.
REPORT_PLACES = Table(
    "ledger_report_places",
    METADATA,
    Column("provider", String(32), primary_key=True),
    Column("after", String(KEY_LENGTH), nullable=False),
)
RECONCILIATIONS = Table(
    "ledger_reconciliations",
    METADATA,
    Column("id", String(26), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("movements", Integer, nullable=False),
    Column("repaired", Integer, nullable=False),
    Column("left_over", Integer, nullable=False),
)
DIFFERENCES = Table(
    "ledger_differences",
    METADATA,
    Column("reconciliation_id", String(26), primary_key=True),
    Column("line_no", Integer, primary_key=True),
    Column("provider", String(32), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("order_id", String(64), nullable=False),
    Column("ref", String(KEY_LENGTH), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("theirs", BigInteger, nullable=False),
    Column("ours", BigInteger, nullable=False),
    Column("remedy", String(32), nullable=False),
)
