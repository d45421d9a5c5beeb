"""Write orders as the CSV that `import_orders` reads: those of this shop, then those it took over."""

import csv
from collections.abc import Iterable, Iterator
from typing import Protocol, TextIO

from fairday.domain.orders import Order, OrderLine, history, queries
from fairday.domain.orders import store as orders
from fairday.domain.payments import store as payments
from fairday.kernel.clock import iso
from fairday.kernel.money import decimal_text
from fairday.usecases.import_orders import COLUMNS, CURRENCY
from fairday.usecases.shop import Shop

PAGE = 500


class RowWriter(Protocol):
    """What `csv.writer` answers."""

    def writerow(self, row: Iterable[object], /) -> object: ...

    def writerows(self, rows: Iterable[Iterable[object]], /) -> None: ...


async def export_orders(shop: Shop, file: TextIO) -> int:
    """How many orders were written. An order's lines, postage, discount, added tax and refund sum to what was kept."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*COLUMNS, CURRENCY])
    return await _write_own(shop, writer) + await _write_past(shop, writer)


async def _write_own(shop: Shop, writer: RowWriter) -> int:
    written, before = 0, ""
    while True:
        async with shop.database.read(snapshot=True) as reader:
            page = await queries.booked_page(reader, before, PAGE)
            ids = [order.id for order in page]
            lines = await orders.lines_of(reader, ids)
            refunds = [refund for refund in await payments.refunds_of(reader, ids) if refund.state == "done"]
        for order in page:
            writer.writerows(_rows(order, lines[order.id]))
            given_back = sum(refund.amount for refund in refunds if refund.order_id == order.id)
            if given_back:
                writer.writerow(_row(order, "REFUND", "Refund", -1, given_back))
        written += len(page)
        if len(page) < PAGE:
            return written
        before = page[-1].id


def _rows(order: Order, lines: list[OrderLine]) -> Iterator[list[str]]:
    for line in lines:
        yield _row(order, line.sku, line.name, line.quantity, line.unit_amount)
    if order.discount:
        yield _row(order, "D", "Discount", -1, order.discount)
    if order.shipping:
        yield _row(order, "POST", "Postage", 1, order.shipping)
    if order.tax and not order.tax_included:
        yield _row(order, "TAX", "Tax", 1, order.tax)


def _row(order: Order, sku: str, description: str, quantity: int, amount: int) -> list[str]:
    customer = order.customer_id or order.email
    price = decimal_text(amount, order.currency)
    return [
        order.id, sku, description, str(quantity), _at(order.placed_ms), price, customer, order.country, order.currency,
    ]  # fmt: skip


async def _write_past(shop: Shop, writer: RowWriter) -> int:
    written, after = 0, ""
    while True:
        async with shop.database.read(snapshot=True) as reader:
            page = await history.past_page(reader, after, PAGE)
            lines = await history.past_lines(reader, [order.order_key for order in page])
        currency_of = {order.order_key: order.currency for order in page}
        for line in lines:
            writer.writerow([
                line.order_key, line.sku, line.description, line.quantity, _at(line.at_ms), line.price,
                line.customer_key, line.country, currency_of[line.order_key],
            ])  # fmt: skip
        written += len(page)
        if len(page) < PAGE:
            return written
        after = page[-1].order_key


def _at(at_ms: int) -> str:
    return iso(at_ms).replace("T", " ").removesuffix("Z")
