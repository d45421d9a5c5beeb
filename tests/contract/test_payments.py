"""What every payment provider promises, whichever answers."""

from collections.abc import AsyncIterator

import pytest

from fairday.adapters.payments.sandbox import FILE_NAME, SandboxPayments
from fairday.domain.payments import PaymentRequest
from fairday.kernel.clock import FixedClock
from fairday.kernel.ids import new_id
from fairday.ports.payments import Payments

OK = {"sandbox:": "tok_ok"}
DECLINED = {"sandbox:": "tok_declined"}


@pytest.fixture(params=["sandbox:"])
def scheme(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
async def payments(scheme, tmp_path) -> AsyncIterator[Payments]:
    provider = SandboxPayments(tmp_path / FILE_NAME, FixedClock(1_800_000_000_000))
    yield provider
    await provider.close()


def asked(
    scheme: str, order_id: str, amount: int = 5_000, *, capture: bool = True, currency: str = "EUR"
) -> PaymentRequest:
    return PaymentRequest(order_id=order_id, token=OK[scheme], amount=amount, currency=currency, capture=capture)


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
