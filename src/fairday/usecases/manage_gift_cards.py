"""Gift cards as the back office sees them: a list, one with all that happened to it, blocked and let go again."""

from msgspec import Struct

from fairday.domain.access import Actor, Change, require
from fairday.domain.pricing import gift_store as gifts
from fairday.domain.pricing.gifts import LAST, GiftBalance, GiftMovement, plain_code
from fairday.kernel.errors import NotFound
from fairday.usecases.issue_gift_card import EDIT
from fairday.usecases.shop import Shop
from fairday.usecases.write_audit import write_audit

VIEW = "gifts.view"
PAGE_LIMIT = 100


class GiftCardView(Struct, frozen=True):
    """A balance and its movements, oldest first."""

    card: GiftBalance
    movements: tuple[GiftMovement, ...]


async def list_gift_cards(
    shop: Shop, actor: Actor, search: str = "", cursor: str = "", limit: int = 50
) -> tuple[list[GiftBalance], str]:
    """Newest first; `search` is a whole code or its last characters. The cursor of the next page, or ""."""
    require(actor.role, VIEW)
    limit = max(1, min(limit, PAGE_LIMIT))
    async with shop.database.read() as reader:
        if len(plain_code(search)) > LAST:
            return list((await gifts.find_cards(reader, [search])).values()), ""
        found = await gifts.page(reader, "card", last4=plain_code(search), before=cursor, limit=limit + 1)
    return found[:limit], found[limit - 1].id if len(found) > limit else ""


async def view_gift_card(shop: Shop, actor: Actor, card_id: str) -> GiftCardView:
    """NotFound when there is none."""
    require(actor.role, VIEW)
    async with shop.database.read() as reader:
        found = await gifts.get_many(reader, [card_id])
        if card_id not in found:
            raise NotFound(what="gift card")
        return GiftCardView(found[card_id], tuple(await gifts.movements_of(reader, card_id)))


async def set_gift_card_active(shop: Shop, actor: Actor, card_id: str, *, active: bool) -> GiftBalance:
    """Block a card, or let it be spent again. What orders hold of it stays theirs."""
    require(actor.role, EDIT)
    async with shop.database.write() as unit:
        if card_id not in await gifts.get_many(unit, [card_id]):
            raise NotFound(what="gift card")
        if await gifts.set_active(unit, card_id, active=active):
            action = "gift.unblocked" if active else "gift.blocked"
            await write_audit(shop, unit, actor, Change(action, "gift", card_id))
        return (await gifts.get_many(unit, [card_id]))[card_id]
