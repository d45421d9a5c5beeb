"""The table that carts lie in, where no document store is used."""

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from fairday.kernel.sql import METADATA

CARTS = Table(
    "carts",
    METADATA,
    Column("id", String(26), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("expires_ms", BigInteger, nullable=False, index=True),
    Column("body", Text, nullable=False),
)
