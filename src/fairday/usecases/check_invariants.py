"""Check what must always be true: every package's own rules, and those between packages, which stand here.

A rule is a query that must return no row. This is the one place that reads the tables of several packages at once; it
writes nothing.
"""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import and_, case, func, or_, select

from fairday.domain.access.invariants import INVARIANTS as ACCESS
from fairday.domain.customers.invariants import INVARIANTS as CUSTOMERS
from fairday.domain.fulfilment.invariants import INVARIANTS as FULFILMENT
from fairday.domain.fulfilment.tables import SHIPMENT_LINES, SHIPMENTS
from fairday.domain.inventory.invariants import INVARIANTS as INVENTORY
from fairday.domain.inventory.tables import HOLDS, STOCK
from fairday.domain.ledger.invariants import INVARIANTS as LEDGER
from fairday.domain.ledger.model import STOCK as STOCK_ACCOUNT
from fairday.domain.ledger.tables import ENTRIES, POSTINGS
from fairday.domain.orders.invariants import INVARIANTS as ORDER_RULES
from fairday.domain.orders.tables import LINES, ORDERS
from fairday.domain.payments.invariants import INVARIANTS as PAYMENT_RULES
from fairday.domain.payments.tables import PAYMENTS, REFUNDS
from fairday.domain.pricing.invariants import INVARIANTS as PRICING
from fairday.domain.pricing.tables import VOUCHER_USES
from fairday.kernel.invariants import Invariant
from fairday.kernel.sql import Statement
from fairday.usecases.shop import Shop
from fairday.usecases.write_audit import verify_audit

ROWS_SHOWN = 20

_O, _L, _H, _P, _R, _V = ORDERS.c, LINES.c, HOLDS.c, PAYMENTS.c, REFUNDS.c, VOUCHER_USES.c
_OFF = ("declined", "cancelled")
_ORDER_IDS = select(_O.id)
_BOOKED = ("placed", "part_shipped", "shipped", "cancelled")


def _posted(kind: str, ref: Any, account: str) -> Any:  # noqa: ANN401 - SQLAlchemy expressions
    """What an entry of `kind` about `ref` says on accounts that begin with `account`."""
    return (
        select(func.coalesce(func.sum(POSTINGS.c.amount), 0))
        .select_from(POSTINGS.join(ENTRIES, ENTRIES.c.id == POSTINGS.c.entry_id))
        .where(ENTRIES.c.kind == kind, ENTRIES.c.ref == ref, POSTINGS.c.account.like(f"{account}%"))
        .scalar_subquery()
    )


_ALLOCATED = select(func.coalesce(func.sum(_H.quantity), 0)).where(_H.order_id == _O.id).scalar_subquery()
_PROMISED = (
    select(func.coalesce(func.sum(_L.quantity - _L.shipped - _L.cancelled), 0))
    .where(_L.order_id == _O.id)
    .scalar_subquery()
)
_PACKED = (
    select(func.coalesce(func.sum(SHIPMENT_LINES.c.quantity), 0))
    .select_from(SHIPMENT_LINES.join(SHIPMENTS, SHIPMENTS.c.id == SHIPMENT_LINES.c.shipment_id))
    .where(SHIPMENTS.c.order_id == _L.order_id, SHIPMENT_LINES.c.line_no == _L.line_no)
    .scalar_subquery()
)
_STOCK_WORTH = select(func.coalesce(func.sum(STOCK.c.cost), 0)).scalar_subquery()
_STOCK_BOOKED = (
    select(func.coalesce(func.sum(POSTINGS.c.amount), 0)).where(POSTINGS.c.account == STOCK_ACCOUNT).scalar_subquery()
)

