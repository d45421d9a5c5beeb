"""Every no that pricing can say."""

from typing import ClassVar

from fairday.kernel.errors import Refusal


class PriceMissing(Refusal):
    """A SKU has no price in the currency asked for; `skus` names them."""

    code: ClassVar[str] = "price_missing"
    status: ClassVar[int] = 409


class PriceInvalid(Refusal):
    """A price nobody can ask: negative, too large, or the price before was not higher; `sku` names the first."""

    code: ClassVar[str] = "price_invalid"
    status: ClassVar[int] = 422


class NoShipping(Refusal):
    """Nothing sends this cart to `country`, or not by the `method` that was asked for."""

    code: ClassVar[str] = "no_shipping"
    status: ClassVar[int] = 409


class VoucherRefused(Refusal):
    """The code cannot be used: absent, expired and used up look the same."""

    code: ClassVar[str] = "voucher_refused"
    status: ClassVar[int] = 409


class VoucherInvalid(Refusal):
    """A voucher that makes no sense; `field` says which part of it."""

    code: ClassVar[str] = "voucher_invalid"
    status: ClassVar[int] = 422


class VoucherInUse(Refusal):
    """Orders hold this voucher, so it can be ended but not removed; `voucher` is its code."""

    code: ClassVar[str] = "voucher_in_use"
    status: ClassVar[int] = 409


class TaxMixed(Refusal):
    """Prices of one country contain tax or do not, all of them; `country` says where the rates disagree."""

    code: ClassVar[str] = "tax_mixed"
    status: ClassVar[int] = 422


class GiftRefused(Refusal):
    """A gift card cannot pay: absent, blocked, expired and spent look the same; `last4` says which, if it is known."""

    code: ClassVar[str] = "gift_refused"
    status: ClassVar[int] = 409


class GiftInvalid(Refusal):
    """A gift card or credit that makes no sense; `field` says which part of it."""

    code: ClassVar[str] = "gift_invalid"
    status: ClassVar[int] = 422
