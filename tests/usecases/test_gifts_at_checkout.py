"""Gift cards and store credit from the cart to the books: alone, beside a card, given back, and let go."""

import pytest
from msgspec.structs import replace

from fairday.domain.access import SYSTEM
from fairday.domain.ledger import store as ledger
from fairday.domain.ledger.model import GIFT_CARDS, STORE_CREDIT, provider_account
from fairday.domain.orders import NotAllowed, StaleTotal
from fairday.domain.payments import PaymentDeclined, RefundTooLarge, UnknownProvider
from fairday.domain.pricing import gift_store as gifts
from fairday.domain.pricing.errors import GiftRefused
from fairday.subscribers.notifications import subscription
from fairday.usecases.cancel_order import cancel_order
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.give_store_credit import GiveStoreCredit, give_store_credit
from fairday.usecases.issue_gift_card import IssueGiftCard, issue_gift_card
from fairday.usecases.manage_gift_cards import set_gift_card_active
from fairday.usecases.place_order import PlaceOrder, place_order
from fairday.usecases.refund_order import RefundOrder, refund_order
from fairday.usecases.settle_orders import settle_orders
from fairday.usecases.ship_order import ShipOrder, ship_order
from fairday.usecases.spend_gifts import PREPAID
from fairday.usecases.view_order import view_order
from tests.accounts import audit
from tests.buying import a_cart, an_order
from tests.goods import put_goods
from tests.people import a_customer
from tests.shop import open_shop

TOTAL = 2_490  # one mug and its postage


@pytest.fixture
async def shop(state):
    async with open_shop(state) as opened:
        await put_goods(opened, {"MUG": 10})
        yield opened
        await audit(opened)


async def a_card(shop, amount: int, currency: str = "EUR") -> str:
    asked = IssueGiftCard(attempt=f"{amount} {currency}", amount=amount, currency=currency, paid=True)
    return (await issue_gift_card(shop, SYSTEM, asked)).card.id


async def left_on(shop, *balance_ids: str) -> list[int]:
    async with shop.database.read() as reader:
        found = await gifts.get_many(reader, balance_ids)
    return [found[one].balance for one in balance_ids]


async def paying_with(shop, *balance_ids: str, due: int, wanted: int = 1, **fields) -> PlaceOrder:
    command = await an_order(shop, await a_cart(shop, {"MUG": wanted}), token=fields.pop("token", "tok_ok"))
    return replace(command, gifts=balance_ids, expected_due=due, **fields)


async def books(shop) -> dict[str, int]:
    async with shop.database.read() as reader:
        return {line.account: line.amount for line in await ledger.trial_balance(reader, 2**60) if line.amount}


async def money(shop, order_id: str) -> list[tuple[str, int]]:
    """What the provider says it took and gave back."""
    found = await shop.payments["sandbox"].record(order_id)
    return [(line.kind, line.amount) for line in found if line.kind in {"capture", "refund"}]


async def test_a_card_alone_asks_no_provider(shop):
    card = await a_card(shop, 5_000)
    placed = await place_order(shop, await paying_with(shop, card, due=0, provider="", payment_token=""))
    assert (placed.state, placed.order.total, placed.order.gift, placed.order.due) == ("placed", TOTAL, TOTAL, 0)
    view = await view_order(shop, placed.order.id)
    assert (view.payment.provider, view.payment.state, view.payment.amount) == (PREPAID, "captured", 0)
    assert await shop.payments["sandbox"].record() == []
    assert await left_on(shop, card) == [5_000 - TOTAL]
    assert (await books(shop))[GIFT_CARDS] == TOTAL - 5_000


async def test_a_card_beside_a_card(shop):
    one, two = await a_card(shop, 1_000), await a_card(shop, 300)
    placed = await place_order(shop, await paying_with(shop, one, two, due=TOTAL - 1_300))
    assert (placed.order.gift, placed.order.due, placed.order.provider) == (1_300, TOTAL - 1_300, "sandbox")
    assert await money(shop, placed.order.id) == [("capture", TOTAL - 1_300)]
    assert await left_on(shop, one, two) == [0, 0]
    assert GIFT_CARDS not in await books(shop)


