"""Answers kept for a moment: a hundred readers of an expired one cause it to be made once. Nothing personal here."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Kept(Generic[Made]):
    """At most `limit` answers, each for `ttl_ms`, the least recently made going first."""

    def __init__(self, ttl_ms: int, limit: int) -> None:
        self._ttl_s = ttl_ms / 1000
        self._limit = limit
        self._made: OrderedDict[str, tuple[float, Made]] = OrderedDict()
        self._making: dict[str, asyncio.Future[Made]] = {}

    async def get(self, key: str, make: Callable[[], Awaitable[Made]]) -> Made:
        """The answer for `key`; whoever comes while it is being made waits for it, and shares its failure."""
        kept = self._made.get(key)
        if kept is not None and time.monotonic() < kept[0]:
            return kept[1]
        making = self._making.get(key)
        if making is None:
            making = self._making[key] = asyncio.ensure_future(self._make(key, make))
        return await asyncio.shield(making)

    async def _make(self, key: str, make: Callable[[], Awaitable[Made]]) -> Made:
        try:
            made = await make()
        finally:
            self._making.pop(key, None)
        self._made[key] = (time.monotonic() + self._ttl_s, made)
        self._made.move_to_end(key)
        if len(self._made) > self._limit:
            self._made.popitem(last=False)
        return made
