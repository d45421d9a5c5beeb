"""Entries and postings, and what each happening of the shop is made of. Debits are positive, credits negative."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from fairday.kernel.ids import derived_id

EntryKind = Literal["sale", "refund", "cost", "stock", "gift", "chargeback", "reversed", "fee", "unclaimed", "returned"]

SALES = "income:sales"
SHIPPING = "income:shipping"
DISCOUNTS = "income:discounts"
REFUNDS = "income:refunds"
TAX = "liability:tax"
FEES = "expense:fees"
COST_OF_GOODS = "expense:cost-of-goods"
STOCK = "asset:stock"
RECEIVED = "equity:stock-received"
GIFT_CARDS = "liability:gift-cards"
STORE_CREDIT = "liability:store-credit"
UNCLAIMED = "liability:unclaimed"
CHARGEBACKS = "expense:chargebacks"
GOODWILL = "expense:goodwill"
CASH = "asset:cash"  # money for gift cards that came in at the desk
EXPIRED_GIFTS = "income:expired-gifts"


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
    """A payment taken apart; all without tax but `tax` itself, `discount` and `fee` as positive numbers.

    `gift` and `credit` are the parts of the whole that a gift card and store credit paid; the provider moved the rest.
    """

    order_id: str
    provider: str
    currency: str
    goods: int
    discount: int
    shipping: int
    tax: int
    fee: int
    gift: int = 0
    credit: int = 0

    @property
    def by_provider(self) -> int:
        """What went through the provider, its fee included."""
        return self.goods - self.discount + self.shipping + self.tax - self.gift - self.credit


class Transfer(Struct, frozen=True, kw_only=True):
    """Money that moved at a provider beside sales and refunds, named by `ref`; `fee` is what it kept beside that."""

    ref: str
    provider: str
    currency: str
    amount: int
    order_id: str = ""
    fee: int = 0


class Grant(Struct, frozen=True, kw_only=True):
    """`amount` put on a gift balance (below zero: taken off), and the account that stands against it.

    `against` is GOODWILL for a present, the provider's account for one that was paid for, another balance for a move.
    """

    ref: str
    currency: str
    amount: int
    order_id: str = ""
    balance: str = GIFT_CARDS
    against: str = GOODWILL


def provider_account(provider: str) -> str:
    """Money at a payment provider, on its way to the bank."""
    return f"asset:provider:{provider}"


def capture_entry(sale: Sale, at_ms: int) -> Entry:
    """Money came in: what it was for, who paid it, and what the provider kept."""
    return _entry("sale", sale.order_id, sale.order_id, at_ms, (
        Posting(provider_account(sale.provider), sale.currency, sale.by_provider - sale.fee),
        Posting(FEES, sale.currency, sale.fee),
        Posting(GIFT_CARDS, sale.currency, sale.gift),
        Posting(STORE_CREDIT, sale.currency, sale.credit),
        Posting(DISCOUNTS, sale.currency, sale.discount),
        Posting(SALES, sale.currency, -sale.goods),
        Posting(SHIPPING, sale.currency, -sale.shipping),
        Posting(TAX, sale.currency, -sale.tax),
    ))  # fmt: skip


def refund_entry(refund_id: str, sale: Sale, at_ms: int) -> Entry:
    """Money went back: `sale` holds the parts that were given back; `fee` what the provider returned of its own."""
    return _entry("refund", refund_id, sale.order_id, at_ms, (
        Posting(REFUNDS, sale.currency, sale.goods - sale.discount),
        Posting(SHIPPING, sale.currency, sale.shipping),
        Posting(TAX, sale.currency, sale.tax),
        Posting(FEES, sale.currency, -sale.fee),
        Posting(GIFT_CARDS, sale.currency, -sale.gift),
        Posting(STORE_CREDIT, sale.currency, -sale.credit),
        Posting(provider_account(sale.provider), sale.currency, sale.fee - sale.by_provider),
    ))  # fmt: skip


def gift_issue_entry(grant: Grant, at_ms: int) -> Entry:
    """A gift balance grew, or shrank: what the shop owes its holder."""
    return _entry("gift", grant.ref, grant.order_id, at_ms, (
        Posting(grant.against, grant.currency, grant.amount), Posting(grant.balance, grant.currency, -grant.amount),
    ))  # fmt: skip


def chargeback_entry(lost: Transfer, at_ms: int) -> Entry:
    """The provider took money back for the shopper's bank, and a fee for the trouble."""
    return _entry("chargeback", lost.ref, lost.order_id, at_ms, _out(lost, CHARGEBACKS))


def chargeback_reversed_entry(won: Transfer, at_ms: int) -> Entry:
    """The bank took the shop's side: the money came again."""
    return _entry("reversed", won.ref, won.order_id, at_ms, _in(won, CHARGEBACKS))


def fee_entry(taken: Transfer, at_ms: int) -> Entry:
    """The provider took `amount` for itself (below zero: gave it back)."""
    return _entry("fee", taken.ref, taken.order_id, at_ms, _out(taken, FEES))


def unclaimed_entry(found: Transfer, at_ms: int) -> Entry:
    """Money came in that no order of ours accounts for: it is owed to whoever sent it."""
    return _entry("unclaimed", found.ref, found.order_id, at_ms, _in(found, UNCLAIMED))


def returned_entry(back: Transfer, at_ms: int) -> Entry:
    """Unclaimed money went back to whoever sent it."""
    return _entry("returned", back.ref, back.order_id, at_ms, _out(back, UNCLAIMED))


def _in(moved: Transfer, against: str) -> tuple[Posting, ...]:
    return (
        Posting(provider_account(moved.provider), moved.currency, moved.amount - moved.fee),
        Posting(FEES, moved.currency, moved.fee),
        Posting(against, moved.currency, -moved.amount),
    )


def _out(moved: Transfer, against: str) -> tuple[Posting, ...]:
    return (
        Posting(provider_account(moved.provider), moved.currency, -moved.amount - moved.fee),
        Posting(FEES, moved.currency, moved.fee),
        Posting(against, moved.currency, moved.amount),
    )


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
