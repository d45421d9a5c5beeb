"""A store on a disk that fills up, breaks or goes bad: it says so, sells on when it can, and serves nothing damaged."""

import asyncio
import os
import random
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from fairday.adapters.database.damage import DamagedError, refuse_damaged
from tests.accounts import audit
from tests.buying import buy
from tests.faults.disk import failing
from tests.goods import put_goods
from tests.running import unused_port
from tests.shop import open_shop
from tests.torture.clients import Crowd
from tests.torture.server import Life, many_lives
from tests.torture.torture import examine, prepare, until_healthy

pytestmark = pytest.mark.store
SOME = 10
WHILE_S = 1.0
DEADLINE_S = 30.0
IN_FLIGHT_MS = 500
PAGE_BYTES = 4096


class Ward:
    """A store on a sick disk, and the shoppers in it."""

    def __init__(self, crowd, url, switch):
        self.crowd, self.url, self.switch = crowd, url, switch

    async def until_sold(self, more):
        """Poll until so many more orders were acknowledged."""
        wanted, end = self.crowd.placed + more, time.monotonic() + DEADLINE_S
        while self.crowd.placed < wanted:
            assert time.monotonic() < end, "the store sells nothing any more"
            await asyncio.sleep(0.02)

    async def sick(self, how):
        """The disk is so for a while; how many orders were acknowledged meanwhile, but for those under way."""
        self.switch.write_text(how)
        await asyncio.sleep(0.2)
        before = self.crowd.placed
        async with httpx.AsyncClient(base_url=self.url) as client:
            assert (await client.get("/healthz")).is_success
            assert (await client.get("/api/v1/products")).is_success
        await asyncio.sleep(WHILE_S)
        self.switch.unlink()
        return self.crowd.placed - before


async def nurse(folder, story, *, kill=False):
    """Shoppers buy while the story goes on; then everybody gets an answer, and it stops (or is killed before)."""
    root, switch, log = folder / "disk", folder / "switch", folder / "history.jsonl"
    settings = {"state": str(root / "state"), "rate_limits": "off", "log_level": "error"}
    api_key, port = await prepare(root / "state", ""), unused_port()
    life = Life(settings=settings, port=port, in_flight_ms=IN_FLIGHT_MS)
    crowd = Crowd([life.url], log, api_key)
    with many_lives(folder / "store.log", failing(root, switch=switch)) as lives:
        pid = await asyncio.to_thread(lives.begin, life)
        await until_healthy(life.url)
        people = [asyncio.ensure_future(crowd.shop_on(random.Random(n))) for n in range(4)]
        await story(Ward(crowd, life.url, switch))
        if kill:
            os.kill(pid, signal.SIGKILL)
            await asyncio.to_thread(lives.ended)
            pid = await asyncio.to_thread(lives.begin, life)
            await until_healthy(life.url)
        crowd.leaving = True
        await asyncio.gather(*people)
        os.kill(pid, signal.SIGTERM)
        assert await asyncio.to_thread(lives.ended) == 0
    await crowd.close()
    assert await examine(root, log, "") == []
    return crowd


def test_a_full_disk_is_a_clean_no_and_the_store_sells_on_when_there_is_space(tmp_path):
    """F-35: reading goes on, writing is refused with 503 and a word to come back, nothing is half done."""

    async def story(ward):
        for _ in range(2):
            await ward.until_sold(SOME)
            assert await ward.sick("full") == 0
        await ward.until_sold(SOME)

    crowd = asyncio.run(nurse(tmp_path, story))
    assert crowd.unexpected == [], "a full disk is no crash"


@pytest.mark.long
@pytest.mark.parametrize("kill", [False, True])
def test_a_disk_that_cannot_sync_breaks_no_promise(tmp_path, kill):
    """F-36: nothing is acknowledged that was not synced; also if the store then dies and finds what it had written."""

    async def story(ward):
        await ward.until_sold(SOME)
        assert await ward.sick("broken") == 0
        if not kill:
            await ward.until_sold(SOME)

    asyncio.run(nurse(tmp_path, story, kill=kill))


async def _sold_and_torn(state: Path) -> Path:
    """A shop with orders that was not closed in peace (a log with something in it is left beside its file)."""
    async with open_shop(state) as shop:
        await put_goods(shop, {"MUG": 100})
        for _ in range(3):
            await buy(shop, {"MUG": 1})
        path = state / "fairday.db"
        log = path.with_name("fairday.db-wal").read_bytes()
    path.with_name("fairday.db-wal").write_bytes(log)
    return path


async def test_a_file_with_a_bad_page_is_not_served(state, tmp_path):
    """F-36: a page that was overwritten is found, and the store says so instead of selling from it."""
    path = await _sold_and_torn(state)
    refuse_damaged(path)  # whole, if not closed in peace
    path = await _sold_and_torn(tmp_path / "another")
    with path.open("r+b") as file:
        for page in range(3, path.stat().st_size // PAGE_BYTES, 2):
            file.seek(page * PAGE_BYTES)
            file.write(b"\xff" * 64)
    for _ in range(2):
        with pytest.raises(DamagedError, match="restore a backup"):
            refuse_damaged(path)
    with many_lives(tmp_path / "store.log") as lives:
        await asyncio.to_thread(lives.begin, Life(settings={"state": str(path.parent)}, port=unused_port()))
        assert await asyncio.to_thread(lives.ended) == 1
    assert "is damaged" in (tmp_path / "store.log").read_text()


async def test_a_log_that_was_cut_off_is_no_damage(state):
    """The end of the log was lost with the power: what it lacks was never promised."""
    path = await _sold_and_torn(state)
    log = path.with_name("fairday.db-wal")
    log.write_bytes(log.read_bytes()[:-1_000])
    refuse_damaged(path)


async def test_a_reader_that_stays_keeps_nobody_from_buying_and_the_log_is_folded_in_afterwards(state):
    """F-34: while somebody reads for long the log grows, sales go on, and the reader sees what was."""
    async with open_shop(state) as shop:
        await put_goods(shop, {"MUG": 10_000})
        path = state / "fairday.db"
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            (before,) = reader.execute("SELECT count(*) FROM orders").fetchone()
            for _ in range(150):
                await buy(shop, {"MUG": 1})
            assert reader.execute("SELECT count(*) FROM orders").fetchone() == (before,)
            _, frames, folded = reader_free(path)
            assert folded < frames, "the reader holds the log"
        for _ in range(5):
            await buy(shop, {"MUG": 1})
        busy, frames, folded = reader_free(path)
        assert (busy, frames) == (0, folded), "nothing holds it any more"
        await audit(shop)


def reader_free(path: Path) -> tuple[int, int, int]:
    """Whether a fold was held up, the pages in the log, and those of them that are in the file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        return other.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
