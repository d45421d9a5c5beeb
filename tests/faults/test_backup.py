"""Backing up while orders come in, losing the database, restoring, and what the provider knows beyond that (F-41)."""

import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from fairday.adapters.database.address import address_of
from fairday.adapters.database.copying import CopyError, copy_out
from fairday.adapters.database.migrate import newest_revision
from fairday.bootstrap.backup import MANIFEST, BackupError, back_up, read_backup, restore
from fairday.bootstrap.running import AlreadyRunningError, one_server
from fairday.bootstrap.settings import SECRET_FILE, Settings
from fairday.domain.access import SYSTEM
from fairday.domain.ledger import store as ledger
from fairday.domain.orders import store as orders
from fairday.kernel.clock import MINUTE_MS, FixedClock
from fairday.usecases.cancel_order import cancel_order
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.reconcile_payments import follow_reports, reconcile_payments
from fairday.usecases.refund_order import RefundOrder, refund_order
from fairday.usecases.settle_orders import settle_orders
from fairday.usecases.ship_order import ShipOrder, ship_order
from fairday.usecases.shop import Shop
from tests.accounts import audit
from tests.buying import buy
from tests.engines import SERVERS, bare
from tests.goods import put_goods
from tests.running import COMMAND
from tests.shop import open_shop

NOW_MS = 1_793_620_800_000
PAGE_BYTES = 4_096
TOKENS = ("tok_ok", "tok_ok", "tok_ok", "tok_challenge")


async def money(shop: Shop) -> tuple[int, int]:
    """What the provider's account holds by its own record, and by the books."""
    signs = {"capture": 1, "chargeback_reversed": 1, "refund": -1, "chargeback": -1, "fee": -1}
    lines = await shop.reports["sandbox"].movements("", 10_000)
    async with shop.database.read() as reader:
        balances = {one.account: one.amount for one in await ledger.trial_balance(reader, 2**60)}
    theirs = sum(signs[line.kind] * line.amount - line.fee for line in lines)
    return theirs, balances.get("asset:provider:sandbox", 0)


async def states(shop: Shop, ids: list[str]) -> list[str]:
    async with shop.database.read() as reader:
        found = await orders.get_many(reader, ids)
    return [found[one].state if one in found else "gone" for one in ids]


def lose_the_database(state: Path) -> None:
    for path in state.glob("fairday.db*"):
        path.unlink()


@pytest.mark.parametrize("heal", ["by-hand", "by-itself"])
async def test_what_was_paid_after_the_backup_is_booked_or_goes_back(state, tmp_path, heal):
    clock, settings = FixedClock(NOW_MS), Settings(state=str(state))
    async with open_shop(state, clock=clock) as shop:
        await put_goods(shop, {"MUG": 100})
        kept, part, whole, waits = [(await buy(shop, {"MUG": 2}, token=token)).order.id for token in TOKENS]
        await back_up(settings, tmp_path / "backup")
        await shop.payments["sandbox"].approve(waits)
        await settle_orders(shop, stale_ms=0)
        await refund_order(shop, RefundOrder(order_id=part, lines={1: 1}))
        await cancel_order(shop, whole, reason="", actor=SYSTEM)
        new = [(await buy(shop, {"MUG": 1})).order.id for _ in range(3)]
        await refund_order(shop, RefundOrder(order_id=new[1], lines={1: 1}))
        await cancel_order(shop, new[2], reason="", actor=SYSTEM)
        await shop.payments["sandbox"].dispute_payment(kept)
        assert await states(shop, [waits, whole, *new]) == ["placed", "cancelled", "placed", "cancelled", "cancelled"]
    lose_the_database(state)
    await restore(settings, tmp_path / "backup")
    clock.advance(10 * MINUTE_MS)
    async with open_shop(state, clock=clock) as shop:
        assert await states(shop, [waits, *new]) == ["held", "gone", "gone", "gone"]
        assert {rule.name for rule in await check_invariants(shop)} == {"captures-have-orders", "books-equal-providers"}
        await settle_orders(shop, stale_ms=0)
        if heal == "by-hand":
            await reconcile_payments(shop, SYSTEM, repair=True)
        else:
            await follow_reports(shop)
            clock.advance(10 * MINUTE_MS)
            await follow_reports(shop)
        assert await states(shop, [kept, part, whole, waits]) == ["placed", "placed", "cancelled", "placed"]
        theirs, ours = await money(shop)
        assert theirs == ours
        for order_id in new:
            outcome = (await shop.payments["sandbox"].find([order_id]))[order_id]
            assert outcome.refunded == outcome.captured, "money without an order went back"
        assert await check_invariants(shop) == []
        await ship_order(shop, ShipOrder(order_id=kept))


