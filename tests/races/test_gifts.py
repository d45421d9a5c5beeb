"""One gift card, many carts. Its control is the same balance taken by two units, one that looks and one that takes."""

import asyncio

import pytest
from msgspec.structs import replace
from sqlalchemy import bindparam, update

from fairday.domain.access import SYSTEM
from fairday.domain.orders import NotAllowed, StaleTotal
from fairday.domain.payments import PaymentDeclined, RefundTooLarge
from fairday.domain.pricing import gift_store as gifts
from fairday.domain.pricing.errors import GiftRefused
from fairday.domain.pricing.tables import GIFT_BALANCES
from fairday.kernel.errors import Conflict, Invalid, Refusal
from fairday.kernel.ids import new_id
from fairday.kernel.sql import Statement
from fairday.usecases.cancel_order import cancel_order
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.expire_gift_cards import expire_gift_cards
from fairday.usecases.issue_gift_card import IssueGiftCard, issue_gift_card
from fairday.usecases.manage_gift_cards import set_gift_card_active
from fairday.usecases.place_order import place_order
from fairday.usecases.refund_order import RefundOrder, refund_order
from fairday.usecases.settle_orders import settle_orders
from fairday.usecases.ship_order import ShipOrder, ship_order
from tests.accounts import audit
from tests.buying import a_cart, an_order
from tests.goods import put_goods
from tests.races.test_orders import captures, kinds, together
from tests.shop import open_shop
from tests.watched import jostled

SEEDS = range(2)
TOTAL = 2_490  # a mug and its postage
BUYERS = 50


@pytest.fixture
async def shop(state, engine):
    async with open_shop(state, database=engine) as opened:
        await put_goods(opened, {"MUG": 100, "LAST": 1})
        yield opened
        await settle_orders(opened, stale_ms=0)
        await audit(opened)


async def a_card(shop, amount, **fields):
    asked = IssueGiftCard(attempt=str(amount), amount=amount, currency="EUR", paid=True, **fields)
    return (await issue_gift_card(shop, SYSTEM, asked)).card.id


async def left_on(shop, card):
    async with shop.database.read() as reader:
        return (await gifts.get_many(reader, [card]))[card].balance


async def commands(shop, count, card, *, due, sku="MUG", token="tok_ok"):
    """Carts of their own, all of which saw the card as it was at first."""
    carts = [await a_cart(shop, {sku: 1}) for _ in range(count)]
    first = replace(await an_order(shop, carts[0], token=token), gifts=(card,), expected_due=due)
    return [replace(first, cart=cart, identity=cart.id, key=new_id()) for cart in carts]


@pytest.mark.parametrize("seed", SEEDS)
async def test_fifty_carts_and_one_card(shop, seed):
    """F-20: there is money for three. Three orders, 47 clean refusals, no provider asked, and 5.30 left."""
    card = await a_card(shop, 3 * TOTAL + 530)
    wanted = await commands(shop, BUYERS, card, due=0)
    answers = await together(*(place_order(jostled(shop, seed * 100 + n), one) for n, one in enumerate(wanted)))
    placed = [answer for answer in answers if not isinstance(answer, Refusal)]
    assert len(placed) == 3
    assert all(isinstance(answer, GiftRefused | StaleTotal) for answer in answers if isinstance(answer, Refusal))
    assert await left_on(shop, card) == 530
    assert await captures(shop) == []


async def test_fifty_carts_in_one_batch(shop):
    """The same through one shop: they are held together, and nobody's no touches a neighbour."""
    card = await a_card(shop, 3 * TOTAL + 530)
    answers = await together(*(place_order(shop, one) for one in await commands(shop, BUYERS, card, due=0)))
    assert sum(not isinstance(answer, Refusal) for answer in answers) == 3
    assert await left_on(shop, card) == 530


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_card_beside_cards_is_spent_once_and_nobody_pays_more_than_they_saw(shop, seed):
    card = await a_card(shop, 1_000)
    wanted = await commands(shop, 8, card, due=TOTAL - 1_000)
    answers = await together(*(place_order(jostled(shop, seed * 100 + n), one) for n, one in enumerate(wanted)))
    assert sum(not isinstance(answer, Refusal) for answer in answers) == 1
    assert [move.amount for move in await captures(shop)] == [TOTAL - 1_000]
    assert await left_on(shop, card) == 0


async def test_the_control_looking_first_and_taking_later_spends_it_twice(shop):
    card = await a_card(shop, 1_000)
    blind = Statement(
        update(GIFT_BALANCES)
        .where(GIFT_BALANCES.c.id == bindparam("b_id"))
        .values(balance=GIFT_BALANCES.c.balance - bindparam("b_amount"))
    )
    all_have_looked, spent = asyncio.Barrier(8), []

    async def spend():
        async with shop.database.read() as reader:
            left = (await gifts.get_many(reader, [card]))[card].balance
        await all_have_looked.wait()
        if left >= 1_000:
            async with shop.database.write() as unit:
                await unit.run(blind, b_id=card, b_amount=1_000)
            spent.append(1)

    await asyncio.gather(*(spend() for _ in range(8)))
    assert len(spent) == 8
    assert "gift-balances-add-up" in {rule.name for rule in await check_invariants(shop)}
    async with shop.database.write() as unit:
        await unit.run(Statement(update(GIFT_BALANCES).values(balance=1_000)))


