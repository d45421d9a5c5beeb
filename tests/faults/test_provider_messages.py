"""What a provider tells, or fails to tell, whatever the network does to it: the money and the order agree in the end.

Stripe is the fake of `tests.stripe_fake`, behind a real port; its messages come in by the real door.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace

import httpx
import pytest
import stripe
from litestar import Litestar
from msgspec.structs import replace

from fairday.domain.inventory import store as stock
from fairday.domain.ledger import store as ledger
from fairday.domain.payments import inbox
from fairday.domain.payments import store as payments
from fairday.domain.payments.invariants import INVARIANTS as PAYMENT_RULES
from fairday.interfaces.api.webhooks import BODY_LIMIT_BYTES, webhook_routes
from fairday.kernel.clock import DAY_MS, HOUR_MS, MINUTE_MS, FixedClock
from fairday.usecases.apply_payment_events import (
    KEPT_MS,
    MOST_ATTEMPTS,
    apply_payment_events,
    forget_payment_events,
)
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.compare_reports import compare_reports
from fairday.usecases.place_order import PlacedOrder, place_order
from fairday.usecases.receive_payment_event import receive_payment_event
from fairday.usecases.reconcile_payments import follow_reports
from fairday.usecases.refund_order import RefundOrder, refund_order
from fairday.usecases.settle_orders import settle_orders
from fairday.usecases.view_order import view_order
from tests import engines
from tests.buying import a_cart, an_order
from tests.conftest import not_run
from tests.goods import put_goods
from tests.shop import open_shop
from tests.stripe_fake import KEY, WEBHOOK_SECRET, fake_stripe

NOW = 1_800_000_000_000
TRIES = 3  # the first, and the SDK's retries
CONFIRM = "POST .*/confirm"
CHALLENGED = "pm_card_authenticationRequired"


class Stage(SimpleNamespace):
    """A shop, its Stripe, its door, and the clock they share."""

    async def buy(self, token: str = "pm_card_visa") -> PlacedOrder:
        cart = await a_cart(self.shop, {"MUG": 1})
        command = replace(
            await an_order(self.shop, cart), provider="stripe", payment_token=token, return_url="https://shop.example/"
        )
        return await place_order(self.shop, command)

    async def post(self, event: dict, *, provider: str = "stripe", **how: object) -> int:
        headers, body = self.fake.message(event, **how)
        answer = await self.door.post(f"/webhooks/payments/{provider}", content=body, headers=headers)
        return answer.status_code

    def events(self, *kinds: str) -> list[dict]:
        return [event for event in self.fake.account.events if not kinds or event["type"] in kinds]

    async def state(self, order_id: str) -> tuple[str, str, int]:
        view = await view_order(self.shop, order_id)
        return view.order.state, view.payment.state, view.payment.captured

    async def entries(self, order_id: str) -> list[str]:
        async with self.shop.database.read() as reader:
            return [entry.kind for entry in await ledger.entries_of(reader, order_id)]

    async def heard(self, event: dict):
        async with self.shop.database.read() as reader:
            return await inbox.find_heard(reader, "stripe", event["id"])

    async def left(self) -> int:
        async with self.shop.database.read() as reader:
            return (await stock.available(reader, ["MUG"]))["MUG"]


@pytest.fixture(
    params=[
        "sqlite", pytest.param("postgresql", marks=pytest.mark.long), pytest.param("mysql", marks=pytest.mark.long),
    ]
)  # fmt: skip
def database(request, tmp_path) -> Iterator[str]:
    try:
        with engines.fresh(request.param, tmp_path) as url:
            yield url
    except engines.MissingEngineError as missing:
        not_run(str(missing))


@pytest.fixture
async def stage(state, monkeypatch, database) -> AsyncIterator[Stage]:
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.001)
    monkeypatch.setattr(stripe.HTTPClient, "MAX_DELAY", 0.002)
    clock = FixedClock(NOW)
    with fake_stripe(clock) as fake:
        settings = {
            "payments": "stripe:", "stripe_secret_key": KEY, "stripe_webhook_secrets": f"whsec_older,{WEBHOOK_SECRET}",
            "stripe_api_base": fake.url,
        }  # fmt: skip
        async with open_shop(state, clock=clock, database=database, **settings) as shop:
            await put_goods(shop, {"MUG": 200})
            app = Litestar(route_handlers=webhook_routes(shop), openapi_config=None)
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as door:
                yield Stage(shop=shop, fake=fake, clock=clock, door=door)
            clock.advance(HOUR_MS)
            assert await check_invariants(shop) == []


async def settled(stage: Stage) -> None:
    """Whatever is left to sweeps is done, and the books agree with Stripe's own record."""
    stage.clock.advance(HOUR_MS)
    await settle_orders(stage.shop, stale_ms=0)
    await apply_payment_events(stage.shop)
    stage.clock.advance(HOUR_MS)
    await follow_reports(stage.shop)
    stage.clock.advance(HOUR_MS)
    assert (await compare_reports(stage.shop)).found == ()
    charges = [charge for charge in stage.fake.account.all("charge") if charge["captured"]]
    orders = [tuple(charge["metadata"].values()) for charge in charges]
    assert len(orders) == len(set(orders)), "charged twice"


