"""Write down what a payment provider said of an order: book it, let it go, or go on waiting.

Saying the same thing twice changes nothing, so the shopper's own request, a challenge's return and the sweep may all
come here at once.
"""

from collections.abc import Mapping

from fairday.domain.inventory import StockChanged
from fairday.domain.inventory import store as stock
from fairday.domain.ledger import Sale, capture_entry
from fairday.domain.ledger import store as ledger
from fairday.domain.orders import Order
from fairday.domain.orders import store as orders
from fairday.domain.orders.events import OrderPlaced
from fairday.domain.orders.model import OrderLine
from fairday.domain.payments import PaymentOutcome
from fairday.domain.payments import store as payments
from fairday.domain.pricing import store as pricing
from fairday.kernel.events import announce
from fairday.kernel.money import included_share
from fairday.kernel.unit_of_work import Writer
from fairday.usecases.shop import Shop


async def apply_outcome(shop: Shop, order: Order, outcome: PaymentOutcome) -> Order:
    """The order after `outcome`. What was charged must be what was agreed: anything else stops here, loudly."""
    if outcome.state in {"captured", "authorised"}:
        paid = outcome.captured if outcome.state == "captured" else outcome.amount
        if (paid, outcome.currency) != (order.total, order.currency):
            message = f"order {order.id} is {order.total} {order.currency}, its provider says {outcome}"
            raise AssertionError(message)
        await _book(shop, order, outcome)
    elif outcome.state in {"declined", "voided"}:
        await _let_go(shop, order, outcome)
    else:
        await _wait(shop, outcome)
    async with shop.database.read() as reader:
        return (await orders.get_many(reader, [order.id]))[order.id]


async def _book(shop: Shop, order: Order, outcome: PaymentOutcome) -> None:
    """Unit 2: the sale is final. The stock is theirs, the books know, and whoever wants to hear of it will."""
    now_ms = shop.clock.now_ms()
    async with shop.database.write() as unit:
        held = (await orders.get_many(unit, [order.id]))[order.id]
        if not await orders.move(unit, held, "placed", now_ms):
            return
        await stock.confirm_many(unit, [order.id])
        await payments.record_many(unit, [outcome], now_ms)
        await orders.number_invoices(unit, [order.id])
        lines = (await orders.lines_of(unit, [order.id]))[order.id]
        await post_capture(unit, order, lines, outcome, now_ms)
        await announce(unit, [OrderPlaced(subject=order.id)], now_ms)
        await announce_scarcity(unit, {line.sku: 0 for line in lines}, now_ms)
    await shop.carts.delete_many([order.cart_id])


async def post_capture(
    unit: Writer, order: Order, lines: list[OrderLine], outcome: PaymentOutcome, now_ms: int
) -> None:
    """Post the sale once its money is captured, and not before."""
    if outcome.state == "captured":
        await ledger.post(unit, [capture_entry(sale_of(order, lines, outcome.fee), now_ms)])


def sale_of(order: Order, lines: list[OrderLine], fee: int) -> Sale:
    """The order taken apart for the books, every part without tax but the tax."""
    included = bool(order.tax_included)
    discount = sum(
        line.discount - (included_share(line.discount, line.tax_rate_ppm) if included else 0) for line in lines
    )
    after_discount = sum(line.total - line.tax for line in lines)
    shipping = order.shipping - (order.shipping_tax if included else 0)
    return Sale(
        order_id=order.id, provider=order.provider, currency=order.currency, goods=after_discount + discount,
        discount=discount, shipping=shipping, tax=order.tax, fee=fee,
    )  # fmt: skip


async def _let_go(shop: Shop, order: Order, outcome: PaymentOutcome) -> None:
    """The order is off: stock, voucher and cart are free again, and the refusal is on record."""
    now_ms = shop.clock.now_ms()
    async with shop.database.write() as unit:
        held = (await orders.get_many(unit, [order.id]))[order.id]
        if not await orders.move(unit, held, "declined", now_ms):
            return
        released = await stock.release_many(unit, [order.id])
        await pricing.release_many(unit, [order.id])
        await orders.free_carts(unit, [order.id])
        await payments.record_many(unit, [outcome], now_ms)
        await announce_scarcity(unit, released, now_ms)


async def _wait(shop: Shop, outcome: PaymentOutcome) -> None:
    """Not decided yet: remember what the shopper must do, or that nobody knows."""
    async with shop.database.write() as unit:
        held = (await orders.get_many(unit, [outcome.order_id]))[outcome.order_id]
        if held.state == "held":
            await payments.record_many(unit, [outcome], shop.clock.now_ms())


async def announce_scarcity(unit: Writer, came_back: Mapping[str, int], now_ms: int) -> None:
    """Let the search index know of SKUs that may just have sold out, or (so many pieces came back) returned."""
    left = await stock.available(unit, sorted(came_back))
    changed = tuple(sku for sku, pieces in left.items() if pieces <= came_back[sku])
    if changed:
        await announce(unit, [StockChanged(subject=changed[0], skus=changed)], now_ms)
