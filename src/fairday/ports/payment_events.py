"""What a payment provider tells unasked: signed messages, which are hints. What it says when asked is the truth."""

from collections.abc import Mapping
from typing import Literal, Protocol, runtime_checkable

from msgspec import Struct

from fairday.domain.payments.model import Dispute


class ProviderEvent(Struct, frozen=True, kw_only=True):
    """A message that is proven to be from the provider. `id` is its own name for it.

    `order_id` may be empty where the provider does not repeat our names; `reference` is its name for what this is
    about: a dispute for kind `dispute`, a payment for kind `payment`. Kind `other` needs nothing done.
    """

    id: str
    kind: Literal["payment", "dispute", "other"]
    order_id: str = ""
    reference: str = ""


@runtime_checkable
class PaymentEvents(Protocol):
    """The door for a provider's messages, and the questions that they lead to."""

    def read(self, headers: Mapping[str, str], body: bytes) -> ProviderEvent:
        """What this message is. BadSignature when it is not the provider's, altered, or of another time."""
        ...

    async def order_of(self, reference: str) -> str:
        """Our order id of a payment of theirs, "" when it is none of ours. May raise PaymentUnknown."""
        ...

    async def dispute(self, reference: str) -> Dispute | None:
        """A dispute as it stands now; None when it is unknown, or took no money. May raise PaymentUnknown."""
        ...
