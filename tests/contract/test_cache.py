"""What every cache promises, whichever answers."""

import pytest

from fairday.adapters.cache.memory import MemoryCache
from fairday.kernel.clock import FixedClock

NOW = 1_800_000_000_000


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture(params=["memory:"])
def cache(request: pytest.FixtureRequest, clock):
    return {"memory:": MemoryCache}[request.param](clock)


async def test_what_was_put_is_there(cache):
    assert await cache.get("a") is None
    await cache.put("a", b"1", ttl_ms=1_000)
    await cache.put("b", b"", ttl_ms=1_000)
    assert (await cache.get("a"), await cache.get("b")) == (b"1", b"")
    await cache.put("a", b"2", ttl_ms=1_000)
    assert await cache.get("a") == b"2"


async def test_nothing_outlives_its_time(cache, clock):
    await cache.put("a", b"1", ttl_ms=1_000)
    clock.advance(999)
    assert await cache.get("a") == b"1"
    clock.advance(1)
    assert await cache.get("a") is None
    await cache.put("b", b"1", ttl_ms=0)
    assert await cache.get("b") is None


async def test_tags_drop_all_that_go_by_them(cache):
    await cache.put("a", b"1", ttl_ms=9_000, tags=["shoe", "red"])
    await cache.put("b", b"2", ttl_ms=9_000, tags=["shoe"])
    await cache.put("c", b"3", ttl_ms=9_000)
    await cache.drop_tags(["red", "unknown"])
    assert [await cache.get(key) for key in "abc"] == [None, b"2", b"3"]
    await cache.drop_tags(["shoe"])
    assert [await cache.get(key) for key in "abc"] == [None, None, b"3"]


async def test_a_value_put_again_has_its_new_tags_only(cache):
    await cache.put("a", b"1", ttl_ms=9_000, tags=["old"])
    await cache.put("a", b"2", ttl_ms=9_000, tags=["new"])
    await cache.drop_tags(["old"])
    assert await cache.get("a") == b"2"
    await cache.drop_tags(["new"])
    assert await cache.get("a") is None


async def test_counters_start_afresh_after_their_window(cache, clock):
    assert [await cache.count("x", window_ms=1_000) for _ in range(3)] == [1, 2, 3]
    assert await cache.count("y", window_ms=1_000) == 1
    clock.advance(999)
    assert await cache.count("x", window_ms=1_000) == 4
    clock.advance(1)
    assert await cache.count("x", window_ms=1_000) == 1


async def test_counters_and_values_do_not_meet(cache):
    await cache.put("x", b"1", ttl_ms=1_000)
    assert await cache.count("x", window_ms=1_000) == 1
    assert await cache.get("x") == b"1"
