"""What orders announce. `subject` is the order's id."""

from typing import ClassVar

from fairday.kernel.events import Event


class OrderPlaced(Event, frozen=True, kw_only=True):
    """The order is paid (or its payment is promised) and will be sent."""

    kind: ClassVar[str] = "order_placed"


class OrderShipped(Event, frozen=True, kw_only=True):
    """A parcel left."""

    kind: ClassVar[str] = "order_shipped"

    shipment_id: str


class OrderCancelled(Event, frozen=True, kw_only=True):
    """The order is off before anything was sent."""

    kind: ClassVar[str] = "order_cancelled"


class OrderRefunded(Event, frozen=True, kw_only=True):
    """Money went back."""

    kind: ClassVar[str] = "order_refunded"

    refund_id: str
