"""Every JSON document that the API reads or writes, as a Struct: code and contract are both made of them.

What is read refuses unknown fields and has bounds on everything. Amounts are Money in minor units, times ISO 8601 UTC.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from fairday.domain.carts.model import LINES_LIMIT, QUANTITY_LIMIT
from fairday.domain.pricing.gifts import CODES_AN_ORDER
from fairday.kernel.money import LIMIT

# One line of text that is not blank; no control characters.
ONE_LINE = r"^[^\u0000-\u001f\u007f]*[^\s\u0000-\u001f\u007f][^\u0000-\u001f\u007f]*$"
NO_CONTROLS = r"^[^\u0000-\u001f\u007f]*$"
EMAIL = r"^[^\s@,;<>\"\u0000-\u001f\u007f]{1,64}@[^\s@,;<>\"\u0000-\u001f\u007f]{1,189}$"
AN_ID = "0k3f9a1zqv7m2x8c4b6n5t1h0r"
LINE_NUMBERS = 10_000

Id = Annotated[str, Meta(description="An id: 26 characters that sort by age and open nothing.", examples=[AN_ID])]
Token = Annotated[str, Meta(description="Sent as `Authorization: Bearer ...`; keep it secret.")]
Sku = Annotated[
    str, Meta(min_length=1, max_length=191, pattern=ONE_LINE, description="What is bought.", examples=["MUG-BLUE"])
]
Currency = Annotated[str, Meta(min_length=3, max_length=3, pattern="^[A-Z]{3}$", examples=["EUR"])]
Country = Annotated[
    str, Meta(min_length=2, max_length=2, pattern="^[A-Z]{2}$", description="ISO 3166 alpha-2.", examples=["DE"])
]
Region = Annotated[
    str,
    Meta(max_length=16, pattern="^[A-Za-z0-9-]*$", description="A state, where a country has them.", examples=["CA"]),
]
Text = Annotated[str, Meta(min_length=1, max_length=100, pattern=ONE_LINE)]
OptionalText = Annotated[str, Meta(max_length=100, pattern=NO_CONTROLS)]
Quantity = Annotated[int, Meta(ge=1, le=QUANTITY_LIMIT)]
Time = Annotated[str, Meta(description="UTC, ISO 8601.", examples=["2026-11-27T09:30:00Z"])]
MethodName = Annotated[
    str, Meta(min_length=1, max_length=64, pattern="^[a-z0-9_-]+$", description="One of `shipping_methods`.")
]


class Money(Struct, frozen=True, forbid_unknown_fields=True):
    """`amount` minor units of `currency`: 1999 EUR is 19.99 euros."""

    amount: Annotated[int, Meta(ge=-LIMIT, le=LIMIT, examples=[1999])]
    currency: Currency


Amount = Annotated[int, Meta(ge=0, le=LIMIT, description="Minor units of the currency of the cart or order.")]


class StockState(Struct, frozen=True):
    """Pieces that are there, and those that may be ordered before they are.

    `policy` is how the SKU is sold when the shelf is empty; `expected_at` is when more come, null where nobody knows.
    An order that takes later pieces is sent when they are there. `per_customer` is null where a customer may have any
    number; beyond it an order is refused with `customer_limit`.
    """

    now: Annotated[int, Meta(ge=0)]
    later: Annotated[int, Meta(ge=0)]
    policy: Literal["deny", "backorder", "preorder"]
    expected_at: Time | None
    per_customer: int | None


class VariantItem(Struct, frozen=True):
    """One thing that can be bought; `price` is null where it has none in the currency asked for."""

    sku: str
    price: Money | None
    available: Annotated[int, Meta(ge=0, description="Pieces that could be ordered just now: there or not.")]


class ProductItem(Struct, frozen=True):
    """A product as lists show it."""

    id: Id
    key: Annotated[str, Meta(description="The merchant's own name for it.")]
    name: str
    variants: tuple[VariantItem, ...]


class FacetValue(Struct, frozen=True):
    """How many results have this value."""

    value: str
    count: Annotated[int, Meta(ge=0)]


class Facet(Struct, frozen=True):
    """A property of the results; `filter=NAME:VALUE` narrows by it."""

    name: str
    values: tuple[FacetValue, ...]


class ProductPage(Struct, frozen=True, omit_defaults=True):
    """A page of products; `next_cursor` is null on the last one. Facets come with searches and filtered lists."""

    items: tuple[ProductItem, ...]
    total: Annotated[int, Meta(ge=0)]
    next_cursor: str | None
    facets: tuple[Facet, ...] = ()


class VariantDetail(Struct, frozen=True):
    """A variant with all that is known of it; `options` maps option name to value."""

    sku: str
    price: Money | None
    compare_at: Money | None
    available: Annotated[int, Meta(ge=0)]
    stock: StockState
    options: dict[str, str]
    ean: tuple[str, ...]
    part_number: str
    weight_g: int


class OptionItem(Struct, frozen=True):
    """What a shopper chooses between."""

    name: str
    values: tuple[str, ...]


class AttributeItem(Struct, frozen=True):
    """A typed property: `value` is text, a number (in `unit`) or true/false, as `kind` says."""

    name: str
    kind: Literal["text", "number", "flag"]
    value: str | float | bool
    unit: str


class RenditionItem(Struct, frozen=True):
    """One size of a picture."""

    url: str
    format: str
    width_px: int
    height_px: int


class MediaItem(Struct, frozen=True):
    """A picture or film. Addresses are on the shop's own origin."""

    kind: Literal["image", "video"]
    url: str
    alt: str
    mime: str
    width_px: int
    height_px: int
    renditions: tuple[RenditionItem, ...]
    poster_url: str | None
    captions_url: str | None


