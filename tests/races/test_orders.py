"""Many at once. Every race has a control: the same without the one thing that decides it, which goes wrong.

Tasks of one process are jostled (they overtake one another at every statement, by a seed); processes are real ones.
"""

import asyncio
import dataclasses

import pytest
from msgspec.structs import replace
from sqlalchemy import bindparam, update

from fairday.domain.access import SYSTEM
from fairday.domain.fulfilment.errors import NothingToShip
from fairday.domain.inventory import HoldRequest
from fairday.domain.inventory import store as stock
from fairday.domain.inventory.tables import STOCK
from fairday.domain.orders import CartOrdered, InFlight, NotAllowed, StaleTotal
from fairday.domain.payments import PaymentDeclined, RefundTooLarge
from fairday.domain.payments import store as payments
from fairday.domain.payments.tables import PAYMENTS
from fairday.domain.pricing import Voucher
from fairday.domain.pricing import store as pricing
from fairday.domain.pricing.errors import VoucherRefused
from fairday.domain.pricing.tables import VOUCHERS
from fairday.kernel.clock import HOUR_MS, FixedClock, SystemClock
from fairday.kernel.errors import Conflict, Refusal
from fairday.kernel.ids import new_id
from fairday.kernel.sql import Statement
from fairday.usecases.cancel_order import cancel_order
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.place_order import place_order
from fairday.usecases.refund_order import RefundOrder, refund_order
from fairday.usecases.settle_orders import settle_orders
from fairday.usecases.ship_order import ShipOrder, ship_order
from fairday.usecases.view_order import view_order
from tests.accounts import audit
from tests.buying import a_cart, an_order, buy
from tests.goods import put_goods
from tests.shop import open_shop
from tests.watched import jostled

SEEDS = range(5)
BUYERS = 1_000


@pytest.fixture
async def shop(state, engine):
    async with open_shop(state, database=engine) as opened:
        await put_goods(opened, {"MUG": 10, "LAMP": 3, "LAST": 1})
        yield opened
        await settle_orders(opened, stale_ms=0)
        await audit(opened)


async def together(*tasks):
    """Every answer or refusal; anything else fails the test."""
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, Refusal):
            raise answer
    return answers


def kinds(answers):
    return sorted(type(answer).__name__ for answer in answers)


async def captures(shop):
    return [move for move in await shop.payments["sandbox"].record() if move.kind == "capture"]


async def level(shop, sku):
    async with shop.database.read() as reader:
        (found,) = await stock.levels(reader, [sku])
    return found.on_hand, found.held, found.allocated


# ------------------------------------------------------------------------------------------------------ the last piece


async def test_a_thousand_buyers_and_the_last_piece(shop):
    """F-22: one order, 999 clean refusals, nobody else charged."""
    carts = [await a_cart(shop, {"LAST": 1}) for _ in range(BUYERS)]
    first = await an_order(shop, carts[0])
    commands = [replace(first, cart=cart, identity=cart.id, key=new_id()) for cart in carts]
    crowd = jostled(shop, 22)
    answers = await together(*(place_order(crowd, command) for command in commands))
    assert kinds(answers) == ["OutOfStock"] * (BUYERS - 1) + ["PlacedOrder"]
    assert len(await captures(shop)) == 1
    assert await level(shop, "LAST") == (1, 0, 1)


async def test_the_control_looking_first_and_taking_later_sells_it_twice(shop):
    """The same shelf, where the look and the taking are two units and the taking asks nothing."""
    blind = Statement(update(STOCK).where(STOCK.c.sku == bindparam("b_sku")).values(held=STOCK.c.held + 1))
    crowd, sold, all_have_looked = jostled(shop, 22), [], asyncio.Barrier(20)

    async def take():
        async with crowd.database.read() as reader:
            left = (await stock.available(reader, ["LAST"]))["LAST"]
        await all_have_looked.wait()
        if left:
            async with crowd.database.write() as unit:
                await unit.run(blind, b_sku="LAST")
            sold.append(1)

    await asyncio.gather(*(take() for _ in range(20)))
    assert len(sold) > 1
    async with shop.database.write() as unit:
        await unit.run(Statement(update(STOCK).where(STOCK.c.sku == "LAST").values(held=0)))


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_shelf_itself_never_promises_more_than_it_has(shop, seed):
    """Straight at the store, without the look that place_order takes first."""
    crowd = jostled(shop, seed)

    async def hold():
        async with crowd.database.write() as unit:
            order_id = new_id()
            plan = await stock.hold_many(unit, [HoldRequest(order_id, {"MUG": 3})], 0)
            return not plan.refused, order_id

    answers = await asyncio.gather(*(hold() for _ in range(12)))
    assert sum(fine for fine, _ in answers) == 3
    assert await level(shop, "MUG") == (10, 9, 0)
    async with shop.database.write() as unit:
        await stock.release_many(unit, [order_id for fine, order_id in answers if fine])


