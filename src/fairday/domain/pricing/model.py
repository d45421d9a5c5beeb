"""Prices, tax, shipping and vouchers as frozen Structs. Amounts are minor units; rates are parts per million."""

import hashlib
import unicodedata
from typing import Literal

from msgspec import Struct

STANDARD = "standard"  # the tax class of most goods and of postage
CODE_LENGTH = 64

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

    `code` is as `normal_code` leaves it. A percentage with a `currency` is good in that currency only, and `min_total`
    (of goods, before the discount) is in it; 0 in `ends_ms`, `uses_limit` and `customer_limit` means no limit.
    `used` counts orders that hold or kept it; only redeeming and releasing change it.
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


class VoucherUse(Struct, frozen=True):
    """An order holds a voucher; `customer_key` is what the limit per customer counts by."""

    code: str
    order_id: str
    customer_key: str
    at_ms: int


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


class RulesQuery(Struct, frozen=True, kw_only=True):
    """For whom a cart is priced. The code may be as typed; `customer_key` is "" while nobody knows who is buying."""

    currency: str
    country: str
    region: str = ""
    voucher_code: str = ""
    customer_key: str = ""


class Rules(Struct, frozen=True, kw_only=True):
    """Everything the price of a cart depends on, besides the cart: read once, then decided on.

    `voucher_code` is the code that was asked for; `voucher` is None when there is no such voucher.
    """

    currency: str
    country: str
    region: str
    tax_rates: tuple[TaxRate, ...]
    methods: tuple[ShippingMethod, ...]
    voucher_code: str = ""
    voucher: Voucher | None = None
    voucher_uses_by_customer: int = 0
    now_ms: int = 0


class Quote(Struct, frozen=True, kw_only=True):
    """The price of a cart. With `tax_included` the tax is part of subtotal and shipping, otherwise it is added.

    total = subtotal - discount + shipping (+ tax when not included). `tax` covers goods and shipping.
    `method` is "" when nothing is sent. `voucher_code` is the code that was used, "" when none was; then
    `voucher_problem` is a message id if one was asked for.
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


def normal_code(text: str) -> str:
    """A voucher code as it is stored and compared: upper case, no spaces, compatible forms made one."""
    folded = unicodedata.normalize("NFKC", text[: CODE_LENGTH * 4]).upper()
    return "".join(folded.split())[:CODE_LENGTH]


def customer_key(email: str) -> str:
    """What the limit per customer counts by: the address without case and `+tag`, hashed, so none is kept in clear."""
    name, _, host = email.strip().casefold().partition("@")
    return hashlib.sha256(f"{name.partition('+')[0]}@{host}".encode()).hexdigest()
