"""Letters."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct


class Letter(Struct, frozen=True):
    """An e-mail ready to go. `key` names it for ever (`order-placed/<order id>`): the same key is the same letter."""

    key: str
    to: str
    subject: str
    text: str
    html: str
    language: str = "en"


class Mail(Protocol):
    """How letters leave.

    A letter with a key that was sent before is not sent again, as far as the technology can know: at least once, and
    almost always once. `sent` shows the newest letters where the technology keeps them, and is empty elsewhere.
    """

    async def send_many(self, letters: Sequence[Letter]) -> None:
        """Hand them over; raises OSError when none of this can be done now, and the caller tries again later."""
        ...

    async def sent(self, limit: int) -> list[Letter]:
        """The newest letters, newest first."""
        ...
