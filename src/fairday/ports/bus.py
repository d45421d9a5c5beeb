"""Delivery of outbox events to those who hear them."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from msgspec import Struct

from fairday.kernel.events import Delivery

Hear = Callable[[Sequence[Delivery]], Awaitable[None]]


class Subscription(Struct, frozen=True):
    """Who hears what: `name` is for ever (its place in the outbox is kept under it), `kinds` the events it wants."""

    name: str
    kinds: frozenset[str]
    hear: Hear


class Bus(Protocol):
    """How events reach subscribers.

    At least once, in outbox order for one subject, to one process at a time per subscription. A subscriber that raises
    gets the same events again with growing delay; after `attempts_limit` tries the event that fails is set aside as a
    dead letter and the rest go on. Events committed before a subscription first existed are not delivered to it.
    """

    async def deliver(self, subscriptions: Sequence[Subscription]) -> int:
        """Deliver what is waiting now; how many events were handed over."""
        ...

    async def run(self, subscriptions: Sequence[Subscription]) -> None:
        """Go on delivering until cancelled."""
        ...

    async def backlog(self) -> dict[str, int]:
        """Events waiting, by subscription name."""
        ...
