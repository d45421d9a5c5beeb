"""Orders of an earlier system: what they were, and what they came to. They are read and counted, never acted on.

Prices keep every decimal they were written with, as millionths of a currency unit.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, bindparam, case, func, select

from fairday.domain.orders.tables import PAST_LINES, PAST_ORDERS
from fairday.kernel.sql import Statement, insert_new, within
from fairday.kernel.unit_of_work import Reader, Writer

PastKind = Literal["sale", "cancellation", "adjustment"]
PastLineKind = Literal["goods", "postage", "discount", "fee", "manual", "sample", "gift-card", "debt", "tax", "refund"]
MICROS = 1_000_000
MICRO_DECIMALS = 6


class PastOrder(Struct, frozen=True, kw_only=True):
    """An order, a cancellation or an adjustment, by the key it had. `customer_key` is "" where nobody was named."""

    order_key: str
    kind: PastKind
    at_ms: int
    customer_key: str
    country: str
    currency: str


class PastLine(Struct, frozen=True, kw_only=True):
    """A line as it was written: quantities below zero take back, prices may be zero or below."""

    order_key: str
    line_hash: str
    repetition: int
    kind: PastLineKind
    sku: str
    description: str
    quantity: int
    price_micros: int
    price_decimals: int
    at_ms: int
    month: str
    customer_key: str
    country: str

    @property
    def price(self) -> str:
        """The unit price as it was written."""
        return decimal_of(self.price_micros, self.price_decimals)


class Sum(Struct, frozen=True):
    """An amount in millionths, and how many decimals its parts had."""

    micros: int
    decimals: int

    def __str__(self) -> str:
        """As a decimal with as many places as its most exact part."""
        return decimal_of(self.micros, self.decimals)


class MonthTotals(Struct, frozen=True, kw_only=True):
    """A month (`YYYY-MM`) of past lines; `gross` counts only what was sold."""

    month: str
    lines: int
    orders: int
    customers: int
    net: Sum
    gross: Sum


def decimal_of(micros: int, decimals: int) -> str:
    """Millionths as a decimal with this many places."""
    return str(Decimal(micros).scaleb(-MICRO_DECIMALS).quantize(Decimal(1).scaleb(-decimals)))


async def put_past(unit: Writer, past: Sequence[PastOrder], lines: Sequence[PastLine]) -> tuple[int, int]:
    """Write what is not there yet; how many orders and lines were new."""
    new_orders = await unit.run_many(_PUT_ORDER, [asdict(order) for order in past])
    return new_orders, await unit.run_many(_PUT_LINE, [asdict(line) for line in lines])


async def past_page(reader: Reader, after: str, limit: int) -> list[PastOrder]:
    """Past orders with a key above `after`, in order of key."""
    rows = await reader.rows(_PAGE, after=after, limit=limit)
    return [PastOrder(**dict(zip(_ORDER_COLUMNS, row, strict=True))) for row in rows]


async def newest_past(reader: Reader, before_ms: int, limit: int) -> list[PastOrder]:
    """Past orders from before `before_ms`, newest first."""
    rows = await reader.rows(_NEWEST, before_ms=before_ms, limit=limit)
    return [PastOrder(**dict(zip(_ORDER_COLUMNS, row, strict=True))) for row in rows]


async def past_lines(reader: Reader, order_keys: Sequence[str]) -> list[PastLine]:
    """The lines of these past orders, by order, in no order within."""
    rows = await reader.rows(_LINES_OF, order_keys=list(order_keys))
    return [PastLine(**dict(zip(_LINE_COLUMNS, row, strict=True))) for row in rows]


async def month_totals(reader: Reader) -> list[MonthTotals]:
    """Every month, oldest first."""
    customers: dict[str, int] = dict(await reader.rows(_MONTH_CUSTOMERS))
    return [
        MonthTotals(
            month=month, lines=lines, orders=orders, customers=customers.get(month, 0),
            net=Sum(int(net), int(net_decimals)), gross=Sum(int(gross or 0), int(gross_decimals or 0)),
        )
        for month, lines, orders, net, net_decimals, gross, gross_decimals in await reader.rows(_MONTHS)
    ]  # fmt: skip


async def counts(reader: Reader) -> dict[str, int]:
    """What there is, counted: rows, orders by kind, customers, codes, countries and every oddity."""
    row = await reader.row(_COUNTS)
    assert row is not None, "a query of counts has a row"
    named = dict(zip(_COUNT_NAMES, (int(value or 0) for value in row), strict=True))
    orders: dict[str, int] = dict(await reader.rows(_KINDS))
    return {**named, **{f"orders_{kind}": int(orders.get(kind, 0)) for kind in ("sale", "cancellation", "adjustment")}}


async def keys_of_kind(reader: Reader, kind: PastKind) -> list[str]:
    """The keys of past orders of a kind, in order."""
    return [row[0] for row in await reader.rows(_KEYS_OF_KIND, kind=kind)]


async def net_total(reader: Reader) -> Sum:
    """Everything, taken together."""
    row = await reader.row(_NET)
    return Sum(int(row[0] or 0), int(row[1] or 0)) if row else Sum(0, 0)


_O, _L = PAST_ORDERS.c, PAST_LINES.c
_ORDER_COLUMNS = tuple(PAST_ORDERS.columns.keys())
_LINE_COLUMNS = tuple(PAST_LINES.columns.keys())
_PUT_ORDER, _PUT_LINE = insert_new(PAST_ORDERS), insert_new(PAST_LINES)
_PAGE = Statement(
    select(PAST_ORDERS).where(_O.order_key > bindparam("after")).order_by(_O.order_key).limit(bindparam("limit"))
)
_NEWEST = Statement(
    select(PAST_ORDERS)
    .where(_O.at_ms < bindparam("before_ms"))
    .order_by(_O.at_ms.desc(), _O.order_key.desc())
    .limit(bindparam("limit"))
)
_LINES_OF = Statement(
    select(PAST_LINES)
    .where(within(_L.order_key, "order_keys"))
    .order_by(_L.order_key, _L.at_ms, _L.line_hash, _L.repetition)
)
_AMOUNT = _L.quantity * _L.price_micros
_SOLD = case((_AMOUNT > 0, _AMOUNT), else_=0)
_SOLD_DECIMALS = case((_AMOUNT > 0, _L.price_decimals), else_=0)
_MONTHS = Statement(
    select(
        _L.month, func.count(), func.count(func.distinct(_L.order_key)), func.sum(_AMOUNT),
        func.max(_L.price_decimals), func.sum(_SOLD), func.max(_SOLD_DECIMALS),
    )
    .group_by(_L.month)
    .order_by(_L.month)
)  # fmt: skip
_MONTH_CUSTOMERS = Statement(
    select(_L.month, func.count(func.distinct(_L.customer_key))).where(_L.customer_key != "").group_by(_L.month)
)
_COUNT_NAMES = (
    "rows", "orders", "customers", "rows_without_customer", "rows_without_description", "skus",
    "negative_quantity_not_cancelled", "zero_price_rows", "negative_price_rows", "countries", "repeated_rows",
)  # fmt: skip


def _rows_where(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


_COUNTS = Statement(
    select(
        func.count(),
        func.count(func.distinct(_L.order_key)),
        func.count(func.distinct(case((_L.customer_key != "", _L.customer_key)))),
        _rows_where(_L.customer_key == ""),
        _rows_where(_L.description == ""),
        func.count(func.distinct(_L.sku)),
        _rows_where((_L.quantity < 0) & (_O.kind != "cancellation")),
        _rows_where(_L.price_micros == 0),
        _rows_where(_L.price_micros < 0),
        func.count(func.distinct(_L.country)),
        _rows_where(_L.repetition > 1),
    ).select_from(PAST_LINES.join(PAST_ORDERS, _O.order_key == _L.order_key))
)
_KINDS = Statement(select(_O.kind, func.count()).group_by(_O.kind))
_KEYS_OF_KIND = Statement(select(_O.order_key).where(_O.kind == bindparam("kind")).order_by(_O.order_key))
_NET = Statement(select(func.sum(_AMOUNT), func.max(_L.price_decimals)))
