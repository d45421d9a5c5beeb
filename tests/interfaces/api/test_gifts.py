"""Gift cards by the API."""

from fairday.domain.access import SYSTEM
from fairday.usecases.check_invariants import check_invariants
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


async def test_codes_pay_first_and_the_rest_is_charged(api, shop):
    issued = await a_card(shop, 1_000)
    cart = await api.cart({"MUG": 1})
    due = {"amount": cart["total"]["amount"] - 1_000, "currency": "EUR"}
    body = api.order(cart, gift_codes=[issued.code], expected_due=due)
    placed = (await api.post("/orders", body, token=cart["token"], key="k1")).json()
    assert (placed["state"], placed["total"]) == ("placed", cart["total"])
    shown = (await api.get(f"/orders/{placed['id']}", token=placed["token"])).json()
    assert shown["due"] == due
    (line,) = [line for line in await shop.payments["sandbox"].record() if line.kind == "capture"]
    assert line.amount == due["amount"]
    again = await api.post("/orders", body, token=cart["token"], key="k1")
    assert (again.json(), again.headers["idempotent-replayed"]) == (placed, "true"), "though the card is empty now"
    assert not await check_invariants(shop)


async def test_a_card_may_pay_everything(api, shop):
    issued = await a_card(shop)
    cart = await api.cart({"MUG": 1})
    body = api.order(cart, gift_codes=[issued.code], expected_due=0)
    assert (await api.post("/orders", body, token=cart["token"], key="k1")).status_code == 201
    assert await shop.payments["sandbox"].record() == []


async def test_another_rest_is_told_and_nothing_taken(api, shop):
    issued = await a_card(shop, 1_000)
    cart = await api.cart({"MUG": 1})
    body = api.order(cart, gift_codes=[issued.code], expected_due=0)
    answer = await api.post("/orders", body, token=cart["token"], key="k1")
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "stale_total")
    assert problem["due"] == {"amount": cart["total"]["amount"] - 1_000, "currency": "EUR"}
    answer = await api.post("/gift-cards/balance", {"code": issued.code})
    assert answer.json()["balance"]["amount"] == 1_000


async def test_what_is_wrong_with_codes(api, shop):
    cart = await api.cart({"MUG": 1})
    total = cart["total"]["amount"]
    for number, (fields, status, code) in enumerate((
        ({"gift_codes": ["0000-0000-0000-0000-0000"], "expected_due": total}, 409, "gift_refused"),
        ({"gift_codes": ["x"]}, 400, "invalid"),
        ({"gift_codes": ["x"] * 6, "expected_due": total}, 400, "invalid"),
        ({"expected_due": total - 1}, 409, "stale_total"),
        ({"expected_due": {"amount": total, "currency": "USD"}}, 400, "invalid"),
    )):  # fmt: skip
        answer = await api.post("/orders", api.order(cart, **fields), token=cart["token"], key=f"k{number}")
        assert (answer.status_code, answer.json()["code"]) == (status, code), fields
    assert await shop.payments["sandbox"].record() == []