async def test_credit_pays_for_its_customer_only(shop):
    ada, bob = await a_customer(shop), await a_customer(shop, "bob@example.com")
    asked = GiveStoreCredit(attempt="1", customer_id=ada.id, amount=700, currency="EUR")
    credit = (await give_store_credit(shop, SYSTEM, asked)).id
    card = await a_card(shop, 1_000)
    for wrong in ("", bob.id):
        with pytest.raises(GiftRefused):
            await place_order(shop, await paying_with(shop, credit, due=TOTAL - 700, customer_id=wrong))
    command = await paying_with(shop, card, credit, due=TOTAL - 1_700, customer_id=ada.id)
    order = (await place_order(shop, command)).order
    assert (order.gift, order.credit, order.due) == (1_000, 700, TOTAL - 1_700)
    assert await left_on(shop, card, credit) == [0, 0]
    assert not {GIFT_CARDS, STORE_CREDIT} & (await books(shop)).keys()
    await refund_order(shop, RefundOrder(order_id=order.id, lines={1: 1}, shipping=490))
    assert await left_on(shop, card, credit) == [1_000, 700]
    held = await books(shop)
    assert (held[GIFT_CARDS], held[STORE_CREDIT]) == (-1_000, -700)


@pytest.mark.parametrize("due", [0, TOTAL - 1_001, TOTAL - 999, TOTAL, None])
async def test_another_rest_than_the_shopper_saw_is_not_charged(shop, due):
    card = await a_card(shop, 1_000)
    with pytest.raises(StaleTotal) as no:
        await place_order(shop, replace(await paying_with(shop, card, due=0), expected_due=due))
    assert (no.value.details["total"], no.value.details["due"]) == (TOTAL, TOTAL - 1_000)
    assert await left_on(shop, card) == [1_000]
    assert await shop.payments["sandbox"].record() == []


async def test_what_was_spent_meanwhile_is_seen_before_paying(shop):
    """F-20, one after the other: both saw the card whole."""
    card = await a_card(shop, 2_000)
    first, second = [await paying_with(shop, card, due=TOTAL - 2_000) for _ in range(2)]
    await place_order(shop, first)
    with pytest.raises(StaleTotal) as no:
        await place_order(shop, second)
    assert no.value.details["due"] == TOTAL


async def test_the_same_command_again_spends_once(shop):
    card = await a_card(shop, 5_000)
    command = await paying_with(shop, card, due=0)
    first, second = await place_order(shop, command), await place_order(shop, command)
    assert (first.order.id, second.replayed) == (second.order.id, True)
    assert await left_on(shop, card) == [5_000 - TOTAL]


async def test_no_way_of_paying_the_rest_is_a_refusal(shop):
    card = await a_card(shop, 1_000)
    for provider in ("", "bank", PREPAID):
        with pytest.raises(UnknownProvider):
            await place_order(shop, await paying_with(shop, card, due=TOTAL - 1_000, provider=provider))
    command = await paying_with(shop, due=TOTAL, provider=PREPAID)
    with pytest.raises(UnknownProvider):
        await place_order(shop, command)
    assert await left_on(shop, card) == [1_000]


@pytest.mark.parametrize("token", ["tok_declined", "tok_timeout"])
async def test_let_go_is_given_back(shop, token):
    card = await a_card(shop, 1_000)
    command = await paying_with(shop, card, due=TOTAL - 1_000, token=token)
    if token == "tok_declined":
        with pytest.raises(PaymentDeclined):
            await place_order(shop, command)
    else:
        await place_order(shop, command)
        assert await left_on(shop, card) == [0]
        await settle_orders(shop, stale_ms=0)
    assert await left_on(shop, card) == [1_000]
    assert (await books(shop))[GIFT_CARDS] == -1_000


async def test_money_goes_back_through_the_provider_first_and_then_onto_the_card(shop):
    card = await a_card(shop, 3_000)
    order = (await place_order(shop, await paying_with(shop, card, due=1_490, wanted=2))).order
    await ship_order(shop, ShipOrder(order_id=order.id))
    first = await refund_order(shop, RefundOrder(order_id=order.id, lines={1: 1}))
    assert (first.amount, first.gift) == (2_000, 510)
    assert await left_on(shop, card) == [510]
    second = await refund_order(shop, RefundOrder(order_id=order.id, lines={1: 1}, shipping=490))
    assert (second.amount, second.gift) == (2_490, 2_490)
    assert await left_on(shop, card) == [3_000]
    assert await money(shop, order.id) == [("capture", 1_490), ("refund", 1_490)]
    with pytest.raises(RefundTooLarge):
        await refund_order(shop, RefundOrder(order_id=order.id, shipping=1))
    assert (await books(shop))[GIFT_CARDS] == -3_000


