"""Write down what a payment provider said of an order: book it, let it go, or go on waiting.

Saying the same thing twice changes nothing, so the shopper's own request, a challenge's return and the sweep may all
come here at once. What is heard at the same moment is written together.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from fairday.domain.inventory import StockChanged
from fairday.domain.inventory import store as stock
from fairday.domain.inventory.model import Hold
from fairday.domain.ledger import Sale, capture_entry
from fairday.domain.ledger import store as ledger
from fairday.domain.orders import Order
from fairday.domain.orders import store as orders
from fairday.domain.orders.events import OrderPlaced
from fairday.domain.orders.model import OrderLine
from fairday.domain.payments import PaymentOutcome
from fairday.domain.payments import store as payments
from fairday.domain.pricing import gift_store
from fairday.domain.pricing import store as pricing
from fairday.kernel.events import Event, announce
from fairday.kernel.money import included_share
from fairday.kernel.unit_of_work import Reader, Writer
from fairday.usecases.return_late_payment import return_late_payment
from fairday.usecases.shop import Shop


class Verdict(Struct, frozen=True):
    """What a provider says of a held order. Who has its lines and holds at hand gives them and saves a read."""

    order: Order
    outcome: PaymentOutcome
    lines: tuple[OrderLine, ...] = ()
    holds: tuple[Hold, ...] = ()


async def apply_outcome(shop: Shop, verdict: Verdict) -> Order:
    """The order after its verdict. What was charged must be what was agreed: anything else stops here, loudly."""
    order, outcome = verdict.order, verdict.outcome
    if outcome.state in {"captured", "authorised"}:
        paid = outcome.captured if outcome.state == "captured" else outcome.amount
        if (paid, outcome.currency) != (order.due, order.currency):
            message = f"order {order.id} is {order.due} {order.currency}, its provider says {outcome}"
            raise AssertionError(message)
        order = await shop.batches.ask(_book, shop, verdict)
        if order.state == "declined":  # somebody let it go a moment before
            await return_late_payment(shop, order, outcome)
        return order
    if outcome.state in {"declined", "voided"}:
        return await shop.batches.ask(_let_go, shop, verdict)
    return await shop.batches.ask(_wait, shop, verdict)


async def _book(shop: Shop, verdicts: Sequence[Verdict]) -> list[Order]:
    """Unit 2: the sales are final. The stock is theirs, the books know, and whoever wants to hear of it will.

    Locks: orders in order of id, the invoice counter, shelves in order of SKU.
    """
    now_ms = shop.clock.now_ms()
    async with shop.database.write() as unit:
        held = await _still_held(unit, verdicts)
        placed = await orders.place_held(unit, [one.order for one in held], now_ms)
        holds = [hold for one in held for hold in one.holds]
        await stock.confirm_many(unit, [one.id for one in placed], known=holds if all(o.holds for o in held) else None)
        await payments.record_many(unit, [one.outcome for one in held], now_ms)
        lines = await _lines_of(unit, held)
        await post_captures(unit, [(one.order, lines[one.order.id], one.outcome) for one in held], now_ms)
        events: list[Event] = [OrderPlaced(subject=order.id) for order in placed]
        sold = {line.sku: 0 for one in held for line in lines[one.order.id]}
        await announce(unit, events + await scarcity(unit, sold), now_ms)
    await shop.carts.delete_many([order.cart_id for order in placed])
    return await _as_they_are(shop, verdicts, placed)


async def _let_go(shop: Shop, verdicts: Sequence[Verdict]) -> list[Order]:
    """The orders are off: stock, vouchers, gift money and carts are free again, and the refusals are on record."""
    now_ms = shop.clock.now_ms()
    async with shop.database.write() as unit:
        held = await _still_held(unit, verdicts)
        declined = await orders.decline_held(unit, [one.order for one in held], now_ms)
        ids = [order.id for order in declined]
        await pricing.release_many(unit, ids)
        await gift_store.release_many(unit, [order.id for order in declined if order.due < order.total], now_ms)
        released = await stock.release_many(unit, ids)
        await orders.free_carts(unit, ids)
        await payments.record_many(unit, [one.outcome for one in held], now_ms)
        await announce(unit, await scarcity(unit, released), now_ms)
    return await _as_they_are(shop, verdicts, declined)


async def _wait(shop: Shop, verdicts: Sequence[Verdict]) -> list[Order]:
    """Not decided yet: remember what the shoppers must do, or that nobody knows."""
    async with shop.database.write() as unit:
        held = await _still_held(unit, verdicts)
        await payments.record_many(unit, [one.outcome for one in held], shop.clock.now_ms())
    return await _as_they_are(shop, verdicts, [one.order for one in held])


async def _still_held(unit: Writer, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts on orders that wait for one, the last word on each; nobody else can decide them until we have."""
    held = await orders.held_among(unit, sorted({one.order.id for one in verdicts}))
    last = {one.order.id: one for one in verdicts if one.order.id in held}
    return [last[order_id] for order_id in sorted(last)]


async def _lines_of(unit: Writer, held: Sequence[Verdict]) -> dict[str, Sequence[OrderLine]]:
    known: dict[str, Sequence[OrderLine]] = {one.order.id: one.lines for one in held if one.lines}
    unknown = [one.order.id for one in held if not one.lines]
    return known | (await orders.lines_of(unit, unknown) if unknown else {})


async def _as_they_are(shop: Shop, verdicts: Sequence[Verdict], changed: Sequence[Order]) -> list[Order]:
    """The orders of these verdicts, as changed here, or by somebody else before."""
    known = {order.id: order for order in changed}
    others = sorted({one.order.id for one in verdicts} - known.keys())
    if others:
        async with shop.database.read() as reader:
            known |= await orders.get_many(reader, others)
    return [known[one.order.id] for one in verdicts]


async def post_captures(
    unit: Writer, paid: Sequence[tuple[Order, Sequence[OrderLine], PaymentOutcome]], now_ms: int
) -> None:
    """Post the sales whose money is captured, and no other."""
    sales = [sale_of(order, lines, outcome.fee) for order, lines, outcome in paid if outcome.state == "captured"]
    await ledger.post(unit, [capture_entry(sale, now_ms) for sale in sales])


def sale_of(order: Order, lines: Sequence[OrderLine], fee: int) -> Sale:
    """The order taken apart for the books, every part without tax but the tax."""
    included = bool(order.tax_included)
    discount = sum(
        line.discount - (included_share(line.discount, line.tax_rate_ppm) if included else 0) for line in lines
    )
    after_discount = sum(line.total - line.tax for line in lines)
    shipping = order.shipping - (order.shipping_tax if included else 0)
    return Sale(
        order_id=order.id, provider=order.provider, currency=order.currency, goods=after_discount + discount,
        discount=discount, shipping=shipping, tax=order.tax, fee=fee, gift=order.gift, credit=order.credit,
    )  # fmt: skip


async def announce_scarcity(unit: Writer, came_back: Mapping[str, int], now_ms: int) -> None:
    """Let the search index know of SKUs that may just have sold out, or (so many pieces came back) returned."""
    await announce(unit, await scarcity(unit, came_back), now_ms)


async def scarcity(reader: Reader, came_back: Mapping[str, int]) -> list[Event]:
    """What there is to announce of SKUs that may just have sold out, or (so many pieces came back) returned."""
    left = await stock.available(reader, sorted(came_back)) if came_back else {}
    changed = tuple(sku for sku, pieces in left.items() if pieces <= came_back[sku])
    return [StockChanged(subject=changed[0], skus=changed)] if changed else []
