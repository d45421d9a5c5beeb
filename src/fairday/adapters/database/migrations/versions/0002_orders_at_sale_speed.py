"""What sale days need: more of stock, payments and books. Only adds, so code written for 0001 goes on beside it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Everything that 0001 lacks, part by part."""
    _stock()
    _payments()
    _gift_balances()
    _books()
    _reconciliations()


def _stock() -> None:
    """Policies of SKUs, limits per customer, and locations; wherever stock is now, is one."""
    op.add_column("stock", sa.Column("policy", sa.String(length=16), server_default="deny", nullable=False))
    op.add_column("stock", sa.Column("beyond", sa.Integer(), server_default="0", nullable=False))
    op.add_column("stock", sa.Column("expected_ms", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("stock", sa.Column("per_customer", sa.Integer(), server_default="0", nullable=False))
    op.add_column("stock_holds", sa.Column("customer", sa.String(length=64), server_default="", nullable=False))
    op.create_table(
        "stock_locations",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("region", sa.String(length=16), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("active", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "stock_customers",
        sa.Column("sku", sa.String(length=191), nullable=False),
        sa.Column("customer", sa.String(length=64), nullable=False),
        sa.Column("promised", sa.Integer(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sku", "customer"),
    )
    # Only what is not there yet: on MySQL this revision may have been begun before.
    op.execute(
        "INSERT INTO stock_locations (code, name, country, region, priority, active) "
        "SELECT found.location, found.location, '', '', 100, 1 "
        "FROM (SELECT location FROM stock UNION SELECT 'main' AS location) found "
        "LEFT JOIN stock_locations known ON known.code = found.location WHERE known.code IS NULL"
    )
    op.add_column("shipments", sa.Column("location", sa.String(length=64), server_default="", nullable=False))


def _payments() -> None:
    """Events that providers send, disputes, and the references of a provider that names orders itself."""
    op.add_column("payments", sa.Column("to_capture", sa.BigInteger(), server_default="0", nullable=False))
    op.create_table(
        "payment_events",
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.String(length=191), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("order_id", sa.String(length=26), nullable=False),
        sa.Column("reference", sa.String(length=191), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "event_id"),
    )
    op.create_index("payment_events_by_state", "payment_events", ["state", "due_ms"], unique=False)
    op.create_table(
        "payment_disputes",
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=191), nullable=False),
        sa.Column("order_id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "id"),
    )
    op.create_index("payment_disputes_by_order", "payment_disputes", ["order_id"], unique=False)
    op.create_table(
        "stripe_payments",
        sa.Column("order_id", sa.String(length=26), nullable=False),
        sa.Column("reference", sa.String(length=191), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("order_id"),
    )


def _gift_balances() -> None:
    """Gift cards and store credit."""
    op.create_table(
        "gift_balances",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("opened_by", sa.String(length=64), nullable=False),
        sa.Column("last4", sa.String(length=4), nullable=False),
        sa.Column("customer_id", sa.String(length=26), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("gift_balances_by_opener", "gift_balances", ["opened_by"], unique=True)
    op.create_index("gift_balances_by_customer", "gift_balances", ["customer_id"], unique=False)
    op.create_index("gift_balances_by_expiry", "gift_balances", ["expires_ms"], unique=False)
    op.create_table(
        "gift_movements",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("balance_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.String(length=26), nullable=False),
        sa.Column("ref", sa.String(length=191), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("gift_movements_by_balance", "gift_movements", ["balance_id"], unique=False)
    op.create_index("gift_movements_by_order", "gift_movements", ["order_id"], unique=False)
    op.add_column("orders", sa.Column("gift", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("orders", sa.Column("credit", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("refunds", sa.Column("gift", sa.BigInteger(), server_default="0", nullable=False))


def _books() -> None:
    """Closed days and periods."""
    op.create_table(
        "ledger_boundary",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("shut_until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "ledger_closed_days",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_by", sa.String(length=191), nullable=False),
        sa.PrimaryKeyConstraint("day"),
    )
    op.create_table(
        "ledger_day_totals",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("debit", sa.BigInteger(), nullable=False),
        sa.Column("credit", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "account", "currency"),
    )
    op.create_table(
        "ledger_closed_periods",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_by", sa.String(length=191), nullable=False),
        sa.PrimaryKeyConstraint("month"),
    )


def _reconciliations() -> None:
    """How far providers' records were followed, and what differed."""
    op.create_table(
        "ledger_report_places",
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("after", sa.String(length=191), nullable=False),
        sa.PrimaryKeyConstraint("provider"),
    )
    op.create_table(
        "ledger_reconciliations",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("movements", sa.Integer(), nullable=False),
        sa.Column("repaired", sa.Integer(), nullable=False),
        sa.Column("left_over", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "ledger_differences",
        sa.Column("reconciliation_id", sa.String(length=26), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("ref", sa.String(length=191), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("theirs", sa.BigInteger(), nullable=False),
        sa.Column("ours", sa.BigInteger(), nullable=False),
        sa.Column("remedy", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("reconciliation_id", "line_no"),
    )
