"""Unit 1 of an order: promise it everything it needs, or nothing.

The order, its lines, its stock, its voucher, its gift money, its cart and its idempotency key commit together. Orders
that come at the same moment are held in one unit, first come first served, each with an answer of its own.
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from fairday.domain.inventory import CustomerLimit, HoldRequest, OutOfStock
from fairday.domain.inventory import store as stock
from fairday.domain.inventory.model import Hold
from fairday.domain.orders import CartOrdered, Command, InFlight, Order, OrderLine
from fairday.domain.orders import store as orders
from fairday.domain.payments import Payment
from fairday.domain.payments import store as payments
from fairday.domain.pricing import VoucherUse, gift_store
from fairday.domain.pricing import store as pricing
from fairday.domain.pricing.errors import GiftRefused, VoucherRefused
from fairday.domain.pricing.gifts import GiftPlan, GiftUse
from fairday.domain.pricing.model import customer_key
from fairday.kernel.unit_of_work import Writer
from fairday.usecases.shop import Shop
from fairday.usecases.spend_gifts import plan_gifts


class HeldOrder(Struct, frozen=True):
    """An order as it is held, with its lines, what is promised to it, and what it takes of gift balances."""

    order: Order
    lines: tuple[OrderLine, ...]
    holds: tuple[Hold, ...] = ()
    gifts: tuple[GiftUse, ...] = ()


class Wanted(Struct, frozen=True):
    """An order that is decided on and wants to be held, and the command it comes from."""

    command: Command
    held: HeldOrder


class _OneByOneError(Exception):
    """The orders of this batch stand in each other's way; in units of their own, first come is first served."""


async def hold_orders(shop: Shop, wanted: Sequence[Wanted]) -> list[HeldOrder | Exception]:
    """Everything an order needs, or nothing. Of several with one key the first is held, the rest share its no.

    Locks: vouchers in order of code, gift balances of id, shelves of SKU, then commands and carts.
    """
    first = {_name(one.command): one for one in reversed(wanted)}
    leading = [one for one in wanted if first[_name(one.command)] is one]
    async with shop.database.write() as unit:
        refused = await _redeem(unit, leading)
        gifts = await _plan_gifts(unit, [one for one in leading if one.held.order.id not in refused])
        broke: dict[str, Exception] = {order_id: GiftRefused() for order_id in gifts.refused}
        wanting = [one for one in leading if one.held.order.id not in refused | broke]
        holds, short = await _hold_stock(unit, wanting)
        off = broke | short
        given_back = [id_ for one in leading if one.held.order.voucher_code and (id_ := one.held.order.id) in off]
        if (given_back and refused) or (broke and any(use.order_id in short for use in gifts.taken)):
            raise _OneByOneError  # a voucher or gift money that was refused may be free after all
        await pricing.release_many(unit, given_back)
        refused |= off
        kept = [one for one in leading if one.held.order.id not in refused]
        await _take_gifts(unit, gifts, kept)
        await _claim(unit, kept, alone=len(wanted) == 1)
        await _insert(unit, [one.held for one in kept])
    answers: list[HeldOrder | Exception] = []
    for one in wanted:
        leader = first[_name(one.command)]
        refusal = refused.get(leader.held.order.id) or (None if one is leader else InFlight(retry_after_s=1))
        answers.append(refusal or replace(one.held, holds=holds[one.held.order.id]))
    return answers


def _name(command: Command) -> tuple[str, str, str]:
    return command.identity, command.route, command.idempotency_key


async def _redeem(unit: Writer, wanted: Sequence[Wanted]) -> dict[str, Exception]:
    """Take the vouchers that the orders name; who may not."""
    uses = [
        VoucherUse(order.voucher_code, order.id, customer_key(order.email), order.placed_ms)
        for order in (one.held.order for one in wanted) if order.voucher_code
    ]  # fmt: skip
    refused = await pricing.redeem_many(unit, uses)
    return {order_id: VoucherRefused(voucher=code) for order_id, code in refused.items()}


async def _plan_gifts(unit: Writer, wanted: Sequence[Wanted]) -> GiftPlan:
    """Decide who may pay with which gift money; it is written once it is known who gets everything else."""
    uses = [use for one in wanted for use in one.held.gifts]
    return await plan_gifts(unit, uses, max((one.held.order.placed_ms for one in wanted), default=0))


async def _take_gifts(unit: Writer, plan: GiftPlan, kept: Sequence[Wanted]) -> None:
    placed = {one.held.order.id: one.held.order.placed_ms for one in kept}
    taken = [use for use in plan.taken if use.order_id in placed]
    await gift_store.take_many(unit, taken, max(placed.values(), default=0))


async def _hold_stock(
    unit: Writer, wanted: Sequence[Wanted]
) -> tuple[dict[str, tuple[Hold, ...]], dict[str, Exception]]:
    """Promise the pieces: what each order got, and who got nothing."""
    requests = [
        HoldRequest(
            order.id,
            {line.sku: line.quantity for line in lines},
            order.country,
            order.region,
            customer_key(order.email),
        )
        for order, lines in ((one.held.order, one.held.lines) for one in wanted)
    ]
    plan = await stock.hold_many(unit, requests, max((one.held.order.placed_ms for one in wanted), default=0))
    got: dict[str, list[Hold]] = {request.order_id: [] for request in requests}
    for hold in plan.holds:
        got[hold.order_id].append(hold)
    short: dict[str, Exception] = {
        order_id: OutOfStock(skus=sorted(left), left=left) for order_id, left in plan.refused.items()
    }
    short |= {order_id: CustomerLimit(skus=sorted(left), left=left) for order_id, left in plan.over_limit.items()}
    return {order_id: tuple(holds) for order_id, holds in got.items()}, short


async def _claim(unit: Writer, wanted: Sequence[Wanted], *, alone: bool) -> None:
    """Tie commands and carts to the orders. What somebody has already is sorted out one by one."""
    earlier = await orders.first_commands(unit, [one.command for one in wanted])
    carts = {one.held.order.cart_id: one.held.order.id for one in wanted}
    taken = await orders.claim_carts(unit, carts) if not earlier else {}
    if (earlier or taken or len(carts) < len(wanted)) and not alone:
        raise _OneByOneError
    if earlier:
        raise InFlight(retry_after_s=1)
    for owner in taken.values():
        raise CartOrdered(order_id=owner)


async def _insert(unit: Writer, held: Sequence[HeldOrder]) -> None:
    await orders.insert_many(unit, [one.order for one in held], [line for one in held for line in one.lines])
    await payments.insert_many(unit, [
        Payment(order_id=order.id, provider=order.provider, state="pending", currency=order.currency,
                amount=order.due, updated_ms=order.placed_ms)
        for order in (one.order for one in held)
    ])  # fmt: skip
