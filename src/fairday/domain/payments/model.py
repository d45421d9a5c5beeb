"""What is said to and heard from a payment provider, and what the shop remembers of it."""

from typing import Literal

from msgspec import Struct

# `unknown`: the answer was lost. `challenge`: the shopper must prove who they are at `challenge_url` first.
PaymentState = Literal["pending", "challenge", "authorised", "captured", "declined", "voided", "unknown"]
RefundState = Literal["requested", "done", "refused"]
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


class Refund(Struct, frozen=True, kw_only=True):
    """Money given back or about to be: `amount` minor units of the order's currency, `shipping` of it for postage.

    `lines` is JSON: {line number: quantity}, `restock` whether those go back on the shelf.
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
