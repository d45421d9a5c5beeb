"""Check what must always be true: every package's own rules, and those between packages, which stand here.

A rule is a query that must return no row. This is the one place that reads the tables of several packages at once; it
writes nothing.
"""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import astuple
from sqlalchemy import and_, case, func, or_, select, union_all

from fairday.domain.access import BrokenLink
from fairday.domain.access.invariants import INVARIANTS as ACCESS
from fairday.domain.customers.invariants import INVARIANTS as CUSTOMERS
from fairday.domain.fulfilment.invariants import INVARIANTS as FULFILMENT
from fairday.domain.fulfilment.tables import SHIPMENT_LINES, SHIPMENTS
from fairday.domain.inventory.invariants import INVARIANTS as INVENTORY
from fairday.domain.inventory.tables import HOLDS, STOCK
from fairday.domain.ledger.invariants import INVARIANTS as LEDGER
from fairday.domain.ledger.model import GIFT_CARDS, STORE_CREDIT
from fairday.domain.ledger.model import STOCK as STOCK_ACCOUNT
from fairday.domain.ledger.reports import Difference
from fairday.domain.ledger.tables import ENTRIES, POSTINGS
from fairday.domain.orders.invariants import INVARIANTS as ORDER_RULES
from fairday.domain.orders.tables import LINES, ORDERS
from fairday.domain.payments.invariants import INVARIANTS as PAYMENT_RULES
from fairday.domain.payments.tables import DISPUTES, PAYMENTS, REFUNDS
from fairday.domain.pricing.invariants import INVARIANTS as PRICING
from fairday.domain.pricing.tables import GIFT_BALANCES, GIFT_MOVEMENTS, VOUCHER_USES
from fairday.kernel.invariants import Invariant
from fairday.kernel.sql import Statement
from fairday.kernel.unit_of_work import Row
from fairday.usecases.close_period import changed_days
from fairday.usecases.compare_reports import compare_reports
from fairday.usecases.shop import Shop
from fairday.usecases.write_audit import verify_audit

ROWS_SHOWN = 20

_O, _L, _H, _P, _R, _V = ORDERS.c, LINES.c, HOLDS.c, PAYMENTS.c, REFUNDS.c, VOUCHER_USES.c
_OFF = ("declined", "cancelled")
_ORDER_STATE, _PAYMENT_STATE = func.max(_O.state), func.max(_P.state)  # of a group with one: HAVING wants it so
_HELD_GIFTS = ("redeem", "release")
_B, _M = GIFT_BALANCES.c, GIFT_MOVEMENTS.c
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


def _moved(*kinds: str, order_id: Any = None, ref: Any = None) -> Any:  # noqa: ANN401 - SQLAlchemy expressions
    """What movements of gift balances of these kinds come to, of an order or about one thing."""
    about = _M.order_id == order_id if ref is None else _M.ref == ref
    query = select(func.coalesce(func.sum(_M.amount), 0)).where(about, _M.kind.in_(kinds))
    return query.scalar_subquery()


def _sold(order_id: Any) -> Any:  # noqa: ANN401 - SQLAlchemy expressions
    """Whether the sale of an order is in the books."""
    return select(ENTRIES.c.id).where(ENTRIES.c.kind == "sale", ENTRIES.c.ref == order_id).exists()


# What the shop owes the holders of gift balances by their movements, where a purchase counts once its sale is booked,
# and (credits being negative) what the books say about it: together nothing.
_OWED = union_all(
    select(
        _B.kind.label("kind"),
        _B.currency.label("currency"),
        case((_M.kind == "release", 0), (and_(_M.kind == "redeem", ~_sold(_M.order_id)), 0), else_=_M.amount).label(
            "amount"
        ),
    ).join(GIFT_MOVEMENTS, _M.balance_id == _B.id),
    select(
        case((POSTINGS.c.account == GIFT_CARDS, "card"), else_="credit"), POSTINGS.c.currency, POSTINGS.c.amount
    ).where(POSTINGS.c.account.in_((GIFT_CARDS, STORE_CREDIT))),
).subquery()

