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


class DeadLetter(Struct, frozen=True):
    """An event that a subscription could not take, and the last thing that went wrong."""

    subscription: str
    delivery: Delivery
    problem: str
    failed_ms: int


class Bus(Protocol):
    """How events reach subscribers.

    At least once, in outbox order for one subject, to one process at a time per subscription. A subscriber that raises
    gets the same events again with growing delay; after a number of tries the event that fails is set aside as a dead
    letter and the rest go on. One that raises `Busy` is asked again soon, for as long as it takes. Events committed
    before a subscription was first delivered to (even an empty delivery counts) are not for it.
    """

    async def deliver(self, subscriptions: Sequence[Subscription]) -> int:
        """Deliver until nothing is waiting, or only what waits for another try; how many events went over."""
        ...

    async def run(self, subscriptions: Sequence[Subscription]) -> None:
        """Go on delivering until cancelled; each subscription at its own pace."""
        ...

    async def backlog(self) -> dict[str, int]:
        """Events waiting, by subscription name."""
        ...

    async def dead_letters(self, limit: int) -> list[DeadLetter]:
        """The events that were set aside, newest first."""
        ...

    async def redrive(self, subscription: str) -> int:
        """Let a subscription try its dead letters again, at the next delivery; how many there are."""
        ...
