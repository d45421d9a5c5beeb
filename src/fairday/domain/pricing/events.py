"""What pricing announces. Use cases do it, in the unit of work that made it true."""

from typing import ClassVar

from fairday.kernel.events import Event


class PricesChanged(Event, frozen=True, kw_only=True):
    """Prices of these SKUs were written or removed. `subject` is the first of them."""

    kind: ClassVar[str] = "prices_changed"

    skus: tuple[str, ...]


class ListingsChanged(Event, frozen=True, kw_only=True):
    """These products were shown or hidden. `subject` is the first of them."""

    kind: ClassVar[str] = "listings_changed"

    product_ids: tuple[str, ...]


class RulesChanged(Event, frozen=True, kw_only=True):
    """Tax rates or shipping methods were written; `subject` is `rules`."""

    kind: ClassVar[str] = "rules_changed"


class VouchersChanged(Event, frozen=True, kw_only=True):
    """Vouchers were written or removed; `subject` is the first of their codes."""

    kind: ClassVar[str] = "vouchers_changed"

    codes: tuple[str, ...]


class GiftCardIssued(Event, frozen=True, kw_only=True):
    """A gift card was made; `subject` is its id. Its code is not said: whoever may know it can make it again."""

    kind: ClassVar[str] = "gift_card_issued"


class StoreCreditGiven(Event, frozen=True, kw_only=True):
    """A customer was given store credit; `subject` is the balance, `movement_id` says how much."""

    kind: ClassVar[str] = "store_credit_given"

    movement_id: str
