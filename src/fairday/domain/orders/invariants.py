"""What must always be true of orders."""

from sqlalchemy import and_, case, func, or_, select

from fairday.domain.orders.tables import COMMANDS, COUNTERS, LINES, LIVE_CARTS, ORDERS
from fairday.kernel.invariants import Invariant
from fairday.kernel.sql import Statement

_O, _L = ORDERS.c, LINES.c
_LINE_SUM = select(func.coalesce(func.sum(_L.total), 0)).where(_L.order_id == _O.id).scalar_subquery()
_BOOKED = ("placed", "part_shipped", "shipped", "cancelled")
_ADDED_TAX = case((_O.tax_included == 1, 0), else_=_O.tax)
_WAITING = (
    select(func.coalesce(func.sum(_L.quantity - _L.shipped - _L.cancelled), 0))
    .where(_L.order_id == _O.id)
    .scalar_subquery()
)
_SENT = select(func.coalesce(func.sum(_L.shipped), 0)).where(_L.order_id == _O.id).scalar_subquery()

INVARIANTS = (
    Invariant(
        "orders-total-adds-up",
        "total = subtotal - discount + shipping, and tax where it is not included",
        ("id", "total"),
        Statement(select(_O.id, _O.total).where(_O.total != _O.subtotal - _O.discount + _O.shipping + _ADDED_TAX)),
    ),
    Invariant(
        "orders-lines-add-up",
        "the lines and the postage (with its tax, where that is not included) make up the total",
        ("id", "total"),
        Statement(
            select(_O.id, _O.total).where(
                _O.total != _LINE_SUM + _O.shipping + case((_O.tax_included == 1, 0), else_=_O.shipping_tax)
            )
        ),
    ),
    Invariant(
        "orders-lines-within-bounds",
        "no more pieces are sent, cancelled or refunded than were ordered",
        ("order_id", "line_no"),
        Statement(
            select(_L.order_id, _L.line_no).where(
                or_(
                    _L.quantity < 1,
                    _L.shipped + _L.cancelled > _L.quantity,
                    _L.refunded > _L.quantity,
                    _L.shipped < 0,
                    _L.cancelled < 0,
                    _L.refunded < 0,
                )
            )
        ),
    ),
    Invariant(
        "orders-lines-have-orders",
        "no line without an order",
        ("order_id", "line_no"),
        Statement(
            select(_L.order_id, _L.line_no)
            .select_from(LINES.outerjoin(ORDERS, _O.id == _L.order_id))
            .where(_O.id.is_(None))
        ),
    ),
    Invariant(
        "orders-state-is-legal",
        "shipped and cancelled orders have nothing left to send, others have; who sent something says so",
        ("id", "state"),
        Statement(
            select(_O.id, _O.state).where(
                or_(
                    and_(_O.state == "shipped", _WAITING != 0),
                    and_(_O.state.in_(("held", "placed", "part_shipped")), _WAITING == 0),
                    and_(_O.state == "cancelled", _WAITING != 0),
                    and_(_O.state == "part_shipped", _SENT == 0),
                    and_(_O.state.in_(("placed", "held", "cancelled", "declined")), _SENT != 0),
                )
            )
        ),
    ),
    Invariant(
        "orders-one-per-cart",
        "a cart stands behind its own live order, and every live order has its cart",
        ("id", "state", "cart_id"),
        Statement(
            select(_O.id, _O.state, _O.cart_id)
            .select_from(ORDERS.outerjoin(LIVE_CARTS, LIVE_CARTS.c.cart_id == _O.cart_id))
            .where(_O.state != "declined", func.coalesce(LIVE_CARTS.c.order_id, "") != _O.id)
        ),
    ),
    Invariant(
        "orders-invoices-gapless",
        "booked orders carry the numbers 1 to the counter, each once; others carry none",
        ("highest", "numbered", "different", "counter"),
        Statement(
            select(
                func.coalesce(func.max(_O.invoice_number), 0),
                func.count(),
                func.count(func.distinct(_O.invoice_number)),
                func.coalesce(select(COUNTERS.c.value).where(COUNTERS.c.name == "invoice").scalar_subquery(), 0),
            )
            .where(or_(_O.state.in_(_BOOKED), _O.invoice_number != 0))
            .having(
                or_(
                    func.min(_O.invoice_number) != 1,
                    func.sum(case((_O.state.in_(_BOOKED), 0), else_=1)) != 0,
                    func.count() != func.coalesce(func.max(_O.invoice_number), 0),
                    func.count() != func.count(func.distinct(_O.invoice_number)),
                    func.count()
                    != func.coalesce(select(COUNTERS.c.value).where(COUNTERS.c.name == "invoice").scalar_subquery(), 0),
                )
            )
        ),
    ),
    Invariant(
        "orders-commands-have-orders",
        "every remembered command made an order",
        ("identity", "route", "order_id"),
        Statement(
            select(COMMANDS.c.identity, COMMANDS.c.route, COMMANDS.c.order_id)
            .select_from(COMMANDS.outerjoin(ORDERS, _O.id == COMMANDS.c.order_id))
            .where(_O.id.is_(None))
        ),
    ),
)
