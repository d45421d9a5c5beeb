"""A cache: everything in it can be lost at any moment, and nothing in it decides money or stock."""

from collections.abc import Sequence
from typing import Protocol


class Cache(Protocol):
    """Bytes by key, with expiry and tags.

    A value may be gone before its time. `drop_tags` reaches every process within 5 seconds. Counters are exact within
    one process and at least approximate across several.
    """

    async def get(self, key: str) -> bytes | None:
        """The value, unless it expired."""
        ...

    async def put(self, key: str, value: bytes, *, ttl_ms: int, tags: Sequence[str] = ()) -> None:
        """Keep `value` for `ttl_ms` at most."""
        ...

    async def drop_tags(self, tags: Sequence[str]) -> None:
        """Forget every value that was put under any of these tags."""
        ...

    async def count(self, key: str, *, window_ms: int) -> int:
        """Add one to a counter that starts afresh every `window_ms`; the new count. For rate limits."""
        ...
