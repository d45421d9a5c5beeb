"""Gift cards and store credit: money that was paid before, and the pure decisions of who may spend how much of it.

A gift card is opened by its code, store credit by its customer; otherwise they are the same thing, a balance in one
currency. SQL is in `gift_store`.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from fairday.kernel.clock import DAY_MS
from fairday.kernel.ids import derived_id, token_hash
from fairday.kernel.sealing import derive_key

# Twenty characters of thirty-two are 100 bits, without those that look like one another.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_CHARACTERS = 20
GROUP = 4
LAST = 4
CODES_AN_ORDER = 5
GRACE_MS = 90 * DAY_MS  # how long money that came back can be spent at least
_PURPOSE = "gift card"
_LOOK_ALIKE = str.maketrans("OIL", "011")

GiftKind = Literal["card", "credit"]
GiftMovementKind = Literal["issue", "redeem", "release", "refund", "expire"]


class GiftBalance(Struct, frozen=True, kw_only=True):
    """What is left of a gift card or of a customer's store credit, in minor units of one currency.

    `opened_by` is the hash of a card's code, or the balance's own id, which no code has as its hash. `expires_ms` 0
    means never; whoever blocks it sets `active` to 0. A card with an `email` is sent there.
    """

    id: str
    kind: GiftKind
    opened_by: str
    last4: str
    customer_id: str
    currency: str
    balance: int
    active: int
    email: str
    language: str
    expires_ms: int
    created_ms: int

    def is_good(self, now_ms: int) -> bool:
        """Neither blocked nor over."""
        return bool(self.active) and not 0 < self.expires_ms <= now_ms

    def spendable(self, currency: str, now_ms: int) -> int:
        """How much of it may be spent in this currency now."""
        return max(self.balance, 0) if self.currency == currency and self.is_good(now_ms) else 0


class GiftMovement(Struct, frozen=True, kw_only=True):
    """A change of a balance, signed; `ref` names what caused it, `order_id` the order it is about, if any."""

    id: str
    balance_id: str
    kind: GiftMovementKind
    amount: int
    order_id: str
    ref: str
    at_ms: int


class GiftUse(Struct, frozen=True):
    """An order wants `amount` of a balance."""

    order_id: str
    balance_id: str
    currency: str
    amount: int


class GiftPlan(Struct, frozen=True):
    """What is taken of which balance for whom, and which orders got nothing."""

    taken: tuple[GiftUse, ...]
    refused: frozenset[str]


def cover(total: int, balances: Iterable[GiftBalance], now_ms: int, currency: str) -> list[GiftUse]:
    """How these balances, in this order, pay as much of `total` as they can; those that add nothing are left out."""
    uses, left = [], total
    for balance in {balance.id: balance for balance in balances}.values():
        amount = min(left, balance.spendable(currency, now_ms))
        if amount > 0:
            uses.append(GiftUse("", balance.id, currency, amount))
            left -= amount
    return uses


def plan_uses(uses: Sequence[GiftUse], balances: Sequence[GiftBalance], now_ms: int) -> GiftPlan:
    """First come, first served; an order gets all it wants of every balance, or nothing."""
    known = {balance.id: balance for balance in balances}
    spent: dict[str, int] = {}
    taken: list[GiftUse] = []
    refused = set()
    for order_id, wanted in _by_order(uses).items():
        if all(_left(known, spent, use, now_ms) >= use.amount > 0 for use in wanted):
            taken.extend(wanted)
            for use in wanted:
                spent[use.balance_id] = spent.get(use.balance_id, 0) + use.amount
        else:
            refused.add(order_id)
    return GiftPlan(tuple(taken), frozenset(refused))


def plan_return(amount: int, movements: Iterable[GiftMovement]) -> dict[str, int]:
    """Where `amount` goes back to, of what the movements of one order took: the balance that came last is filled first.

    By balance id; whatever the order did not pay with balances is left over and not in it.
    """
    owed: dict[str, int] = {}
    for movement in movements:
        owed[movement.balance_id] = owed.get(movement.balance_id, 0) - movement.amount
    back: dict[str, int] = {}
    for balance_id, most in reversed(owed.items()):
        part = min(amount, most)
        if part > 0:
            back[balance_id] = part
            amount -= part
    return back


def card_code(secret: bytes, card_id: str) -> str:
    """The code of a card, made from the shop's secret, so that a letter can say it and nothing has to store it."""
    number = int.from_bytes(hmac.digest(derive_key(secret, _PURPOSE), card_id.encode(), hashlib.sha256), "big")
    characters = [ALPHABET[number >> 5 * place & 31] for place in range(CODE_CHARACTERS)]
    return shown_code("".join(characters))


def shown_code(code: str) -> str:
    """A code in groups, as it is printed."""
    plain = plain_code(code)
    return "-".join(plain[start : start + GROUP] for start in range(0, len(plain), GROUP))


def plain_code(typed: str) -> str:
    """A code as it is compared, however it was typed: upper case, without spaces and dashes, O as 0, I and L as 1."""
    folded = unicodedata.normalize("NFKC", typed[: CODE_CHARACTERS * 4]).upper().translate(_LOOK_ALIKE)
    return "".join(character for character in folded if character.isalnum())[: CODE_CHARACTERS + 1]


def code_hash(typed: str) -> str:
    """What is stored of a code, and looked for."""
    return token_hash(plain_code(typed))


def credit_id(customer_id: str, currency: str) -> str:
    """The one balance of store credit that a customer has in a currency."""
    return derived_id("store credit", customer_id, currency)


def movement_id(kind: GiftMovementKind, ref: str, balance_id: str) -> str:
    """The same for the same happening, so that no balance moves twice for it."""
    return derived_id("gift", kind, ref, balance_id)


def _by_order(uses: Iterable[GiftUse]) -> dict[str, list[GiftUse]]:
    """What each order wants, one use a balance."""
    found: dict[str, dict[str, GiftUse]] = {}
    for use in uses:
        wanted = found.setdefault(use.order_id, {})
        earlier = wanted.get(use.balance_id)
        wanted[use.balance_id] = replace(use, amount=use.amount + earlier.amount) if earlier else use
    return {order_id: list(wanted.values()) for order_id, wanted in found.items()}


def _left(known: Mapping[str, GiftBalance], spent: Mapping[str, int], use: GiftUse, now_ms: int) -> int:
    balance = known.get(use.balance_id)
    return balance.spendable(use.currency, now_ms) - spent.get(use.balance_id, 0) if balance else 0
