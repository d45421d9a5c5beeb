"""Payments on a real database: what is set aside for refunds never exceeds what was captured."""

import pytest

from fairday.domain.payments import INVARIANTS, Payment, PaymentOutcome, Refund, RefundTooLarge
from fairday.domain.payments import store as payments
from fairday.kernel.ids import new_id
from tests.engines import NOW_MS, open_database


@pytest.fixture
async def database(tmp_path):
    async with open_database(tmp_path) as opened:
        async with opened.write() as unit:
            made = Payment(order_id="o", provider="sandbox", state="pending", currency="EUR", amount=100)
            await payments.insert_many(unit, [made])
        yield opened
        async with opened.read() as reader:
            assert [rule.name for rule in INVARIANTS if await reader.rows(rule.statement)] == []


def a_refund(amount, at_ms=NOW_MS):
    return Refund(
        id=new_id(), order_id="o", state="requested", amount=amount, tax=0, shipping=0, reason="", lines="{}",
        restock=0, at_ms=at_ms,
    )  # fmt: skip


async def record(database, state, captured):
    async with database.write() as unit:
        outcome = PaymentOutcome(order_id="o", state=state, captured=captured, amount=100)
        await payments.record_many(unit, [outcome], NOW_MS)


async def ask(database, refund):
    async with database.write() as unit:
        await payments.request_refund(unit, refund)


async def kept(database):
    async with database.read() as reader:
        found = (await payments.get_many(reader, ["o"]))["o"]
    return found.captured, found.refunded


@pytest.mark.parametrize("state", ["pending", "challenge", "authorised", "unknown"])
async def test_nothing_goes_back_of_what_was_not_captured(database, state):
    await record(database, state, 0)
    for amount in (1, 0):
        with pytest.raises(RefundTooLarge):
            await ask(database, a_refund(amount))


async def test_no_more_goes_back_than_came_in_and_a_refusal_puts_it_back(database):
    await record(database, "captured", 100)
    first = a_refund(60)
    await ask(database, first)
    with pytest.raises(RefundTooLarge) as refused:
        await ask(database, a_refund(60))
    assert (refused.value.details["left"], await kept(database)) == (40, (100, 60))
    async with database.write() as unit:
        assert await payments.finish_refund(unit, first, "refused", NOW_MS)
        assert not await payments.finish_refund(unit, first, "done", NOW_MS), "it was finished before"
    assert await kept(database) == (100, 0)
    await ask(database, a_refund(100))


async def test_refunds_nobody_answered_are_paged_by_id_up_to_a_time(database):
    await record(database, "captured", 100)
    made = [a_refund(1, at_ms=NOW_MS + n) for n in range(4)]
    for refund in made:
        await ask(database, refund)
    ids = sorted(refund.id for refund in made[:3])
    async with database.read() as reader:
        assert [r.id for r in await payments.unfinished_refunds(reader, NOW_MS + 3, 2)] == ids[:2]
        assert [r.id for r in await payments.unfinished_refunds(reader, NOW_MS + 3, 2, ids[1])] == ids[2:]
