"""What the suite must know of a shop: nine things that a shopper or a shopkeeper can do. An adapter does them.

Requests that race are described, not sent: the suite sends them, all at the same moment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Request:
    """One HTTP request, whole."""

    method: str
    path: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Order:
    """An order that the shop means to keep. Money in minor units.

    `goods` is pieces by item; `due` what its lines, postage and discounts come to; `paid` what the provider took.
    """

    id: str
    goods: Mapping[str, int]
    due: int
    paid: int
    discounted: bool = False


class Shop(Protocol):
    """A shop under attack, at `url`. Shoppers, items and vouchers are named by whatever the adapter likes."""

    url: str

    def new_item(self, pieces: int) -> str:
        """Put something new on the shelf, so many of it."""
        ...

    def new_voucher(self, uses: int) -> str:
        """Make a voucher that lowers a price and is good for so many orders."""
        ...

    def new_shopper(self) -> str:
        """Somebody with an empty cart and a card that is always good."""
        ...

    def add_to_cart(self, shopper: str, item: str, pieces: int) -> None:
        """Fill the cart; nothing races here."""
        ...

    def apply_voucher(self, shopper: str, code: str) -> None:
        """Note the voucher in the cart; nothing races here."""
        ...

    def set_quantity(self, shopper: str, item: str, pieces: int) -> Request:
        """The request that makes it so many pieces of an item that is in the cart."""
        ...

    def checkout(self, shopper: str, key: str | None) -> Request:
        """The request that orders and pays the cart as it is now. `key` is the same for clicks that are one command.

        None: the shopper's clicks carry no key, or each one of its own where the shop wants one.
        """
        ...

    def orders_of(self, shoppers: Sequence[str]) -> Mapping[str, Sequence[Order]]:
        """The orders of each, once the shop has settled; those it called off or never charged are left out."""
        ...

    def stock_of(self, item: str) -> int:
        """Pieces that can still be sold."""
        ...
