"""Money that came in for an order that was off already: it goes back whole, by itself, and the books see both ways.

The goods may be sold to somebody else by then, so nothing is reserved again. The money is posted as owed before it is
sent back, so whatever a crash leaves is given back by `follow_reports`, under the same name.
"""

from fairday.domain.ledger import Transfer
from fairday.domain.ledger import store as ledger
from fairday.domain.ledger.model import returned_entry, unclaimed_entry
from fairday.domain.orders import Order
from fairday.domain.payments import PaymentOutcome
from fairday.domain.payments.events import LatePaymentReturned
from fairday.kernel.events import announce
from fairday.kernel.ids import derived_id
from fairday.usecases.shop import Shop


async def return_late_payment(shop: Shop, order: Order, outcome: PaymentOutcome) -> None:
    """Send back what `outcome` says was taken for an order that is off. PaymentUnknown: later, by whoever sweeps."""
    provider = shop.provider(order.provider)
    if outcome.state == "authorised":
        await provider.void(order.id)
        return
    ref = f"{order.provider}:{order.id}"
    name, now_ms = derived_id("return", ref), shop.clock.now_ms()
    async with shop.database.write() as unit:
        if any(entry.kind == "unclaimed" for entry in await ledger.entries_of(unit, order.id)):
            return  # it was seen before, and is on its way back
        await ledger.post(unit, [unclaimed_entry(_moved(order, outcome, ref, outcome.fee), now_ms)])
    answer = await provider.refund(order.id, name, outcome.captured)
    if answer.state == "declined":
        return  # it was given back at the provider's own desk, which its report will say
    async with shop.database.write() as unit:
        if await ledger.post(unit, [returned_entry(_moved(order, outcome, name, 0), now_ms)]):
            event = LatePaymentReturned(subject=order.id, amount=outcome.captured, currency=outcome.currency)
            await announce(unit, [event], now_ms)


def _moved(order: Order, outcome: PaymentOutcome, ref: str, fee: int) -> Transfer:
    return Transfer(
        ref=ref, provider=order.provider, currency=outcome.currency, amount=outcome.captured, order_id=order.id, fee=fee
    )
