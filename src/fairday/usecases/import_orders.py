"""Take over the orders of an earlier system: CSV, plain or gzipped, any number of files in any order.

What each row becomes is in docs/imports.md. An order with a bad row is left out whole and reported; everything else
goes in. A row is named by what it says and by which repetition of that it is, so a second run changes nothing.
"""

import csv
import gzip
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from msgspec import Struct

from fairday.domain.orders import history
from fairday.domain.orders.history import MICRO_DECIMALS, PastKind, PastLine, PastLineKind, PastOrder
from fairday.kernel.errors import Invalid
from fairday.kernel.money import EXPONENTS
from fairday.usecases.shop import Shop

SLICE = 2_000
COMPLAINTS_KEPT = 1_000
QUANTITY_LIMIT = 2**31 - 1
# The columns of our own export, and what the public wholesaler's invoices call them.
COLUMNS: Mapping[str, Sequence[str]] = {
    "order": ("order", "InvoiceNo", "Invoice"),
    "sku": ("sku", "StockCode"),
    "description": ("description", "Description"),
    "quantity": ("quantity", "Quantity"),
    "at": ("at", "InvoiceDate"),
    "price": ("price", "UnitPrice", "Price"),
    "customer": ("customer", "CustomerID", "Customer ID"),
    "country": ("country", "Country"),
}
CURRENCY = "currency"  # a column that may be there
_LINE_KINDS: Mapping[str, PastLineKind] = {
    "POST": "postage", "DOT": "postage", "C2": "postage", "D": "discount", "BANK CHARGES": "fee", "AMAZONFEE": "fee",
    "CRUK": "fee", "M": "manual", "S": "sample", "B": "debt", "TAX": "tax", "REFUND": "refund",
}  # fmt: skip
_GIFT_CARD = re.compile(r"gift_\d{4}_\d+", re.IGNORECASE)
_ORDER_KEY = re.compile(r"[\w./-]{1,64}")


class OrdersReport(Struct, kw_only=True):
    """What an import did. `failed` holds file, line and reason of rows that left their order out."""

    rows: int = 0
    orders_written: int = 0
    lines_written: int = 0
    unchanged: int = 0
    left_out: int = 0
    failed: list[tuple[str, int, str]] = []


