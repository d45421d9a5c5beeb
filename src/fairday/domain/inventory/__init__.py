"""Inventory: how many of each SKU are where, and who they are promised to.

Keeps stock by SKU and location with its policy, holds (by order), what customers had of SKUs with a limit, locations,
and every movement. Announces StockChanged. What a SKU is belongs to `catalog`, what it sells for to `pricing`. From
where an order is sent is decided in `routing` (pure); SQL of orders is in `store`, of parcels in
`sending`, of staff in `shelves`.
"""

from fairday.domain.inventory.errors import CustomerLimit, OutOfStock, StockRefused
from fairday.domain.inventory.events import StockChanged
from fairday.domain.inventory.invariants import INVARIANTS
from fairday.domain.inventory.model import HoldRequest, Movement, Offer, Received, StockLevel, plan_holds
from fairday.domain.inventory.routing import Location

__all__ = [
    "INVARIANTS",
    "CustomerLimit",
    "HoldRequest",
    "Location",
    "Movement",
    "Offer",
    "OutOfStock",
    "Received",
    "StockChanged",
    "StockLevel",
    "StockRefused",
    "plan_holds",
]
