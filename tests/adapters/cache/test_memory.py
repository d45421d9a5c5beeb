"""The memory cache stays within its bounds and forgets the least used first."""

import pytest

from fairday.adapters.cache import memory
from fairday.adapters.cache.memory import OVERHEAD_BYTES, MemoryCache
from fairday.kernel.clock import FixedClock


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(0)


async def kept(cache: MemoryCache, keys: str) -> str:
    return "".join([key for key in keys if await cache.get(key) is not None])


async def test_the_least_recently_used_goes_first(clock):
    cache = MemoryCache(clock, entries_limit=3)
    for key in "abc":
        await cache.put(key, b"1", ttl_ms=9)
    await cache.get("a")
    await cache.put("d", b"1", ttl_ms=9)
    assert await kept(cache, "abcd") == "acd"
    assert len(cache) == 3


async def test_bytes_are_bounded_and_given_back(clock):
    cache = MemoryCache(clock, bytes_limit=3 * (OVERHEAD_BYTES + 101))
    for key in "abcd":
        await cache.put(key, b"x" * 100, ttl_ms=9)
    assert await kept(cache, "abcd") == "bcd"
    assert cache.size_bytes == 3 * (OVERHEAD_BYTES + 101)
    await cache.put("e", b"x" * 10_000, ttl_ms=9)
    assert await kept(cache, "bcde") == "bcd"
    await cache.put("b", b"x" * 10_000, ttl_ms=9)
    assert await kept(cache, "bcd") == "cd"
    clock.advance(9)
    assert await kept(cache, "cd") == ""
    assert (cache.size_bytes, len(cache)) == (0, 0)


async def test_tags_do_not_outlive_their_values(clock):
    cache = MemoryCache(clock, entries_limit=2)
    for number in range(100):
        await cache.put(f"k{number}", b"1", ttl_ms=9, tags=[f"t{number}", "all"])
    assert set(cache._tagged) == {"t98", "t99", "all"}
    await cache.drop_tags(["all"])
    assert cache._tagged == {}


async def test_counters_are_bounded(clock, monkeypatch):
    monkeypatch.setattr(memory, "COUNTERS_LIMIT", 3)
    cache = MemoryCache(clock)
    for key in "abc":
        await cache.count(key, window_ms=10)
    clock.advance(5)
    assert await cache.count("d", window_ms=10) == 1
    assert set(cache._counters) == {"b", "c", "d"}
    clock.advance(5)
    assert await cache.count("e", window_ms=10) == 1
    assert set(cache._counters) == {"d", "e"}


async def test_a_full_cache_does_not_reset_a_rate_limit(clock):
    cache = MemoryCache(clock, entries_limit=1)
    await cache.count("tries", window_ms=10)
    for number in range(50):
        await cache.put(f"k{number}", b"1", ttl_ms=9)
    assert await cache.count("tries", window_ms=10) == 2


async def test_where_others_change_the_shop_a_value_with_a_tag_is_not_kept_for_long(clock):
    cache = MemoryCache(clock, tagged_ttl_ms=5_000)
    await cache.put("card", b"1", ttl_ms=60_000, tags=["product:1"])
    await cache.put("limit", b"1", ttl_ms=60_000)
    clock.advance(5_000)
    assert (await cache.get("card"), await cache.get("limit")) == (None, b"1")
