"""Gift cards by the API."""

from fairday.domain.access import SYSTEM
from fairday.usecases.issue_gift_card import IssuedGiftCard, IssueGiftCard, issue_gift_card
from fairday.usecases.manage_gift_cards import set_gift_card_active
from fairday.usecases.offer_gifts import TRIES_BY_SOURCE
from tests.calling import open_caller


async def a_card(shop, amount: int = 5_000, currency: str = "EUR", attempt: str = "one") -> IssuedGiftCard:
    asked = IssueGiftCard(attempt=attempt, amount=amount, currency=currency, paid=True)
    return await issue_gift_card(shop, SYSTEM, asked)


async def test_a_code_tells_what_is_left(api, shop):
    issued = await a_card(shop)
    answer = await api.post("/gift-cards/balance", {"code": issued.code.lower().replace("-", "")})
    assert answer.json() == {
        "last4": issued.card.last4, "balance": {"amount": 5_000, "currency": "EUR"}, "expires_at": None,
    }  # fmt: skip
    assert answer.headers["cache-control"] == "no-store"
    await set_gift_card_active(shop, SYSTEM, issued.card.id, active=False)
    for code in (issued.code, "0000-0000-0000-0000-0000"):
        answer = await api.post("/gift-cards/balance", {"code": code})
        assert (answer.status_code, answer.json()["code"]) == (409, "gift_refused")


async def test_codes_are_not_tried_for_ever(shop):
    issued = await a_card(shop)
    async with open_caller(shop, source="10.0.0.9") as stranger:
        for _ in range(TRIES_BY_SOURCE.most):
            assert (await stranger.post("/gift-cards/balance", {"code": "wrong"})).status_code == 409
        assert (await stranger.post("/gift-cards/balance", {"code": issued.code})).status_code == 429
    async with open_caller(shop, source="10.0.0.10") as another:
        assert (await another.post("/gift-cards/balance", {"code": issued.code})).status_code == 200
