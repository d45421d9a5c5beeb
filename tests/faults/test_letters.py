"""Letters: a shop sells on while none can be sent, and whoever dies between sending and remembering sends it once."""

import asyncio
import errno
from dataclasses import replace

import pytest

from fairday.kernel.clock import MINUTE_MS, FixedClock, SystemClock
from fairday.subscribers.notifications import subscription
from fairday.usecases.check_invariants import check_invariants
from tests.buying import buy
from tests.crew import KILLED, Job, Step
from tests.goods import put_goods
from tests.shop import open_shop


class FullDisk:
    """Mail that can do nothing now."""

    async def send_many(self, letters):
        raise OSError(errno.ENOSPC, "no space left")

    async def sent(self, limit):
        return []


async def test_the_shop_sells_on_without_letters_and_sends_them_afterwards(state):
    """F-46 F-69: the outbox grows; checkout does not notice."""
    clock = FixedClock(SystemClock().now_ms())
    async with open_shop(state, clock=clock) as shop:
        await shop.bus.deliver([subscription(shop)])
        await put_goods(shop, {"MUG": 10})
        without = replace(shop, mail=FullDisk())
        orders = []
        for _ in range(3):
            orders.append((await buy(shop, {"MUG": 1})).order)
            await shop.bus.deliver([subscription(without)])
        assert {order.state for order in orders} == {"placed"}
        assert (await shop.bus.backlog())["notifications"] == 3
        assert await shop.mail.sent(10) == []
        clock.advance(10 * MINUTE_MS)
        while await shop.bus.deliver([subscription(shop)]):
            clock.advance(MINUTE_MS)
        assert sorted(letter.key for letter in await shop.mail.sent(10)) == sorted(
            f"order-placed/{order.id}" for order in orders
        )
        assert await check_invariants(shop) == []


@pytest.mark.parametrize(("kill_at", "written"), [(0, 0), (1, 1)])
def test_killed_around_the_sending_a_letter_is_sent_once(crew, state, kill_at, written):
    """F-03: before the letter is written, and after it but before anybody remembers."""

    async def prepare():
        async with open_shop(state) as shop:
            await shop.bus.deliver([subscription(shop)])
            await put_goods(shop, {"MUG": 10})
            await buy(shop, {"MUG": 1})

    async def afterwards():
        clock = FixedClock(SystemClock().now_ms() + MINUTE_MS)
        async with open_shop(state, clock=clock) as shop:
            before = len(await shop.mail.sent(10))
            await shop.bus.deliver([subscription(shop)])
            return before, len(await shop.mail.sent(10))

    asyncio.run(prepare())
    job = Job(state=str(state), log=f"{state}.log", steps=(Step(do="deliver"),), kill_at=kill_at)
    assert crew.run([job]) == [KILLED]
    assert asyncio.run(afterwards()) == (written, 1)
