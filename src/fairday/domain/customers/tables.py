"""The tables of customers."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from fairday.kernel.sql import KEY_LENGTH, METADATA

CUSTOMERS = Table(
    "customers",
    METADATA,
    Column("id", String(26), primary_key=True),
    Column("email", String(KEY_LENGTH), nullable=False),
    Column("email_key", String(KEY_LENGTH), nullable=False),  # folded, for comparing
    Column("name", String(KEY_LENGTH), nullable=False),
    Column("name_key", String(KEY_LENGTH), nullable=False),
    Column("language", String(8), nullable=False),
    Column("consent", Text, nullable=False),  # JSON: purpose -> {given, at_ms}
    Column("epoch", Integer, nullable=False),
    Column("confirmed_ms", BigInteger, nullable=False),  # 0: not yet
    Column("created_ms", BigInteger, nullable=False),
    Index("customers_by_email", "email_key", unique=True),
    Index("customers_by_name", "name_key"),
)
ADDRESSES = Table(
    "customer_addresses",
    METADATA,
    Column("id", String(26), primary_key=True),
    Column("customer_id", String(26), nullable=False),
    Column("fields", Text, nullable=False),  # JSON: AddressFields
    Column("is_default", Integer, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Index("customer_addresses_by_customer", "customer_id"),
)
REQUESTS = Table(
    "customer_requests",
    METADATA,
    Column("id", String(26), primary_key=True),
    Column("customer_id", String(26), nullable=False),  # "": a decoy
    Column("purpose", String(16), nullable=False),
    Column("email", String(KEY_LENGTH), nullable=False),
    Column("previous_email", String(KEY_LENGTH), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger, nullable=False),  # 0: not yet
    Index("customer_requests_by_customer", "customer_id", "purpose"),
    Index("customer_requests_by_expiry", "expires_ms"),
)
