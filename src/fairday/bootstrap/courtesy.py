"""Shoppers go first: where a process answers requests as well, what only has to happen soon leaves them its time.

Letters and the search index hear of an order a moment later on the busiest day; nobody's order waits for a letter.
"""

import asyncio
from collections.abc import Sequence
from functools import partial

from msgspec.structs import replace

from fairday.kernel.events import Delivery
from fairday.ports.bus import Subscription

AT_A_TIME = 4
LAG_S = 0.002  # a turn of the loop that takes longer has work for others in it
REST = 20
REST_LIMIT_S = 1.0


def after_shoppers(subscription: Subscription) -> Subscription:
    """The same, hearing a few events at a time and resting between while the loop is busy.

    An event may be heard again when a later one of its batch fails: subscribers take that anyway.
    """
    return replace(subscription, hear=partial(_hear, subscription))


async def _hear(subscription: Subscription, deliveries: Sequence[Delivery]) -> None:
    clock = asyncio.get_running_loop().time
    for start in range(0, len(deliveries), AT_A_TIME):
        begun = clock()
        await subscription.hear(deliveries[start : start + AT_A_TIME])
        heard = clock()
        await asyncio.sleep(0)
        if clock() - heard > LAG_S:
            await asyncio.sleep(min((heard - begun) * REST, REST_LIMIT_S))
