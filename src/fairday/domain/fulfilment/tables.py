"""The tables of fulfilment."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from fairday.kernel.sql import METADATA

SHIPMENTS = Table(
    "shipments",
    METADATA,
    Column("id", String(26), primary_key=True),
    Column("order_id", String(26), nullable=False),
    Column("carrier", String(64), nullable=False),
    Column("tracking", String(128), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("location", String(64), nullable=False, server_default=""),  # where it left from
    Index("shipments_by_order", "order_id"),
)
SHIPMENT_LINES = Table(
    "shipment_lines",
    METADATA,
    Column("shipment_id", String(26), primary_key=True),
    Column("line_no", Integer, primary_key=True),
    Column("quantity", Integer, nullable=False),
    Column("cost", BigInteger, nullable=False),
)
