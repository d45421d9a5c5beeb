"""Every difference between a provider's record and the books is listed by its kind, and mended so that none is left."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator

import pytest

from fairday.domain.access import SYSTEM, Actor
from fairday.domain.access.errors import Forbidden
from fairday.domain.ledger import reports
from fairday.domain.ledger import store as ledger
from fairday.domain.orders import store as orders
from fairday.domain.payments import PaymentRequest, PaymentUnknown
from fairday.domain.payments import store as payments
from fairday.kernel.clock import MINUTE_MS, FixedClock
from fairday.kernel.ids import new_id
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.reconcile_payments import follow_reports, reconcile_payments
from fairday.usecases.refund_order import RefundOrder, refund_order
from fairday.usecases.settle_orders import settle_orders
from fairday.usecases.shop import Shop
from fairday.usecases.write_audit import read_audit
from tests.buying import buy
from tests.goods import put_goods
from tests.shop import open_shop
from tests.watched import watched

NOW_MS = 1_793_620_800_000


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW_MS)


@pytest.fixture
async def shop(state, clock) -> AsyncIterator[Shop]:
    async with open_shop(state, clock=clock) as opened:
        await put_goods(opened, {"MUG": 50})
        yield opened


async def kinds(shop: Shop, **how: bool) -> list[tuple[str, str]]:
    """What a reconciliation finds, and does."""
    found = await reconcile_payments(shop, SYSTEM, **how)
    return [(one.kind, one.remedy) for one in found.differences]


async def agree(shop: Shop) -> None:
    """Nothing is left over, and the account of the provider is its record's sum."""
    assert (await reconcile_payments(shop, SYSTEM)).differences == ()
    assert await check_invariants(shop) == []
    theirs, after = 0, ""
    while lines := await shop.reports["sandbox"].movements(after, 10):
        signs = {"capture": 1, "chargeback_reversed": 1, "refund": -1, "chargeback": -1}
        theirs += sum(signs[line.kind] * line.amount - line.fee for line in lines)
        after = lines[-1].id
    async with shop.database.read() as reader:
        balances = {one.account: one.amount for one in await ledger.trial_balance(reader, 2**60)}
    assert balances.get("asset:provider:sandbox", 0) == theirs
    assert balances.get("liability:unclaimed", 0) == 0


def stranger(amount: int = 5_000) -> PaymentRequest:
    return PaymentRequest(order_id=new_id(), token="tok_ok", amount=amount, currency="EUR", capture=True)


async def order_of(shop: Shop, order_id: str):
    async with shop.database.read() as reader:
        return (await orders.get_many(reader, [order_id]))[order_id], (await payments.get_many(reader, [order_id]))[
            order_id
        ]


async def test_an_honest_shop_has_no_differences(shop):
    placed = await buy(shop, {"MUG": 3})
    await refund_order(shop, RefundOrder(order_id=placed.order.id, lines={1: 1}))
    await buy(shop, {"MUG": 1})
    assert (await reconcile_payments(shop, SYSTEM)).summary.movements == 3
    await agree(shop)


async def test_money_without_an_order_goes_back(shop):
    request = stranger()
    await shop.payments["sandbox"].pay(request)
    found = await reconcile_payments(shop, SYSTEM)
    assert [(d.kind, d.order_id, d.theirs, d.ours) for d in found.left_over] == [
        ("capture", request.order_id, 5_000, 0)
    ]
    assert [rule.name for rule in await check_invariants(shop)] == ["captures-have-orders"]
    assert await kinds(shop, repair=True) == [("capture", "returned")]
    outcome = (await shop.payments["sandbox"].find([request.order_id]))[request.order_id]
    assert outcome.refunded == outcome.captured == 5_000
    await agree(shop)
    entries, _ = await read_audit(shop, SYSTEM, subject=("order", request.order_id))
    assert {(entry.action, entry.actor_name) for entry in entries} == {("payment.mended", "system")}


async def test_money_without_an_order_of_which_some_went_back(shop):
    request = stranger()
    await shop.payments["sandbox"].pay(request)
    await shop.payments["sandbox"].refund(request.order_id, "desk", 2_000)
    await reconcile_payments(shop, SYSTEM, repair=True)
    await agree(shop)
    outcome = (await shop.payments["sandbox"].find([request.order_id]))[request.order_id]
    assert outcome.refunded == outcome.captured