@pytest.mark.parametrize("on", ["POST /v1/payment_intents$", CONFIRM])
async def test_a_lost_answer_is_asked_for_again_and_charges_once(stage, on):
    """F-05: the SDK sends the same key again, and gets the answer that was lost."""
    stage.fake.fail(on, "drop_after", times=TRIES - 1)
    placed = await stage.buy()
    assert placed.state == "placed"
    assert len(stage.fake.account.all("charge")) == 1
    await settled(stage)


async def test_an_answer_that_never_comes_is_found_out(stage):
    """F-05: nobody answers while the shopper waits; Stripe's record decides, and nothing is charged again."""
    stage.fake.fail(CONFIRM, "drop_after", times=TRIES)
    placed = await stage.buy()
    assert placed.state == "placed", "the intent was looked at"
    stage.fake.fail(CONFIRM, "drop_after", times=TRIES)
    stage.fake.fail("GET ", "drop_before", times=TRIES)
    waiting = await stage.buy()
    assert waiting.state == "pending"
    stage.clock.advance(2 * MINUTE_MS)
    assert (await settle_orders(stage.shop)).orders == 1
    assert await stage.state(waiting.order.id) == ("placed", "captured", waiting.order.total)
    assert len(stage.fake.account.all("charge")) == 2
    await settled(stage)


@pytest.mark.parametrize("on", ["POST /v1/payment_intents$", CONFIRM])
async def test_a_question_that_never_arrived_ends_unpaid_with_the_goods_on_the_shelf(stage, on):
    """F-06."""
    stage.fake.fail(on, "drop_before", times=TRIES)
    waiting = await stage.buy()
    assert waiting.state == "pending"
    stage.clock.advance(2 * MINUTE_MS)
    assert (await settle_orders(stage.shop)).orders == 1
    assert (await stage.state(waiting.order.id))[::2] == ("declined", 0)
    assert await stage.left() == 200
    assert stage.fake.account.all("charge") == []
    assert {one["status"] for one in stage.fake.account.all("payment_intent")} <= {"canceled"}
    await settled(stage)


@pytest.mark.parametrize("fault", ["error_before", "error_after"])
async def test_a_provider_that_stumbles_is_asked_a_bounded_number_of_times(stage, fault):
    """F-07: a 500 that was kept under the key comes again and again; the intent itself is the way out."""
    stage.fake.fail(CONFIRM, fault, times=1 if fault == "error_before" else TRIES)
    placed = await stage.buy()
    assert placed.state == "placed"
    assert len([one for one in stage.fake.asked if one.endswith("/confirm")]) <= TRIES
    assert len(stage.fake.account.all("charge")) == 1
    await settled(stage)


async def test_a_provider_that_is_down_takes_no_order_for_long(stage):
    """F-07: nothing but errors, then it is back."""
    stage.fake.fail(".", "error_before", times=10_000)
    waiting = await stage.buy()
    assert waiting.state == "pending"
    assert len(stage.fake.asked) <= 3 * TRIES
    stage.fake.faults.clear()
    stage.clock.advance(2 * MINUTE_MS)
    await settle_orders(stage.shop)
    assert (await stage.state(waiting.order.id))[0] == "declined"
    await settled(stage)


async def test_the_same_message_a_hundred_times_at_once_counts_once(stage):
    """F-08."""
    placed = await stage.buy(CHALLENGED)
    assert placed.state == "challenge"
    stage.fake.account.authenticate(stage.fake.account.intent_of(placed.order.id))
    (event,) = stage.events("payment_intent.succeeded")
    assert set(await asyncio.gather(*[stage.post(event) for _ in range(100)])) == {200}
    assert await stage.state(placed.order.id) == ("placed", "captured", placed.order.total)
    assert await stage.entries(placed.order.id) == ["sale"]
    assert (await stage.heard(event)).state == "done"
    await settled(stage)


