"""The tables of the stock."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from fairday.kernel.sql import KEY_LENGTH, METADATA

# on_hand: on the shelf. held: promised to orders that are not paid yet. allocated: sold, not sent yet.
# cost: what all that is on the shelf cost, in minor units of the shop's base currency.
STOCK = Table(
    "stock",
    METADATA,
    Column("sku", String(KEY_LENGTH), primary_key=True),
    Column("location", String(64), primary_key=True),
    Column("on_hand", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    Column("allocated", Integer, nullable=False),
    Column("cost", BigInteger, nullable=False),
)
HOLDS = Table(
    "stock_holds",
    METADATA,
    Column("order_id", String(26), primary_key=True),
    Column("sku", String(KEY_LENGTH), primary_key=True),
    Column("location", String(64), primary_key=True),
    Column("quantity", Integer, nullable=False),
    Column("state", String(16), nullable=False),  # held, allocated
    Column("at_ms", BigInteger, nullable=False),
    Index("stock_holds_by_sku", "sku", "location"),
)
MOVEMENTS = Table(
    "stock_movements",
    METADATA,
    Column("id", String(26), primary_key=True),
    Column("sku", String(KEY_LENGTH), nullable=False),
    Column("location", String(64), nullable=False),
    Column("kind", String(16), nullable=False),  # counted, shipped, returned
    Column("quantity", Integer, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("ref", String(KEY_LENGTH), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index("stock_movements_by_sku", "sku", "location"),
)