@pytest.mark.long
async def test_a_store_is_backed_up_while_it_takes_orders(state, tmp_path):
    """A backup at any moment is one moment: whole orders, whole books, and the provider tells the rest."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FAIRDAY_")}
    async with open_shop(state) as shop:
        await put_goods(shop, {"MUG": 10_000})
        process = await asyncio.create_subprocess_exec(
            COMMAND, "backup", str(tmp_path / "backup"), "--state", str(state), env=inherited
        )
        taken, waiting = 0, asyncio.ensure_future(process.wait())
        while not waiting.done():
            await asyncio.gather(*(buy(shop, {"MUG": 1}) for _ in range(5)))
            taken += 5
        assert await waiting == 0
        assert taken > 5, "orders went on"
        await audit(shop)
    other = tmp_path / "other"
    await restore(Settings(state=str(other)), tmp_path / "backup")
    shutil.copyfile(state / "sandbox-payments.db", other / "sandbox-payments.db")
    async with open_shop(other) as shop:
        await settle_orders(shop, stale_ms=0)
        await reconcile_payments(shop, SYSTEM, repair=True)
        await audit_of_restored(shop)


async def audit_of_restored(shop: Shop) -> None:
    assert await check_invariants(shop) == []
    theirs, ours = await money(shop)
    assert theirs == ours


async def test_media_and_key_come_along_and_links_stay_good(state, tmp_path):
    settings = Settings(state=str(state))
    async with open_shop(state) as shop:
        await shop.media.put("a/one.webp", b"picture", "image/webp")
        secret = shop.settings.secret
    manifest = await back_up(settings, tmp_path / "backup")
    assert {"media/a/one.webp", SECRET_FILE} < {file.path for file in manifest.files}
    assert read_backup(tmp_path / "backup") == manifest
    other = tmp_path / "other"
    await restore(Settings(state=str(other)), tmp_path / "backup")
    async with open_shop(other) as shop:
        assert shop.settings.secret == secret
        assert [piece async for piece in shop.media.read("a/one.webp")] == [b"picture"]
        assert await check_invariants(shop) == []


@pytest.fixture
async def backup(state, tmp_path) -> Path:
    async with open_shop(state) as shop:
        await put_goods(shop, {"MUG": 3})
    await back_up(Settings(state=str(state)), tmp_path / "backup")
    return tmp_path / "backup"


async def test_a_backup_is_not_written_over(state, backup):
    before = (backup / MANIFEST).read_bytes()
    with pytest.raises(BackupError, match="there already"):
        await back_up(Settings(state=str(state)), backup)
    assert (backup / MANIFEST).read_bytes() == before


async def test_a_state_without_a_store_has_no_backup(tmp_path):
    with pytest.raises(BackupError, match="no store"):
        await back_up(Settings(state=str(tmp_path / "nothing")), tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


async def test_a_backup_that_fails_leaves_nothing(state, tmp_path):
    async with open_shop(state):
        pass
    file = state / "fairday.db"
    assert file.stat().st_size > 10 * PAGE_BYTES
    with file.open("r+b") as broken:
        broken.seek(5 * PAGE_BYTES)
        broken.write(b"\xff" * PAGE_BYTES)
    with pytest.raises(CopyError):
        await back_up(Settings(state=str(state)), tmp_path / "backup")
    assert not list(tmp_path.glob("backup*"))


async def test_a_store_is_not_restored_over(state, backup):
    with pytest.raises(BackupError, match="empty"):
        await restore(Settings(state=str(state)), backup)


async def test_nobody_serves_while_it_is_restored(tmp_path, backup):
    other = tmp_path / "other"
    with one_server(other), pytest.raises(AlreadyRunningError):
        await restore(Settings(state=str(other)), backup)
    assert not (other / "fairday.db").exists()


async def test_another_stores_key_stays(tmp_path, backup):
    other = tmp_path / "other"
    other.mkdir()
    (other / SECRET_FILE).write_bytes(b"x" * 64)
    with pytest.raises(BackupError, match="another store"):
        await restore(Settings(state=str(other)), backup)


async def test_a_backup_is_for_its_own_engine(tmp_path, backup):
    url = "postgresql://nobody@localhost/nothing"
    with pytest.raises(BackupError, match="sqlite"):
        await restore(Settings(state=str(tmp_path / "other"), database=url), backup)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def climb(path: Path) -> None:
    """A manifest that names a file outside, and is sealed again."""
    manifest = json.loads(path.read_bytes())
    manifest["files"][0]["path"] = "../elsewhere"
    path.write_bytes(json.dumps(manifest).encode())


@pytest.mark.parametrize("damage", [
    lambda folder: flip(folder / "database.sqlite"),
    lambda folder: (folder / "database.sqlite").unlink(),
    lambda folder: flip(folder / SECRET_FILE),
    lambda folder: (folder / MANIFEST).unlink(),
    lambda folder: (folder / MANIFEST).write_bytes((folder / MANIFEST).read_bytes()[:-20]),
    lambda folder: climb(folder / MANIFEST),
])  # fmt: skip
async def test_a_damaged_backup_is_refused_before_anything_is_touched(tmp_path, backup, damage):
    damage(backup)
    other = tmp_path / "other"
    with pytest.raises(BackupError):
        await restore(Settings(state=str(other)), backup)
    assert not other.exists()


@pytest.mark.long
@pytest.mark.parametrize("engine", SERVERS)
async def test_a_server_is_backed_up_by_its_own_tools(engine, state, tmp_path):
    with bare(engine, tmp_path) as url, bare(engine, tmp_path) as empty:
        settings = Settings(state=str(state), database=url)
        async with open_shop(state, database=url) as shop:
            await put_goods(shop, {"MUG": 10})
            await buy(shop, {"MUG": 1})
            manifest = await back_up(settings, tmp_path / "backup")
            lost = (await buy(shop, {"MUG": 1})).order.id
        assert (manifest.engine, manifest.revision) == (engine, newest_revision())
        with pytest.raises(BackupError, match="there is a store"):
            await restore(settings, tmp_path / "backup")
        await restore(Settings(state=str(state), database=empty), tmp_path / "backup")
        async with open_shop(state, database=empty) as shop:
            assert await states(shop, [lost]) == ["gone"]
            await reconcile_payments(shop, SYSTEM, repair=True)
            await audit_of_restored(shop)


async def test_a_missing_tool_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CopyError, match="postgresql-client"):
        copy_out(address_of("postgresql://nobody@localhost/nothing"), tmp_path / "x")


@pytest.mark.long
def test_the_command_says_what_comes_next(state, tmp_path):
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FAIRDAY_")}

    def run(*arguments: str, at: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [COMMAND, *arguments, "--state", str(at)], capture_output=True, text=True, check=False, env=inherited
        )

    assert run("migrate", at=state).returncode == 0
    done = run("backup", str(tmp_path / "backup"), at=state)
    assert (done.returncode, "written to" in done.stdout) == (0, True), done.stderr
    again = run("backup", str(tmp_path / "backup"), at=state)
    assert (again.returncode, again.stderr.count("\n")) == (2, 1)
    other = tmp_path / "other"
    restored = run("restore", str(tmp_path / "backup"), at=other)
    assert "fairday reconcile --repair" in restored.stdout, restored.stderr
    assert run("reconcile", "--repair", at=other).stdout == "0 movements compared, 0 differences mended, 0 left.\n"
    assert run("check", at=other).returncode == 0
