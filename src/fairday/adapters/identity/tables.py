"""The tables of `local:` identity. Nothing else reads them."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from fairday.kernel.sql import KEY_LENGTH, METADATA

CREDENTIALS = Table(
    "credentials",
    METADATA,
    Column("realm", String(16), primary_key=True),
    Column("login", String(KEY_LENGTH), primary_key=True),  # folded
    Column("subject", String(26), nullable=False),
    Column("hash", Text, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Index("credentials_by_subject", "realm", "subject", unique=True),
)
# Failures by login, whether it exists or not: a limit that only known logins have would tell which they are.
TRIES = Table(
    "credential_tries",
    METADATA,
    Column("realm", String(16), primary_key=True),
    Column("login_hash", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_ms", BigInteger, nullable=False),
    Index("credential_tries_by_time", "last_ms"),
)
