"""Cart, checkout, and the order afterwards."""

from datetime import date

from msgspec import Struct

from fairday.interfaces.storefront.views.shell import Fields, Link, Notice, Picture
from fairday.kernel.money import Money


class LineView(Struct, frozen=True, kw_only=True):
    """A line of a cart or an order. `options` reads like `Colour: Sand`; `short_of`: only so many are left."""

    sku: str
    name: str
    quantity: int
    href: str = ""
    options: str = ""
    picture: Picture | None = None
    unit: Money | None = None
    total: Money | None = None
    most: int = 99
    gone: bool = False
    short_of: int | None = None
    note: str = ""


class GiftLine(Struct, frozen=True):
    """What a gift card, or store credit, pays; `text` names it."""

    text: str
    amount: Money


class Sums(Struct, frozen=True, kw_only=True):
    """What it comes to. Without `shipping` the way of sending is not chosen yet; `tax_rate` is finished text.

    `gifts` have paid before, and `due` is what is left.
    """

    subtotal: Money
    total: Money
    tax: Money
    tax_included: bool = True
    discount: Money | None = None
    voucher_code: str = ""
    shipping: Money | None = None
    shipping_name: str = ""
    gifts: tuple[GiftLine, ...] = ()
    due: Money | None = None


class CartPage(Struct, frozen=True, kw_only=True):
    """The cart."""

    lines: tuple[LineView, ...] = ()
    sums: Sums | None = None
    count: int = 0
    voucher_problem: str = ""
    voucher_typed: str = ""
    notices: tuple[Notice, ...] = ()
    arrives_first: date | None = None
    arrives_last: date | None = None
    can_check_out: bool = True


class ShippingChoice(Struct, frozen=True, kw_only=True):
    """A way of sending it."""

    method: str
    name: str
    amount: Money
    arrives_first: date
    arrives_last: date
    chosen: bool = False


class PaymentChoice(Struct, frozen=True):
    """A way of paying: the provider and the token it is known by."""

    value: str
    message_id: str
    chosen: bool = False


class GiftPart(Struct, frozen=True, kw_only=True):
    """Gift cards and store credit at checkout: the cards that were typed, what pays how much, what is left.

    `sealed` carries the cards; `credit` is what the customer has; `full`: no more cards fit into an order.
    """

    cards: tuple[GiftLine, ...] = ()
    paid: tuple[GiftLine, ...] = ()
    sealed: str = ""
    credit: Money | None = None
    use_credit: bool = False
    due: Money
    full: bool = False


class Checkout(Struct, frozen=True, kw_only=True):
    """The one page of checkout. `expected_total` is what the shopper sees; of it, `gift.due` will be charged."""

    fields: Fields
    lines: tuple[LineView, ...]
    sums: Sums
    methods: tuple[ShippingChoice, ...]
    payments: tuple[PaymentChoice, ...]
    payment_hint: str = "checkout-payment-hint"
    countries: tuple[Link, ...] = ()
    regions: tuple[Link, ...] = ()
    country: str = ""
    country_text: str = ""
    gift: GiftPart
    expected_total: int = 0
    attempt: str = ""
    signed_in: bool = False
    notices: tuple[Notice, ...] = ()


class Step(Struct, frozen=True):
    """A moment in an order's life; without `at_ms` it is still to come."""

    text: str
    at_ms: int = 0
    done: bool = False
    bad: bool = False


class Parcel(Struct, frozen=True, kw_only=True):
    """What was sent. `tracking_href` only when we know the carrier's address."""

    carrier: str
    tracking: str = ""
    tracking_href: str = ""
    sent_ms: int = 0
    contents: tuple[str, ...] = ()


class RefundView(Struct, frozen=True):
    """Money that went back."""

    amount: Money
    at_ms: int
    reason: str = ""
    done: bool = True


class OrderPage(Struct, frozen=True, kw_only=True):
    """An order as its shopper sees it."""

    number: str
    placed_ms: int
    state_text: str
    state_kind: str
    email: str
    lines: tuple[LineView, ...]
    sums: Sums
    address: tuple[str, ...]
    timeline: tuple[Step, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    refunds: tuple[RefundView, ...] = ()
    status_href: str = ""
    fresh: bool = False
    can_register: bool = False
