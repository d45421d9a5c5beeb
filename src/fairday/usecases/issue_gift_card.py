"""Make a gift card: a balance, its entry in the books, and a letter with the code, which nothing stores.

Whoever may know the code can have it made again from the card's id and the shop's secret, so a form that is sent twice
makes one card and says the same code twice.
"""

from msgspec import Struct

from fairday.domain.access import Actor, Change, require
from fairday.domain.customers import checked_email
from fairday.domain.ledger import Grant, gift_issue_entry
from fairday.domain.ledger import store as ledger
from fairday.domain.ledger.model import CASH, GOODWILL
from fairday.domain.pricing import gift_store as gifts
from fairday.domain.pricing.errors import GiftInvalid
from fairday.domain.pricing.events import GiftCardIssued
from fairday.domain.pricing.gifts import LAST, GiftBalance, card_code, code_hash, plain_code
from fairday.kernel.events import announce
from fairday.kernel.ids import derived_id
from fairday.kernel.money import LIMIT
from fairday.kernel.unit_of_work import Writer
from fairday.usecases.shop import Shop
from fairday.usecases.write_audit import write_audit

EDIT = "gifts.edit"


class IssueGiftCard(Struct, frozen=True, kw_only=True):
    """A card of `amount` minor units, sent to `email` if there is one; 0 in `expires_ms` means it is good for ever.

    `paid`: somebody gave the shop money for it, outside; otherwise it is a present of the shop. `attempt` names the
    form, so that sending it twice makes one card.
    """

    attempt: str
    amount: int
    currency: str
    paid: bool
    email: str = ""
    language: str = "en"
    expires_ms: int = 0


class IssuedGiftCard(Struct, frozen=True):
    """A card and its code, for the eyes of whoever made it."""

    card: GiftBalance
    code: str


async def issue_gift_card(shop: Shop, actor: Actor, asked: IssueGiftCard) -> IssuedGiftCard:
    """Refuses with GiftInvalid, and Invalid for the mail address."""
    require(actor.role, EDIT)
    now_ms = shop.clock.now_ms()
    email = checked_email(asked.email) if asked.email else ""
    fine = {
        "amount": 0 < asked.amount <= LIMIT,
        "currency": asked.currency in {currency for _, currency in shop.settings.countries},
        "expires_ms": asked.expires_ms == 0 or asked.expires_ms > now_ms,
        "language": asked.language in shop.settings.languages,
        "attempt": bool(asked.attempt),
    }
    wrong = next((field for field, holds in fine.items() if not holds), "")
    if wrong:
        raise GiftInvalid(field=wrong)
    card = new_card(
        shop, derived_id("gift card", asked.attempt), currency=asked.currency, email=email, language=asked.language,
        expires_ms=asked.expires_ms,
    )  # fmt: skip
    async with shop.database.write() as unit:
        if await put_card(unit, card, Grant(
            ref=card.id, currency=card.currency, amount=asked.amount, against=CASH if asked.paid else GOODWILL,
        ), now_ms):  # fmt: skip
            details: dict[str, str | int | bool] = {"amount": asked.amount, "currency": card.currency}
            details |= {"last4": card.last4, "paid": asked.paid}
            await write_audit(shop, unit, actor, Change("gift.issued", "gift", card.id, details))
        card = (await gifts.get_many(unit, [card.id]))[card.id]
    return IssuedGiftCard(card, card_code(shop.settings.secret, card.id))


def new_card(shop: Shop, card_id: str, *, currency: str, email: str, language: str, expires_ms: int) -> GiftBalance:
    """A card without money on it yet."""
    code = card_code(shop.settings.secret, card_id)
    return GiftBalance(
        id=card_id, kind="card", opened_by=code_hash(code), last4=plain_code(code)[-LAST:], customer_id="",
        currency=currency, balance=0, active=1, email=email, language=language, expires_ms=expires_ms,
        created_ms=shop.clock.now_ms(),
    )  # fmt: skip


async def put_card(unit: Writer, card: GiftBalance, grant: Grant, now_ms: int) -> bool:
    """Write the card with its money, once; whether it was new. Its letter is on its way with the unit."""
    if not await gifts.insert_many(unit, [card]):
        return False
    await gifts.issue_many(unit, {card.id: grant.amount}, {card.id: grant.ref}, now_ms)
    await ledger.post(unit, [gift_issue_entry(grant, now_ms)])
    await announce(unit, [GiftCardIssued(subject=card.id)], now_ms)
    return True
