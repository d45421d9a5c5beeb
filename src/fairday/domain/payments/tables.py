"""The tables of payments."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from fairday.kernel.sql import KEY_LENGTH, METADATA

PAYMENTS = Table(
    "payments",
    METADATA,
    Column("order_id", String(26), primary_key=True),
    Column("provider", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("captured", BigInteger, nullable=False),
    Column("refunded", BigInteger, nullable=False),
    Column("fee", BigInteger, nullable=False),
    Column("reference", String(128), nullable=False),
    Column("decline_code", String(64), nullable=False),
    Column("challenge_url", Text, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    # What is captured, decided before the provider is asked; 0 while that is open.
    Column("to_capture", BigInteger, nullable=False, server_default="0"),
)
REFUNDS = Table(
    "refunds",
    METADATA,
    Column("id", String(26), primary_key=True),
    Column("order_id", String(26), nullable=False),
    Column("state", String(16), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("tax", BigInteger, nullable=False),
    Column("shipping", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("lines", Text, nullable=False),
    Column("restock", Integer, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("gift", BigInteger, nullable=False, server_default="0"),
    Index("refunds_by_order", "order_id"),
    Index("refunds_by_state", "state", "at_ms"),
)
# What providers tell unasked, as they said it: kept and acknowledged in one commit, applied afterwards.
HEARD = Table(
    "payment_events",
    METADATA,
    Column("provider", String(32), primary_key=True),
    Column("event_id", String(KEY_LENGTH), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("order_id", String(26), nullable=False),
    Column("reference", String(KEY_LENGTH), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Index("payment_events_by_state", "state", "due_ms"),
)
DISPUTES = Table(
    "payment_disputes",
    METADATA,
    Column("provider", String(32), primary_key=True),
    Column("id", String(KEY_LENGTH), primary_key=True),
    Column("order_id", String(26), nullable=False),
    Column("state", String(16), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("fee", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("opened_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    Index("payment_disputes_by_order", "order_id"),
)
