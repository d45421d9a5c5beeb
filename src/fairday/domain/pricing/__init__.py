"""Pricing: what things cost, here and there.

Keeps prices by SKU and currency, which products are listed, tax rates, shipping methods, vouchers and their uses, gift
cards and store credit. Announces PricesChanged, ListingsChanged, RulesChanged, VouchersChanged, GiftCardIssued and
StoreCreditGiven (its use cases do). No products, no stock. SQL is in `store`, the price of a cart in `quote` (pure),
what a new shop starts with in `defaults`; gift balances have `gifts` (pure) and `gift_store`.
"""

from fairday.domain.pricing.model import (
    Price,
    Quote,
    QuoteLine,
    Rules,
    RulesQuery,
    ShippingMethod,
    TaxRate,
    Voucher,
    VoucherUse,
)
from fairday.domain.pricing.quote import delivery_window, estimate_cart, price_cart

__all__ = [
    "Price",
    "Quote",
    "QuoteLine",
    "Rules",
    "RulesQuery",
    "ShippingMethod",
    "TaxRate",
    "Voucher",
    "VoucherUse",
    "delivery_window",
    "estimate_cart",
    "price_cart",
]
