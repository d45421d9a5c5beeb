"""Carts, kept until they expire."""

from collections.abc import Sequence
from typing import Protocol

from fairday.domain.carts import Cart


class Carts(Protocol):
    """Where carts are kept.

    A read sees the last committed write. `put` is compare-and-set on `version`, so two writers never overwrite each
    other: the loser reads again and decides again. A cart is gone some time after `expires_ms`, and never returned
    after it.
    """

    async def get_many(self, cart_ids: Sequence[str]) -> dict[str, Cart]:
        """The live carts among these ids."""
        ...

    async def put(self, cart: Cart) -> bool:
        """Write `cart` over version `cart.version` (0: it is new), as the next version. False: somebody was first."""
        ...

    async def delete_many(self, cart_ids: Sequence[str]) -> None:
        """Forget these carts."""
        ...

    async def delete_expired(self, now_ms: int, limit: int) -> int:
        """Forget at most `limit` carts that expired before `now_ms`; how many there were."""
        ...
