"""Every no that pricing can say."""

from typing import ClassVar

from fairday.kernel.errors import Refusal


class PriceMissing(Refusal):
    """A SKU has no price in the currency asked for; `skus` names them."""

    code: ClassVar[str] = "price_missing"
    status: ClassVar[int] = 409


class NoShipping(Refusal):
    """Nothing sends this cart to that country, or not by the method that was asked for."""

    code: ClassVar[str] = "no_shipping"
    status: ClassVar[int] = 409


class VoucherRefused(Refusal):
    """The code cannot be used: absent, expired and used up look the same."""

    code: ClassVar[str] = "voucher_refused"
    status: ClassVar[int] = 409
