"""What payments announce. What was paid and refunded is said by orders; here is what came from outside."""

from typing import ClassVar

from fairday.kernel.events import Event


class PaymentDisputed(Event, frozen=True, kw_only=True):
    """A shopper's bank took money back, or decided about it: `state` is open, won or lost. `subject` is the order."""

    kind: ClassVar[str] = "payment_disputed"

    dispute_id: str
    state: str


class LatePaymentReturned(Event, frozen=True, kw_only=True):
    """Money came in after its order had been let go, and went back. `subject` is the order."""

    kind: ClassVar[str] = "late_payment_returned"

    amount: int
    currency: str
