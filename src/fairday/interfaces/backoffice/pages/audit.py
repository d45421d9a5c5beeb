"""The audit log: what was done, by whom, from where; and whether it is still what was written."""

from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from fairday.domain.access import AuditEntry
from fairday.interfaces.backoffice.doors import Answer, Doors
from fairday.interfaces.backoffice.visit import ROOT, Visit
from fairday.kernel.ids import is_id
from fairday.usecases.write_audit import count_links, read_audit, verify_audit

DOORS = Doors()
PAGE = 50
CHECKED_AT_SIGHT = 2_000  # links; recomputing more of them takes a moment, so it is done when asked for
KINDS = ("order", "product", "sku", "voucher", "staff", "api_key", "customer", "category")
PLACES = {"order": "/orders", "product": "/products", "voucher": "/vouchers", "customer": "/customers"}


class Line(Struct, frozen=True):
    """An entry with its details told, and where its subject can be seen ("" when nowhere)."""

    entry: AuditEntry
    details: tuple[tuple[str, str], ...]
    href: str


@DOORS.get("/audit", "audit.view")
async def show_audit(visit: Visit) -> Answer:
    kind, subject = visit.query("kind", 64), visit.query("subject", 191)
    cursor = visit.query("cursor", 26)
    entries, after = await read_audit(
        visit.shop, visit.actor, cursor if is_id(cursor) else "", PAGE,
        subject=(kind, subject) if kind and subject else None,
    )  # fmt: skip
    checked = bool(visit.query("check")) or await count_links(visit.shop) <= CHECKED_AT_SIGHT
    return visit.page(
        "audit",
        visit.text("office-audit"),
        lines=[_line(entry) for entry in entries],
        cursor=after,
        kind=kind,
        kinds=KINDS,
        subject=subject,
        checked=checked,
        broken=await verify_audit(visit.shop) if checked else [],
        here=f"{ROOT}/audit?{urlencode({'kind': kind, 'subject': subject})}",
    )


def _line(entry: AuditEntry) -> Line:
    details = msgspec.json.decode(entry.details, type=dict[str, str | int | float | bool | None])
    told = tuple((name, str(value)) for name, value in details.items() if value not in {"", None})
    place = PLACES.get(entry.subject_kind)
    return Line(entry, told, f"{place}/{entry.subject_id}" if place and entry.subject_id else "")
