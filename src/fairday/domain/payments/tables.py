"""The tables of payments."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from fairday.kernel.sql import METADATA

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
    Index("refunds_by_order", "order_id"),
    Index("refunds_by_state", "state", "at_ms"),
)