async def test_a_message_overtakes_the_answer_to_our_own_question(stage):
    """F-09: Stripe tells that it succeeded while our call still waits."""
    stage.fake.fail(CONFIRM, "hold")
    buying = asyncio.ensure_future(stage.buy())
    deadline = asyncio.get_running_loop().time() + 10
    while not stage.events("payment_intent.succeeded"):
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.005)
    (event,) = stage.events("payment_intent.succeeded")
    assert await stage.post(event) == 200
    order_id = event["data"]["object"]["metadata"]["order_id"]
    assert (await stage.state(order_id))[:2] == ("placed", "captured")
    assert not buying.done()
    stage.fake.release()
    placed = await buying
    assert (placed.state, placed.order.id) == ("placed", order_id)
    assert await stage.entries(order_id) == ["sale"]
    await settled(stage)


async def test_messages_in_every_order_come_to_the_same(stage):
    """F-10: asked to prove it, taken, disputed and given back, told in each of 24 orders."""
    ends = set()
    for order_of_words in itertools.permutations(range(4)):
        stage.fake.account.events.clear()
        placed = await stage.buy(CHALLENGED)
        intent = stage.fake.account.authenticate(stage.fake.account.intent_of(placed.order.id))
        stage.fake.account.refund({"payment_intent": intent["id"], "amount": "100"})
        stage.fake.account.dispute(intent)
        told = stage.events(
            "payment_intent.requires_action", "payment_intent.succeeded", "charge.refunded", "charge.dispute.created"
        )
        assert len(told) == 4
        for number in order_of_words:
            assert await stage.post(told[number]) == 200
        async with stage.shop.database.read() as reader:
            (dispute,) = await inbox.disputes_of(reader, [placed.order.id])
        ends.add((*await stage.state(placed.order.id), *sorted(await stage.entries(placed.order.id)), dispute.state))
        stage.clock.advance(2_000)
    assert len(ends) == 1
    assert next(iter(ends))[:2] == ("placed", "captured")
    await settled(stage)


@pytest.mark.parametrize("won", [True, False])
@pytest.mark.parametrize("backwards", [True, False])
async def test_a_chargeback_after_everything_was_given_back(stage, won, backwards):
    """F-29: both ways are in the books, and a decision that is told first is not undone by the beginning."""
    placed = await stage.buy()
    await refund_order(stage.shop, RefundOrder(order_id=placed.order.id, lines={1: 1}, shipping=placed.order.shipping))
    dispute = stage.fake.account.dispute(stage.fake.account.intent_of(placed.order.id))
    stage.clock.advance(DAY_MS)
    stage.fake.account.close_dispute(dispute, won=won)
    told = stage.events("charge.dispute.created", "charge.dispute.closed")
    for event in reversed(told) if backwards else told:
        assert await stage.post(event) == 200
    async with stage.shop.database.read() as reader:
        (known,) = await inbox.disputes_of(reader, [placed.order.id])
    assert (known.state, known.amount, known.fee) == ("won" if won else "lost", placed.order.total, 1_500)
    kinds = sorted(await stage.entries(placed.order.id))
    assert kinds == sorted(["sale", "refund", "chargeback", *(["reversed"] if won else [])])
    await settled(stage)


async def test_the_door_takes_nothing_that_is_not_signed_now_by_the_provider(stage):
    """F-11: another key, too old, too new, altered, too large, for nobody; none of it is kept."""
    placed = await stage.buy()
    event = stage.events("payment_intent.succeeded")[-1]
    now_ms = stage.clock.now_ms()
    assert await stage.post(event, secret="whsec_nobodys") == 400
    assert await stage.post(event, at_ms=now_ms - 301_000) == 400
    assert await stage.post(event, at_ms=now_ms + 301_000) == 400
    assert await stage.post(event, provider="nobody") == 404
    headers, body = stage.fake.message(event)
    for touched in (body.replace(b"succeeded", b"succeedeD"), b"", b"{}"):
        assert (await stage.door.post("/webhooks/payments/stripe", content=touched, headers=headers)).status_code == 400
    for without in ({}, {"stripe-signature": "t=1,v1=00"}):
        assert (await stage.door.post("/webhooks/payments/stripe", content=body, headers=without)).status_code == 400
    big = b"x" * (BODY_LIMIT_BYTES + 1)
    assert (await stage.door.post("/webhooks/payments/stripe", content=big, headers=headers)).status_code == 413
    assert await stage.heard(event) is None
    assert await stage.post(event) == 200
    assert await stage.state(placed.order.id) == ("placed", "captured", placed.order.total)


