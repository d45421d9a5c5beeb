"""A shop with a few goods, the API before it, and a client that speaks to it in the same process."""

import pytest

from fairday.kernel.clock import FixedClock
from tests.calling import NOON_MS, Caller, open_caller
from tests.goods import put_goods
from tests.shop import open_shop


@pytest.fixture
def clock():
    return FixedClock(NOON_MS)


@pytest.fixture
async def shop(state, clock):
    async with open_shop(state, clock=clock) as opened:
        await put_goods(opened, {"MUG": 10, "LAMP": 3, "VASE": 0})
        yield opened


@pytest.fixture
async def api(shop):
    async with open_caller(shop) as caller:
        yield caller


__all__ = ["Caller"]
