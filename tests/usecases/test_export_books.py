"""The books written out: a busy day of every kind of entry, read back from CSV, and accepted by bean-check."""

import csv
import subprocess
import sys
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fairday.domain.access import SYSTEM
from fairday.domain.ledger import Grant, Sale, Transfer, capture_entry, chargeback_entry, cost_entry, gift_issue_entry
from fairday.domain.ledger import store as ledger
from fairday.domain.ledger.model import chargeback_reversed_entry, fee_entry, returned_entry, unclaimed_entry
from fairday.kernel.clock import DAY_MS, FixedClock
from fairday.kernel.money import parse_amount
from fairday.usecases.cancel_order import cancel_order
from fairday.usecases.close_period import close_day, close_days, last_day_over
from fairday.usecases.export_books import beancount_account, export_beancount, export_csv, span_of
from fairday.usecases.refund_order import RefundOrder, refund_order
from fairday.usecases.ship_order import ShipOrder, ship_order
from fairday.usecases.shop import Shop
from tests.buying import buy
from tests.goods import put_goods
from tests.shop import open_shop

MONDAY_NOON = 1_793_620_800_000
BEAN_CHECK = Path(sys.executable).with_name("bean-check")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MONDAY_NOON)


@pytest.fixture
async def shop(state, clock):
    async with open_shop(state, clock=clock, name='The "Quoted" Shop') as opened:
        await a_busy_day(opened)
        clock.advance(DAY_MS)
        await close_day(opened, SYSTEM, date(2026, 11, 2))
        await buy(opened, {"MUG": 1})
        yield opened


async def a_busy_day(shop: Shop) -> None:
    """Every kind of entry, in currencies of two, three and no decimals."""
    await put_goods(shop, {"MUG": 50, "LAMP": 5})
    sold = (await buy(shop, {"MUG": 3, "LAMP": 1})).order
    await ship_order(shop, ShipOrder(order_id=sold.id, lines={1: 2}))
    await refund_order(shop, RefundOrder(order_id=sold.id, lines={1: 1}, restock=True))
    off = (await buy(shop, {"MUG": 1})).order
    await cancel_order(shop, off.id, reason="", actor=SYSTEM)
    now_ms = shop.clock.now_ms()
    moved = {
        one: Transfer(ref=f"{one}-1", provider="stripe", currency=one, amount=10_007, order_id="o", fee=33)
        for one in ("KWD", "JPY", "HUF")
    }
    async with shop.database.write() as unit:
        await ledger.post(unit, [
            *(make(one, now_ms) for one in moved.values() for make in (
                chargeback_entry, chargeback_reversed_entry, fee_entry, unclaimed_entry, returned_entry,
            )),
            *(gift_issue_entry(Grant(ref=f"g-{one}", currency=one, amount=999), now_ms) for one in moved),
            *(capture_entry(Sale(
                order_id=f"{one}-order", provider="sandbox", currency=one, goods=9_001, discount=100, shipping=7,
                tax=13, fee=1, gift=500, credit=1,
            ), now_ms) for one in moved),
            cost_entry("parcel", 'odd "quoted\\ name', "EUR", 3, now_ms),
        ])  # fmt: skip


async def exported(shop: Shop, path: Path, first: date | None = None, last: date | None = None) -> Path:
    with path.open("w", encoding="utf-8") as file:
        assert await export_beancount(shop, file, await span_of(shop, first, last)) > 0
    return path


def bean_check(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([BEAN_CHECK, path], capture_output=True, text=True, check=False, timeout=60)


async def test_bean_check_accepts_the_books(shop, tmp_path):
    path = await exported(shop, tmp_path / "books.beancount")
    text = path.read_text()
    assert "2026-11-03 balance Assets:Provider:Sandbox" in text
    kinds = {line.split('"')[1] for line in text.splitlines() if " * " in line}
    assert kinds == {
        "sale",
        "refund",
        "cost",
        "stock",
        "gift",
        "chargeback",
        "reversed",
        "fee",
        "unclaimed",
        "returned",
    }
    done = bean_check(path)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "")


async def test_a_part_of_the_books_begins_with_what_was_there(shop, clock, tmp_path):
    clock.advance(3 * DAY_MS)
    await close_days(shop, SYSTEM, last_day_over(shop))
    path = await exported(shop, tmp_path / "part.beancount", date(2026, 11, 3), date(2026, 11, 4))
    assert "Opening balances" in path.read_text()
    assert "2026-11-05 balance" in path.read_text()
    assert bean_check(path).returncode == 0


@pytest.mark.parametrize("currency", ["EUR", "KWD", "JPY"])
async def test_bean_check_sees_a_minor_unit_that_is_missing(shop, tmp_path, currency):
    """The assertions are worth something: a closed day that was changed by the smallest amount is refused."""
    path = await exported(shop, tmp_path / "books.beancount")
    lines = path.read_text().splitlines()
    last = max(n for n, line in enumerate(lines) if line.startswith("2026-11-03 balance") and f"~ 0 {currency}" in line)
    words = lines[last].split()
    unit = Decimal(1).scaleb(Decimal(words[3]).as_tuple().exponent)
    words[3] = str(Decimal(words[3]) + unit)
    path.write_text("\n".join([*lines[:last], " ".join(words), *lines[last + 1 :]]) + "\n")
    done = bean_check(path)
    assert done.returncode != 0
    assert "Balance failed" in done.stderr + done.stdout


async def test_csv_holds_every_posting(shop, tmp_path):
    path = tmp_path / "books.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        written = await export_csv(shop, file, await span_of(shop, None, None))
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert written == len(rows)
    sums: Counter[tuple[str, str]] = Counter()
    for row in rows:
        sign, text = (1, row["debit"]) if row["debit"] else (-1, row["credit"])
        sums[row["account"], row["currency"]] += sign * parse_amount(text, row["currency"])
    async with shop.database.read() as reader:
        balances = await ledger.trial_balance(reader, 2**60)
    assert sums == {(one.account, one.currency): one.amount for one in balances}


def test_accounts_are_spelled_as_beancount_wants():
    assert beancount_account("expense:cost-of-goods") == "Expenses:Cost-of-goods"
    assert beancount_account("asset:provider:sandbox") == "Assets:Provider:Sandbox"