async def test_an_order_that_waited_is_booked(shop):
    held = (await buy(shop, {"MUG": 2}, token="tok_challenge")).order
    await shop.payments["sandbox"].approve(held.id)
    assert await kinds(shop, repair=True) == [("capture", "booked")]
    assert (await order_of(shop, held.id))[0].state == "placed"
    await agree(shop)


async def test_a_refund_made_elsewhere_is_written_down(shop):
    order = (await buy(shop, {"MUG": 3})).order
    await shop.payments["sandbox"].refund(order.id, "DESK", 1_000)
    assert await kinds(shop) == [("refund", "")]
    assert await kinds(shop, repair=True) == [("refund", "booked")]
    known, payment = await order_of(shop, order.id)
    assert (known.state, payment.refunded) == ("placed", 1_000)
    await agree(shop)


async def test_a_refund_of_everything_made_elsewhere_calls_the_order_off(shop):
    order = (await buy(shop, {"MUG": 3})).order
    await refund_order(shop, RefundOrder(order_id=order.id, lines={1: 1}))
    payment = (await order_of(shop, order.id))[1]
    await shop.payments["sandbox"].refund(order.id, "DESK", payment.captured - payment.refunded)
    assert await kinds(shop, repair=True) == [("refund", "booked")]
    known, payment = await order_of(shop, order.id)
    assert (known.state, payment.refunded) == ("cancelled", payment.captured)
    await agree(shop)
    async with shop.database.read() as reader:
        balances = {one.account: one.amount for one in await ledger.trial_balance(reader, 2**60)}
    assert balances["liability:tax"] == 0, "all of the tax went back"


async def test_a_chargeback_lost_and_one_won(shop):
    lost, won = [(await buy(shop, {"MUG": 1})).order for _ in range(2)]
    provider = shop.payments["sandbox"]
    for order in (lost, won):
        await provider.dispute_payment(order.id)
    assert await kinds(shop, repair=True) == [("chargeback", "posted")] * 2
    await provider.decide_dispute(lost.id, won=False)
    await provider.decide_dispute(won.id, won=True)
    assert await kinds(shop, repair=True) == [("chargeback_reversed", "posted")]
    await agree(shop)


async def test_a_chargeback_after_a_full_refund(shop):
    order = (await buy(shop, {"MUG": 1})).order
    await refund_order(shop, RefundOrder(order_id=order.id, lines={1: 1}, shipping=order.shipping))
    await shop.payments["sandbox"].dispute_payment(order.id)
    assert await kinds(shop, repair=True) == [("chargeback", "posted")]
    await agree(shop)


async def test_a_fee_that_differs_is_corrected(shop, state):
    await buy(shop, {"MUG": 1})
    change(state, "amount = amount + 7", "expense:fees")
    change(state, "amount = amount - 7", "asset:provider:sandbox")
    found = await reconcile_payments(shop, SYSTEM)
    assert [(d.kind, d.ours - d.theirs) for d in found.left_over] == [("fee_differs", 7)]
    assert await kinds(shop, repair=True) == [("fee_differs", "posted")]
    await agree(shop)


async def test_an_amount_that_differs_is_told_and_left_to_somebody(shop, state):
    await buy(shop, {"MUG": 1})
    change(state, "amount = amount + 7", "asset:provider:sandbox")
    change(state, "amount = amount - 7", "income:sales")
    assert await kinds(shop, repair=True) == [("amount", "by_hand")]
    assert {rule.name for rule in await check_invariants(shop)} == {"orders-are-paid", "books-equal-providers"}


async def test_what_only_we_know_is_told(shop, state):
    with sqlite3.connect(state / "fairday.db") as connection:
        connection.execute("INSERT INTO ledger_entries VALUES ('x', 'fee', 'x', '', 1)")
        connection.execute("INSERT INTO ledger_postings VALUES ('x', 0, 'asset:provider:sandbox', 'EUR', -5)")
        connection.execute("INSERT INTO ledger_postings VALUES ('x', 1, 'expense:other', 'EUR', 5)")
    assert await kinds(shop, repair=True) == [("ours_only", "by_hand")]


async def test_the_same_money_taken_twice_goes_back_once(shop, state):
    """A provider that captured one order two times: the second one is nobody's."""
    order = (await buy(shop, {"MUG": 1})).order
    with sqlite3.connect(state / "sandbox-payments.db") as connection:
        connection.execute(
            "INSERT INTO movements (at_ms, kind, order_id, refund_id, amount, currency, reason)"
            " SELECT at_ms, kind, order_id, '', amount, currency, '' FROM movements WHERE kind = 'capture'"
        )
        connection.execute("UPDATE payments SET captured = captured * 2, fee = fee * 2")
    found = await reconcile_payments(shop, SYSTEM)
    assert [(d.kind, d.theirs, d.ours) for d in found.left_over] == [("amount", 2 * order.total, order.total)]
    await reconcile_payments(shop, SYSTEM, repair=True)
    assert (await shop.payments["sandbox"].find([order.id]))[order.id].refunded == order.total
    assert (await reconcile_payments(shop, SYSTEM)).differences == ()


