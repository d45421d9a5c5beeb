"""A bounded stock of connections to one server. Who waits too long is told so; what was lost is made anew."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from fairday.kernel.errors import Busy

C = TypeVar("C")

WAIT_S = 5.0


class Pool(Generic[C]):
    """At most `size` connections. `connect` makes one or raises Busy; `is_open` asks nobody, so it costs nothing.

    The latest given back is the first taken, so that few connections stay warm. There is no reset between users: a
    connection comes back as it was taken, or closed.
    """

    def __init__(self, connect: Callable[[], Awaitable[C]], is_open: Callable[[C], bool], *, size: int) -> None:
        self._connect = connect
        self._is_open = is_open
        self._idle: list[C] = []
        self._places = asyncio.Semaphore(size)
        self.wait_s = WAIT_S

    async def take(self) -> C:
        """A connection for the caller alone; Busy when there is none in time."""
        if self._places.locked():
            try:
                async with asyncio.timeout(self.wait_s):
                    await self._places.acquire()
            except TimeoutError:
                raise Busy(retry_after_s=1) from None
        else:
            await self._places.acquire()  # at once: there is a place
        while self._idle:
            connection = self._idle.pop()
            if self._is_open(connection):
                return connection
        try:
            return await self._connect()
        except BaseException:
            self._places.release()
            raise

    def give(self, connection: C) -> None:
        """Back it comes; a closed one makes room for a new one."""
        if self._is_open(connection):
            self._idle.append(connection)
        self._places.release()

    def drain(self) -> list[C]:
        """All that nobody uses, for the caller to close: after one was lost, the others are likely lost too."""
        idle, self._idle = self._idle, []
        return idle
