"""Gift cards and store credit through the pages of the back office."""

import re

from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.shop import Shop
from tests.office import Browser, Office
from tests.people import a_customer

FIELDS = {
    "amount": "25,50",
    "currency": "EUR",
    "paid": "1",
    "email": "eve@example.org",
    "language": "de",
    "expires": "",
}


def attempt_of(page: str) -> str:
    found = re.search(r'name="attempt" value="([^"]+)"', page)
    assert found
    return found[1]


async def test_the_code_is_shown_once_and_never_again(office: Office, owner: Browser, shop: Shop) -> None:
    attempt = attempt_of((await owner.get("/gift-cards/new")).text)
    made = await owner.post("/gift-cards/new", {**FIELDS, "attempt": attempt})
    code = re.search(r'class="secret">([0-9A-Z]{4}(?:-[0-9A-Z]{4}){4})<', made.text)
    assert code
    assert "€25.50" in made.text
    assert "no-store" in made.headers["cache-control"]
    page = await owner.get("/gift-cards")
    (card_id,) = re.findall(r"/gift-cards/([0-9a-z]{26})", page.text)
    detail = await owner.get(f"/gift-cards/{card_id}")
    for text in (page.text, detail.text, (await owner.get("/audit")).text):
        assert code[1] not in text
    assert f"ending in {code[1][-4:]}" in detail.text
    assert card_id in (await owner.get("/gift-cards", q=code[1].lower())).text
    assert card_id not in (await owner.get("/gift-cards", q="0000")).text
    again = await owner.post("/gift-cards/new", {**FIELDS, "attempt": attempt})
    assert code[1] in again.text
    assert len(re.findall(r"/gift-cards/[0-9a-z]{26}", (await owner.get("/gift-cards")).text)) == 1
    assert await check_invariants(shop) == []


async def test_what_was_typed_wrong_stands_there_again(owner: Browser) -> None:
    attempt = attempt_of((await owner.get("/gift-cards/new")).text)
    for field, typed, status in (
        ("amount", "0", 422), ("amount", "a lot", 400), ("currency", "XXX", 400), ("email", "nobody", 400),
        ("expires", "2001-01-01T00:00", 422), ("language", "tlh", 422),
    ):  # fmt: skip
        page = await owner.post("/gift-cards/new", {**FIELDS, "attempt": attempt, field: typed})
        assert page.status_code == status, field
        assert f'href="#{field}"' in page.text
        assert attempt_of(page.text) == attempt
    assert "No gift cards here" in (await owner.get("/gift-cards")).text


async def test_a_card_is_blocked_when_that_is_meant_and_let_go(owner: Browser) -> None:
    attempt = attempt_of((await owner.get("/gift-cards/new")).text)
    made = await owner.post("/gift-cards/new", {**FIELDS, "attempt": attempt, "expires": "2031-01-01T00:00"})
    (card_id,) = set(re.findall(r"/gift-cards/([0-9a-z]{26})", made.text))
    answer = await owner.confirm(f"/gift-cards/{card_id}/block")
    assert answer.headers["location"] == f"/backoffice/gift-cards/{card_id}?done=gift-blocked"
    page = await owner.get(f"/gift-cards/{card_id}", done="gift-blocked")
    assert "Nobody can pay with this card now." in page.text
    assert ">Blocked<" in page.text
    await owner.post(f"/gift-cards/{card_id}/unblock")
    assert ">Active<" in (await owner.get(f"/gift-cards/{card_id}")).text


async def test_support_looks_and_does_not_touch(office: Office) -> None:
    support = await office.enter("support")
    page = await support.get("/gift-cards")
    assert "/gift-cards/new" not in page.text
    assert (await support.get("/gift-cards/new")).status_code == 403


async def test_credit_is_given_on_a_customers_page(office: Office, owner: Browser, shop: Shop) -> None:
    ada = await a_customer(shop)
    assert f"/customers/{ada.id}/credit" in (await owner.get(f"/customers/{ada.id}")).text
    page = await owner.get(f"/customers/{ada.id}/credit")
    assert "No store credit yet." in page.text
    fields = {"attempt": attempt_of(page.text), "amount": "7", "currency": "EUR", "reason": "a scratch"}
    for _ in range(2):
        answer = await owner.post(f"/customers/{ada.id}/credit", fields)
        assert answer.headers["location"].endswith("?done=credit-given")
    assert "€7.00 left" in (await owner.get(f"/customers/{ada.id}/credit")).text
    wrong = await owner.post(f"/customers/{ada.id}/credit", {**fields, "amount": ""})
    assert (wrong.status_code, 'href="#amount"' in wrong.text) == (422, True)
    assert (await owner.get("/customers/01hnobody0000000000000000a/credit")).status_code == 404
    support = await office.enter("support")
    assert "attempt" not in (await support.get(f"/customers/{ada.id}/credit")).text
    assert await check_invariants(shop) == []
