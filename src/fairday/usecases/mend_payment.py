"""Make one difference between a provider's record and the books good, and say what was done.

`booked`: the order or refund was known and is written down now. `posted`: the books have the entry they lacked.
`returned`: nobody here accounts for the money, so it went back. `by_hand`: somebody has to look.
"""

from fairday.domain.access import Actor, Change
from fairday.domain.ledger import Entry, Transfer, chargeback_entry, refund_entry, reports
from fairday.domain.ledger import store as ledger
from fairday.domain.ledger.model import chargeback_reversed_entry, fee_entry, returned_entry, unclaimed_entry
from fairday.domain.orders import Order
from fairday.domain.orders import store as orders
from fairday.domain.payments import Payment, Refund
from fairday.domain.payments import store as payments
from fairday.kernel.ids import derived_id
from fairday.kernel.unit_of_work import Writer
from fairday.ports.payment_reports import ReportLine
from fairday.usecases.compare_reports import Found, line_ref, refund_name
from fairday.usecases.refund_order import RefundOrder, finish_refund, postage_left, take_off
from fairday.usecases.return_late_payment import return_late_payment
from fairday.usecases.settle_orders import settle_order
from fairday.usecases.ship_order import book_capture
from fairday.usecases.shop import Shop
from fairday.usecases.take_apart import given_back
from fairday.usecases.write_audit import write_audit

BOOKED, POSTED, RETURNED = "booked", "posted", "returned"
BY_HAND, WAITING, FAILED = "by_hand", "waiting", "failed"
BOOKED_STATES = ("placed", "part_shipped", "shipped")


async def mend_payment(shop: Shop, actor: Actor, found: Found) -> str:
    """What was done about it. PaymentUnknown when the provider cannot be asked; then nothing is half done."""
    one, line = found.difference, found.line
    if one.kind == "owed":
        return await _give_back(shop, actor, found)
    if line is None or not (line.order_id or one.kind == "fee"):
        return BY_HAND  # money that names no order of ours is not ours to send anywhere
    if one.kind == "capture":
        return await _capture(shop, actor, found, line)
    if one.kind == "refund":
        return await _refund(shop, actor, found, line)
    if one.kind == "amount" and line.kind == "capture" and one.theirs > one.ours >= 0:
        return await _claim(shop, actor, found, line, one.theirs - one.ours)
    entry = _lacking(found, line, shop.clock.now_ms())
    return await _post(shop, actor, found, entry) if entry else BY_HAND


def _lacking(found: Found, line: ReportLine, now_ms: int) -> Entry | None:
    """The entry that makes the difference good all by itself."""
    one = found.difference
    match one.kind:
        case "fee_differs":
            return fee_entry(_transfer(found, line, one.theirs - one.ours), now_ms)
        case "chargeback":
            return chargeback_entry(_dispute(found, line), now_ms)
        case "chargeback_reversed":
            return chargeback_reversed_entry(_dispute(found, line), now_ms)
        case "fee":
            return fee_entry(_transfer(found, line, line.amount, fee=line.fee), now_ms)
        case _:
            return None


async def _capture(shop: Shop, actor: Actor, found: Found, line: ReportLine) -> str:
    """Money came in: book its order if there is one to book, else take the money in as owed."""
    order, payment = await _known(shop, line.order_id)
    if order is None or payment is None or payment.provider != found.difference.provider:
        return await _claim(shop, actor, found, line, line.amount)
    if order.state == "held":
        if (payment.amount, payment.currency) != (line.amount, line.currency):
            return BY_HAND
        order = await settle_order(shop, order)
        if order.state == "held":
            return WAITING
    if order.state in BOOKED_STATES:
        remedy = BOOKED if await book_capture(shop, order.id) else BY_HAND
    else:
        remedy = await _return_late(shop, order)
    await _note(shop, actor, found, remedy)
    return remedy


async def _return_late(shop: Shop, order: Order) -> str:
    """The order is off: its money goes back as it does when it comes late, whoever sees it first."""
    outcome = (await shop.payments[order.provider].find([order.id])).get(order.id)
    if outcome is None or outcome.state != "captured":
        return BY_HAND
    await return_late_payment(shop, order, outcome)
    return RETURNED


async def _claim(shop: Shop, actor: Actor, found: Found, line: ReportLine, amount: int) -> str:
    """Take money in that nobody here accounts for, and send it back."""
    one = found.difference
    fee = line.fee if one.kind == "capture" else 0
    taken = _transfer(found, line, amount, fee=fee)
    await _post(shop, actor, found, unclaimed_entry(taken, shop.clock.now_ms()))
    owed = reports.Difference(
        provider=one.provider, kind="owed", order_id=line.order_id, ref=taken.ref, currency=line.currency, theirs=0,
        ours=amount,
    )  # fmt: skip
    return RETURNED if await _give_back(shop, actor, Found(owed)) == RETURNED else POSTED


async def _give_back(shop: Shop, actor: Actor, found: Found) -> str:
    """Send back what is owed, under a name of its own, as far as the provider still has it."""
    one = found.difference
    provider = shop.payments.get(one.provider)
    if provider is None:
        return BY_HAND
    outcome = (await provider.find([one.order_id])).get(one.order_id)
    amount = min(one.ours, outcome.captured - outcome.refunded) if outcome else 0
    if amount <= 0:
        return BY_HAND
    refund_id = _return_name(one.ref)
    if (await provider.refund(one.order_id, refund_id, amount)).state == "declined":
        return BY_HAND
    back = Transfer(ref=refund_id, provider=one.provider, currency=one.currency, amount=amount, order_id=one.order_id)
    await _post(shop, actor, found, returned_entry(back, shop.clock.now_ms()))
    return RETURNED


