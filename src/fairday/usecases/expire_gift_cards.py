"""The sweep of gift cards: what is left on a card whose time is over belongs to the shop, and the books say so."""

from fairday.domain.access import SYSTEM, Change
from fairday.domain.ledger import Grant, gift_issue_entry
from fairday.domain.ledger import store as ledger
from fairday.domain.ledger.model import EXPIRED_GIFTS, GIFT_CARDS, STORE_CREDIT
from fairday.domain.pricing import gift_store as gifts
from fairday.usecases.shop import Shop
from fairday.usecases.write_audit import write_audit

BATCH = 500


async def expire_gift_cards(shop: Shop) -> int:
    """How many balances came to an end; at most 500 at a time."""
    now_ms = shop.clock.now_ms()
    async with shop.database.read() as reader:
        due = {balance.id: balance for balance in await gifts.expired(reader, now_ms, BATCH)}
    if not due:
        return 0
    async with shop.database.write() as unit:
        gone = await gifts.expire_many(unit, sorted(due), now_ms)
        await ledger.post(unit, [
            gift_issue_entry(
                Grant(
                    ref=move.id, currency=due[move.balance_id].currency, amount=move.amount, against=EXPIRED_GIFTS,
                    balance=GIFT_CARDS if due[move.balance_id].kind == "card" else STORE_CREDIT,
                ),
                now_ms,
            )
            for move in gone
        ])  # fmt: skip
        if gone:
            changes = [Change("gift.expired", "gift", move.balance_id, {"amount": -move.amount}) for move in gone]
            await write_audit(shop, unit, SYSTEM, *changes)
    return len(gone)
