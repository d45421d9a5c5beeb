"""The tables of access."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from fairday.kernel.sql import KEY_LENGTH, METADATA

STAFF = Table(
    "staff",
    METADATA,
    Column("id", String(26), primary_key=True),
    Column("login", String(KEY_LENGTH), nullable=False),
    Column("login_key", String(KEY_LENGTH), nullable=False),  # folded, for comparing
    Column("name", String(KEY_LENGTH), nullable=False),
    Column("role", String(16), nullable=False),
    Column("active", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("temporary_until_ms", BigInteger, nullable=False),  # 0: the password is their own
    Column("totp_sealed", Text, nullable=False),  # "": none
    Column("totp_step", BigInteger, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Index("staff_by_login", "login_key", unique=True),
)
PASSKEYS = Table(
    "staff_passkeys",
    METADATA,
    Column("id_hash", String(64), primary_key=True),  # a credential's own id may be longer than a key can be
    Column("id", Text, nullable=False),
    Column("staff_id", String(26), nullable=False),
    Column("public_key", Text, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("name", String(KEY_LENGTH), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger, nullable=False),
    Index("staff_passkeys_by_staff", "staff_id"),
)
RECOVERY_CODES = Table(
    "staff_recovery_codes",
    METADATA,
    Column("staff_id", String(26), primary_key=True),
    Column("code_hash", String(64), primary_key=True),
    Column("used_ms", BigInteger, nullable=False),  # 0: not yet
)
CHALLENGES = Table(
    "staff_challenges",
    METADATA,
    Column("id", String(26), primary_key=True),
    Column("staff_id", String(26), nullable=False),
    Column("purpose", String(16), nullable=False),
    Column("challenge", String(KEY_LENGTH), nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Index("staff_challenges_by_expiry", "expires_ms"),
)
API_KEYS = Table(
    "api_keys",
    METADATA,
    Column("id", String(26), primary_key=True),
    Column("name", String(KEY_LENGTH), nullable=False),
    Column("key_hash", String(64), nullable=False),
    Column("scopes", String(64), nullable=False),  # JSON list
    Column("created_by", String(26), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger, nullable=False),  # 0: never; exact to a minute
    Column("revoked_ms", BigInteger, nullable=False),  # 0: not
)
# One row a writer process: counting it up is what makes its links take turns.
AUDIT_HEADS = Table(
    "audit_heads",
    METADATA,
    Column("chain", String(40), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)
AUDIT_LINKS = Table(
    "audit_links",
    METADATA,
    Column("chain", String(40), primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("entries", Integer, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
AUDIT_ENTRIES = Table(
    "audit_entries",
    METADATA,
    Column("id", String(26), primary_key=True),
    Column("chain", String(40), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("actor_kind", String(16), nullable=False),
    Column("actor_id", String(26), nullable=False),
    Column("actor_name", String(KEY_LENGTH), nullable=False),
    Column("source", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject_kind", String(64), nullable=False),
    Column("subject_id", String(KEY_LENGTH), nullable=False),
    Column("details", Text, nullable=False),  # JSON
    Index("audit_entries_by_link", "chain", "number", "position", unique=True),
    Index("audit_entries_by_subject", "subject_kind", "subject_id", "id"),
)
