"""Gift cards by the API: what is left on one. Paying with them is part of placing an order."""

from fairday.domain.pricing.errors import GiftRefused
from fairday.interfaces.api.operation import Answer, Call, Operation
from fairday.interfaces.api.shapes import GiftCardItem, GiftCode, Money
from fairday.kernel.clock import iso
from fairday.usecases.offer_gifts import open_gift_card


async def balance(call: Call) -> Answer:
    """What a code is worth now."""
    body: GiftCode = call.body
    card = await open_gift_card(call.shop, body.code, call.caller.source)
    expires_at = iso(card.expires_ms) if card.expires_ms else None
    return Answer(GiftCardItem(last4=card.last4, balance=Money(card.balance, card.currency), expires_at=expires_at))


GIFTS = (
    Operation(
        method="POST", path="/gift-cards/balance", name="getGiftCardBalance", act=balance, body=GiftCode,
        summary="What is left on a gift card", answers={200: GiftCardItem}, refusals=(GiftRefused,),
        example={"code": "7Q2M-4F8K-0X9T-B3WD-H6RN"},
        description="A code that opens nothing, a blocked card and one that is over are refused alike. After thirty "
        "codes in five minutes from one address no more are heard.",
    ),
)  # fmt: skip
