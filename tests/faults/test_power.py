"""F-37: the power goes. What reached the disk is what was synced, and perhaps some of the rest; no promise is lost.

A process takes orders while everything it does to its files is remembered (`disk.c`). Then the power goes again and
again, at any moment of that: the files are put together as a disk would have them, and the shop opens on those.
"""

import asyncio
import random
import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from fairday.kernel.clock import FixedClock, SystemClock
from fairday.usecases.settle_orders import settle_orders
from tests.accounts import audit
from tests.buying import a_cart, an_order
from tests.crew import Job, Line, Step, hire
from tests.faults.disk import Deed, after_power_cut, deeds, failing
from tests.goods import put_goods
from tests.history import LIVE, kept
from tests.shop import open_shop

pytestmark = pytest.mark.store
ORDERS = 30
CUTS = 40
TOKENS = ("tok_ok", "tok_ok", "tok_lost_ack", "tok_declined")


async def _prepare(state: Path) -> tuple[Step, ...]:
    async with open_shop(state) as shop:
        await put_goods(shop, {"MUG": 10_000, "LAMP": 10_000})
        carts = [await a_cart(shop, {"MUG": 1, "LAMP": 2}) for _ in range(ORDERS)]
        orders = [await an_order(shop, cart, token=TOKENS[n % len(TOKENS)]) for n, cart in enumerate(carts)]
    return tuple(Step(do="place", place=order) for order in orders)


@pytest.fixture
def taken(tmp_path: Path) -> tuple[Path, Path, list[Deed]]:
    """The folder before, the folder it became, and all that was done to it."""
    root, before, log = tmp_path / "disk", tmp_path / "before", tmp_path / "disk.log"
    steps = asyncio.run(_prepare(root / "state"))
    shutil.copytree(root, before)
    with hire(failing(root, log=log)) as crew:
        job = Job(state=str(root / "state"), log=str(root / "answers.log"), steps=steps)
        assert crew.run([job]) == [0]
    return before, root, deeds(log)


def promised(done: Sequence[Deed]) -> set[str]:
    """The orders that were acknowledged as placed by then."""
    written = b"".join(deed.content for deed in done if deed.path.endswith("answers.log"))
    lines = [msgspec.json.decode(line, type=Line) for line in written.splitlines()]
    return {line.order_id for line in lines if line.answer == "placed"}


async def left(state: Path) -> set[str]:
    """The orders there are once the shop has opened, and settled what it found; the auditor has looked."""
    async with open_shop(state, clock=FixedClock(SystemClock().now_ms() + 31_000)) as shop:
        await settle_orders(shop, stale_ms=0)
        await audit(shop)
        found = await kept(shop, shop.payments["sandbox"])
    return {order_id for order_id, order in found.orders.items() if order.state in LIVE}


def lost(taken: tuple[Path, Path, list[Deed]], target: Path, cut: int) -> set[str]:
    """The promises that a power cut there breaks."""
    before, root, done = taken
    after_power_cut(before, done[:cut], root, target, random.Random(cut))
    broken = promised(done[:cut]) - asyncio.run(left(target / "state"))
    shutil.rmtree(target)
    return broken


def test_whenever_the_power_goes_no_promise_is_lost(taken, tmp_path):
    done = taken[2]
    assert len(promised(done)) > ORDERS // 2
    assert any(deed.what == "s" and deed.path.endswith("fairday.db") for deed in done), "the log was folded in once"
    for cut in random.Random(37).sample(range(len(done) + 1), CUTS):
        assert lost(taken, tmp_path / f"cut-{cut}", cut) == set(), f"the power went after {cut} of {len(done)} deeds"


def test_the_control_on_a_disk_that_lies_about_syncing_promises_are_lost(taken, tmp_path):
    before, root, done = taken
    nothing_kept = [deed for deed in done if deed.path.endswith("answers.log")]
    after_power_cut(before, nothing_kept, root, tmp_path / "lied", random.Random(1))
    assert promised(done) - asyncio.run(left(tmp_path / "lied" / "state"))
