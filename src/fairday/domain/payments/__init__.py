"""Payments: what was asked of the providers and what they answered.

Keeps one payment an order and its refunds. Announces nothing: orders do. The providers are behind `ports.payments`.
"""

from fairday.domain.payments.errors import PaymentDeclined, PaymentUnknown, RefundTooLarge, UnknownProvider
from fairday.domain.payments.invariants import INVARIANTS
from fairday.domain.payments.model import CaptureWhen, Payment, PaymentOutcome, PaymentRequest, PaymentState, Refund

__all__ = [
    "INVARIANTS",
    "CaptureWhen",
    "Payment",
    "PaymentDeclined",
    "PaymentOutcome",
    "PaymentRequest",
    "PaymentState",
    "PaymentUnknown",
    "Refund",
    "RefundTooLarge",
    "UnknownProvider",
]