BETWEEN = (
    Invariant(
        "orders-are-paid",
        "payments and gift balances are what was agreed, sent orders are captured, and a sale is in the books exactly "
        "when captured",
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
                    _P.amount != _O.total - _O.gift - _O.credit,
                    _moved("redeem", order_id=_O.id) != -(_O.gift + _O.credit),
                    and_(_O.state.in_(_BOOKED), _P.state.not_in(("authorised", "captured", "voided"))),
                    and_(_O.state == "placed", _P.state == "voided"),
                    and_(_O.state.in_(("part_shipped", "shipped")), _P.state != "captured"),
                    and_(_O.state == "cancelled", _P.state == "authorised"),
                    and_(_O.state.in_(("held", "declined")), _P.captured != 0),
                    _P.captured != _posted("sale", _O.id, "asset:provider") + _posted("sale", _O.id, "expense:fees"),
                    and_(_P.state == "captured", _O.total != 0, ~_sold(_O.id)),
                )
            )
        ),
    ),
    Invariant(
        "disputes-are-booked",
        "what a dispute took is in the books, and what was won back exactly when it was won",
        ("dispute_id", "state", "amount", "fee"),
        Statement(
            select(DISPUTES.c.id, DISPUTES.c.state, DISPUTES.c.amount, DISPUTES.c.fee).where(
                or_(
                    DISPUTES.c.amount + DISPUTES.c.fee + _posted("chargeback", DISPUTES.c.id, "asset:provider") != 0,
                    case((DISPUTES.c.state == "won", DISPUTES.c.amount), else_=0)
                    != _posted("reversed", DISPUTES.c.id, "asset:provider"),
                )
            )
        ),
    ),
    Invariant(
        "refunds-are-booked",
        "a refund is in the books, and its part on gift balances, exactly when it is done",
        ("refund_id", "state", "amount", "gift"),
        Statement(
            select(_R.id, _R.state, _R.amount, _R.gift).where(
                or_(
                    case((_R.state == "done", _R.amount - _R.gift), else_=0)
                    + _posted("refund", _R.id, "asset:provider")
                    != 0,
                    case((_R.state == "done", _R.gift), else_=0) != _moved("refund", ref=_R.id),
                )
            )
        ),
    ),
    Invariant(
        "gifts-have-orders",
        "gift balances pay for orders that live; what an order took that was let go is back on its balances",
        ("order_id", "state", "taken", "released"),
        Statement(
            select(
                _M.order_id,
                func.coalesce(_O.state, ""),
                func.sum(case((_M.kind == "redeem", _M.amount), else_=0)),
                func.sum(case((_M.kind == "release", _M.amount), else_=0)),
            )
            .select_from(
                GIFT_MOVEMENTS.outerjoin(ORDERS, _O.id == _M.order_id).outerjoin(PAYMENTS, _P.order_id == _M.order_id)
            )
            .where(or_(_M.order_id != "", _M.kind == "redeem"))
            .group_by(_M.order_id, _O.state, _P.state)
            .having(
                or_(
                    func.coalesce(_ORDER_STATE, "") == "",
                    case(
                        (_ORDER_STATE == "declined", func.sum(case((_M.kind.in_(_HELD_GIFTS), _M.amount), else_=0))),
                        (
                            and_(_ORDER_STATE == "cancelled", _PAYMENT_STATE == "voided"),
                            func.sum(case((_M.kind.in_(_HELD_GIFTS), _M.amount), else_=0)),
                        ),
                        else_=func.sum(case((_M.kind == "release", _M.amount), else_=0)),
                    )
                    != 0,
                )
            )
        ),
    ),
    Invariant(
        "gifts-are-in-the-books",
        "what is owed to the holders of gift cards and store credit is in the books, by kind and currency",
        ("kind", "currency", "difference"),
        Statement(
            select(_OWED.c.kind, _OWED.c.currency, func.sum(_OWED.c.amount))
            .group_by(_OWED.c.kind, _OWED.c.currency)
            .having(func.sum(_OWED.c.amount) != 0)
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


# Rules that no query can ask.
COMPUTED = (
    ("audit-chain-unbroken", "the audit log is as it was written", BrokenLink.__struct_fields__),
    ("ledger-closed-days-unchanged", "a closed day is as it was closed", ("day", "problem")),
    ("captures-have-orders", "what a provider took is a booked order, or went back", Difference.__struct_fields__),
    ("books-equal-providers", "the books say of a provider's money what its record says", Difference.__struct_fields__),
)
STRAY = {"capture", "owed"}


class Broken(Struct, frozen=True):
    """A rule that does not hold, and the first rows that break it."""

    name: str
    sentence: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


async def check_invariants(shop: Shop, *, stale_ms: int = 0) -> list[Broken]:
    """Every broken rule; an empty list when all is well. Raises PaymentUnknown where a provider cannot be asked.

    Beside the queries: the audit log's chains and the closed days are computed again, and the books are held against
    the providers' own records, but for what is younger than `stale_ms` (0 while nobody buys).
    """
    broken = []
    async with shop.database.read(snapshot=True) as reader:
        for rule in INVARIANTS:
            rows: Sequence[Row] = await reader.rows(rule.statement)
            if rows:
                broken.append(Broken(rule.name, rule.sentence, rule.columns, tuple(rows[:ROWS_SHOWN])))
    links = [tuple(str(value) for value in astuple(link)) for link in await verify_audit(shop)]
    days = await changed_days(shop)
    found = [one.difference for one in (await compare_reports(shop, stale_ms=stale_ms)).found]
    stray = [astuple(one) for one in found if one.kind in STRAY]
    others = [astuple(one) for one in found if one.kind not in STRAY]
    computed: tuple[Sequence[Row], ...] = (links, days, stray, others)
    for (name, sentence, columns), rows in zip(COMPUTED, computed, strict=True):
        if rows:
            broken.append(Broken(name, sentence, columns, tuple(rows[:ROWS_SHOWN])))
    return broken
