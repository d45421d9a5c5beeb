"""Entries and postings, and what each happening of the shop is made of. Debits are positive, credits negative."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from fairday.kernel.ids import derived_id

EntryKind = Literal["sale", "refund", "cost", "stock"]

SALES = "income:sales"
SHIPPING = "income:shipping"
DISCOUNTS = "income:discounts"
REFUNDS = "income:refunds"
TAX = "liability:tax"
FEES = "expense:fees"
COST_OF_GOODS = "expense:cost-of-goods"
STOCK = "asset:stock"
RECEIVED = "equity:stock-received"


class Posting(Struct, frozen=True):
    """Minor units of a currency on an account."""

    account: str
    currency: str
    amount: int


class Entry(Struct, frozen=True):
    """Postings that sum to zero in every currency, about one happening named by `kind` and `ref`."""

    kind: EntryKind
    ref: str
    order_id: str
    at_ms: int
    postings: tuple[Posting, ...]

    @property
    def id(self) -> str:
        """The same for the same happening, so the books cannot hold it twice."""
        return derived_id("entry", self.kind, self.ref)


class Sale(Struct, frozen=True, kw_only=True):
    """A captured payment taken apart; all without tax but `tax` itself, `discount` and `fee` as positive numbers."""

    order_id: str
    provider: str
    currency: str
    goods: int
    discount: int
    shipping: int
    tax: int
    fee: int


def provider_account(provider: str) -> str:
    """Money at a payment provider, on its way to the bank."""
    return f"asset:provider:{provider}"


def capture_entry(sale: Sale, at_ms: int) -> Entry:
    """Money came in: what it was for, and what the provider kept."""
    gross = sale.goods - sale.discount + sale.shipping + sale.tax
    return _entry("sale", sale.order_id, sale.order_id, at_ms, (
        Posting(provider_account(sale.provider), sale.currency, gross - sale.fee),
        Posting(FEES, sale.currency, sale.fee),
        Posting(DISCOUNTS, sale.currency, sale.discount),
        Posting(SALES, sale.currency, -sale.goods),
        Posting(SHIPPING, sale.currency, -sale.shipping),
        Posting(TAX, sale.currency, -sale.tax),
    ))  # fmt: skip


def refund_entry(refund_id: str, sale: Sale, at_ms: int) -> Entry:
    """Money went back: `sale` holds the parts that were given back; `fee` what the provider returned of its own."""
    gross = sale.goods - sale.discount + sale.shipping + sale.tax
    return _entry("refund", refund_id, sale.order_id, at_ms, (
        Posting(REFUNDS, sale.currency, sale.goods - sale.discount),
        Posting(SHIPPING, sale.currency, sale.shipping),
        Posting(TAX, sale.currency, sale.tax),
        Posting(FEES, sale.currency, -sale.fee),
        Posting(provider_account(sale.provider), sale.currency, sale.fee - gross),
    ))  # fmt: skip


def cost_entry(ref: str, order_id: str, currency: str, cost: int, at_ms: int) -> Entry:
    """Goods left the shelf (`cost` above zero) or came back to it (below), at what they cost."""
    return _entry(
        "cost", ref, order_id, at_ms, (Posting(COST_OF_GOODS, currency, cost), Posting(STOCK, currency, -cost))
    )


def stock_entry(ref: str, currency: str, worth: int, at_ms: int) -> Entry:
    """The shelves were counted: their value changed by `worth`."""
    return _entry("stock", ref, "", at_ms, (Posting(STOCK, currency, worth), Posting(RECEIVED, currency, -worth)))


def _entry(kind: EntryKind, ref: str, order_id: str, at_ms: int, postings: Iterable[Posting]) -> Entry:
    kept = tuple(posting for posting in postings if posting.amount)
    sums: dict[str, int] = {}
    for posting in kept:
        sums[posting.currency] = sums.get(posting.currency, 0) + posting.amount
    if any(sums.values()):
        message = f"{kind} {ref} does not balance: {sums}"
        raise AssertionError(message)
    return Entry(kind, ref, order_id, at_ms, kept)
