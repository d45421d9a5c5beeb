"""F-47: a worker stands still for longer than its lease, another takes over, and then the first one goes on."""

import asyncio

import pytest

from fairday.adapters.bus import progress
from fairday.adapters.bus.local import LocalBus
from fairday.kernel.clock import MINUTE_MS, FixedClock, SystemClock
from fairday.kernel.errors import Busy
from fairday.ports.bus import Subscription
from fairday.subscribers.notifications import subscription
from fairday.usecases.check_invariants import check_invariants
from tests.buying import a_cart, an_order, buy
from tests.crew import Job, Step
from tests.goods import put_goods
from tests.shop import open_shop

ORDERS = 3
SEND_BEFORE = 0  # the first point of a delivery


@pytest.mark.store
def test_a_worker_that_stood_still_does_not_undo_what_another_did(crew, state):
    """Real processes: SIGSTOP with letters in hand, another delivers those and more, SIGCONT."""

    async def prepare():
        async with open_shop(state) as shop:
            await shop.bus.deliver([subscription(shop)])
            await put_goods(shop, {"MUG": 10})
            for _ in range(ORDERS):
                await buy(shop, {"MUG": 1})
            return await an_order(shop, await a_cart(shop, {"MUG": 1}))

    async def afterwards():
        async with open_shop(state, clock=FixedClock(SystemClock().now_ms() + 2 * MINUTE_MS)) as shop:
            backlog, dead = await shop.bus.backlog(), await shop.bus.dead_letters(10)
            assert await check_invariants(shop) == []
            return backlog["notifications"], dead, len(await shop.mail.sent(10))

    order = asyncio.run(prepare())
    still = Job(state=str(state), log=f"{state}-1.log", steps=(Step(do="deliver"),), stop_at=SEND_BEFORE)
    other = Job(
        state=str(state), log=f"{state}-2.log", after=still.log, ahead_ms=MINUTE_MS,
        steps=(Step(do="place", place=order), Step(do="deliver")),
    )  # fmt: skip
    assert crew.run([still, other]) == [0, 0]
    assert [line.answer for line in crew.logged(still) if line.answer] == ["done"], "it went on and was done"
    assert asyncio.run(afterwards()) == (0, [], ORDERS + 1)


@pytest.mark.parametrize("problem", [ValueError(), Busy()])
async def test_whoever_lost_the_lease_can_say_nothing_any_more(state, problem):
    """Not that it was heard, nor that it must wait, nor that it is a dead letter."""
    clock = FixedClock(SystemClock().now_ms())
    async with open_shop(state, clock=clock) as shop:
        await shop.bus.deliver([subscription(shop)])
        await put_goods(shop, {"MUG": 10})
        await buy(shop, {"MUG": 1})
        other = LocalBus(shop.database, clock)

        async def hear(deliveries):
            clock.advance(MINUTE_MS)  # as long as a lease, and longer
            await buy(shop, {"MUG": 1})
            await other.deliver([subscription(shop)])
            raise problem

        slow = Subscription("notifications", subscription(shop).kinds, hear)
        assert await shop.bus.deliver([slow]) == 0
        async with shop.database.read() as reader:
            cursor = await progress.cursor(reader, slow.name)
        assert (cursor.attempts, cursor.retry_ms) == (0, 0)
        assert await shop.bus.backlog() == {slow.name: 0}
        assert await shop.bus.dead_letters(10) == []
