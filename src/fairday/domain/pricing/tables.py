"""The tables of pricing."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from fairday.kernel.sql import KEY_LENGTH, METADATA

PRICES = Table(
    "prices",
    METADATA,
    Column("sku", String(KEY_LENGTH), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("amount", BigInteger, nullable=False),
    Column("compare_at", BigInteger),
)
LISTINGS = Table(
    "listings",
    METADATA,
    Column("product_id", String(26), primary_key=True),
    Column("state", String(16), nullable=False),
)
TAX_RATES = Table(
    "tax_rates",
    METADATA,
    Column("country", String(2), primary_key=True),
    Column("region", String(8), primary_key=True),
    Column("tax_class", String(32), primary_key=True),
    Column("rate_ppm", Integer, nullable=False),
    Column("included", Integer, nullable=False),
)
# `names` and `countries` are JSON.
SHIPPING_METHODS = Table(
    "shipping_methods",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("method", String(32), nullable=False),
    Column("names", Text, nullable=False),
    Column("countries", Text, nullable=False),
    Column("currency", String(3), nullable=False, index=True),
    Column("amount", BigInteger, nullable=False),
    Column("min_weight_g", BigInteger, nullable=False),
    Column("max_weight_g", BigInteger, nullable=False),
    Column("min_total", BigInteger, nullable=False),
    Column("max_total", BigInteger, nullable=False),
    Column("min_days", Integer, nullable=False),
    Column("max_days", Integer, nullable=False),
)
VOUCHERS = Table(
    "vouchers",
    METADATA,
    Column("code", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("percent_ppm", Integer, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("min_total", BigInteger, nullable=False),
    Column("starts_ms", BigInteger, nullable=False),
    Column("ends_ms", BigInteger, nullable=False),
    Column("uses_limit", Integer, nullable=False),
    Column("customer_limit", Integer, nullable=False),
    Column("used", Integer, nullable=False),
    Column("active", Integer, nullable=False),
)
# An order uses one voucher at most, so its id is the key, and redeeming twice is harmless.
VOUCHER_USES = Table(
    "voucher_uses",
    METADATA,
    Column("order_id", String(26), primary_key=True),
    Column("code", String(64), nullable=False),
    Column("customer_key", String(KEY_LENGTH), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index("ix_voucher_uses_code_customer", "code", "customer_key"),
)
# A gift card, or a customer's store credit in a currency. Only what opens it is stored: a card's code as its hash.
GIFT_BALANCES = Table(
    "gift_balances",
    METADATA,
    Column("id", String(26), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("opened_by", String(64), nullable=False),
    Column("last4", String(4), nullable=False),
    Column("customer_id", String(26), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("balance", BigInteger, nullable=False),
    Column("active", Integer, nullable=False),
    Column("email", String(254), nullable=False),
    Column("language", String(8), nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Index("gift_balances_by_opener", "opened_by", unique=True),
    Index("gift_balances_by_customer", "customer_id"),
    Index("gift_balances_by_expiry", "expires_ms"),
)
# Append-only: a balance is the sum of its movements. The id is derived from what happened, so it happens once.
GIFT_MOVEMENTS = Table(
    "gift_movements",
    METADATA,
    Column("id", String(26), primary_key=True),
    Column("balance_id", String(26), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("order_id", String(26), nullable=False),
    Column("ref", String(KEY_LENGTH), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index("gift_movements_by_balance", "balance_id"),
    Index("gift_movements_by_order", "order_id"),
)
