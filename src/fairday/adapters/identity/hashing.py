"""Argon2id in a small pool of threads with a short queue: a flood of sign-ins cannot starve the rest of the shop.

A hash takes about 20 ms and 19 MiB. Rules for passwords are in `strength.py`, who they belong to in `local.py`.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fairday.kernel.errors import Busy

MEMORY_KIB = 19 * 1024
ROUNDS = 2
LANES = 1
THREADS = 2
QUEUE_LIMIT = 32


class HashingPool:
    """Hashes and verifies. `verifications` counts every comparison, with a dummy too: what timing tests look at."""

    def __init__(self, *, queue_limit: int = QUEUE_LIMIT) -> None:
        self.verifications = 0
        self._queue_limit = queue_limit
        self._inside = 0
        self._hasher = PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")
        self._dummy = self._hasher.hash(secrets.token_urlsafe(16))

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place in the queue, held for the block; Busy when there is none."""
        if self._inside >= self._queue_limit:
            raise Busy(retry_after_s=1)
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1

    async def hash(self, password: str) -> str:
        """The encoded hash with its parameters and salt."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._hasher.hash, password)

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether `password` was hashed to `stored`; for None a dummy takes its place, and the answer is no."""
        self.verifications += 1
        encoded = self._dummy if stored is None else stored
        right = await asyncio.get_running_loop().run_in_executor(self._threads, self._matches, encoded, password)
        return right and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether the parameters changed since it was hashed."""
        return self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _matches(self, encoded: str, password: str) -> bool:
        try:
            return self._hasher.verify(encoded, password)
        except (VerificationError, InvalidHashError):
            return False