@pytest.mark.parametrize("seed", SEEDS)
async def test_carts_in_opposite_order_do_not_deadlock_and_hold_nothing_in_part(shop, seed):
    """F-23: MUG then LAMP, LAMP then MUG, four pieces of LAMP wanted and three there."""
    wanted = [{"MUG": 1, "LAMP": 1}, {"LAMP": 1, "MUG": 1}] * 2
    commands = [await an_order(shop, await a_cart(shop, lines)) for lines in wanted]
    answers = await asyncio.wait_for(together(*(place_order(jostled(shop, seed), c) for c in commands)), 30)
    assert kinds(answers) == ["OutOfStock"] + ["PlacedOrder"] * 3
    assert (await level(shop, "MUG"), await level(shop, "LAMP")) == ((10, 0, 3), (3, 0, 3))


# ------------------------------------------------------------------------------------------------- one cart, one charge


@pytest.mark.parametrize("seed", SEEDS)
async def test_pay_clicked_fifty_times_is_one_order(shop, seed):
    """F-13, with one key: the others are told to wait, or get the same order."""
    command = await an_order(shop, await a_cart(shop, {"MUG": 1}))
    answers = await together(*(place_order(jostled(shop, seed * 100 + n), command) for n in range(50)))
    placed = {answer.order.id for answer in answers if not isinstance(answer, Refusal)}
    assert len(placed) == 1
    assert {type(answer) for answer in answers if isinstance(answer, Refusal)} <= {InFlight}
    assert len(await captures(shop)) == 1
    assert await level(shop, "MUG") == (10, 0, 1)


@pytest.mark.parametrize("seed", SEEDS)
async def test_two_tabs_and_one_cart_are_one_order(shop, seed):
    """F-14, with a key each: the cart decides."""
    cart = await a_cart(shop, {"MUG": 1})
    commands = [await an_order(shop, cart) for _ in range(5)]
    answers = await together(*(place_order(jostled(shop, seed * 100 + n), c) for n, c in enumerate(commands)))
    assert kinds(answers) == ["CartOrdered"] * 4 + ["PlacedOrder"]
    (placed,) = [answer for answer in answers if not isinstance(answer, Refusal)]
    ordered = {answer.details["order_id"] for answer in answers if isinstance(answer, CartOrdered)}
    assert ordered == {placed.order.id}
    assert len(await captures(shop)) == 1


async def test_the_control_without_the_carts_claim_both_tabs_are_charged(state, engine, monkeypatch):
    async def nobody_has_it(unit, carts):
        return {}

    monkeypatch.setattr("fairday.domain.orders.store.claim_carts", nobody_has_it)
    async with open_shop(state, database=engine) as shop:
        await put_goods(shop, {"MUG": 10})
        cart = await a_cart(shop, {"MUG": 1})
        one, two = [await an_order(shop, cart) for _ in range(2)]
        answers = await together(place_order(jostled(shop, 1), one), place_order(jostled(shop, 2), two))
        assert kinds(answers) == ["PlacedOrder", "PlacedOrder"]
        assert len(await captures(shop)) == 2
        assert {rule.name for rule in await check_invariants(shop)} == {"orders-one-per-cart"}


async def test_a_cart_edited_while_it_is_paid_is_charged_as_it_was_seen(shop):
    """F-15: the total is that of the lines that were priced, whatever is added meanwhile."""
    cart = await a_cart(shop, {"MUG": 1})
    command = await an_order(shop, cart)
    more = replace(cart, lines=tuple(replace(line, quantity=5) for line in cart.lines))
    placed, _ = await together(place_order(jostled(shop, 3), command), shop.carts.put(more))
    assert placed.order.total == command.expected_total
    assert await level(shop, "MUG") == (10, 0, 1)


# ----------------------------------------------------------------------------------------------------------- a voucher


