"""A shop with a few goods, its back office, and somebody signed in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fairday.kernel.clock import FixedClock
from fairday.usecases.shop import Shop
from tests.goods import put_goods
from tests.office import BASE, NOON_MS, Browser, Office, open_office
from tests.shop import open_shop


@pytest.fixture
async def shop(state: Path) -> AsyncIterator[Shop]:
    async with open_shop(state, clock=FixedClock(NOON_MS), url=BASE) as opened:
        await put_goods(opened, {"MUG": 20, "LAMP": 5})
        yield opened


@pytest.fixture
async def office(shop: Shop) -> AsyncIterator[Office]:
    async with open_office(shop) as opened:
        yield opened


@pytest.fixture
async def owner(office: Office) -> Browser:
    return await office.enter("owner")