BETWEEN = (
    Invariant(
        "orders-are-paid",
        "payments are what was agreed, sent orders are captured, and a sale is in the books exactly when captured",
        ("order_id", "state", "total", "payment", "captured", "booked"),
        Statement(
            select(
                _O.id,
                _O.state,
                _O.total,
                _P.state,
                _P.captured,
                _posted("sale", _O.id, "asset:provider") + _posted("sale", _O.id, "expense:fees"),
            )
            .select_from(ORDERS.outerjoin(PAYMENTS, _P.order_id == _O.id))
            .where(
                or_(
                    _P.order_id.is_(None),
                    _P.currency != _O.currency,
                    _P.amount != _O.total,
                    and_(_O.state.in_(_BOOKED), _P.state.not_in(("authorised", "captured", "voided"))),
                    and_(_O.state == "placed", _P.state == "voided"),
                    and_(_O.state.in_(("part_shipped", "shipped")), _P.state != "captured"),
                    and_(_O.state == "cancelled", _P.state == "authorised"),
                    and_(_O.state.in_(("held", "declined")), _P.captured != 0),
                    _P.captured != _posted("sale", _O.id, "asset:provider") + _posted("sale", _O.id, "expense:fees"),
                )
            )
        ),
    ),
    Invariant(
        "refunds-are-booked",
        "a refund is in the books exactly when it is done",
        ("refund_id", "state", "amount"),
        Statement(
            select(_R.id, _R.state, _R.amount).where(
                case((_R.state == "done", _R.amount), else_=0) + _posted("refund", _R.id, "asset:provider") != 0
            )
        ),
    ),
    Invariant(
        "orders-have-their-stock",
        "stock is promised to an order for exactly the pieces it still waits for",
        ("order_id", "state", "promised", "waiting"),
        Statement(
            select(_O.id, _O.state, _ALLOCATED, _PROMISED).where(
                case((_O.state.in_(_OFF), 0), else_=_PROMISED) != _ALLOCATED
            )
        ),
    ),
    Invariant(
        "parcels-hold-what-lines-say",
        "the pieces of a line that were sent are those in its parcels",
        ("order_id", "line_no", "shipped", "packed"),
        Statement(select(_L.order_id, _L.line_no, _L.shipped, _PACKED).where(_L.shipped != _PACKED)),
    ),
    Invariant(
        "vouchers-have-orders",
        "an order that lives holds the voucher it names, and no other order holds one",
        ("order_id", "state", "named", "held"),
        Statement(
            select(_O.id, _O.state, _O.voucher_code, func.coalesce(_V.code, ""))
            .select_from(ORDERS.outerjoin(VOUCHER_USES, _V.order_id == _O.id))
            .where(func.coalesce(_V.code, "") != case((_O.state.in_(_OFF), ""), else_=_O.voucher_code))
        ),
    ),
    Invariant(
        "payments-have-orders",
        "no payment, refund or voucher use without its order",
        ("order_id",),
        Statement(
            select(_P.order_id)
            .where(_P.order_id.not_in(_ORDER_IDS))
            .union(
                select(_R.order_id).where(_R.order_id.not_in(_ORDER_IDS)),
                select(_V.order_id).where(_V.order_id.not_in(_ORDER_IDS)),
            )
        ),
    ),
    Invariant(
        "stock-is-in-the-books",
        "the stock account is what the shelves cost",
        ("shelves", "books"),
        Statement(select(_STOCK_WORTH, _STOCK_BOOKED).where(_STOCK_WORTH != _STOCK_BOOKED)),
    ),
)
INVARIANTS: Sequence[Invariant] = (
    *ACCESS, *CUSTOMERS, *FULFILMENT, *INVENTORY, *LEDGER, *ORDER_RULES, *PAYMENT_RULES, *PRICING, *BETWEEN,
)  # fmt: skip


class Broken(Struct, frozen=True):
    """A rule that does not hold, and the first rows that break it."""

    name: str
    sentence: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


async def check_invariants(shop: Shop) -> list[Broken]:
    """Every broken rule; an empty list when all is well. Also recomputes the audit log's chains."""
    broken = []
    async with shop.database.read() as reader:
        for rule in INVARIANTS:
            rows = await reader.rows(rule.statement)
            if rows:
                broken.append(Broken(rule.name, rule.sentence, rule.columns, tuple(rows[:ROWS_SHOWN])))
    links = await verify_audit(shop)
    if links:
        rows = [tuple(str(getattr(link, name)) for name in link.__struct_fields__) for link in links[:ROWS_SHOWN]]
        columns = tuple(links[0].__struct_fields__)
        broken.append(Broken("audit-chain-unbroken", "the audit log is as it was written", columns, tuple(rows)))
    return broken
