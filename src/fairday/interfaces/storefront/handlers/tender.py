"""How the checkout carries gift cards and store credit: cards sealed in the form, credit as a tick, both asked anew."""

from msgspec import Struct

from fairday.domain.pricing import Quote
from fairday.domain.pricing.errors import GiftRefused
from fairday.domain.pricing.gifts import CODES_AN_ORDER, GiftBalance
from fairday.interfaces.storefront.front import Front, Visit
from fairday.interfaces.storefront.views.buying import GiftLine, GiftPart
from fairday.interfaces.web.forms import Form
from fairday.kernel.errors import TooMany
from fairday.kernel.money import Money
from fairday.usecases.give_store_credit import store_credit
from fairday.usecases.offer_gifts import (
    GiftOffer,
    chosen_balances,
    offer_gifts,
    open_spendable_card,
    seal_cards,
    unseal_cards,
)

SEALED_LENGTH = 2_000
CODE_LENGTH = 80
DROP = "drop-"


class Tender(Struct, frozen=True, kw_only=True):
    """What pays before the card does. `asked`: the form was sent to change this; `problem` is a message id."""

    cards: tuple[str, ...] = ()
    use_credit: bool = False
    asked: bool = False
    typed: str = ""
    problem: str = ""


async def read_tender(front: Front, visit: Visit, form: Form, currency: str) -> Tender:
    """As it was sent, with the card whose code was just typed and without one that was just dropped.

    A code that stands in the form when somebody pays is meant, so it is tried, and what it changes is shown first.
    """
    cards, do = unseal_cards(front.shop, form.text("gifts", SEALED_LENGTH)), form.text("do", 20)
    use_credit, code = form.has("use_credit"), form.text("gift_code", CODE_LENGTH)
    if do.startswith(DROP):
        left = tuple(card for number, card in enumerate(cards) if do != f"{DROP}{number}")
        return Tender(cards=left, use_credit=use_credit, asked=True, typed=code)
    if not code or do == "quote":
        return Tender(cards=cards, use_credit=use_credit, asked=do == "gift", typed=code)
    problem = ""
    try:
        card = await open_spendable_card(front.shop, code, visit.source, currency)
        cards = tuple(dict.fromkeys((*cards, card.id)))
        problem = "gift-too-many" if len(cards) > CODES_AN_ORDER else ""
    except (GiftRefused, TooMany) as no:
        problem = no.message_id
    typed = code if problem else ""
    return Tender(cards=cards[:CODES_AN_ORDER], use_credit=use_credit, asked=True, typed=typed, problem=problem)


def balances_of(visit: Visit, tender: Tender, currency: str) -> tuple[str, ...]:
    """The balances that the order may use."""
    customer_id = visit.customer.id if visit.customer else ""
    return chosen_balances(tender.cards, customer_id, currency, use_credit=tender.use_credit)


async def gift_part(front: Front, visit: Visit, tender: Tender, quote: Quote) -> GiftPart:
    """What the balances pay of this quote, as the page shows it."""
    now_ms = front.shop.clock.now_ms()
    async with front.shop.database.read() as reader:
        offer = await offer_gifts(
            reader, balances_of(visit, tender, quote.currency), quote.total, quote.currency, now_ms
        )
    credit = await store_credit(front.shop, visit.customer.id) if visit.customer else []
    has = sum(one.spendable(quote.currency, now_ms) for one in credit)
    return GiftPart(
        cards=_lines(visit, offer, [one for one in offer.balances if one.kind == "card"], quote.currency),
        paid=_lines(visit, offer, [one for one in offer.balances if _taken(offer, one)], quote.currency),
        sealed=seal_cards(front.shop, [one.id for one in offer.balances if one.kind == "card"]),
        credit=Money(has, quote.currency) if has else None,
        use_credit=tender.use_credit and bool(has),
        due=Money(offer.due, quote.currency),
        full=len(tender.cards) >= CODES_AN_ORDER,
    )


def _lines(visit: Visit, offer: GiftOffer, balances: list[GiftBalance], currency: str) -> tuple[GiftLine, ...]:
    return tuple(GiftLine(_name(visit, one), Money(_taken(offer, one), currency)) for one in balances)


def _taken(offer: GiftOffer, balance: GiftBalance) -> int:
    return sum(use.amount for use in offer.uses if use.balance_id == balance.id)


def _name(visit: Visit, balance: GiftBalance) -> str:
    words = visit.place.words
    return words.text("gift-ending", last=balance.last4) if balance.kind == "card" else words.text("gift-credit")
