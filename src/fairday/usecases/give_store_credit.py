"""Give a customer store credit: money that only they can spend, here."""

from msgspec import Struct

from fairday.domain.access import Actor, Change, require
from fairday.domain.customers import store as customers
from fairday.domain.ledger import Grant, gift_issue_entry
from fairday.domain.ledger import store as ledger
from fairday.domain.ledger.model import STORE_CREDIT
from fairday.domain.pricing import gift_store as gifts
from fairday.domain.pricing.errors import GiftInvalid
from fairday.domain.pricing.events import StoreCreditGiven
from fairday.domain.pricing.gifts import GiftBalance, credit_id, movement_id
from fairday.kernel.errors import NotFound
from fairday.kernel.events import announce
from fairday.kernel.ids import derived_id
from fairday.kernel.money import LIMIT
from fairday.usecases.issue_gift_card import EDIT
from fairday.usecases.shop import Shop
from fairday.usecases.write_audit import write_audit

REASON_LENGTH = 200


class GiveStoreCredit(Struct, frozen=True, kw_only=True):
    """`amount` minor units for a customer, and why. `attempt` names the form: sent twice, it gives once."""

    attempt: str
    customer_id: str
    amount: int
    currency: str
    reason: str = ""


async def give_store_credit(shop: Shop, actor: Actor, asked: GiveStoreCredit) -> GiftBalance:
    """The customer's balance afterwards. Refuses with NotFound, GiftInvalid."""
    require(actor.role, EDIT)
    fine = {
        "amount": 0 < asked.amount <= LIMIT,
        "currency": asked.currency in {currency for _, currency in shop.settings.countries},
        "reason": len(asked.reason) <= REASON_LENGTH,
        "attempt": bool(asked.attempt),
    }
    wrong = next((field for field, holds in fine.items() if not holds), "")
    if wrong:
        raise GiftInvalid(field=wrong)
    now_ms, ref = shop.clock.now_ms(), derived_id("store credit", asked.attempt)
    credit = GiftBalance(
        id=credit_id(asked.customer_id, asked.currency), kind="credit",
        opened_by=credit_id(asked.customer_id, asked.currency), last4="", customer_id=asked.customer_id,
        currency=asked.currency, balance=0, active=1, email="", language="", expires_ms=0, created_ms=now_ms,
    )  # fmt: skip
    async with shop.database.write() as unit:
        if await customers.find(unit, asked.customer_id) is None:
            raise NotFound(what="customer")
        await gifts.insert_many(unit, [credit])
        if await gifts.issue_many(unit, {credit.id: asked.amount}, {credit.id: ref}, now_ms):
            grant = Grant(ref=ref, currency=credit.currency, amount=asked.amount, balance=STORE_CREDIT)
            await ledger.post(unit, [gift_issue_entry(grant, now_ms)])
            given = StoreCreditGiven(subject=credit.id, movement_id=movement_id("issue", ref, credit.id))
            await announce(unit, [given], now_ms)
            details: dict[str, str | int | bool] = {"amount": asked.amount, "currency": credit.currency}
            details["reason"] = asked.reason
            await write_audit(shop, unit, actor, Change("credit.given", "customer", asked.customer_id, details))
        return (await gifts.get_many(unit, [credit.id]))[credit.id]


async def store_credit(shop: Shop, customer_id: str) -> list[GiftBalance]:
    """What a customer has, by currency. Whoever asks has shown that they may see it."""
    async with shop.database.read() as reader:
        return await gifts.credit_of(reader, customer_id)
