"""The whole store as it is served: every interface, every middleware, a few goods, and browsers of our own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fairday.kernel.clock import FixedClock
from tests.goods import put_goods
from tests.security.walk import NOON_MS, ORIGIN, Store, open_store
from tests.shop import open_shop


@pytest.fixture
async def store(state: Path) -> AsyncIterator[Store]:
    async with open_shop(state, clock=FixedClock(NOON_MS), url=ORIGIN) as shop:
        await put_goods(shop, {"MUG": 50, "LAMP": 5})
        async with open_store(shop) as opened:
            yield opened


@pytest.fixture
async def over_tls(state: Path) -> AsyncIterator[Store]:
    """The same behind TLS, which ends at a proxy in front: what arrives says `http`."""
    url = "https://shop.test"
    async with open_shop(state, clock=FixedClock(NOON_MS), url=url) as shop:
        await put_goods(shop, {"MUG": 50})
        async with open_store(shop) as opened:
            yield opened
