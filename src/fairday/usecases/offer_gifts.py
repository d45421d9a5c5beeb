"""Gift cards and store credit before a purchase: who may use which, what they pay of a total, and what is left to pay.

A code is typed once. From then on the balance's id stands for it, sealed where others can see it.
"""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from fairday.domain.pricing import gift_store as gifts
from fairday.domain.pricing.errors import GiftRefused
from fairday.domain.pricing.gifts import CODES_AN_ORDER, GiftBalance, GiftUse, cover, credit_id
from fairday.kernel.clock import MINUTE_MS
from fairday.kernel.sealing import seal, unseal
from fairday.kernel.unit_of_work import Reader
from fairday.usecases.limit_tries import Limit, limit_tries
from fairday.usecases.shop import Shop

TRIES_BY_SOURCE = Limit("gift-code/source", 30, 5 * MINUTE_MS)
_PURPOSE = "gift cards at checkout"


class GiftOffer(Struct, frozen=True):
    """What balances pay of a total in its currency, in their order; `due` is left for another means of payment."""

    uses: tuple[GiftUse, ...]
    balances: tuple[GiftBalance, ...]
    due: int

    @property
    def paid(self) -> int:
        """All that the balances pay."""
        return sum(use.amount for use in self.uses)


async def open_gift_card(shop: Shop, code: str, source: str) -> GiftBalance:
    """The card that a code opens, whatever is left of it.

    GiftRefused when there is none, or it is blocked or over; TooMany after many tries.
    """
    await limit_tries(shop, TRIES_BY_SOURCE, source)
    async with shop.database.read() as reader:
        found = await gifts.find_cards(reader, [code])
    if code not in found or not found[code].is_good(shop.clock.now_ms()):
        raise GiftRefused
    return found[code]


async def open_spendable_card(shop: Shop, code: str, source: str, currency: str) -> GiftBalance:
    """The same, but GiftRefused also when nothing of it can be spent in this currency now."""
    card = await open_gift_card(shop, code, source)
    if not card.spendable(currency, shop.clock.now_ms()):
        raise GiftRefused(last4=card.last4)
    return card


async def cards_of(shop: Shop, codes: Sequence[str], source: str) -> tuple[str, ...]:
    """The ids of the cards that these codes open, whatever they are good for now, so that a command can be repeated.

    GiftRefused when one opens nothing; TooMany after many that did not.
    """
    if not codes:
        return ()
    async with shop.database.read() as reader:
        found = await gifts.find_cards(reader, codes)
    if len(found) < len(set(codes)):
        await limit_tries(shop, TRIES_BY_SOURCE, source)
        raise GiftRefused
    return tuple(found[code].id for code in codes)


def chosen_balances(card_ids: Sequence[str], customer_id: str, currency: str, *, use_credit: bool) -> tuple[str, ...]:
    """The balances a purchase may use, in order: cards first, as they may expire, then the customer's credit."""
    credit = (credit_id(customer_id, currency),) if use_credit and customer_id else ()
    return (*card_ids[:CODES_AN_ORDER], *credit)


async def offer_gifts(reader: Reader, balance_ids: Sequence[str], total: int, currency: str, now_ms: int) -> GiftOffer:
    """What these balances pay of `total` now. It is a look: whoever takes it asks again."""
    found = await gifts.get_many(reader, balance_ids)
    balances = tuple(found[id_] for id_ in dict.fromkeys(balance_ids) if id_ in found)
    uses = tuple(cover(total, balances, now_ms, currency))
    return GiftOffer(uses, balances, total - sum(use.amount for use in uses))


def seal_cards(shop: Shop, card_ids: Sequence[str]) -> str:
    """Cards whose codes were shown, as text that a form can carry; "" for none."""
    return seal(shop.settings.secret, _PURPOSE, msgspec.json.encode(list(card_ids))) if card_ids else ""


def unseal_cards(shop: Shop, text: str) -> tuple[str, ...]:
    """The cards in such a text; none when it is not one of ours."""
    plain = unseal(shop.settings.secret, _PURPOSE, text)
    return msgspec.json.decode(plain, type=tuple[str, ...])[:CODES_AN_ORDER] if plain else ()
