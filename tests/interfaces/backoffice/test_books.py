"""The books through the pages: balances, the journal, closing a day and a month, and the providers' records."""

import pytest

from fairday.domain.access import SYSTEM
from fairday.domain.payments import PaymentRequest
from fairday.kernel.clock import DAY_MS, MINUTE_MS, iso
from fairday.kernel.ids import new_id
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.close_period import close_days, last_day_over
from fairday.usecases.shop import Shop
from tests.buying import buy
from tests.office import NOON_MS, Browser, Office

TODAY = iso(NOON_MS)[:10]


async def test_the_balance_of_the_days_asked_for(owner: Browser, shop: Shop) -> None:
    order = (await buy(shop, {"MUG": 1})).order
    page = await owner.get("/books", **{"from": TODAY, "until": TODAY})
    assert page.status_code == 200
    assert "asset:provider:sandbox" in page.text
    assert f"€{order.tax / 100:.2f}" in page.text
    before = await owner.get("/books", **{"from": "2020-01-01", "until": "2020-01-02"})
    assert "Nothing was booked" in before.text


async def test_the_journal_of_a_day_page_by_page(owner: Browser, shop: Shop) -> None:
    orders = [(await buy(shop, {"LAMP": 1})).order.id for _ in range(3)]
    page = await owner.get("/books/journal", day=TODAY)
    assert all(f"/orders/{one}" in page.text for one in orders)
    assert "income:sales" in page.text
    assert page.text.count(">Sale</a>") == 3
    assert "Nothing was booked" in (await owner.get("/books/journal", day="2020-01-01")).text


@pytest.mark.parametrize("day", ["x", "2026-02-30", "0001-01-01", "9999-12-31", "2026-11-20T00:00"])
async def test_what_is_no_day_is_told(owner: Browser, day: str) -> None:
    answer = await owner.get("/books/journal", day=day)
    assert answer.status_code in {200, 400}
    assert (await owner.get("/books", **{"from": day})).status_code == answer.status_code
    assert answer.status_code == 200 or "Write a day" in answer.text


async def test_a_day_is_closed_once_it_is_meant(owner: Browser, shop: Shop) -> None:
    await buy(shop, {"MUG": 1})
    assert 'name="day"' not in (await owner.get("/books/closing")).text, "the day runs still"
    shop.clock.advance(DAY_MS)  # type: ignore[attr-defined]
    await owner.sign_in("owner")
    page = await owner.get("/books/closing")
    assert f'value="{TODAY}"' in page.text
    answer = await owner.confirm("/books/closing/day", {"day": TODAY})
    assert answer.headers["location"] == "/backoffice/books/closing?done=closed"
    page = await owner.get("/books/closing")
    assert f"/books/journal?day={TODAY}" in page.text
    again = await owner.confirm("/books/closing/day", {"day": TODAY})
    assert again.status_code == 409
    assert f"{TODAY} is closed" in again.text
    assert "ledger.day_closed" in (await owner.get("/audit", kind="ledger", subject=TODAY)).text
    assert "Closed with" in (await owner.get("/books/journal", day=TODAY)).text
    assert not await check_invariants(shop)


async def test_a_month_is_closed_when_its_days_are(owner: Browser, shop: Shop) -> None:
    month = TODAY[:7]
    refused = await owner.confirm("/books/closing/month", {"month": month})
    assert refused.status_code == 409
    shop.clock.advance(40 * DAY_MS)  # type: ignore[attr-defined]
    await close_days(shop, SYSTEM, last_day_over(shop))
    await owner.sign_in("owner")
    assert f"Close {month}" in (await owner.get("/books/closing")).text
    assert (await owner.confirm("/books/closing/month", {"month": month})).status_code == 303
    assert "Closed months" in (await owner.get("/books/closing")).text


async def test_what_the_provider_knows_alone_is_listed_and_sent_back(owner: Browser, shop: Shop) -> None:
    request = PaymentRequest(order_id=new_id(), token="tok_ok", amount=5_000, currency="EUR", capture=True)
    await shop.payments["sandbox"].pay(request)
    shop.clock.advance(3 * MINUTE_MS)  # type: ignore[attr-defined]
    assert (await owner.get("/books/reconciliation")).status_code == 200
    await owner.post("/books/reconciliation")
    page = await owner.get("/books/reconciliation")
    assert "Taken there, unknown here" in page.text
    assert "€50.00" in page.text
    answer = await owner.confirm("/books/reconciliation", {"repair": "1"})
    page = await owner.get(answer.headers["location"].removeprefix("/backoffice"))
    assert "sent back" in page.text
    assert not await check_invariants(shop)
    assert "payment.mended" in (await owner.get("/audit")).text


async def test_german(office: Office, shop: Shop) -> None:
    browser = await office.browser(language="de").enter("manager")
    for path, word in (("", "Saldo"), ("/journal", "Soll"), ("/closing", "Abschluss"), ("/reconciliation", "Abgleich")):
        assert word in (await browser.get(f"/books{path}", **({"day": TODAY} if path == "/journal" else {}))).text
