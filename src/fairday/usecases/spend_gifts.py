"""What gift balances pay of an order: looked at with its price, taken in the unit that holds it.

An order that they pay whole asks no provider: `PREPAID` stands in its place, and has always captured nothing.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from fairday.domain.orders import Order
from fairday.domain.payments import PaymentOutcome
from fairday.domain.pricing import gift_store as gifts
from fairday.domain.pricing.errors import GiftRefused
from fairday.domain.pricing.gifts import GiftPlan, GiftUse, plan_uses
from fairday.kernel.unit_of_work import Writer
from fairday.usecases.offer_gifts import offer_gifts
from fairday.usecases.shop import Shop

PREPAID = "gift"


class GiftShare(Struct, frozen=True):
    """The parts of a total that gift cards and store credit pay, and what is taken of which balance for them."""

    gift: int = 0
    credit: int = 0
    uses: tuple[GiftUse, ...] = ()


async def share_gifts(shop: Shop, balance_ids: Sequence[str], total: int, currency: str, customer_id: str) -> GiftShare:
    """What these balances pay of `total` just now. GiftRefused for credit of somebody else."""
    if not balance_ids:
        return GiftShare()
    async with shop.database.read() as reader:
        offer = await offer_gifts(reader, balance_ids, total, currency, shop.clock.now_ms())
    kinds = {balance.id: balance.kind for balance in offer.balances}
    if any(one.kind == "credit" and one.customer_id != customer_id for one in offer.balances):
        raise GiftRefused
    sums = {kind: sum(use.amount for use in offer.uses if kinds[use.balance_id] == kind) for kind in ("card", "credit")}
    return GiftShare(sums["card"], sums["credit"], offer.uses)


def for_order(uses: Iterable[GiftUse], order_id: str) -> tuple[GiftUse, ...]:
    """The same uses, by an order."""
    return tuple(replace(use, order_id=order_id) for use in uses)


def prepaid(order: Order) -> PaymentOutcome:
    """The word on an order that no provider was asked about."""
    return PaymentOutcome(order_id=order.id, state="captured", currency=order.currency)


async def plan_gifts(unit: Writer, uses: Sequence[GiftUse], at_ms: int) -> GiftPlan:
    """Lock the balances and decide who gets what; nothing is written."""
    return plan_uses(uses, await gifts.lock_many(unit, (use.balance_id for use in uses)), at_ms)
