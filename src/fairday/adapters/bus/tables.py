"""The tables of local delivery: how far each subscription has heard, and the events it could not take."""

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from fairday.kernel.sql import KEY_LENGTH, METADATA

# `kinds` is JSON. `owner` may deliver until `lease_until_ms`; nobody may before `retry_ms`.
CURSORS = Table(
    "bus_cursors",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("kinds", Text, nullable=False),
    Column("owner", String(26), nullable=False),
    Column("lease_until_ms", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("retry_ms", BigInteger, nullable=False),
)

# `again` is 1 once somebody asked for another try.
DEAD_LETTERS = Table(
    "bus_dead_letters",
    METADATA,
    Column("subscription", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(64), nullable=False),
    Column("subject", String(KEY_LENGTH), nullable=False),
    Column("body", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("problem", Text, nullable=False),
    Column("failed_ms", BigInteger, nullable=False),
    Column("again", Integer, nullable=False),
)