async def test_called_off_gives_everything_back(shop):
    card = await a_card(shop, 1_000)
    order = (await place_order(shop, await paying_with(shop, card, due=TOTAL - 1_000))).order
    off = await cancel_order(shop, order.id, reason="", actor=SYSTEM)
    assert off.state == "cancelled"
    assert await left_on(shop, card) == [1_000]
    assert await money(shop, order.id) == [("capture", TOTAL - 1_000), ("refund", TOTAL - 1_000)]


async def test_called_off_a_prepaid_order_gives_everything_back(shop):
    card = await a_card(shop, 5_000)
    order = (await place_order(shop, await paying_with(shop, card, due=0))).order
    await cancel_order(shop, order.id, reason="", actor=SYSTEM)
    assert await left_on(shop, card) == [5_000]


async def test_money_comes_back_to_a_blocked_card_too(shop):
    card = await a_card(shop, 5_000)
    order = (await place_order(shop, await paying_with(shop, card, due=0))).order
    await set_gift_card_active(shop, SYSTEM, card, active=False)
    await cancel_order(shop, order.id, reason="", actor=SYSTEM)
    assert await left_on(shop, card) == [5_000]


async def test_letters_say_what_gift_money_paid_and_got_back(shop):
    await shop.bus.deliver([subscription(shop)])
    card = await a_card(shop, 2_000)
    order = (await place_order(shop, await paying_with(shop, card, due=490))).order
    await refund_order(shop, RefundOrder(order_id=order.id, lines={1: 1}))
    while await shop.bus.deliver([subscription(shop)]):
        pass
    sent = {one.key.partition("/")[0]: one for one in await shop.mail.sent(10)}
    placed, refunded = sent["order-placed"], sent["order-refunded"]
    assert "Gift cards: -20,00\xa0€" in placed.text
    assert "Left to pay: 4,90\xa0€" in placed.text
    assert "15,10\xa0€ of it is back on your gift card" in refunded.text
    assert (await view_order(shop, order.id)).refundable == 490


# ------------------------------------------------------------------------------------------------ capture at shipment


@pytest.fixture
async def later(state):
    async with open_shop(state, capture="at_ship") as opened:
        await put_goods(opened, {"MUG": 10})
        yield opened
        await audit(opened)


async def test_the_sale_is_booked_with_its_gift_money_once_the_rest_is_captured(later):
    card = await a_card(later, 1_000)
    order = (await place_order(later, await paying_with(later, card, due=TOTAL - 1_000))).order
    assert await left_on(later, card) == [0]
    assert (await books(later))[GIFT_CARDS] == -1_000
    assert await check_invariants(later) == []
    await ship_order(later, ShipOrder(order_id=order.id))
    held = await books(later)
    assert GIFT_CARDS not in held
    assert held[provider_account("sandbox")] > 0


async def test_an_authorisation_let_go_lets_gift_money_go(later):
    card = await a_card(later, 1_000)
    order = (await place_order(later, await paying_with(later, card, due=TOTAL - 1_000))).order
    await cancel_order(later, order.id, reason="", actor=SYSTEM)
    assert await left_on(later, card) == [1_000]
    assert await money(later, order.id) == []


async def test_before_the_capture_only_what_the_card_still_pays_is_taken_off(later):
    """Two mugs of 20.00 and 4.90 of postage: 10.00 on the gift card, then 44.90 - 10.00 by card."""
    card = await a_card(later, 3_000)
    order = (await place_order(later, await paying_with(later, card, due=1_490, wanted=2))).order
    with pytest.raises(NotAllowed):
        await refund_order(later, RefundOrder(order_id=order.id, lines={1: 1}))
    await refund_order(later, RefundOrder(order_id=order.id, shipping=490))
    await ship_order(later, ShipOrder(order_id=order.id))
    assert await money(later, order.id) == [("capture", 1_000)]
    assert await left_on(later, card) == [0]


async def test_a_prepaid_order_is_sent_as_any_other(later):
    card = await a_card(later, 5_000)
    order = (await place_order(later, await paying_with(later, card, due=0))).order
    await ship_order(later, ShipOrder(order_id=order.id))
    assert (await view_order(later, order.id)).order.state == "shipped"
    refund = await refund_order(later, RefundOrder(order_id=order.id, lines={1: 1}, restock=True))
    assert (refund.state, refund.gift) == ("done", 2_000)
    assert await left_on(later, card) == [5_000 - 490]
