"""The menu: the parts of the back office, each for those who may open it."""

from collections.abc import Callable

from msgspec import Struct


class Entry(Struct, frozen=True):
    """A part: where it is, the sentence that names it, its drawing, and what it takes to see it."""

    path: str
    label: str
    icon: str
    permission: str


MENU = (
    Entry("/", "office-dashboard", "chart", "dashboard.view"),
    Entry("/orders", "office-orders", "basket", "orders.view"),
    Entry("/products", "office-products", "tag", "products.view"),
    Entry("/stock", "office-stock", "box", "stock.view"),
    Entry("/customers", "office-customers", "people", "customers.view"),
    Entry("/vouchers", "office-vouchers", "star", "vouchers.view"),
    Entry("/gift-cards", "office-gift-cards", "gift", "gifts.view"),
    Entry("/books", "office-books", "book", "ledger.view"),
    Entry("/audit", "office-audit", "list", "audit.view"),
    Entry("/staff", "office-staff", "shield", "staff.view"),
    Entry("/api-keys", "office-api-keys", "key", "api_keys.view"),
    Entry("/settings", "office-settings", "gear", "settings.view"),
)


def menu_for(may: Callable[[str], bool]) -> tuple[Entry, ...]:
    """What of it somebody may see."""
    return tuple(entry for entry in MENU if may(entry.permission))


def first_page(may: Callable[[str], bool]) -> str:
    """Where somebody lands after signing in."""
    return next((entry.path for entry in menu_for(may)), "/account")
