"""Every no a cart can say."""

from typing import ClassVar

from fairday.kernel.errors import Refusal


class CartGone(Refusal):
    """There is no such cart, or the token does not open it: the two look the same."""

    code: ClassVar[str] = "cart_gone"
    status: ClassVar[int] = 404


class CartFull(Refusal):
    """More different things than a cart holds; `limit` says how many."""

    code: ClassVar[str] = "cart_full"
    status: ClassVar[int] = 409


class QuantityRefused(Refusal):
    """A quantity below zero or above `limit`, for `sku`."""

    code: ClassVar[str] = "quantity_refused"
    status: ClassVar[int] = 400


class UnknownSku(Refusal):
    """Nothing on the shelves goes by these SKUs; `skus` names them."""

    code: ClassVar[str] = "unknown_sku"
    status: ClassVar[int] = 422
