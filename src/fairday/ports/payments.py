"""Payment providers: they move money, and what they say about it is the truth."""

from collections.abc import Sequence
from typing import Protocol

from fairday.domain.payments import PaymentOutcome, PaymentRequest


class Payments(Protocol):
    """A payment provider. Everything is named by our order id (or refund id), so saying it twice moves money once.

    Each call may raise PaymentUnknown: the answer was lost and the money may have moved. Then `find` is asked later,
    and only its word counts. `void` of an order the provider has never heard of makes sure it never will pay.
    """

    async def pay(self, request: PaymentRequest) -> PaymentOutcome:
        """Authorise, and capture if the request says so."""
        ...

    async def capture(self, order_id: str, amount: int) -> PaymentOutcome:
        """Capture `amount` (minor units) of what was authorised."""
        ...

    async def refund(self, order_id: str, refund_id: str, amount: int) -> PaymentOutcome:
        """Give `amount` back."""
        ...

    async def void(self, order_id: str) -> PaymentOutcome:
        """Let go of what was authorised, and refuse the order from now on."""
        ...

    async def find(self, order_ids: Sequence[str]) -> dict[str, PaymentOutcome]:
        """What the provider knows of these orders; the unknown are left out."""
        ...
