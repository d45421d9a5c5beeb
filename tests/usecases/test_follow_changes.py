"""Two processes' worth of shop on one database, each with its own cache: what one changes, the other shows."""

import dataclasses

import msgspec
import pytest
from sqlalchemy import bindparam, delete, insert

from fairday.adapters.cache.memory import MemoryCache
from fairday.domain.pricing import Price
from fairday.domain.pricing import store as pricing
from fairday.domain.pricing.events import PricesChanged
from fairday.kernel.clock import FixedClock
from fairday.kernel.events import OUTBOX, announce, outbox_of
from fairday.kernel.ids import derived_id
from fairday.kernel.sql import Statement
from fairday.usecases.follow_changes import OVERLAP, Follower
from fairday.usecases.list_cards import list_cards
from tests.goods import put_goods
from tests.shop import open_shop

NOW_MS = 1_790_000_000_000
FORGET = Statement(delete(OUTBOX).where(OUTBOX.c.seq == bindparam("seq")))
PUT_BACK = Statement(insert(OUTBOX).values({column.name: bindparam(column.name) for column in OUTBOX.c}))


@pytest.fixture
async def shop(state):
    async with open_shop(state, clock=FixedClock(NOW_MS)) as opened:
        await put_goods(opened, {"MUG": 3, "LAMP": 3})
        yield opened


async def amount(shop, sku="MUG"):
    (card,) = await list_cards(shop, [derived_id("product", sku)], language="en", currency="EUR")
    return card.amount


async def reprice(shop, amount, *, sku="MUG", told=True):
    async with shop.database.write() as unit:
        await pricing.set_prices(unit, [Price(sku, "EUR", amount)])
        if told:
            await announce(unit, [PricesChanged(subject=sku, skus=(sku,))], NOW_MS)


async def test_what_another_process_changed_is_seen_at_the_next_turn(shop):
    other = dataclasses.replace(shop, cache=MemoryCache(shop.clock))
    follower = Follower(other)
    assert await follower.turn() == 0
    before = await amount(other)
    await reprice(shop, before + 100)
    assert await amount(other) == before, "the control: its own cache does not know"
    assert await follower.turn() == 1
    assert await amount(other) == before + 100
    assert await follower.turn() == 0


async def test_a_process_that_nobody_tells_still_sees_it_within_five_seconds(shop):
    other = dataclasses.replace(shop, cache=MemoryCache(shop.clock, tagged_ttl_ms=5_000))
    before = await amount(other)
    await reprice(shop, before + 100, told=False)
    shop.clock.advance(5_000)
    assert await amount(other) == before + 100


async def test_many_events_are_read_page_by_page_and_each_once(shop):
    follower = Follower(shop)
    await follower.turn()
    async with shop.database.write() as unit:
        await announce(unit, [PricesChanged(subject="MUG", skus=("MUG",))] * (2 * OVERLAP + 1), NOW_MS)
    assert [await follower.turn() for _ in range(2)] == [2 * OVERLAP + 1, 0]


async def test_an_event_that_appears_before_those_already_read_is_not_missed(shop):
    """As with several writers: the earlier number commits later."""
    other = dataclasses.replace(shop, cache=MemoryCache(shop.clock))
    await reprice(shop, 2_100)
    async with shop.database.read() as reader:
        (late,) = await outbox_of(reader, 0, {PricesChanged.kind}, 10)
    follower = Follower(other)
    async with shop.database.write() as unit:
        await unit.run(FORGET, seq=late.seq)
        await announce(unit, [PricesChanged(subject="LAMP", skus=("LAMP",))], NOW_MS)
    await follower.turn()
    await amount(other)
    await reprice(shop, 2_200, told=False)
    async with shop.database.write() as unit:
        await unit.run(PUT_BACK, **msgspec.structs.asdict(late))
    assert await follower.turn() == 1
    assert await amount(other) == 2_200
