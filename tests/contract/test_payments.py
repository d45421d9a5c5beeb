"""What every payment provider promises, whichever answers."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from fairday.adapters.payments.sandbox import FILE_NAME, SandboxPayments
from fairday.adapters.payments.stripe import StripeKeys, StripePayments
from fairday.domain.payments import PaymentRequest
from fairday.domain.payments.errors import BadSignature
from fairday.kernel.clock import HOUR_MS, FixedClock
from fairday.kernel.ids import new_id
from tests.shop import open_shop
from tests.stripe_fake import KEY, WEBHOOK_SECRET, FakeStripe, fake_stripe

NOW = 1_800_000_000_000
OK = {"sandbox:": "tok_ok", "stripe:": "pm_card_visa"}
DECLINED = {"sandbox:": "tok_declined", "stripe:": "pm_card_visa_chargeDeclined"}
CHALLENGED = {"sandbox:": "tok_challenge", "stripe:": "pm_card_authenticationRequired"}


class House:
    """A provider with the levers that only its shoppers and their banks have."""

    def __init__(self, provider: SandboxPayments | StripePayments, clock: FixedClock, fake: FakeStripe | None) -> None:
        self.provider: Any = provider
        self.clock = clock
        self.fake = fake

    async def agree(self, order_id: str, *, yes: bool) -> None:
        if self.fake:
            self.fake.account.authenticate(self.fake.account.intent_of(order_id), agreed=yes)
        else:
            await (self.provider.approve(order_id) if yes else self.provider.reject(order_id))

    async def dispute(self, order_id: str) -> str:
        """The name of the new dispute."""
        if self.fake:
            return self.fake.account.dispute(self.fake.account.intent_of(order_id))["id"]
        await self.provider.dispute_payment(order_id)
        return order_id

    async def decide(self, order_id: str, *, won: bool) -> None:
        if self.fake:
            self.fake.account.close_dispute(self.fake.account.all("dispute")[-1], won=won)
        else:
            await self.provider.decide_dispute(order_id, won=won)

    def messages(self) -> list[tuple[dict[str, str], bytes]]:
        """All that was told so far, as it would arrive now."""
        if self.fake:
            return [self.fake.message(event) for event in self.fake.account.events]
        return [({"sandbox-signature": header}, body) for _, body, header in self.provider.post(100)]


@asynccontextmanager
async def a_sandbox(folder: Path) -> AsyncIterator[House]:
    clock = FixedClock(NOW)
    provider = SandboxPayments(folder / FILE_NAME, clock)
    yield House(provider, clock, None)
    await provider.close()


@asynccontextmanager
async def at_stripe(folder: Path) -> AsyncIterator[House]:
    clock = FixedClock(NOW)
    with fake_stripe(clock) as fake:
        async with open_shop(folder, clock=clock) as shop:
            keys = StripeKeys(secret_key=KEY, webhook_secrets=("whsec_older", WEBHOOK_SECRET), api_base=fake.url)
            provider = StripePayments(shop.database, clock, keys)
            yield House(provider, clock, fake)
            await provider.close()


@pytest.fixture(params=["sandbox:", "stripe:"])
def scheme(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
async def house(scheme, tmp_path) -> AsyncIterator[House]:
    async with a_sandbox(tmp_path) if scheme == "sandbox:" else at_stripe(tmp_path) as opened:
        yield opened


@pytest.fixture
def payments(house) -> Any:
    return house.provider


def asked(
    scheme: str, order_id: str, amount: int = 5_000, *, capture: bool = True, currency: str = "EUR"
) -> PaymentRequest:
    return PaymentRequest(
        order_id=order_id, token=OK[scheme], amount=amount, currency=currency, capture=capture,
        return_url="https://shop.example/back",
    )  # fmt: skip


async def test_pay_and_capture_at_once(payments, scheme):
    order = new_id()
    outcome = await payments.pay(asked(scheme, order))
    assert (outcome.order_id, outcome.state, outcome.amount, outcome.captured) == (order, "captured", 5_000, 5_000)
    assert outcome.currency == "EUR"
    assert outcome.reference
    assert await payments.find([order, new_id()]) == {order: outcome}
    assert await payments.find([]) == {}


async def test_paying_twice_takes_once(payments, scheme):
    order = new_id()
    first = await payments.pay(asked(scheme, order))
    assert await payments.pay(asked(scheme, order)) == first
    assert (await payments.find([order]))[order].captured == 5_000


@pytest.mark.parametrize("change", [{"amount": 4_999}, {"currency": "USD"}])
async def test_the_same_order_with_other_figures_is_refused(payments, scheme, change):
    order = new_id()
    first = await payments.pay(asked(scheme, order))
    other = await payments.pay(asked(scheme, order, **change))
    assert (other.state, other.decline_code) == ("declined", "amount_mismatch")
    assert await payments.find([order]) == {order: first}


async def test_authorise_then_capture_part(payments, scheme):
    order = new_id()
    held = await payments.pay(asked(scheme, order, capture=False))
    assert (held.state, held.captured, held.fee) == ("authorised", 0, 0)
    assert (await payments.capture(order, 5_001)).state == "declined"
    taken = await payments.capture(order, 3_000)
    assert (taken.state, taken.amount, taken.captured) == ("captured", 5_000, 3_000)
    assert await payments.capture(order, 3_000) == taken
    assert (await payments.capture(order, 2_000)).decline_code == "amount_mismatch"
    assert (await payments.find([order]))[order] == taken


async def test_nothing_is_captured_that_was_not_authorised(payments, scheme):
    order = new_id()
    assert (await payments.capture(order, 100)).state == "declined"
    assert await payments.find([order]) == {}


async def test_a_decline_takes_nothing_and_stays(payments, scheme):
    order = new_id()
    request = PaymentRequest(order_id=order, token=DECLINED[scheme], amount=500, currency="EUR", capture=True)
    outcome = await payments.pay(request)
    assert (outcome.state, outcome.decline_code, outcome.captured) == ("declined", "card_declined", 0)
    assert await payments.pay(asked(scheme, order, 500)) == outcome
    assert (await payments.capture(order, 500)).state == "declined"


async def test_refunds_by_name_and_never_too_much(payments, scheme):
    order = new_id()
    await payments.pay(asked(scheme, order))

    async def refunded(name: str, amount: int) -> tuple[str, str, int]:
        outcome = await payments.refund(order, name, amount)
        return outcome.state, outcome.decline_code, outcome.refunded

    assert await refunded("r1", 2_000) == ("captured", "", 2_000)
    assert await refunded("r1", 2_000) == ("captured", "", 2_000)
    assert await refunded("r1", 1_000) == ("declined", "amount_mismatch", 2_000)
    assert await refunded("r2", 3_001) == ("declined", "refund_too_large", 2_000)
    assert await refunded("r2", 3_000) == ("captured", "", 5_000)
    assert await refunded("r1", 2_000) == ("captured", "", 5_000)
    outcome = (await payments.find([order]))[order]
    assert (outcome.state, outcome.captured, outcome.refunded) == ("captured", 5_000, 5_000)


async def test_a_refund_of_another_order_is_not_this_ones(payments, scheme):
    first, second = new_id(), new_id()
    for order in (first, second):
        await payments.pay(asked(scheme, order))
    await payments.refund(first, "r1", 100)
    assert (await payments.refund(second, "r1", 100)).decline_code == "amount_mismatch"
    assert (await payments.find([second]))[second].refunded == 0


@pytest.mark.parametrize("amount", [0, -1])
async def test_a_refund_is_more_than_nothing(payments, scheme, amount):
    order = new_id()
    await payments.pay(asked(scheme, order))
    assert (await payments.refund(order, "r1", amount)).state == "declined"
    assert (await payments.find([order]))[order].refunded == 0


async def test_nothing_is_refunded_that_was_not_captured(payments, scheme):
    held, absent = new_id(), new_id()
    await payments.pay(asked(scheme, held, capture=False))
    for order in (held, absent):
        outcome = await payments.refund(order, f"r-{order}", 1)
        assert (outcome.state, outcome.decline_code, outcome.refunded) == ("declined", "refund_too_large", 0)


async def test_void_lets_go_for_good(payments, scheme):
    order = new_id()
    await payments.pay(asked(scheme, order, capture=False))
    assert (await payments.void(order)).state == "voided"
    assert (await payments.void(order)).state == "voided"
    assert (await payments.capture(order, 1)).state == "declined"
    again = await payments.pay(asked(scheme, order, capture=False))
    assert (again.state, again.decline_code) == ("declined", "voided")
    assert (await payments.find([order]))[order].state == "voided"


async def test_void_of_an_unknown_order_bars_it(payments, scheme):
    order = new_id()
    assert (await payments.void(order)).state == "voided"
    late = await payments.pay(asked(scheme, order))
    assert (late.state, late.decline_code, late.captured) == ("declined", "voided", 0)
    assert (await payments.find([order]))[order].captured == 0


async def test_void_does_not_undo_a_capture(payments, scheme):
    order = new_id()
    taken = await payments.pay(asked(scheme, order))
    assert await payments.void(order) == taken
    assert await payments.find([order]) == {order: taken}


@pytest.mark.parametrize("yes", [True, False])
async def test_a_challenge_is_met_or_not(house, payments, scheme, yes):
    order = new_id()
    request = PaymentRequest(
        order_id=order, token=CHALLENGED[scheme], amount=5_000, currency="EUR", capture=True,
        return_url="https://shop.example/back",
    )  # fmt: skip
    asked_back = await payments.pay(request)
    assert (asked_back.state, asked_back.captured) == ("challenge", 0)
    assert asked_back.challenge_url
    assert (await payments.find([order]))[order] == asked_back
    await house.agree(order, yes=yes)
    outcome = (await payments.find([order]))[order]
    assert (outcome.state, outcome.captured) == (("captured", 5_000) if yes else ("declined", 0))
    assert outcome.challenge_url == ""


async def test_a_challenge_that_was_let_go_cannot_be_met(house, payments, scheme):
    order = new_id()
    await payments.pay(
        PaymentRequest(
            order_id=order, token=CHALLENGED[scheme], amount=5_000, currency="EUR", capture=True,
            return_url="https://shop.example/back",
        )
    )  # fmt: skip
    assert (await payments.void(order)).state == "voided"
    assert (await payments.find([order]))[order].captured == 0


async def test_many_at_once_are_taken_once_each(payments, scheme):
    orders = [new_id() for _ in range(8)]
    outcomes = await asyncio.gather(*[payments.pay(asked(scheme, order)) for order in (*orders, *orders)])
    assert {outcome.state for outcome in outcomes} == {"captured"}
    lines = [line for line in await reported(payments) if line.kind == "capture"]
    assert sorted(line.order_id for line in lines) == sorted(orders)


async def reported(payments: Any, after: str = "") -> list[Any]:
    payments._clock.advance(HOUR_MS)  # what moved a moment ago may be missing still
    lines, page = [], await payments.movements(after, 2)
    while page:
        lines += page
        page = await payments.movements(page[-1].id, 2)
    return lines


async def test_the_report_lists_all_that_moved_once_and_in_order(house, payments, scheme):
    first, second, held = new_id(), new_id(), new_id()
    await payments.pay(asked(scheme, first))
    house.clock.advance(2_000)
    await payments.pay(asked(scheme, second, 3_000))
    await payments.pay(asked(scheme, held, capture=False))
    house.clock.advance(2_000)
    refund = new_id()
    await payments.refund(first, refund, 1_000)
    lines = await reported(payments)
    told = [(line.kind, line.order_id, line.amount, line.currency, line.refund_id) for line in lines]
    assert told == [
        ("capture", first, 5_000, "EUR", ""),
        ("capture", second, 3_000, "EUR", ""),
        ("refund", first, 1_000, "EUR", refund),
    ]
    fees = {order: outcome.fee for order, outcome in (await payments.find([first, second])).items()}
    assert [line.fee for line in lines] == [fees[first], fees[second], 0]
    assert [line.id for line in lines] == sorted(line.id for line in lines)
    assert min(line.at_ms for line in lines) == NOW
    assert await payments.movements(lines[-1].id, 10) == []


@pytest.mark.parametrize("won", [True, False])
async def test_a_dispute_takes_the_money_until_it_is_won(house, payments, scheme, won):
    """F-29: also after everything was given back already."""
    order = new_id()
    await payments.pay(asked(scheme, order))
    await payments.refund(order, new_id(), 5_000)
    house.clock.advance(2_000)
    name = await house.dispute(order)
    found = await payments.dispute(name)
    assert (found.order_id, found.state, found.amount, found.currency, found.fee) == (
        order,
        "open",
        5_000,
        "EUR",
        1_500,
    )
    house.clock.advance(2_000)
    await house.decide(order, won=won)
    assert (await payments.dispute(name)).state == ("won" if won else "lost")
    kinds = [line.kind for line in await reported(payments)]
    assert kinds == ["capture", "refund", "chargeback", *(["chargeback_reversed"] if won else [])]
    assert await payments.dispute("nobody") is None


async def test_messages_are_read_and_name_what_they_are_about(house, payments, scheme):
    order = new_id()
    await payments.pay(
        PaymentRequest(
            order_id=order, token=CHALLENGED[scheme], amount=5_000, currency="EUR", capture=True,
            return_url="https://shop.example/back",
        )
    )  # fmt: skip
    await house.agree(order, yes=True)
    name = await house.dispute(order)
    events = [payments.read(headers, body) for headers, body in house.messages()]
    assert {event.order_id for event in events if event.kind == "payment"} == {order}
    assert [event.reference for event in events if event.kind == "dispute"] == [name]
    assert len({event.id for event in events}) == len(events)


@pytest.mark.parametrize("late_ms", [-301_000, -299_000, 299_000, 301_000])
async def test_a_message_counts_for_five_minutes_on_either_side(house, payments, scheme, late_ms):
    """F-11: replayed long after, or from a clock that is wrong."""
    order = new_id()
    await payments.pay(asked(scheme, order))
    await house.dispute(order)
    headers, body = house.messages()[-1]
    house.clock.advance(late_ms)
    if abs(late_ms) < 300_000:
        assert payments.read(headers, body).id
    else:
        with pytest.raises(BadSignature):
            payments.read(headers, body)


async def test_a_message_that_was_touched_is_refused(house, payments, scheme):
    """F-11: another body, another key, no signature, nonsense."""
    order = new_id()
    await payments.pay(asked(scheme, order))
    await house.dispute(order)
    headers, body = house.messages()[-1]
    (name, header) = next((n, h) for n, h in headers.items() if n.endswith("-signature"))
    at, signature = header.split(",")
    for wrong in ("", "t=1", signature, at, f"{at},v1=", f"{at},v0={signature[3:]}", f"t=x,{signature}", f"{at},{at}",
                  f"{at},{signature}0", "t=" + "9" * 5_000):  # fmt: skip
        with pytest.raises(BadSignature):
            payments.read({name: wrong}, body)
    for other in (body + b" ", body.replace(b"dispute", b"disputE"), b"", b"\xff\xfe"):
        with pytest.raises(BadSignature):
            payments.read(headers, other)
    assert payments.read(headers, body).kind == "dispute"


async def test_what_is_signed_and_makes_no_sense_is_refused(house, payments):
    if not house.fake:
        return
    for content in (
        [],
        {},
        {"id": 1, "type": "x", "data": {}},
        {"id": "e", "type": "x", "data": {"object": {"id": []}}},
    ):
        headers, body = house.fake.message(content)
        with pytest.raises(BadSignature):
            payments.read(headers, body)
    hostile = {"object": {"id": "x", "object": "charge", "metadata": {"order_id": "' OR 1=1 --"}}}
    headers, body = house.fake.message({"id": "evt_1", "type": "charge.captured", "data": hostile})
    assert json.loads(body)["data"] == hostile
    assert payments.read(headers, body).order_id == ""
