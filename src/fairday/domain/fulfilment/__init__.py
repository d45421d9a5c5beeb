"""Fulfilment: what was sent, when, by whom.

Keeps shipments and what was in them. Announces nothing: orders say that they were shipped. Stock is `inventory`.
"""

from fairday.domain.fulfilment.invariants import INVARIANTS
from fairday.domain.fulfilment.model import Shipment, ShipmentLine, tracking_url

__all__ = ["INVARIANTS", "Shipment", "ShipmentLine", "tracking_url"]
