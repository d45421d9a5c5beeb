"""The tables of the stock."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from fairday.kernel.sql import KEY_LENGTH, METADATA

# on_hand: on the shelf. held: promised to orders that are not paid yet. allocated: sold, not sent yet.
# cost: what all that is on the shelf cost, in minor units of the shop's base currency.
# policy: deny, backorder, preorder. beyond: how many pieces may be promised that are not there. per_customer: 0 is any.
STOCK = Table(
    "stock",
    METADATA,
    Column("sku", String(KEY_LENGTH), primary_key=True),
    Column("location", String(64), primary_key=True),
    Column("on_hand", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    Column("allocated", Integer, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("policy", String(16), nullable=False, server_default="deny"),
    Column("beyond", Integer, nullable=False, server_default="0"),
    Column("expected_ms", BigInteger, nullable=False, server_default="0"),
    Column("per_customer", Integer, nullable=False, server_default="0"),
)
LOCATIONS = Table(
    "stock_locations",
    METADATA,
    Column("code", String(64), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("country", String(2), nullable=False),
    Column("region", String(16), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("active", Integer, nullable=False),
)
# What customers have had of SKUs with a limit. promised: held or allocated. sent: in parcels that left.
CUSTOMERS = Table(
    "stock_customers",
    METADATA,
    Column("sku", String(KEY_LENGTH), primary_key=True),
    Column("customer", String(64), primary_key=True),
    Column("promised", Integer, nullable=False),
    Column("sent", Integer, nullable=False),
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
    Column("customer", String(64), nullable=False, server_default=""),  # where a limit per customer counts it
    Index("stock_holds_by_sku", "sku", "location"),
)
MOVEMENTS = Table(
    "stock_movements",
    METADATA,
    Column("id", String(26), primary_key=True),
    Column("sku", String(KEY_LENGTH), nullable=False),
    Column("location", String(64), nullable=False),
    Column("kind", String(16), nullable=False),  # counted, received, moved, shipped, returned
    Column("quantity", Integer, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("ref", String(KEY_LENGTH), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index("stock_movements_by_sku", "sku", "location"),
)