class CategoryItem(Struct, frozen=True):
    """A node of the category tree; `parent_id` is null at the top."""

    id: Id
    key: str
    name: str
    parent_id: str | None


class CategoryTree(Struct, frozen=True):
    """All categories, parents before children."""

    items: tuple[CategoryItem, ...]


class RatingItem(Struct, frozen=True):
    """Stars times one hundred (0 to 500), and how many people gave them."""

    average_x100: int
    count: int


class ProductDetail(Struct, frozen=True):
    """One product. `description` is sanitised HTML."""

    id: Id
    key: str
    slug: str
    name: str
    summary: str
    description: str
    brand: str
    rating: RatingItem
    options: tuple[OptionItem, ...]
    variants: tuple[VariantDetail, ...]
    attributes: tuple[AttributeItem, ...]
    media: tuple[MediaItem, ...]
    categories: tuple[CategoryItem, ...]


class NewLine(Struct, frozen=True, forbid_unknown_fields=True):
    """So many of a SKU. A SKU that is listed twice is wanted twice."""

    sku: Sku
    quantity: Quantity


class NewCart(Struct, frozen=True, forbid_unknown_fields=True):
    """A cart to begin. `language` (of names and letters) is the request's own if it is left out."""

    currency: Currency
    country: Country
    lines: Annotated[tuple[NewLine, ...], Meta(max_length=LINES_LIMIT)] = ()
    region: Region = ""
    language: Annotated[str, Meta(pattern="^[a-z]{2}$", min_length=2, max_length=2, examples=["en"])] | None = None


class SetLine(Struct, frozen=True, forbid_unknown_fields=True):
    """Have exactly `quantity` of a SKU in the cart; 0 takes it out."""

    sku: Sku
    quantity: Annotated[int, Meta(ge=0, le=QUANTITY_LIMIT)]


class SetVoucher(Struct, frozen=True, forbid_unknown_fields=True):
    """Use a voucher, or none: ""."""

    code: Annotated[str, Meta(max_length=64, pattern=NO_CONTROLS, examples=["SPRING10"])]


