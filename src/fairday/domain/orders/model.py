"""Orders and their lines, the moves they may make, and what a part of one is worth."""

from collections.abc import Mapping
from typing import Literal

import msgspec
from msgspec import Struct

OrderState = Literal["held", "placed", "part_shipped", "shipped", "cancelled", "declined"]

# What may follow what; everything else is refused.
MOVES: Mapping[OrderState, frozenset[OrderState]] = {
    "held": frozenset({"placed", "declined"}),
    "placed": frozenset({"part_shipped", "shipped", "cancelled"}),
    "part_shipped": frozenset({"part_shipped", "shipped"}),
    "shipped": frozenset(),
    "cancelled": frozenset(),
    "declined": frozenset(),
}


class Address(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a parcel goes. `country` is ISO 3166 alpha-2, `region` a state where the country has them."""

    name: str
    line1: str
    line2: str = ""
    city: str
    postcode: str
    country: str
    region: str = ""


class Order(Struct, frozen=True, kw_only=True):
    """An order. Minor units of `currency`; total = subtotal - discount + shipping (+ tax if not included).

    `gift` and `credit` of the total are paid with gift cards and store credit, `due` by the provider.
    """

    id: str
    state: OrderState
    version: int
    cart_id: str
    customer_id: str
    email: str
    language: str
    country: str
    region: str
    address: str
    currency: str
    subtotal: int
    discount: int
    shipping: int
    shipping_tax: int
    tax: int
    tax_included: int
    total: int
    shipping_method: str
    voucher_code: str
    provider: str
    invoice_number: int
    placed_ms: int
    updated_ms: int
    gift: int = 0
    credit: int = 0

    @property
    def due(self) -> int:
        """What is left of the total for the payment provider."""
        return self.total - self.gift - self.credit

    @property
    def reference(self) -> str:
        """What a person says on the telephone; it opens nothing."""
        return f"{self.id[-8:-4]}-{self.id[-4:]}".upper()

    @property
    def sent_to(self) -> Address:
        """The address it goes to."""
        return msgspec.json.decode(self.address, type=Address)


class OrderLine(Struct, frozen=True, kw_only=True):
    """So many of a SKU at what was agreed. `total` is what was paid for them all, with tax."""

    order_id: str
    line_no: int
    product_id: str
    sku: str
    name: str
    options: str
    quantity: int
    unit_amount: int
    goods: int
    discount: int
    tax: int
    tax_rate_ppm: int
    total: int
    shipped: int = 0
    cancelled: int = 0
    refunded: int = 0

    @property
    def to_ship(self) -> int:
        """Pieces still waiting to be sent."""
        return self.quantity - self.shipped - self.cancelled


class Command(Struct, frozen=True, kw_only=True):
    """A command as it was first sent: who, where, under which key, and a hash of what it said."""

    identity: str
    route: str
    idempotency_key: str
    request_hash: str
    order_id: str
    at_ms: int


def part_of(amount: int, line: OrderLine, quantity: int) -> int:
    """The part of a line's `amount` that `quantity` more refunded pieces stand for; all parts sum to the whole."""
    return _up_to(amount, line, line.refunded + quantity) - _up_to(amount, line, line.refunded)


def _up_to(amount: int, line: OrderLine, pieces: int) -> int:
    return amount * pieces // line.quantity
