"""Reconciling and closing, cut short around every commit and question to the provider, and done again."""

import asyncio
import shutil
from datetime import date
from pathlib import Path

import pytest

from fairday.domain.access import SYSTEM
from fairday.domain.ledger import closing
from fairday.domain.ledger import store as ledger
from fairday.domain.payments import PaymentRequest
from fairday.kernel.clock import DAY_MS, FixedClock
from fairday.kernel.ids import new_id
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.close_period import close_day
from fairday.usecases.reconcile_payments import reconcile_payments
from fairday.usecases.shop import Shop
from tests.buying import buy
from tests.goods import put_goods
from tests.shop import open_shop
from tests.watched import watched

NOW_MS = 1_793_620_800_000
MONDAY = date(2026, 11, 2)


def dying(shop: Shop, at: int) -> tuple[Shop, list[str]]:
    """The shop, whose process is gone once it reaches point number `at`; and the points it passed."""
    passed: list[str] = []

    async def watch(point: str) -> None:
        if point in {"read", "question", "statement"}:  # a unit that dies within is one that dies at its end
            return
        if len(passed) >= at:
            raise asyncio.CancelledError
        passed.append(point)

    return watched(shop, watch), passed


async def behind(state: Path) -> None:
    """A shop whose provider knows everything that can be known beyond it."""
    async with open_shop(state, clock=FixedClock(NOW_MS)) as shop:
        await put_goods(shop, {"MUG": 50})
        provider = shop.payments["sandbox"]
        part, whole, lost = [(await buy(shop, {"MUG": 2})).order for _ in range(3)]
        waits = (await buy(shop, {"MUG": 1}, token="tok_challenge")).order
        await provider.approve(waits.id)
        await provider.refund(part.id, "DESK1", 700)
        await provider.refund(whole.id, "DESK2", whole.total)
        await provider.dispute_payment(lost.id)
        for _ in range(2):
            request = PaymentRequest(order_id=new_id(), token="tok_ok", amount=5_000, currency="EUR", capture=True)
            await provider.pay(request)


async def books(shop: Shop) -> dict[str, int]:
    async with shop.database.read() as reader:
        return {one.account: one.amount for one in await ledger.trial_balance(reader, 2**60)}


@pytest.fixture
async def origin(tmp_path) -> Path:
    await behind(tmp_path / "origin")
    return tmp_path / "origin"


async def reconciled(state: Path, die_at: int) -> tuple[dict[str, int], bool]:
    """The books after a reconciliation that was cut short there, and another one; whether it was cut short at all."""
    async with open_shop(state, clock=FixedClock(NOW_MS)) as shop:
        mortal, passed = dying(shop, die_at)
        try:
            await reconcile_payments(mortal, SYSTEM, repair=True)
        except asyncio.CancelledError:
            cut = True
        else:
            cut = len(passed) >= die_at
        await reconcile_payments(shop, SYSTEM, repair=True)
        assert (await reconcile_payments(shop, SYSTEM)).differences == ()
        assert await check_invariants(shop) == []
        return await books(shop), cut


@pytest.mark.long
async def test_reconciling_cut_short_anywhere_ends_the_same(origin, tmp_path):
    undisturbed, _ = await reconciled(shutil.copytree(origin, tmp_path / "undisturbed"), 10_000)
    point, cut = 0, True
    while cut:
        found, cut = await reconciled(shutil.copytree(origin, tmp_path / f"cut-{point}"), point)
        assert found == undisturbed, point
        point += 1
    assert point > 20, "there are points to die at"


async def test_closing_cut_short_anywhere_is_finished(state, tmp_path):
    async with open_shop(state, clock=FixedClock(NOW_MS)) as shop:
        await put_goods(shop, {"MUG": 50})
        await buy(shop, {"MUG": 2})
    point, cut = 0, True
    while cut:
        copy = shutil.copytree(state, tmp_path / f"cut-{point}")
        async with open_shop(copy, clock=FixedClock(NOW_MS + DAY_MS)) as shop:
            mortal, _ = dying(shop, point)
            try:
                await close_day(mortal, SYSTEM, MONDAY)
                cut = False
            except asyncio.CancelledError:
                async with shop.database.read() as reader:
                    closed = await closing.last_closed(reader)
                if closed is None:
                    assert (await close_day(shop, SYSTEM, MONDAY)).entries == 2
            assert await check_invariants(shop) == []
        point += 1
    assert point > 3, "there are points to die at"