async def _one_voucher(shop):
    async with shop.database.write() as unit:
        await pricing.put_vouchers(unit, [Voucher(code="ONE", kind="percent", percent_ppm=500_000, uses_limit=1)])


async def _used(shop):
    async with shop.database.read() as reader:
        return (await pricing.vouchers(reader, ["ONE"]))["ONE"].used


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_last_voucher_goes_to_one(shop, seed):
    """F-19: all saw the lower price; one pays it, nobody else pays anything."""
    await _one_voucher(shop)
    commands = [
        await an_order(shop, await a_cart(shop, {"MUG": 1}, voucher="ONE"), email=f"{n}@x.org") for n in range(8)
    ]
    answers = await together(*(place_order(jostled(shop, seed * 100 + n), c) for n, c in enumerate(commands)))
    assert sum(not isinstance(answer, Refusal) for answer in answers) == 1
    assert all(isinstance(answer, StaleTotal | VoucherRefused) for answer in answers if isinstance(answer, Refusal))
    assert (len(await captures(shop)), await _used(shop)) == (1, 1)


async def test_the_control_a_voucher_counted_without_its_limit_is_used_twice(shop):
    await _one_voucher(shop)
    blind = Statement(update(VOUCHERS).where(VOUCHERS.c.code == "ONE").values(used=VOUCHERS.c.used + 1))
    crowd, taken, all_have_looked = jostled(shop, 5), [], asyncio.Barrier(8)

    async def redeem():
        async with crowd.database.read() as reader:
            found = (await pricing.vouchers(reader, ["ONE"]))["ONE"]
        await all_have_looked.wait()
        if found.used < found.uses_limit:
            async with crowd.database.write() as unit:
                await unit.run(blind)
            taken.append(1)

    await asyncio.gather(*(redeem() for _ in range(8)))
    assert len(taken) > 1
    async with shop.database.write() as unit:
        await unit.run(Statement(update(VOUCHERS).values(used=0)))


# ------------------------------------------------------------------------------------------------------ after the sale


@pytest.mark.parametrize("seed", SEEDS)
async def test_two_agents_refund_sixty_percent_each(shop, seed):
    """F-26: three of five pieces, twice."""
    order = (await buy(shop, {"MUG": 5})).order
    await ship_order(shop, ShipOrder(order_id=order.id))
    command = RefundOrder(order_id=order.id, lines={1: 3})
    answers = await together(*(refund_order(jostled(shop, seed * 100 + n), command) for n in range(2)))
    assert kinds(answers) == ["Invalid", "Refund"]
    (known,) = (await shop.payments["sandbox"].find([order.id])).values()
    assert known.refunded == 3 * order.subtotal // 5


@pytest.mark.parametrize("seed", SEEDS)
async def test_postage_goes_back_once(shop, seed):
    order = (await buy(shop, {"MUG": 1})).order
    assert order.shipping > 0
    command = RefundOrder(order_id=order.id, shipping=order.shipping)
    answers = await together(*(refund_order(jostled(shop, seed * 100 + n), command) for n in range(3)))
    assert kinds(answers) == ["Refund", "RefundTooLarge", "RefundTooLarge"]
    assert all(answer.details["left"] == 0 for answer in answers if isinstance(answer, RefundTooLarge))


async def test_the_control_refunds_set_aside_on_what_was_read_before_exceed_the_payment(shop):
    """The same payment, where the look and the setting aside are two units: the books' own rule finds it."""
    order = (await buy(shop, {"MUG": 1})).order
    blind = Statement(update(PAYMENTS).values(refunded=PAYMENTS.c.refunded + bindparam("b_amount")))
    crowd, all_have_looked = jostled(shop, 9), asyncio.Barrier(4)

    async def set_aside():
        async with crowd.database.read() as reader:
            payment = (await payments.get_many(reader, [order.id]))[order.id]
        await all_have_looked.wait()
        if payment.captured - payment.refunded >= order.total:
            async with crowd.database.write() as unit:
                await unit.run(blind, b_amount=order.total)

    await asyncio.gather(*(set_aside() for _ in range(4)))
    assert "payments-within-bounds" in {rule.name for rule in await check_invariants(shop)}
    async with shop.database.write() as unit:
        await unit.run(Statement(update(PAYMENTS).values(refunded=0)))


