"""Who may do what, as data. Whatever is not written here is denied, and so is asking for nothing."""

from collections.abc import Mapping
from typing import Literal

from fairday.domain.access.errors import Forbidden

Role = Literal["owner", "manager", "support", "warehouse"]
ROLES: tuple[Role, ...] = ("owner", "manager", "support", "warehouse")
Scope = Literal["read", "write"]
SCOPES: tuple[Scope, ...] = ("read", "write")

_WAREHOUSE = frozenset({
    "products.view",
    "stock.view", "stock.edit",
    "orders.view", "orders.ship",
})  # fmt: skip
_SUPPORT = frozenset({
    "dashboard.view",
    "products.view", "stock.view",
    "orders.view", "orders.cancel", "orders.refund", "orders.note",
    "customers.view", "customers.edit",
    "vouchers.view", "gifts.view",
})  # fmt: skip
_MANAGER = _WAREHOUSE | _SUPPORT | frozenset({
    "products.edit", "prices.edit", "media.edit", "categories.edit",
    "vouchers.edit", "gifts.edit",
    "reports.view", "ledger.view", "ledger.close", "ledger.reconcile",
    "exports.run", "imports.run",
    "audit.view",
})  # fmt: skip
_OWNER = _MANAGER | frozenset({
    "staff.view", "staff.edit",
    "api_keys.view", "api_keys.edit",
    "settings.view", "settings.edit",
    "customers.erase",
})  # fmt: skip

PERMISSIONS: Mapping[str, frozenset[str]] = {
    "owner": _OWNER,
    "manager": _MANAGER,
    "support": _SUPPORT,
    "warehouse": _WAREHOUSE,
}
EVERY_PERMISSION = frozenset().union(*PERMISSIONS.values())


def allows(role: str, *required: str) -> bool:
    """Whether `role` has every permission in `required`; an unknown role, and an empty requirement, are denied."""
    granted = PERMISSIONS.get(role, frozenset())
    return bool(required) and all(permission in granted for permission in required)


def require(role: str, *required: str) -> None:
    """Forbidden unless `allows`."""
    if not allows(role, *required):
        raise Forbidden


def covers(scopes: frozenset[Scope], required: str) -> bool:
    """Whether an API key's scopes cover what a route requires; only `read` and `write` can be required."""
    return required in SCOPES and required in scopes
