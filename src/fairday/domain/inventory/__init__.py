"""Inventory: how many of each SKU are where, and who they are promised to.

Keeps stock by SKU and location, holds (by order) and every movement. Announces StockChanged. What a SKU is belongs to
`catalog`, what it sells for to `pricing`.
"""

from fairday.domain.inventory.errors import OutOfStock, StockRefused
from fairday.domain.inventory.events import StockChanged
from fairday.domain.inventory.invariants import INVARIANTS
from fairday.domain.inventory.model import HoldRequest, Movement, Received, StockLevel, plan_holds

__all__ = [
    "INVARIANTS",
    "HoldRequest",
    "Movement",
    "OutOfStock",
    "Received",
    "StockChanged",
    "StockLevel",
    "StockRefused",
    "plan_holds",
]