async def test_the_sweep_mends_what_is_old_enough(shop, clock):
    await shop.payments["sandbox"].pay(stranger())
    assert await follow_reports(shop) == 0, "it may be on its way"
    assert [d.kind for d in (await reconcile_payments(shop, SYSTEM, stale_ms=MINUTE_MS)).differences] == []
    clock.advance(3 * MINUTE_MS)
    assert await follow_reports(shop) == 1
    clock.advance(3 * MINUTE_MS)
    assert await follow_reports(shop) == 1, "the refund it made"
    assert await follow_reports(shop) == 0
    await agree(shop)


async def test_the_sweep_goes_on_where_the_provider_went_silent(shop, clock):
    async def silent(point: str) -> None:
        if point == "refund-before":
            raise PaymentUnknown(order_id="")

    await shop.payments["sandbox"].pay(stranger())
    await buy(shop, {"MUG": 1})
    clock.advance(3 * MINUTE_MS)
    await follow_reports(watched(shop, silent))
    async with shop.database.read() as reader:
        (found,) = await reports.recent(reader, 10)
        assert [d.remedy for d in await reports.differences_of(reader, found.id)] == ["waiting", "waiting"]
        assert await reports.place_in(reader, "sandbox") == ""
    assert await follow_reports(shop) == 2
    await agree(shop)


async def test_what_dies_after_the_refund_is_counted_when_it_shows(shop, clock):
    """The money went back and nobody wrote it down: its line in the record does."""
    request = stranger()
    await shop.payments["sandbox"].pay(request)

    async def dies(point: str) -> None:
        if point == "refund-after":
            raise asyncio.CancelledError

    clock.advance(3 * MINUTE_MS)
    with pytest.raises(asyncio.CancelledError):
        await follow_reports(watched(shop, dies))
    clock.advance(3 * MINUTE_MS)
    await follow_reports(shop)
    await agree(shop)


async def test_who_may_not_reconcile_does_not(shop):
    clerk = Actor(kind="staff", id="x", name="clerk", role="support")
    with pytest.raises(Forbidden):
        await reconcile_payments(shop, clerk, repair=True)


def change(state, what: str, account: str) -> None:
    """Tamper with the sale."""
    sql = f"UPDATE ledger_postings SET {what} WHERE account = ?"  # noqa: S608 - written here
    with sqlite3.connect(state / "fairday.db") as connection:
        assert connection.execute(sql, (account,)).rowcount == 1


async def test_money_for_an_order_that_is_off_goes_back(shop, clock, state):
    """Given up by us, and captured by the provider all the same."""
    held = (await buy(shop, {"MUG": 2}, token="tok_challenge")).order
    await shop.payments["sandbox"].reject(held.id)
    clock.advance(3 * MINUTE_MS)
    await settle_orders(shop)
    assert (await order_of(shop, held.id))[0].state == "declined"
    with sqlite3.connect(state / "sandbox-payments.db") as connection:
        connection.execute("UPDATE payments SET state = 'captured', captured = amount, fee = 25 WHERE order_id = ?",
                           (held.id,))  # fmt: skip
        connection.execute(
            "INSERT INTO movements (at_ms, kind, order_id, refund_id, amount, currency, reason)"
            " VALUES (?, 'capture', ?, '', ?, 'EUR', '')",
            (NOW_MS, held.id, held.total),
        )
    await reconcile_payments(shop, SYSTEM, repair=True)
    await agree(shop)
    outcome = (await shop.payments["sandbox"].find([held.id]))[held.id]
    assert outcome.refunded == outcome.captured == held.total


async def test_money_that_names_no_order_is_left_to_somebody(shop, state):
    """A provider's account may take money for others too."""
    with sqlite3.connect(state / "sandbox-payments.db") as connection:
        connection.execute(
            "INSERT INTO movements (at_ms, kind, order_id, refund_id, amount, currency, reason)"
            " VALUES (1, 'capture', '', '', 900, 'EUR', '')"
        )
    assert await kinds(shop, repair=True) == [("capture", "by_hand")]
