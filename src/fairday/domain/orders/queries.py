"""Questions the back office and the account ask of orders. Nothing here writes."""

from msgspec import Struct
from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, func, literal_column, or_, select

from fairday.domain.orders.model import Order
from fairday.domain.orders.store import order_from
from fairday.domain.orders.tables import LINES, ORDERS
from fairday.kernel.clock import DAY_MS, iso
from fairday.kernel.sql import Statement
from fairday.kernel.unit_of_work import Reader

SOLD = ("placed", "part_shipped", "shipped")


class DaySales(Struct, frozen=True):
    """A day (`YYYY-MM-DD`, UTC): how many orders, and their totals in minor units of a currency."""

    day: str
    currency: str
    orders: int
    total: int


class BestSeller(Struct, frozen=True):
    """A product by pieces sold."""

    product_id: str
    name: str
    quantity: int


async def orders_page(reader: Reader, *, state: str, search: str, before: str, limit: int) -> list[Order]:
    """Orders, newest first, below the id `before` ("" for the first page); `state` "" for all.

    `search` is an e-mail's beginning, an order id, or its reference.
    """
    text = search.strip().lower()
    reference = text.replace("-", "")
    rows = await reader.rows(
        _PAGE, state=state, all_states=int(not state), before=before or "~", limit=limit, everything=int(not text),
        email_from=text, email_to=text + "\uffff", reference=f"%{reference}" if reference else "",
    )  # fmt: skip
    return [order_from(row) for row in rows]


async def booked_page(reader: Reader, before: str, limit: int) -> list[Order]:
    """Orders that were sold (cancelled ones too), newest first, below the id `before`."""
    return [order_from(row) for row in await reader.rows(_BOOKED_PAGE, before=before or "~", limit=limit)]


async def orders_of_customer(reader: Reader, customer_id: str, before: str, limit: int) -> list[Order]:
    """A customer's orders, newest first, below the id `before`."""
    rows = await reader.rows(_OF_CUSTOMER, customer_id=customer_id, before=before or "~", limit=limit)
    return [order_from(row) for row in rows]


async def counts_by_state(reader: Reader) -> dict[str, int]:
    """How many orders are in each state."""
    return {state: int(count) for state, count in await reader.rows(_BY_STATE)}


async def sales_by_day(reader: Reader, from_ms: int, until_ms: int) -> list[DaySales]:
    """What was sold each day, by currency, oldest first; days without a sale are left out."""
    rows = await reader.rows(_BY_DAY, from_ms=from_ms, until_ms=until_ms)
    totals: dict[tuple[str, str], tuple[int, int]] = {}
    for day_number, currency, orders, total in rows:
        totals[_day(int(day_number)), currency] = (int(orders), int(total))
    return [DaySales(day, currency, *counted) for (day, currency), counted in sorted(totals.items())]


async def best_sellers(reader: Reader, from_ms: int, limit: int) -> list[BestSeller]:
    """The products of which most pieces were sold since."""
    rows = await reader.rows(_BEST, from_ms=from_ms, limit=limit)
    return [BestSeller(product_id, name, int(quantity)) for product_id, name, quantity in rows]


def _day(number: int) -> str:
    return iso(number * DAY_MS)[:10]


_O, _L = ORDERS.c, LINES.c
# An IN over a list is rendered at run time, where parameters are given by then; these are not.
_SOLD = or_(*(_O.state == state for state in SOLD))
_PAGE = Statement(
    select(ORDERS)
    .where(
        _O.id < bindparam("before"),
        or_(bindparam("all_states") == 1, _O.state == bindparam("state")),
        or_(
            bindparam("everything") == 1,
            and_(_O.email >= bindparam("email_from"), _O.email < bindparam("email_to")),
            _O.id.like(bindparam("reference")),
        ),
    )
    .order_by(_O.id.desc())
    .limit(bindparam("limit"))
)
_BOOKED_PAGE = Statement(
    select(ORDERS)
    .where(_O.id < bindparam("before"), _O.invoice_number > 0)
    .order_by(_O.id.desc())
    .limit(bindparam("limit"))
)
_OF_CUSTOMER = Statement(
    select(ORDERS)
    .where(_O.customer_id == bindparam("customer_id"), _O.id < bindparam("before"), _O.state != "declined")
    .order_by(_O.id.desc())
    .limit(bindparam("limit"))
)
_BY_STATE = Statement(select(_O.state, func.count()).group_by(_O.state))
_DAY_MS: ColumnElement[int] = literal_column(
    str(DAY_MS), BigInteger()
)  # written out, or MySQL does not know what it groups by
_DAY = (_O.placed_ms - _O.placed_ms % _DAY_MS) / _DAY_MS
_BY_DAY = Statement(
    select(_DAY, _O.currency, func.count(), func.sum(_O.total))
    .where(_SOLD, _O.placed_ms >= bindparam("from_ms"), _O.placed_ms < bindparam("until_ms"))
    .group_by(_DAY, _O.currency)
)
_BEST = Statement(
    select(_L.product_id, func.max(_L.name), func.sum(_L.quantity))
    .join(ORDERS, _O.id == _L.order_id)
    .where(_SOLD, _O.placed_ms >= bindparam("from_ms"))
    .group_by(_L.product_id)
    .order_by(func.sum(_L.quantity).desc(), _L.product_id)
    .limit(bindparam("limit"))
)