async def test_a_recording_played_again_does_nothing(stage):
    """F-11: within the five minutes the same bytes are taken as known, and after them they are refused."""
    await stage.buy()
    event = stage.events("payment_intent.succeeded")[-1]
    headers, body = stage.fake.message(event)

    async def play() -> int:
        return (await stage.door.post("/webhooks/payments/stripe", content=body, headers=headers)).status_code

    assert await play() == 200
    asked = len(stage.fake.asked)
    assert await play() == 200
    assert len(stage.fake.asked) == asked
    stage.clock.advance(301_000)
    assert await play() == 400


async def test_without_any_message_the_sweep_asks(stage):
    """F-12."""
    placed = await stage.buy(CHALLENGED)
    stage.fake.account.authenticate(stage.fake.account.intent_of(placed.order.id))
    stage.clock.advance(2 * MINUTE_MS)
    assert (await settle_orders(stage.shop)).orders == 1
    assert await stage.state(placed.order.id) == ("placed", "captured", placed.order.total)
    await settled(stage)


async def test_a_challenge_that_nobody_meets_is_let_go_and_cannot_be_met_any_more(stage):
    """F-24: the goods go back on the shelf only once Stripe has said that it will not take the money."""
    placed = await stage.buy(CHALLENGED)
    assert await stage.left() == 199
    stage.clock.advance(stage.shop.settings.hold_minutes * MINUTE_MS + MINUTE_MS)
    await settle_orders(stage.shop)
    assert (await stage.state(placed.order.id))[:2] == ("declined", "voided")
    assert stage.fake.account.intent_of(placed.order.id)["status"] == "canceled"
    assert await stage.left() == 200
    await settled(stage)


@pytest.mark.parametrize("told", [True, False])
async def test_money_that_comes_after_the_order_was_let_go_goes_back(stage, told):
    """F-24: a bank that pays all the same; by the message at once, and without one by the provider's report."""
    placed = await stage.buy(CHALLENGED)
    stage.clock.advance(stage.shop.settings.hold_minutes * MINUTE_MS + MINUTE_MS)
    await settle_orders(stage.shop)
    intent = stage.fake.account.intent_of(placed.order.id)
    stage.fake.account._authorise(intent)
    if told:
        assert await stage.post(stage.events("payment_intent.succeeded")[-1]) == 200
        (refund,) = stage.fake.account.all("refund")
        assert refund["amount"] == placed.order.total
        assert sorted(await stage.entries(placed.order.id)) == ["returned", "unclaimed"]
    await settled(stage)
    (refund,) = stage.fake.account.all("refund")
    assert refund["amount"] == placed.order.total
    assert sorted(await stage.entries(placed.order.id)) == ["returned", "unclaimed"]
    assert (await stage.state(placed.order.id))[::2] == ("declined", 0)
    assert (await compare_reports(stage.shop)).found == ()


async def test_late_money_whose_way_back_broke_off_goes_back_once(stage):
    """F-24, and a provider that does not answer just then."""
    placed = await stage.buy(CHALLENGED)
    stage.clock.advance(stage.shop.settings.hold_minutes * MINUTE_MS + MINUTE_MS)
    await settle_orders(stage.shop)
    stage.fake.account._authorise(stage.fake.account.intent_of(placed.order.id))
    stage.fake.fail("POST /v1/refunds", "drop_after", times=TRIES)
    event = stage.events("payment_intent.succeeded")[-1]
    assert await stage.post(event) == 200
    assert (await stage.heard(event)).state == "waiting"
    await settled(stage)
    assert [refund["amount"] for refund in stage.fake.account.all("refund")] == [placed.order.total]
    assert sorted(await stage.entries(placed.order.id)) == ["returned", "unclaimed"]
    assert (await compare_reports(stage.shop)).found == ()


@pytest.mark.parametrize("fault", ["drop_after", "drop_before", "error_after"])
async def test_a_refund_whose_answer_is_lost_is_paid_once(stage, fault):
    """F-27."""
    placed = await stage.buy()
    stage.fake.fail("POST /v1/refunds", fault, times=TRIES)
    refund = await refund_order(stage.shop, RefundOrder(order_id=placed.order.id, lines={1: 1}))
    assert refund.state == "requested"
    stage.clock.advance(2 * MINUTE_MS)
    assert (await settle_orders(stage.shop)).refunds == 1
    async with stage.shop.database.read() as reader:
        (known,) = await payments.refunds_of(reader, [placed.order.id])
    assert known.state == "done"
    assert [one["amount"] for one in stage.fake.account.all("refund")] == [refund.amount]
    await settled(stage)


