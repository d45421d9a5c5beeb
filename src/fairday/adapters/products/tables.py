"""The tables that product documents, their SKUs and the category tree lie in, where no document store is used."""

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from fairday.kernel.sql import KEY_LENGTH, METADATA

PRODUCTS = Table(
    "products",
    METADATA,
    Column("id", String(26), primary_key=True),
    Column("key", String(KEY_LENGTH), nullable=False, unique=True),
    Column("slug", String(KEY_LENGTH), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

PRODUCT_SKUS = Table(
    "product_skus",
    METADATA,
    Column("sku", String(KEY_LENGTH), primary_key=True),
    Column("product_id", String(26), nullable=False, index=True),
)

CATEGORIES = Table(
    "categories",
    METADATA,
    Column("id", String(26), primary_key=True),
    Column("body", Text, nullable=False),
)
