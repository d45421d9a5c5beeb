"""All SQL of fulfilment."""

from collections.abc import Sequence

from sqlalchemy import insert, select

from fairday.domain.fulfilment.model import Shipment, ShipmentLine
from fairday.domain.fulfilment.tables import SHIPMENT_LINES, SHIPMENTS
from fairday.kernel.sql import Statement, within
from fairday.kernel.unit_of_work import Reader, Writer


async def insert_many(unit: Writer, shipments: Sequence[Shipment]) -> None:
    """Write parcels and what is in them."""
    await unit.run_many(
        _INSERT,
        [{"id": s.id, "order_id": s.order_id, "carrier": s.carrier, "tracking": s.tracking, "at_ms": s.at_ms,
          "location": s.location}
         for s in shipments],
    )  # fmt: skip
    await unit.run_many(
        _INSERT_LINE,
        [{"shipment_id": s.id, "line_no": line.line_no, "quantity": line.quantity, "cost": line.cost}
         for s in shipments for line in s.lines],
    )  # fmt: skip


async def shipments_of(reader: Reader, order_ids: Sequence[str]) -> list[Shipment]:
    """The parcels of these orders, oldest first."""
    heads = await reader.rows(_OF, order_ids=list(order_ids))
    lines: dict[str, list[ShipmentLine]] = {}
    for shipment_id, *rest in await reader.rows(_LINES_OF, shipment_ids=[head[0] for head in heads]):
        lines.setdefault(shipment_id, []).append(ShipmentLine(*rest))
    return [
        Shipment(
            id=i, order_id=order_id, carrier=carrier, tracking=tracking, at_ms=at_ms, location=location,
            lines=tuple(lines[i]),
        )
        for i, order_id, carrier, tracking, at_ms, location in heads
    ]  # fmt: skip


_INSERT = Statement(insert(SHIPMENTS))
_INSERT_LINE = Statement(insert(SHIPMENT_LINES))
_OF = Statement(select(SHIPMENTS).where(within(SHIPMENTS.c.order_id, "order_ids")).order_by(SHIPMENTS.c.id))
_LINES_OF = Statement(
    select(SHIPMENT_LINES)
    .where(within(SHIPMENT_LINES.c.shipment_id, "shipment_ids"))
    .order_by(SHIPMENT_LINES.c.shipment_id, SHIPMENT_LINES.c.line_no)
)