@pytest.mark.parametrize("seed", SEEDS)
async def test_who_is_refused_the_last_piece_keeps_the_gift_money(shop, seed):
    """Ten want the last piece with one card that would pay for two: one order, and the rest of the money stays."""
    card = await a_card(shop, 2 * TOTAL)
    wanted = await commands(shop, 10, card, due=0, sku="LAST")
    answers = await together(*(place_order(jostled(shop, seed * 100 + n), one) for n, one in enumerate(wanted)))
    assert sum(not isinstance(answer, Refusal) for answer in answers) == 1
    assert await left_on(shop, card) == TOTAL


async def test_money_that_an_order_short_of_stock_did_not_need_is_not_refused_to_its_neighbours(shop):
    """In one batch: the first gets the last piece; the second wants it too, and the third has money for a mug."""
    card = await a_card(shop, 2 * TOTAL)
    lasts = await commands(shop, 2, card, due=0, sku="LAST")
    (mug,) = await commands(shop, 1, card, due=0)
    answers = await together(*(place_order(shop, one) for one in (*lasts, mug)))
    assert kinds(answers)[-2:] == ["PlacedOrder", "PlacedOrder"], kinds(answers)
    assert await left_on(shop, card) == 0


@pytest.mark.parametrize("seed", SEEDS)
async def test_called_off_while_another_cart_spends_the_same_card(shop, seed):
    card = await a_card(shop, TOTAL)
    (first,) = await commands(shop, 1, card, due=0)
    order = (await place_order(shop, first)).order
    off, second = await together(
        cancel_order(jostled(shop, seed), order.id, reason="", actor=SYSTEM),
        place_order(jostled(shop, seed + 50), replace(await _another(shop, first), expected_due=0)),
    )
    assert off.state == "cancelled"
    spent = not isinstance(second, Refusal)
    assert await left_on(shop, card) == (0 if spent else TOTAL)


async def _another(shop, command):
    cart = await a_cart(shop, {"MUG": 1})
    return replace(command, cart=cart, identity=cart.id, key=new_id())


@pytest.mark.parametrize("seed", SEEDS)
async def test_two_refunds_and_a_cancellation_give_back_once(shop, seed):
    card = await a_card(shop, 1_000)
    (command,) = await commands(shop, 1, card, due=TOTAL - 1_000)
    order = (await place_order(shop, command)).order
    whole = RefundOrder(order_id=order.id, lines={1: 1}, shipping=490)
    answers = await together(
        refund_order(jostled(shop, seed), whole),
        refund_order(jostled(shop, seed + 50), whole),
        cancel_order(jostled(shop, seed + 100), order.id, reason="", actor=SYSTEM),
    )
    refused = [answer for answer in answers if isinstance(answer, Refusal)]
    assert len(refused) == 2
    assert all(isinstance(no, RefundTooLarge | NotAllowed | Invalid | Conflict) for no in refused)
    assert await left_on(shop, card) == 1_000


@pytest.mark.parametrize("seed", SEEDS)
async def test_two_agents_give_back_half_each(shop, seed):
    """Two of two pieces, paid with 30.00 on a card and 14.90 by provider: together all of it, and not a cent more."""
    card = await a_card(shop, 3_000)
    cart = await a_cart(shop, {"MUG": 2})
    command = replace(await an_order(shop, cart), gifts=(card,), expected_due=1_490)
    order = (await place_order(shop, command)).order
    await ship_order(shop, ShipOrder(order_id=order.id))
    part = RefundOrder(order_id=order.id, lines={1: 1})
    first, second = await together(*(refund_order(jostled(shop, seed * 10 + n), part) for n in range(2)))
    assert sorted((first.gift, second.gift)) == [510, 2_000]
    assert await left_on(shop, card) == 2_510
    (known,) = (await shop.payments["sandbox"].find([order.id])).values()
    assert known.refunded == 1_490


@pytest.mark.parametrize("seed", SEEDS)
async def test_blocked_while_it_is_spent(shop, seed):
    """Whoever is first: an order that was placed keeps its money, and a blocked card gives none."""
    card = await a_card(shop, TOTAL)
    (command,) = await commands(shop, 1, card, due=0)
    placed, blocked = await together(
        place_order(jostled(shop, seed), command),
        set_gift_card_active(jostled(shop, seed + 9), SYSTEM, card, active=False),
    )
    assert blocked.active == 0
    assert await left_on(shop, card) == (TOTAL if isinstance(placed, Refusal) else 0)


@pytest.mark.parametrize("seed", SEEDS)
async def test_declined_orders_and_the_sweep_give_back_once(shop, seed):
    card = await a_card(shop, 1_000)
    (command,) = await commands(shop, 1, card, due=TOTAL - 1_000, token="tok_timeout")
    answers = await together(
        place_order(jostled(shop, seed), command),
        *(settle_orders(jostled(shop, seed + n), stale_ms=0) for n in range(1, 4)),
        expire_gift_cards(jostled(shop, seed + 7)),
    )
    assert not isinstance(answers[0], Refusal) or isinstance(answers[0], PaymentDeclined)
    await settle_orders(shop, stale_ms=0)
    assert await left_on(shop, card) == 1_000
