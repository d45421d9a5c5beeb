"""Prices, tax, shipping and vouchers as frozen Structs. Amounts are minor units; rates are parts per million."""

from typing import Literal

from msgspec import Struct

ListingState = Literal["visible", "hidden"]
VoucherKind = Literal["percent", "amount"]


class Price(Struct, frozen=True):
    """What a SKU costs in a currency; `compare_at` is what it cost before, if it is on offer."""

    sku: str
    currency: str
    amount: int
    compare_at: int | None = None


class TaxRate(Struct, frozen=True):
    """Tax on a class of goods in a country (and region, or "" for all of it). `included`: prices contain it."""

    country: str
    region: str
    tax_class: str
    rate_ppm: int
    included: int


class ShippingMethod(Struct, frozen=True, kw_only=True):
    """A way of sending to a zone of countries, for parcels within a weight and a goods total (both inclusive)."""

    id: str
    method: str
    names: dict[str, str]
    countries: tuple[str, ...]
    currency: str
    amount: int
    min_weight_g: int = 0
    max_weight_g: int = 2**31 - 1
    min_total: int = 0
    max_total: int = 2**53
    min_days: int = 1
    max_days: int = 5


class Voucher(Struct, frozen=True, kw_only=True):
    """A code that lowers the price of goods: `percent_ppm` of them, or `amount` of `currency`.

    `uses_limit` and `customer_limit` of 0 mean no limit; `used` counts orders that hold or kept it.
    """

    code: str
    kind: VoucherKind
    percent_ppm: int = 0
    amount: int = 0
    currency: str = ""
    min_total: int = 0
    starts_ms: int = 0
    ends_ms: int = 0
    uses_limit: int = 0
    customer_limit: int = 0
    used: int = 0
    active: int = 1


class QuoteLine(Struct, frozen=True, kw_only=True):
    """What is asked: so many of a SKU at a unit price, of a tax class and weight."""

    sku: str
    quantity: int
    unit_amount: int
    tax_class: str = "standard"
    weight_g: int = 0


class PricedLine(Struct, frozen=True, kw_only=True):
    """A line with its share of everything. `total` is what the shopper pays for it: goods less discount, with tax."""

    sku: str
    quantity: int
    unit_amount: int
    goods: int
    discount: int
    tax: int
    tax_rate_ppm: int
    total: int


class ShippingOffer(Struct, frozen=True, kw_only=True):
    """A way of sending this cart: what it costs (in the quote's currency) and how many days it takes."""

    method: str
    names: dict[str, str]
    amount: int
    min_days: int
    max_days: int


class Rules(Struct, frozen=True, kw_only=True):
    """Everything the price of a cart depends on, besides the cart: read once, then decided on."""

    currency: str
    country: str
    region: str
    tax_rates: tuple[TaxRate, ...]
    methods: tuple[ShippingMethod, ...]
    voucher: Voucher | None = None
    voucher_uses_by_customer: int = 0
    now_ms: int = 0


class Quote(Struct, frozen=True, kw_only=True):
    """The price of a cart. With `tax_included` the tax is part of subtotal and shipping, otherwise it is added.

    total = subtotal - discount + shipping (+ tax when not included). `tax` covers goods and shipping.
    `voucher_problem` is a message id when the code could not be used; "" when it was, or there is none.
    """

    currency: str
    lines: tuple[PricedLine, ...]
    subtotal: int
    discount: int
    shipping: int
    shipping_tax: int
    shipping_tax_rate_ppm: int
    tax: int
    tax_included: bool
    total: int
    methods: tuple[ShippingOffer, ...]
    method: str
    voucher_code: str = ""
    voucher_problem: str = ""
