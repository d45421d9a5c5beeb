"""Orders: what was agreed, and how far it got.

Keeps orders, their lines, the commands that made them (idempotency) and which cart became which order. Announces
OrderPlaced, OrderShipped, OrderCancelled, OrderRefunded. Money moved is `payments`, parcels are `fulfilment`.
"""

from fairday.domain.orders.errors import (
    CartOrdered,
    InFlight,
    KeyReused,
    NotAllowed,
    StaleTotal,
)
from fairday.domain.orders.invariants import INVARIANTS
from fairday.domain.orders.model import Address, Command, Order, OrderLine

__all__ = [
    "INVARIANTS",
    "Address",
    "CartOrdered",
    "Command",
    "InFlight",
    "KeyReused",
    "NotAllowed",
    "Order",
    "OrderLine",
    "StaleTotal",
]
