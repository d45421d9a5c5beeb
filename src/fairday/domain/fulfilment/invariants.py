"""What must always be true of shipments."""

from sqlalchemy import select

from fairday.domain.fulfilment.tables import SHIPMENT_LINES, SHIPMENTS
from fairday.kernel.invariants import Invariant
from fairday.kernel.sql import Statement

INVARIANTS = (
    Invariant(
        "shipments-have-lines",
        "no parcel is empty",
        ("id", "order_id"),
        Statement(
            select(SHIPMENTS.c.id, SHIPMENTS.c.order_id)
            .select_from(SHIPMENTS.outerjoin(SHIPMENT_LINES, SHIPMENTS.c.id == SHIPMENT_LINES.c.shipment_id))
            .where(SHIPMENT_LINES.c.shipment_id.is_(None))
        ),
    ),
    Invariant(
        "shipment-lines-have-pieces",
        "a parcel holds at least one piece of every line in it",
        ("shipment_id", "line_no", "quantity"),
        Statement(
            select(SHIPMENT_LINES.c.shipment_id, SHIPMENT_LINES.c.line_no, SHIPMENT_LINES.c.quantity).where(
                SHIPMENT_LINES.c.quantity < 1
            )
        ),
    ),
)
