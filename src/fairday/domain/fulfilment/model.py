"""Shipments."""

from msgspec import Struct

# Where carriers show a parcel; `{}` is its number. A carrier that is not here gets no link.
CARRIERS = {
    "DHL": "https://www.dhl.com/global-en/home/tracking.html?tracking-id={}",
    "UPS": "https://www.ups.com/track?tracknum={}",
    "FedEx": "https://www.fedex.com/fedextrack/?trknbr={}",
    "USPS": "https://tools.usps.com/go/TrackConfirmAction?tLabels={}",
    "DPD": "https://tracking.dpd.de/parcelstatus?query={}",
}


class ShipmentLine(Struct, frozen=True):
    """Pieces of an order's line in a parcel, and what they cost the shop, in base minor units."""

    line_no: int
    quantity: int
    cost: int = 0


class Shipment(Struct, frozen=True, kw_only=True):
    """A parcel that left `location` ("": nobody wrote down where)."""

    id: str
    order_id: str
    carrier: str
    tracking: str
    at_ms: int
    lines: tuple[ShipmentLine, ...] = ()
    location: str = ""


def tracking_url(shipment: Shipment) -> str:
    """Where the carrier shows this parcel, or ""."""
    pattern = CARRIERS.get(shipment.carrier, "")
    safe = "".join(character for character in shipment.tracking if character.isalnum())
    return pattern.format(safe) if pattern and safe else ""
