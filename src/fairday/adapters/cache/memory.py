"""`memory:` a cache inside the process: bounded in entries and bytes, the least recently used goes first.

Counters are kept apart from values, so that filling the cache cannot make a rate limit forget. Where several processes
share a shop, each has a cache of its own: `usecases.follow_changes` drops what changed elsewhere, and `tagged_ttl_ms`
bounds how old a value with a tag can get.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence

from msgspec import Struct

from fairday.kernel.clock import Clock

ENTRIES_LIMIT = 50_000
BYTES_LIMIT = 64 * 1024 * 1024
COUNTERS_LIMIT = 100_000
FOR_EVER_MS = 2**62
OVERHEAD_BYTES = 256  # what an entry costs besides its key and value, roughly


class Entry(Struct, frozen=True):
    """A value, until when it holds, and the tags it goes by."""

    value: bytes
    expires_ms: int
    tags: tuple[str, ...]
    size_bytes: int


class Counter(Struct):
    """How often something happened in the window that ends at `ends_ms`."""

    count: int
    ends_ms: int


class MemoryCache:
    """The Cache port in this process's memory."""

    def __init__(
        self, clock: Clock, *, entries_limit: int = ENTRIES_LIMIT, bytes_limit: int = BYTES_LIMIT,
        tagged_ttl_ms: int = FOR_EVER_MS,
    ) -> None:  # fmt: skip
        self._clock = clock
        self._tagged_ttl_ms = tagged_ttl_ms
        self._entries_limit = entries_limit
        self._bytes_limit = bytes_limit
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._tagged: dict[str, set[str]] = {}
        self._counters: OrderedDict[str, Counter] = OrderedDict()
        self.size_bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

    async def get(self, key: str) -> bytes | None:
        """The value, unless it expired."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry.expires_ms <= self._clock.now_ms():
            self._forget(key)
            return None
        self._entries.move_to_end(key)
        return entry.value

    async def put(self, key: str, value: bytes, *, ttl_ms: int, tags: Sequence[str] = ()) -> None:
        """Keep `value`; one that alone is over the limit is not kept."""
        self._forget(key)
        ttl_ms = min(ttl_ms, self._tagged_ttl_ms) if tags else ttl_ms
        size_bytes = OVERHEAD_BYTES + len(key) + len(value) + sum(map(len, tags))
        if ttl_ms <= 0 or size_bytes > self._bytes_limit:
            return
        self._entries[key] = Entry(value, self._clock.now_ms() + ttl_ms, tuple(tags), size_bytes)
        self.size_bytes += size_bytes
        for tag in tags:
            self._tagged.setdefault(tag, set()).add(key)
        while len(self._entries) > self._entries_limit or self.size_bytes > self._bytes_limit:
            self._forget(next(iter(self._entries)))

    async def drop_tags(self, tags: Sequence[str]) -> None:
        """Forget every value under any of these tags."""
        for tag in tags:
            for key in tuple(self._tagged.get(tag, ())):
                self._forget(key)

    async def count(self, key: str, *, window_ms: int) -> int:
        """Add one; the window begins with the first count."""
        now_ms = self._clock.now_ms()
        counter = self._counters.get(key)
        if counter is None or counter.ends_ms <= now_ms:
            self._counters.pop(key, None)
            self._make_room(now_ms)
            counter = self._counters[key] = Counter(0, now_ms + window_ms)
        counter.count += 1
        return counter.count

    def _make_room(self, now_ms: int) -> None:
        """Counters that ended go when there are too many; if none has, the oldest does."""
        if len(self._counters) < COUNTERS_LIMIT:
            return
        ended = [key for key, counter in self._counters.items() if counter.ends_ms <= now_ms]
        for key in ended or [next(iter(self._counters))]:
            del self._counters[key]

    def _forget(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        self.size_bytes -= entry.size_bytes
        self._untag(key, entry.tags)

    def _untag(self, key: str, tags: Iterable[str]) -> None:
        for tag in tags:
            keys = self._tagged.get(tag)
            if keys is not None:
                keys.discard(key)
                if not keys:
                    del self._tagged[tag]
