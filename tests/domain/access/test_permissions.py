"""Roles and permissions: the matrix, written out, and everything else denied."""

import pytest

from fairday.domain.access.errors import Forbidden
from fairday.domain.access.permissions import EVERY_PERMISSION, PERMISSIONS, ROLES, allows, covers, require

# o owner, m manager, s support, w warehouse
MATRIX = {
    "dashboard.view": "oms",
    "products.view": "omsw",
    "products.edit": "om",
    "prices.edit": "om",
    "media.edit": "om",
    "categories.edit": "om",
    "stock.view": "omsw",
    "stock.edit": "omw",
    "orders.view": "omsw",
    "orders.ship": "omw",
    "orders.cancel": "oms",
    "orders.refund": "oms",
    "orders.note": "oms",
    "customers.view": "oms",
    "customers.edit": "oms",
    "customers.erase": "o",
    "vouchers.view": "oms",
    "vouchers.edit": "om",
    "gifts.view": "oms",
    "gifts.edit": "om",
    "reports.view": "om",
    "ledger.view": "om",
    "ledger.close": "om",
    "ledger.reconcile": "om",
    "exports.run": "om",
    "imports.run": "om",
    "audit.view": "om",
    "staff.view": "o",
    "staff.edit": "o",
    "api_keys.view": "o",
    "api_keys.edit": "o",
    "settings.view": "o",
    "settings.edit": "o",
}


def test_the_matrix_names_every_permission():
    assert set(MATRIX) == EVERY_PERMISSION
    assert set(PERMISSIONS) == set(ROLES)


@pytest.mark.parametrize("permission", MATRIX)
@pytest.mark.parametrize("role", ROLES)
def test_the_matrix_is_what_is_allowed(role, permission):
    assert allows(role, permission) is (role[0] in MATRIX[permission])


@pytest.mark.parametrize("role", [*ROLES, "", "nobody", "Owner", "owner "])
@pytest.mark.parametrize("required", [(), ("",), ("*",), ("orders",), ("orders.",), ("orders.fly",), ("ORDERS.VIEW",)])
def test_nothing_and_nonsense_are_denied_to_everybody(role, required):
    assert not allows(role, *required)
    with pytest.raises(Forbidden):
        require(role, *required)


@pytest.mark.parametrize("role", ["", "nobody", "Owner", "api_key"])
@pytest.mark.parametrize("permission", sorted(EVERY_PERMISSION))
def test_unknown_roles_may_do_nothing(role, permission):
    assert not allows(role, permission)


def test_all_that_is_required_is_required():
    assert allows("manager", "orders.view", "products.edit")
    assert not allows("manager", "orders.view", "staff.edit")
    assert not allows("owner", "orders.view", "")


@pytest.mark.parametrize(
    ("scopes", "required", "covered"),
    [
        ({"read"}, "read", True),
        ({"read"}, "write", False),
        ({"write"}, "read", False),
        ({"read", "write"}, "write", True),
        ({"read", "write"}, "", False),
        ({"read", "write", "admin"}, "admin", False),
        (set(), "read", False),
    ],
)
def test_scopes_cover_what_they_say(scopes, required, covered):
    assert covers(frozenset(scopes), required) is covered
