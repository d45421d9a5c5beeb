"""What every adapter of `ports.carts` promises. A further adapter is one more line in ADAPTERS."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from msgspec.structs import replace

from fairday.adapters.carts.database import DatabaseCarts
from fairday.domain.carts import Cart, CartLine, Remembered, set_line
from fairday.kernel.clock import FixedClock
from fairday.kernel.ids import new_id
from fairday.ports.carts import Carts
from tests.engines import NOW_MS, at


@asynccontextmanager
async def in_database(url: str, clock: FixedClock) -> AsyncIterator[Carts]:
    async with at(url) as database:
        yield DatabaseCarts(database, clock)


ADAPTERS: dict[str, Callable[[str, FixedClock], AbstractAsyncContextManager[Carts]]] = {"database": in_database}


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW_MS)


@pytest.fixture(params=ADAPTERS.values(), ids=ADAPTERS)
async def carts(request, engine, clock):
    async with request.param(engine, clock) as opened:
        yield opened


def cart(**fields) -> Cart:
    return Cart(id=new_id(), currency="EUR", country="DE", **{"expires_ms": NOW_MS + 1000, **fields})


async def test_a_cart_comes_back_as_it_went_in(carts):
    one = cart(
        region="BE", language="de", lines=(CartLine("s1", 2),), voucher_code="TEN", shipping_method="standard",
        customer_id="c1", remembered=(Remembered("k", "h"),),
    )  # fmt: skip
    assert await carts.put(one)
    assert await carts.get_many([one.id, new_id()]) == {one.id: replace(one, version=1)}
    assert await carts.get_many([]) == {}


async def test_the_slower_of_two_writers_loses(carts):
    one = cart()
    assert await carts.put(one)
    read = (await carts.get_many([one.id]))[one.id]
    assert await carts.put(set_line(read, "s1", 1))
    assert not await carts.put(set_line(read, "s2", 1))
    assert not await carts.put(one), "a cart that exists cannot be made again"
    found = (await carts.get_many([one.id]))[one.id]
    assert (found.lines, found.version) == ((CartLine("s1", 1),), 2)


async def test_a_cart_that_never_was_cannot_be_written_over(carts):
    one = cart(version=3)
    assert not await carts.put(one)
    assert await carts.get_many([one.id]) == {}


async def test_of_many_writers_at_once_none_overwrites_another(carts):
    one = cart()
    await carts.put(one)

    async def add(sku: str) -> None:
        while True:
            read = (await carts.get_many([one.id]))[one.id]
            await asyncio.sleep(0)
            if await carts.put(set_line(read, sku, 1)):
                return

    await asyncio.gather(*(add(f"s{n}") for n in range(12)))
    found = (await carts.get_many([one.id]))[one.id]
    assert sorted(line.sku for line in found.lines) == sorted(f"s{n}" for n in range(12))
    assert found.version == 13


async def test_an_expired_cart_is_never_returned(carts, clock):
    one = cart()
    await carts.put(one)
    clock.advance(999)
    assert one.id in await carts.get_many([one.id])
    clock.advance(1)
    assert await carts.get_many([one.id]) == {}


async def test_expired_carts_are_forgotten_oldest_first(carts, clock):
    old, older, alive = cart(expires_ms=NOW_MS + 2), cart(expires_ms=NOW_MS + 1), cart()
    for one in (old, older, alive):
        await carts.put(one)
    assert await carts.delete_expired(NOW_MS + 10, 1) == 1
    assert set(await carts.get_many([old.id, older.id, alive.id])) == {old.id, alive.id}
    assert await carts.delete_expired(NOW_MS + 10, 10) == 1
    assert await carts.delete_expired(NOW_MS + 10, 10) == 0
    assert set(await carts.get_many([old.id, older.id, alive.id])) == {alive.id}


async def test_deleted_carts_are_gone(carts):
    one, two = cart(), cart()
    await carts.put(one)
    await carts.put(two)
    await carts.delete_many([one.id, new_id()])
    assert set(await carts.get_many([one.id, two.id])) == {two.id}
