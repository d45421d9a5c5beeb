"""Under which name a provider knows an order, where the provider chooses names itself."""

from sqlalchemy import BigInteger, Column, String, Table

from fairday.kernel.sql import KEY_LENGTH, METADATA

# Written before money can move. An empty reference bars the order: it was let go before the provider heard of it.
STRIPE_PAYMENTS = Table(
    "stripe_payments",
    METADATA,
    Column("order_id", String(26), primary_key=True),
    Column("reference", String(KEY_LENGTH), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