async def test_what_was_kept_and_not_applied_is_applied_by_the_sweep(stage):
    """A process that died between the acknowledgement and the work."""
    placed = await stage.buy(CHALLENGED)
    stage.fake.account.authenticate(stage.fake.account.intent_of(placed.order.id))
    headers, body = stage.fake.message(stage.events("payment_intent.succeeded")[-1])
    assert await receive_payment_event(stage.shop, "stripe", headers, body)
    assert (await stage.state(placed.order.id))[0] == "held"
    assert await apply_payment_events(stage.shop) == 1
    assert await stage.state(placed.order.id) == ("placed", "captured", placed.order.total)


async def test_a_message_that_cannot_be_applied_waits_longer_and_longer(stage):
    placed = await stage.buy(CHALLENGED)
    stage.fake.account.authenticate(stage.fake.account.intent_of(placed.order.id))
    event = stage.events("payment_intent.succeeded")[-1]
    stage.fake.fail("GET ", "error_before", times=10_000)
    assert await stage.post(event) == 200
    first = await stage.heard(event)
    assert (first.state, first.attempts) == ("waiting", 1)
    assert await apply_payment_events(stage.shop) == 0, "it is not due"
    stage.clock.advance(first.due_ms - stage.clock.now_ms())
    assert await apply_payment_events(stage.shop) == 0
    assert (await stage.heard(event)).due_ms - stage.clock.now_ms() > first.due_ms - NOW
    for _ in range(MOST_ATTEMPTS):
        stage.clock.advance(HOUR_MS)
        await apply_payment_events(stage.shop)
    assert (await stage.heard(event)).state == "failed"
    stage.fake.faults.clear()
    async with stage.shop.database.read() as reader:
        rule = next(rule for rule in PAYMENT_RULES if rule.name == "payment-events-are-applied")
        assert len(await reader.rows(rule.statement)) == 1
    await settle_orders(stage.shop, stale_ms=0)
    assert await stage.state(placed.order.id) == ("placed", "captured", placed.order.total)
    async with stage.shop.database.write() as unit:
        await unit.run(inbox._FORGET, b_provider="stripe", b_event_id=event["id"])


async def test_messages_about_others_are_kept_and_change_nothing(stage):
    """An account may serve more than this shop."""
    mine = (await stage.buy()).order.id
    metadata = {"order_id": mine, "shop": "another"}
    other = stage.fake.account.create_intent({"amount": "900", "currency": "eur", "metadata": metadata})
    stage.fake.account.confirm(other, {"payment_method": "pm_card_visa"})
    nobodys = stage.fake.account.create_intent({"amount": "900", "currency": "eur"})
    stage.fake.account.confirm(nobodys, {"payment_method": "pm_card_visa"})
    stage.fake.account.dispute(nobodys)
    assert len(stage.events("charge.captured")) == 3
    for event in stage.events():
        assert await stage.post(event) == 200
        assert (await stage.heard(event)).state in {"foreign", "done"}
    assert await stage.entries(mine) == ["sale"]
    await settled(stage)
    assert stage.fake.account.all("refund") == []
    stage.clock.advance(KEPT_MS + DAY_MS)
    assert await forget_payment_events(stage.shop, 500) == len(stage.events())
    assert await stage.heard(stage.events()[0]) is None


async def test_secrets_change_while_messages_are_under_way(stage, state, database):
    """F-57: a new secret is known before the old one goes, and a secret that went is worth nothing."""
    await stage.buy()
    for number, secret in enumerate(("whsec_older", WEBHOOK_SECRET)):
        assert await stage.post(stage.events()[number], secret=secret) == 200
    settings = {
        "payments": "stripe:", "stripe_secret_key": KEY, "stripe_webhook_secrets": f"{WEBHOOK_SECRET}, whsec_newer",
        "stripe_api_base": stage.fake.url,
    }  # fmt: skip
    async with open_shop(state, clock=stage.clock, database=database, **settings) as after:
        app = Litestar(route_handlers=webhook_routes(after), openapi_config=None)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://shop.test") as door:
            stage.door = door
            assert await stage.post(stage.events()[2], secret="whsec_newer") == 200
            assert await stage.post(stage.events()[2], secret=WEBHOOK_SECRET) == 200
            assert await stage.post(stage.events()[2], secret="whsec_older") == 400
