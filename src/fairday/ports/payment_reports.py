"""What a payment provider's own record says moved, to hold the books against."""

from typing import Literal, Protocol, runtime_checkable

from msgspec import Struct

# `fee`: the provider took (above zero) or returned (below zero) money of its own, apart from a capture's fee.
ReportKind = Literal["capture", "refund", "chargeback", "chargeback_reversed", "fee"]


class ReportLine(Struct, frozen=True, kw_only=True):
    """One movement of money. `id` is the provider's own name for it, and what `movements` takes as `after`.

    `amount` is in minor units of `currency` and positive whichever way it went, as the kind says; `fee` is what the
    provider kept beside it, below zero where it gave some back. `refund_id` is our name of a refund, or the provider's
    of a dispute: what the entry in the books is named after.
    """

    id: str
    at_ms: int
    kind: ReportKind
    order_id: str
    amount: int
    currency: str
    fee: int = 0
    refund_id: str = ""


@runtime_checkable
class ProviderReport(Protocol):
    """A provider's record of money that moved: append-only, complete, every line once.

    What moved a moment ago may be missing still; what was listed once stays listed, in the same place.
    Raises PaymentUnknown when the provider cannot be asked.
    """

    async def movements(self, after: str, limit: int) -> list[ReportLine]:
        """At most `limit` movements after the one with id `after` ("" begins at the first), oldest first."""
        ...
