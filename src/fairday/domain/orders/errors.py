"""Every no an order can say."""

from typing import ClassVar

from fairday.kernel.errors import Refusal


class StaleTotal(Refusal):
    """The total is not what the shopper saw any more; `total` and `currency` say what it is now."""

    code: ClassVar[str] = "stale_total"
    status: ClassVar[int] = 409


class CartOrdered(Refusal):
    """This cart has become an order already (another tab, another click); `order_id` says which."""

    code: ClassVar[str] = "cart_ordered"
    status: ClassVar[int] = 409


class EmptyCart(Refusal):
    """There is nothing in the cart, or nothing of it is sold any more; `skus` names what is not."""

    code: ClassVar[str] = "empty_cart"
    status: ClassVar[int] = 409


class InFlight(Refusal):
    """The same command is being carried out right now, for `order_id`; ask again in `retry_after_s` seconds."""

    code: ClassVar[str] = "in_flight"
    status: ClassVar[int] = 409


class KeyReused(Refusal):
    """This idempotency key came with another request before."""

    code: ClassVar[str] = "idempotency_conflict"
    status: ClassVar[int] = 422


class NotAllowed(Refusal):
    """An order in `state` cannot do that."""

    code: ClassVar[str] = "not_allowed"
    status: ClassVar[int] = 409