@pytest.mark.parametrize("seed", range(10))
async def test_sent_or_called_off_but_not_both(shop, seed):
    """F-28: whoever is first wins; what was sent keeps its money, what was called off gives all of it back."""
    order = (await buy(shop, {"MUG": 2})).order
    ship, cancel = await together(
        ship_order(jostled(shop, seed), ShipOrder(order_id=order.id)),
        cancel_order(jostled(shop, seed + 100), order.id, reason="", actor=SYSTEM),
    )
    (known,) = (await shop.payments["sandbox"].find([order.id])).values()
    if isinstance(ship, Refusal):
        assert isinstance(ship, NotAllowed | NothingToShip | Conflict)
        assert (cancel.state, known.refunded) == ("cancelled", order.total)
        assert await level(shop, "MUG") == (10, 0, 0)
    else:
        assert isinstance(cancel, NotAllowed)
        assert known.refunded == 0
        assert await level(shop, "MUG") == (8, 0, 0)


@pytest.mark.parametrize("seed", range(10))
async def test_sent_or_called_off_before_the_money_was_captured(state, engine, seed):
    """The same where the parcel's leaving takes the money: the provider decides between capture and void."""
    async with open_shop(state, capture="at_ship", database=engine) as shop:
        await put_goods(shop, {"MUG": 10})
        order = (await buy(shop, {"MUG": 2})).order
        ship, cancel = await together(
            ship_order(jostled(shop, seed), ShipOrder(order_id=order.id)),
            cancel_order(jostled(shop, seed + 100), order.id, reason="", actor=SYSTEM),
        )
        assert isinstance(ship, Refusal) != isinstance(cancel, Refusal)
        await settle_orders(shop, stale_ms=0)
        await audit(shop)
        (known,) = (await shop.payments["sandbox"].find([order.id])).values()
        assert known.state == ("voided" if isinstance(ship, Refusal) else "captured")


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_same_parcel_is_not_sent_twice(shop, seed):
    order = (await buy(shop, {"MUG": 2})).order
    command = ShipOrder(order_id=order.id)
    answers = await together(*(ship_order(jostled(shop, seed * 100 + n), command) for n in range(3)))
    assert kinds(answers) == ["NotAllowed", "NotAllowed", "Shipment"]
    assert await level(shop, "MUG") == (8, 0, 0)


# ----------------------------------------------------------------------------------------------------------- the sweep


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("token", ["tok_ok", "tok_lost_ack", "tok_timeout", "tok_challenge"])
async def test_the_sweep_meets_an_order_that_is_just_being_paid(shop, seed, token):
    """F-25: as impatient as it can be, it may let an order go before it is paid, but never take money for nothing."""
    command = await an_order(shop, await a_cart(shop, {"MUG": 1}), token=token)
    paying = asyncio.ensure_future(place_order(jostled(shop, seed), command))
    sweeps = 0

    async def sweep_on():
        nonlocal sweeps
        while not paying.done():
            await settle_orders(jostled(shop, seed + sweeps), stale_ms=0)
            sweeps += 1

    answer, *_ = await together(paying, sweep_on(), sweep_on())
    assert sweeps > 1
    assert isinstance(answer, PaymentDeclined) or answer.state in {"placed", "pending", "challenge"}
    held = {"tok_challenge": 1}.get(token, 0)
    await settle_orders(shop, stale_ms=0)
    if isinstance(answer, PaymentDeclined):
        assert await captures(shop) == []
        assert await level(shop, "MUG") == (10, 0, 0)
    elif answer.state == "placed":
        assert await level(shop, "MUG") == (10, 0, 1)
    else:
        # The sweep may have asked before the provider heard of it, and let it go after the shopper was answered.
        let_go = (await view_order(shop, answer.order.id)).order.state == "declined"
        assert await level(shop, "MUG") == (10, 0 if let_go else held, 0)


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_challenge_that_is_met_while_it_is_given_up(shop, seed):
    """F-24: the provider decides; a hold that is gone is not paid for."""
    placed = await buy(shop, {"MUG": 1}, token="tok_challenge")
    later = jostled(dataclasses.replace(shop, clock=FixedClock(SystemClock().now_ms() + HOUR_MS)), seed)
    await together(settle_orders(later, stale_ms=0), shop.payments["sandbox"].approve(placed.order.id))
    await settle_orders(shop, stale_ms=0)
    (known,) = (await shop.payments["sandbox"].find([placed.order.id])).values()
    assert await level(shop, "MUG") == ((10, 0, 1) if known.state == "captured" else (10, 0, 0))
