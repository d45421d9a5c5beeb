"""What must always be true of customers."""

from sqlalchemy import func, or_, select

from fairday.domain.customers.tables import ADDRESSES, CUSTOMERS, REQUESTS
from fairday.kernel.invariants import Invariant
from fairday.kernel.sql import Statement

_C, _A, _R = CUSTOMERS.c, ADDRESSES.c, REQUESTS.c
_DEFAULTS = func.sum(_A.is_default)

INVARIANTS = (
    Invariant(
        "customers-one-default-address",
        "every address book has exactly one default address",
        ("customer_id", "defaults"),
        Statement(select(_A.customer_id, _DEFAULTS).group_by(_A.customer_id).having(_DEFAULTS != 1)),
    ),
    Invariant(
        "customers-own-their-addresses",
        "every address belongs to a customer",
        ("id", "customer_id"),
        Statement(select(_A.id, _A.customer_id).where(_A.customer_id.not_in(select(_C.id)))),
    ),
    Invariant(
        "customers-links-used-in-time",
        "no letter's link was used before it was made or after it expired",
        ("id", "created_ms", "expires_ms", "used_ms"),
        Statement(
            select(_R.id, _R.created_ms, _R.expires_ms, _R.used_ms).where(
                _R.used_ms != 0, or_(_R.used_ms < _R.created_ms, _R.used_ms >= _R.expires_ms)
            )
        ),
    ),
    Invariant(
        "customers-decoys-open-nothing",
        "a decoy was never used",
        ("id", "used_ms"),
        Statement(select(_R.id, _R.used_ms).where(_R.customer_id == "", _R.used_ms != 0)),
    ),
    Invariant(
        "customers-times-in-order",
        "no address was confirmed before the account was made, and no epoch is below zero",
        ("id", "created_ms", "confirmed_ms", "epoch"),
        Statement(
            select(_C.id, _C.created_ms, _C.confirmed_ms, _C.epoch).where(
                or_((_C.confirmed_ms != 0) & (_C.confirmed_ms < _C.created_ms), _C.epoch < 0)
            )
        ),
    ),
)