async def _refund(shop: Shop, actor: Actor, found: Found, line: ReportLine) -> str:
    """Money went back: finish the refund it belongs to, adopt one that was made elsewhere, or count it as returned."""
    name, provider = refund_name(found.difference.provider, line), found.difference.provider
    order, payment = await _known(shop, line.order_id)
    async with shop.database.read() as reader:
        entries = await ledger.entries_of(reader, line.order_id)
        ours = [refund for refund in await payments.refunds_of(reader, [line.order_id]) if refund.id == name]
    unclaimed = [entry for entry in entries if entry.kind == "unclaimed"]
    sold = any(entry.kind == "sale" for entry in entries)
    if any(name == _return_name(entry.ref) for entry in unclaimed) or (unclaimed and not sold):
        back = Transfer(
            ref=name, provider=provider, currency=line.currency, amount=line.amount, order_id=line.order_id,
            fee=line.fee,
        )  # fmt: skip
        return await _post(shop, actor, found, returned_entry(back, shop.clock.now_ms()))
    if ours:
        if ours[0].state == "requested" and await finish_refund(shop, ours[0]):
            await _note(shop, actor, found, BOOKED)
            return BOOKED
        return WAITING if ours[0].state == "requested" else BY_HAND
    if order is None or payment is None or line.currency != order.currency:
        return BY_HAND
    if line.amount > payment.captured - payment.refunded:
        return BY_HAND
    return await _adopt(shop, actor, found, line, name)


async def _adopt(shop: Shop, actor: Actor, found: Found, line: ReportLine, name: str) -> str:
    """Write a refund down that we never asked for. One of all that was left of an unsent order calls that off."""
    now_ms = shop.clock.now_ms()
    async with shop.database.write() as unit:
        order = (await orders.get_locked(unit, [line.order_id]))[line.order_id]
        payment = (await payments.get_many(unit, [order.id]))[order.id]
        rest = payment.captured - payment.refunded
        refund = await _as_refund(unit, order, line, name, whole=line.amount == rest and order.due == order.total)
        await payments.request_refund(unit, refund)
        if line.amount == rest and order.due == order.total and order.state == "placed":
            lines = (await orders.lines_of(unit, [order.id]))[order.id]
            left = {one.line_no: one.quantity - one.refunded for one in lines if one.quantity > one.refunded}
            await take_off(unit, order, lines, RefundOrder(order_id=order.id, lines=left), now_ms)
        await payments.finish_refund(unit, refund, "done", now_ms)
        await ledger.post(unit, [refund_entry(refund.id, given_back(order, refund), now_ms)])
        await write_audit(shop, unit, actor, _change(found, BOOKED))
    return BOOKED


async def _as_refund(unit: Writer, order: Order, line: ReportLine, name: str, *, whole: bool) -> Refund:
    """The refund that a line stands for: of the rest, with the rest of the tax and postage; else a share of the tax."""
    earlier = [refund for refund in await payments.refunds_of(unit, [order.id]) if refund.state != "refused"]
    tax_left = order.tax - sum(refund.tax for refund in earlier)
    shipping = min(await postage_left(unit, order), line.amount) if whole else 0
    tax = tax_left if whole else min(tax_left, order.tax * line.amount // order.total)
    return Refund(
        id=name, order_id=order.id, state="requested", amount=line.amount, tax=tax, shipping=shipping,
        reason="provider", lines="{}", restock=0, at_ms=line.at_ms,
    )  # fmt: skip


async def _known(shop: Shop, order_id: str) -> tuple[Order | None, Payment | None]:
    async with shop.database.read() as reader:
        order = (await orders.get_many(reader, [order_id])).get(order_id)
        return order, (await payments.get_many(reader, [order_id])).get(order_id)


async def _post(shop: Shop, actor: Actor, found: Found, entry: Entry) -> str:
    async with shop.database.write() as unit:
        if await ledger.post(unit, [entry]):
            await write_audit(shop, unit, actor, _change(found, entry.kind))
    return POSTED


async def _note(shop: Shop, actor: Actor, found: Found, remedy: str) -> None:
    async with shop.database.write() as unit:
        await write_audit(shop, unit, actor, _change(found, remedy))


def _change(found: Found, remedy: str) -> Change:
    one = found.difference
    return Change("payment.mended", "order", one.order_id, {"difference": one.kind, "ref": one.ref, "remedy": remedy})


def _transfer(found: Found, line: ReportLine, amount: int, *, fee: int = 0) -> Transfer:
    provider = found.difference.provider
    return Transfer(
        ref=line_ref(provider, line), provider=provider, currency=line.currency, amount=amount,
        order_id=line.order_id, fee=fee,
    )  # fmt: skip


def _dispute(found: Found, line: ReportLine) -> Transfer:
    provider = found.difference.provider
    return Transfer(
        ref=line.refund_id or line_ref(provider, line), provider=provider, currency=line.currency, amount=line.amount,
        order_id=line.order_id, fee=line.fee,
    )  # fmt: skip


def _return_name(ref: str) -> str:
    """Our name of the refund by which unclaimed money goes back."""
    return derived_id("return", ref)
