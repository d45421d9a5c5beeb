"""What is said to and heard from a payment provider, and what the shop remembers of it."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

# `unknown`: the answer was lost. `challenge`: the shopper must prove who they are at `challenge_url` first.
PaymentState = Literal["pending", "challenge", "authorised", "captured", "declined", "voided", "unknown"]
# `released`: let go before it was captured, so nothing went back.
RefundState = Literal["requested", "done", "refused", "released"]
CaptureWhen = Literal["at_order", "at_ship"]


class PaymentRequest(Struct, frozen=True, kw_only=True):
    """Take `amount` minor units for an order, by a provider's own token for the means of payment."""

    order_id: str
    token: str
    amount: int
    currency: str
    capture: bool
    email: str = ""
    return_url: str = ""


class PaymentOutcome(Struct, frozen=True, kw_only=True):
    """What a provider says of an order now; amounts in minor units. `fee` is what it kept of what was captured."""

    order_id: str
    state: PaymentState
    reference: str = ""
    amount: int = 0
    captured: int = 0
    refunded: int = 0
    fee: int = 0
    currency: str = ""
    decline_code: str = ""
    challenge_url: str = ""


class Payment(Struct, frozen=True, kw_only=True):
    """What the shop remembers of the payment of an order."""

    order_id: str
    provider: str
    state: PaymentState
    currency: str
    amount: int
    captured: int = 0
    refunded: int = 0
    fee: int = 0
    reference: str = ""
    decline_code: str = ""
    challenge_url: str = ""
    updated_ms: int = 0
    to_capture: int = 0


class Refund(Struct, frozen=True, kw_only=True):
    """Money given back or about to be: `amount` minor units of the order's currency, `shipping` of it for postage.

    `lines` is JSON: {line number: quantity}, `restock` whether those go back on the shelf. `gift` of the amount goes
    back to the gift balances that paid, the rest through the provider.
    """

    id: str
    order_id: str
    state: RefundState
    amount: int
    tax: int
    shipping: int
    reason: str
    lines: str
    restock: int
    at_ms: int
    gift: int = 0


# What a provider's word does to a payment: nothing new, a legal step, money after the order was let go, or a step
# back, which no true word is: an old one that came late, and is not followed.
Step = Literal["same", "forward", "late", "back"]
OPEN: frozenset[PaymentState] = frozenset({"pending", "challenge", "unknown"})
OFF: frozenset[PaymentState] = frozenset({"declined", "voided"})
MOVES: Mapping[PaymentState, frozenset[PaymentState]] = {
    "pending": OPEN | OFF | {"authorised", "captured"},
    "challenge": OPEN | OFF | {"authorised", "captured"},
    "unknown": OPEN | OFF | {"authorised", "captured"},
    "authorised": frozenset({"captured", "voided"}),
    "captured": frozenset(),
    "declined": frozenset(),
    "voided": frozenset(),
}


def advance(known: PaymentState, word: PaymentState) -> Step:
    """What hearing `word` means for a payment in state `known`. Payments only go forward, whatever order words come."""
    if known == word or (known in OFF and word in OFF):
        return "same"
    if word in MOVES[known]:
        return "forward"
    return "late" if known in OFF and word in {"authorised", "captured"} else "back"


class Heard(Struct, frozen=True, kw_only=True):
    """An event as its provider sent it. `waiting` until applied, `done`, `foreign` (not ours) or `failed` for good."""

    provider: str
    event_id: str
    kind: str
    order_id: str
    reference: str
    body: str
    state: Literal["waiting", "done", "foreign", "failed"]
    attempts: int
    received_ms: int
    due_ms: int


class Dispute(Struct, frozen=True, kw_only=True):
    """A shopper's bank took `amount` minor units back, and the provider kept `fee`; `won`: the money came again."""

    provider: str
    id: str
    order_id: str
    state: Literal["open", "won", "lost"]
    amount: int
    fee: int
    currency: str
    reason: str
    opened_ms: int
    updated_ms: int
