"""Every no a payment can say."""

from typing import ClassVar

from fairday.kernel.errors import Refusal


class PaymentDeclined(Refusal):
    """The provider refused; `decline_code` is its reason in our words. Nothing was taken and nothing is held."""

    code: ClassVar[str] = "payment_declined"
    status: ClassVar[int] = 402


class PaymentUnknown(Refusal):
    """The provider's answer was lost; the order stays held until the provider says what happened."""

    code: ClassVar[str] = "payment_unknown"
    status: ClassVar[int] = 503


class UnknownProvider(Refusal):
    """No such way of paying; `provider` is what was asked for."""

    code: ClassVar[str] = "unknown_provider"
    status: ClassVar[int] = 400


class RefundTooLarge(Refusal):
    """More than is left of what was captured; `left` says how much that is."""

    code: ClassVar[str] = "refund_too_large"
    status: ClassVar[int] = 409


class ProviderMissing(Refusal):
    """The money is with a provider that this shop was not started with; FAIRDAY_PAYMENTS must name `provider`."""

    code: ClassVar[str] = "provider_missing"
    status: ClassVar[int] = 409


class BadSignature(Refusal):
    """Not from the provider, or too old: nothing of it was read."""

    code: ClassVar[str] = "bad_signature"
    status: ClassVar[int] = 400