async def import_orders(
    shop: Shop, files: Sequence[Path], *, currency: str = "GBP", dry_run: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> OrdersReport:  # fmt: skip
    """Read all files twice: once to find the orders that must stay out, once to write the others in slices.

    `progress` is called with how many rows were read since it was last. Invalid when a file is not such a table.
    """
    report = OrdersReport(failed=[])
    refused = set()
    for name, number, row in _rows(files):
        report.rows += 1
        problem = _problem(row)
        if problem:
            refused.add(row["order"])
            if len(report.failed) < COMPLAINTS_KEPT:
                report.failed.append((name, number, problem))
    report.left_out = len(refused)
    seen: Counter[tuple[str, str]] = Counter()
    batch: list[dict[str, str]] = []
    for _, _, row in _rows(files):
        if row["order"] not in refused:
            batch.append(row)
        if len(batch) == SLICE:
            await _write(shop, batch, currency, seen, None if dry_run else report)
            progress(len(batch))
            batch = []
    await _write(shop, batch, currency, seen, None if dry_run else report)
    progress(len(batch))
    return report


async def order_totals(shop: Shop) -> dict[str, object]:
    """What is stored of past orders, by query: counts, the net of everything, and every month."""
    async with shop.database.read() as reader:
        counted = await history.counts(reader)
        adjusted = await history.keys_of_kind(reader, "adjustment")
        net = await history.net_total(reader)
        months = await history.month_totals(reader)
    return {
        "rows": counted["rows"],
        "invoices": counted["orders"],
        "cancel_invoices": counted["orders_cancellation"],
        "adjust_invoices": adjusted,
        "customers": counted["customers"],
        "rows_without_customer": counted["rows_without_customer"],
        "rows_without_description": counted["rows_without_description"],
        "stock_codes": counted["skus"],
        "negative_quantity_not_cancel": counted["negative_quantity_not_cancelled"],
        "zero_price_rows": counted["zero_price_rows"],
        "negative_price_rows": counted["negative_price_rows"],
        "countries": counted["countries"],
        "duplicate_rows": counted["repeated_rows"],
        "net_gbp": str(net),
        "months": {
            month.month: {
                "lines": month.lines, "invoices": month.orders, "customers": month.customers,
                "net_gbp": str(month.net), "gross_sales_gbp": str(month.gross),
            }
            for month in months
        },
    }  # fmt: skip


async def _write(
    shop: Shop, rows: Sequence[Mapping[str, str]], currency: str, seen: Counter[tuple[str, str]],
    report: OrdersReport | None,
) -> None:  # fmt: skip
    """One slice, in a unit of its own."""
    lines = [_line(row, seen) for row in rows]
    currencies = {row["order"]: row.get(CURRENCY) or currency for row in rows}
    heads = {line.order_key: _head(line, currencies[line.order_key]) for line in reversed(lines)}
    if report is None or not lines:
        return
    async with shop.database.write() as unit:
        orders, written = await history.put_past(unit, list(heads.values()), lines)
    report.orders_written += orders
    report.lines_written += written
    report.unchanged += len(lines) - written


def _rows(files: Sequence[Path]) -> Iterator[tuple[str, int, dict[str, str]]]:
    """Every row of every file as our own columns, with the file's name and the line it ends on."""
    for path in files:
        opener = gzip.open if path.suffix == ".gz" else open
        try:
            with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
                reader = csv.DictReader(file)
                names = _columns(path, reader.fieldnames or ())
                for row in reader:
                    yield path.name, reader.line_num, {ours: row.get(theirs) or "" for ours, theirs in names.items()}
        except (UnicodeDecodeError, EOFError, gzip.BadGzipFile, csv.Error) as error:
            raise Invalid(field=path.name, problem="problem-import-unreadable", reason=str(error)) from error


def _columns(path: Path, header: Sequence[str]) -> dict[str, str]:
    found = {ours: next((name for name in theirs if name in header), "") for ours, theirs in COLUMNS.items()}
    missing = [theirs[0] for ours, theirs in COLUMNS.items() if not found[ours]]
    if missing:
        raise Invalid(field=path.name, problem="problem-import-columns", missing=", ".join(missing))
    return {**found, CURRENCY: CURRENCY} if CURRENCY in header else found


def _problem(row: Mapping[str, str]) -> str:
    """Why a row cannot be taken, or ""."""
    if not _ORDER_KEY.fullmatch(row["order"]):
        return f"no order number: {row['order']!r}"
    if not row["sku"].strip() or row.get(CURRENCY, "GBP") not in EXPONENTS:
        return f"no stock code or currency: {row['sku']!r}, {row.get(CURRENCY, '')!r}"
    try:
        quantity, price = int(row["quantity"]), Decimal(row["price"])
        datetime.fromisoformat(row["at"])
    except (ValueError, InvalidOperation):
        return f"not a quantity, a price and a date: {row['quantity']!r}, {row['price']!r}, {row['at']!r}"
    if (
        abs(quantity) > QUANTITY_LIMIT
        or not price.is_finite()
        or _decimals(price) > MICRO_DECIMALS
        or abs(price) > QUANTITY_LIMIT
    ):
        return f"a quantity or price we cannot keep exactly: {quantity}, {row['price']!r}"
    return ""


def _line(row: Mapping[str, str], seen: Counter[tuple[str, str]]) -> PastLine:
    price = Decimal(row["price"])
    said = "\x1f".join(row[name] for name in COLUMNS)
    line_hash = hashlib.sha256(said.encode()).hexdigest()[:32]
    seen[row["order"], line_hash] += 1
    at = datetime.fromisoformat(row["at"])
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return PastLine(
        order_key=row["order"], line_hash=line_hash, repetition=seen[row["order"], line_hash],
        kind=line_kind(row["sku"]), sku=row["sku"], description=row["description"], quantity=int(row["quantity"]),
        price_micros=int(price.scaleb(MICRO_DECIMALS)), price_decimals=_decimals(price),
        at_ms=int(at.timestamp() * 1000), month=at.astimezone(UTC).strftime("%Y-%m"),
        customer_key=row["customer"], country=row["country"],
    )  # fmt: skip


def _head(line: PastLine, currency: str) -> PastOrder:
    return PastOrder(
        order_key=line.order_key, kind=order_kind(line.order_key), at_ms=line.at_ms,
        customer_key=line.customer_key, country=line.country, currency=currency,
    )  # fmt: skip


def order_kind(order_key: str) -> PastKind:
    """Invoices of the wholesaler: C and a number cancels, A and a number adjusts, anything else sells."""
    if re.fullmatch(r"C\d+", order_key):
        return "cancellation"
    return "adjustment" if re.fullmatch(r"A\d+", order_key) else "sale"


def line_kind(sku: str) -> PastLineKind:
    """What a stock code stands for; whatever is not a known service is goods."""
    if _GIFT_CARD.fullmatch(sku):
        return "gift-card"
    return _LINE_KINDS.get(sku.strip().upper(), "goods")


def _decimals(price: Decimal) -> int:
    exponent = price.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else MICRO_DECIMALS + 1