class SetShipping(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the cart goes and how, as far as it is known; what is left out stays as it was."""

    shipping_method: MethodName | None = None
    country: Country | None = None
    region: Region | None = None


class CartLineItem(Struct, frozen=True):
    """A line of a cart. `total` is what it adds to the cart's total: with tax, less its share of a discount."""

    sku: str
    product_id: Id
    name: str
    options: str
    quantity: int
    unit_price: Money
    total: Money
    available: int
    stock: StockState


class ShippingMethodItem(Struct, frozen=True):
    """A way of sending the cart: what it costs, and the cart's total with it. Days are working days."""

    id: str
    name: str
    price: Money
    total: Money
    min_days: int
    max_days: int


class CartVoucher(Struct, frozen=True):
    """The voucher of a cart, and whether it lowers the price as the cart is now."""

    code: str
    applied: bool


class CartView(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A cart and its price, counted with `shipping_method`: the one chosen, else the cheapest.

    `shipping_method` is null when nothing sends it there; then no postage is counted, and it can't be ordered.
    total = subtotal - discount + shipping, and tax where `tax_included` is false. `gone` are SKUs that are not sold any
    more; they are not in the total, and no order can be placed with them.
    """

    id: Id
    currency: Currency
    country: Country
    region: str
    lines: tuple[CartLineItem, ...]
    gone: tuple[str, ...]
    subtotal: Money
    discount: Money
    shipping: Money
    tax: Money
    tax_included: bool
    total: Money
    shipping_method: str | None
    shipping_methods: tuple[ShippingMethodItem, ...]
    voucher: CartVoucher | None
    expires_at: Time


class CartCreated(CartView, frozen=True, kw_only=True, omit_defaults=True):
    """A new cart with the token that opens it."""

    token: Token


class AddressBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the parcel goes."""

    name: Annotated[str, Meta(min_length=1, max_length=100, pattern=ONE_LINE, examples=["Ada Example"])]
    line1: Annotated[str, Meta(min_length=1, max_length=100, pattern=ONE_LINE, examples=["1 Market Street"])]
    line2: OptionalText | None = None
    city: Annotated[str, Meta(min_length=1, max_length=100, pattern=ONE_LINE, examples=["Berlin"])]
    postcode: Annotated[str, Meta(min_length=1, max_length=20, pattern=ONE_LINE, examples=["10115"])]
    country: Country
    region: Region | None = None


class PaymentBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Who takes the money, and that provider's token for the means of payment. Card numbers are never sent here."""

    provider: Annotated[str, Meta(min_length=1, max_length=32, pattern="^[a-z0-9_-]+$", examples=["sandbox"])]
    token: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[!-~]+$", examples=["tok_ok"])]


GiftCardCode = Annotated[
    str, Meta(min_length=1, max_length=40, pattern=ONE_LINE, examples=["7Q2M-4F8K-0X9T-B3WD-H6RN"])
]


class GiftCode(Struct, frozen=True, forbid_unknown_fields=True):
    """The code of a gift card, with or without its dashes."""

    code: GiftCardCode


class GiftCardItem(Struct, frozen=True, kw_only=True):
    """What is left on a gift card; `expires_at` is null when it does not end."""

    last4: str
    balance: Money
    expires_at: Time | None


class NewOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order. `expected_total` is what the shopper saw: Money, or minor units of the cart's currency.

    With `gift_codes`, `expected_due` is what they saw left for `payment`; 0 asks no provider.
    """

    cart_id: Annotated[str, Meta(min_length=26, max_length=26, pattern="^[0-9a-z]{26}$", examples=[AN_ID])]
    email: Annotated[str, Meta(max_length=254, pattern=EMAIL, examples=["ada@shop.example"])]
    address: AddressBody
    shipping_method: MethodName
    payment: PaymentBody
    expected_total: Money | Amount
    gift_codes: Annotated[tuple[GiftCardCode, ...], Meta(max_length=CODES_AN_ORDER)] = ()
    expected_due: Money | Amount | None = None


class NextAction(Struct, frozen=True, omit_defaults=True):
    """What must happen before the order is placed: the shopper meets the challenge at `url`, or waits."""

    type: Literal["challenge", "wait"]
    url: str | None = None
    retry_after_s: int | None = None


class OrderAnswer(Struct, frozen=True, kw_only=True):
    """An order that was taken. `reference` is for the telephone, `token` opens it."""

    id: Id
    token: Token
    reference: str
    state: Literal["placed"]
    total: Money


class OrderPending(Struct, frozen=True, kw_only=True):
    """An order that is held until its payment is decided. Ask `GET /orders/{id}` how it went."""

    id: Id
    token: Token
    reference: str
    state: Literal["challenge", "pending"]
    total: Money
    next_action: NextAction


class OrderLineItem(Struct, frozen=True):
    """A line of an order at what was agreed. `total` is what was paid for it, with tax."""

    line_no: int
    sku: str
    product_id: Id
    name: str
    options: str
    quantity: int
    unit_price: Money
    total: Money
    shipped: int
    cancelled: int
    refunded: int


class Pieces(Struct, frozen=True, forbid_unknown_fields=True):
    """So many pieces of a line."""

    line_no: Annotated[int, Meta(ge=1, le=LINE_NUMBERS)]
    quantity: Quantity


class ShipmentItem(Struct, frozen=True):
    """A parcel that left `location`, which is null where nobody wrote it down."""

    id: Id
    carrier: str
    tracking: str
    tracking_url: str | None
    at: Time
    lines: tuple[Pieces, ...]
    location: str | None


class RefundItem(Struct, frozen=True):
    """Money given back (`done`), about to be (`requested`), or not after all (`refused`); `released` was never taken.

    An order that is captured at shipment gives back nothing for what is taken off it before: it is not charged.
    """

    id: Id
    state: Literal["requested", "done", "refused", "released"]
    amount: Money
    at: Time


class AddressItem(Struct, frozen=True):
    """Where the parcel goes."""

    name: str
    line1: str
    line2: str
    city: str
    postcode: str
    country: str
    region: str


class OrderDetail(Struct, frozen=True, kw_only=True):
    """An order and all that happened to it. `next_action` is null unless its payment waits for something."""

    id: Id
    reference: str
    state: Literal["held", "placed", "part_shipped", "shipped", "cancelled", "declined"]
    placed_at: Time
    email: str
    address: AddressItem
    lines: tuple[OrderLineItem, ...]
    subtotal: Money
    discount: Money
    shipping: Money
    tax: Money
    tax_included: bool
    total: Money
    due: Annotated[Money, Meta(description="What gift cards and store credit did not pay.")]
    refunded: Money
    shipping_method: str
    shipments: tuple[ShipmentItem, ...]
    refunds: tuple[RefundItem, ...]
    next_action: NextAction | None


class NewShipment(Struct, frozen=True, forbid_unknown_fields=True):
    """A parcel. Without `lines` it takes all that waits and is there.

    Without `location` pieces leave from wherever they lie, a parcel a location, and the answer is the first of them.
    """

    lines: Annotated[tuple[Pieces, ...], Meta(max_length=LINES_LIMIT)] = ()
    carrier: Annotated[str, Meta(max_length=64, pattern=NO_CONTROLS, examples=["DHL"])] = ""
    tracking: Annotated[str, Meta(max_length=100, pattern=NO_CONTROLS)] = ""
    location: Annotated[str, Meta(max_length=64, pattern=NO_CONTROLS, examples=["main"])] = ""


class NewRefund(Struct, frozen=True, forbid_unknown_fields=True):
    """Money to give back: for pieces of lines, and of the postage. `restock` puts sent pieces back on the shelf."""

    lines: Annotated[tuple[Pieces, ...], Meta(max_length=LINES_LIMIT)] = ()
    shipping: Money | Amount = 0
    restock: bool = False
    reason: Annotated[str, Meta(max_length=200, pattern=NO_CONTROLS)] = ""


class Cancellation(Struct, frozen=True, forbid_unknown_fields=True):
    """Why an order is called off."""

    reason: Annotated[str, Meta(max_length=200, pattern=NO_CONTROLS)] = ""
