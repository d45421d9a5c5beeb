"""The commands of the books as a bookkeeper types them: balance, close, export, reconcile, check another store."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from fairday.domain.payments import PaymentRequest
from fairday.kernel.clock import DAY_MS, FixedClock, SystemClock
from fairday.kernel.ids import new_id
from tests.buying import buy
from tests.goods import put_goods
from tests.running import COMMAND
from tests.shop import open_shop

pytestmark = pytest.mark.long


def run(*arguments: str, state: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FAIRDAY_")}
    return subprocess.run(
        [COMMAND, *arguments, "--state", str(state)], capture_output=True, text=True, timeout=120, check=False,
        env={**inherited, **environment},
    )  # fmt: skip


@pytest.fixture
async def sold(state) -> Path:
    """A store that sold something yesterday."""
    async with open_shop(state, clock=FixedClock(SystemClock().now_ms() - DAY_MS)) as shop:
        await put_goods(shop, {"MUG": 5})
        await buy(shop, {"MUG": 2})
    return state


async def test_balance_close_and_export(sold, tmp_path):
    shown = run("books", "balance", state=sold)
    assert shown.returncode == 0, shown.stderr
    assert "asset:provider:sandbox" in shown.stdout
    totals = json.loads(run("books", "balance", "--json", state=sold).stdout)
    assert sum(one["balance"] for one in totals) == 0
    closed = run("books", "close", state=sold)
    assert (closed.returncode, "2 entries" in closed.stdout) == (0, True), closed.stderr
    assert "Next is " in closed.stdout
    for name, word in (("books.csv", "postings"), ("books.beancount", "transactions")):
        written = run("books", "export", str(tmp_path / name), state=sold)
        assert f"{word} written to" in written.stdout, written.stderr
        assert (tmp_path / name).stat().st_size > 0
    early = run("books", "close", "2999-01-01", state=sold)
    assert (early.returncode, early.stderr.count("\n")) == (2, 1)
    nonsense = run("books", "close", "soon", state=sold)
    assert (nonsense.returncode, "2026-11-20" in nonsense.stderr) == (2, True)


async def test_reconcile_lists_and_mends(sold):
    async with open_shop(sold) as shop:
        request = PaymentRequest(order_id=new_id(), token="tok_ok", amount=5_000, currency="EUR", capture=True)
        await shop.payments["sandbox"].pay(request)
    listed = run("reconcile", state=sold)
    assert listed.returncode == 1
    assert listed.stdout.startswith(f"DIFFERS capture sandbox order {request.order_id}")
    assert json.loads(run("check", "--json", state=sold).stdout)[0]["name"] == "captures-have-orders"
    mended = run("reconcile", "--repair", state=sold)
    assert (mended.returncode, mended.stdout.startswith("mended capture")) == (0, True), mended.stderr
    assert json.loads(run("reconcile", "--json", state=sold).stdout)["differences"] == []
    assert run("check", state=sold).returncode == 0


async def test_check_audits_another_store(sold, tmp_path):
    url = f"sqlite://{sold / 'fairday.db'}"
    done = run("check", "--database", url, "--json", state=sold)
    assert (done.returncode, json.loads(done.stdout)) == (0, []), done.stderr
    missing = run("check", "--database", f"sqlite://{tmp_path / 'none.db'}", state=sold)
    assert (missing.returncode, missing.stderr.count("\n")) == (2, 1)
    assert not (tmp_path / "none.db").exists()


async def test_an_unknown_time_zone_is_refused(sold):
    wrong = run("books", "balance", state=sold, FAIRDAY_BOOKS_ZONE="Atlantis")
    assert (wrong.returncode, "FAIRDAY_BOOKS_ZONE" in wrong.stderr) == (2, True)
