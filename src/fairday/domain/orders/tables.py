"""The tables of orders."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from fairday.kernel.sql import KEY_LENGTH, METADATA

ORDERS = Table(
    "orders",
    METADATA,
    Column("id", String(26), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("cart_id", String(26), nullable=False),
    Column("customer_id", String(26), nullable=False),
    Column("email", String(254), nullable=False),
    Column("language", String(8), nullable=False),
    Column("country", String(2), nullable=False),
    Column("region", String(16), nullable=False),
    Column("address", Text, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("subtotal", BigInteger, nullable=False),
    Column("discount", BigInteger, nullable=False),
    Column("shipping", BigInteger, nullable=False),
    Column("shipping_tax", BigInteger, nullable=False),
    Column("tax", BigInteger, nullable=False),
    Column("tax_included", Integer, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("shipping_method", String(64), nullable=False),
    Column("voucher_code", String(64), nullable=False),
    Column("provider", String(32), nullable=False),
    Column("invoice_number", Integer, nullable=False),  # 0 until it is booked
    Column("placed_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    Column("gift", BigInteger, nullable=False, server_default="0"),
    Column("credit", BigInteger, nullable=False, server_default="0"),
    Index("orders_by_state", "state", "updated_ms"),
    Index("orders_by_customer", "customer_id", "id"),
    Index("orders_by_email", "email", "id"),
)
LINES = Table(
    "order_lines",
    METADATA,
    Column("order_id", String(26), primary_key=True),
    Column("line_no", Integer, primary_key=True),
    Column("product_id", String(26), nullable=False),
    Column("sku", String(KEY_LENGTH), nullable=False),
    Column("name", Text, nullable=False),
    Column("options", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("unit_amount", BigInteger, nullable=False),
    Column("goods", BigInteger, nullable=False),
    Column("discount", BigInteger, nullable=False),
    Column("tax", BigInteger, nullable=False),
    Column("tax_rate_ppm", Integer, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("shipped", Integer, nullable=False),
    Column("cancelled", Integer, nullable=False),
    Column("refunded", Integer, nullable=False),
    Index("order_lines_by_sku", "sku"),
)
COMMANDS = Table(
    "order_commands",
    METADATA,
    Column("identity", String(64), primary_key=True),
    Column("route", String(64), primary_key=True),
    Column("idempotency_key", String(128), primary_key=True),
    Column("request_hash", String(64), nullable=False),
    Column("order_id", String(26), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
# A cart may stand behind one order that is not declined, whichever engine keeps carts.
LIVE_CARTS = Table(
    "order_carts",
    METADATA,
    Column("cart_id", String(26), primary_key=True),
    Column("order_id", String(26), nullable=False),
)
COUNTERS = Table(
    "order_counters",
    METADATA,
    Column("name", String(32), primary_key=True),
    Column("value", Integer, nullable=False),
)
# Orders of an earlier system: read and counted here, never shipped or refunded. A line is named by what it says and by
# which repetition of that it is within its order, so reading the same file again changes nothing.
PAST_ORDERS = Table(
    "past_orders",
    METADATA,
    Column("order_key", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("customer_key", String(64), nullable=False),
    Column("country", String(64), nullable=False),
    Column("currency", String(3), nullable=False),
    Index("past_orders_by_customer", "customer_key", "at_ms"),
    Index("past_orders_by_time", "at_ms"),
)
PAST_LINES = Table(
    "past_order_lines",
    METADATA,
    Column("order_key", String(64), primary_key=True),
    Column("line_hash", String(32), primary_key=True),
    Column("repetition", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("sku", String(KEY_LENGTH), nullable=False),
    Column("description", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("price_micros", BigInteger, nullable=False),  # millionths of a currency unit: old prices have odd decimals
    Column("price_decimals", Integer, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("month", String(7), nullable=False),
    Column("customer_key", String(64), nullable=False),
    Column("country", String(64), nullable=False),
)
