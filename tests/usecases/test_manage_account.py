"""What customers change about themselves, and who must prove what for it."""

import pytest

from fairday.domain.customers import Consent
from fairday.domain.customers import store as customers
from fairday.domain.customers.errors import LinkExpired, WrongCredentials, WrongPassword
from fairday.kernel.clock import DAY_MS, FixedClock
from fairday.kernel.errors import Conflict, Invalid, NotFound, TooMany
from fairday.ports.identity import WeakPassword
from fairday.usecases.manage_account import (
    change_password,
    confirm_email_change,
    rename_customer,
    request_email_change,
    set_consent,
)
from fairday.usecases.sign_in import recognise_customer, sign_in
from tests.engines import NOW_MS
from tests.people import OTHER_PASSWORD, PASSWORD, a_customer, announced, last_token
from tests.shop import open_shop

ADA, NEW = "ada@example.com", "countess@example.com"


@pytest.fixture
async def shop(tmp_path):
    async with open_shop(tmp_path, clock=FixedClock(NOW_MS)) as opened:
        yield opened


@pytest.fixture
async def ada(shop):
    return await a_customer(shop, ADA)


async def test_a_new_password_needs_the_old_one_and_ends_other_sessions(shop, ada):
    after = await change_password(shop, ada.id, PASSWORD, OTHER_PASSWORD)
    assert after.epoch == ada.epoch + 1
    assert await recognise_customer(shop, ada.id, ada.epoch) is None
    assert await recognise_customer(shop, ada.id, after.epoch) == after
    assert await sign_in(shop, ADA, OTHER_PASSWORD) == after
    assert (await announced(shop))[-1] == {"kind": "password_changed", "subject": ada.id}


@pytest.mark.parametrize(
    ("current", "password", "refusal"),
    [
        ("not the one", OTHER_PASSWORD, WrongPassword),
        ("", OTHER_PASSWORD, WrongPassword),
        (PASSWORD, "short", WeakPassword),
    ],
)
async def test_a_refused_password_changes_nothing(shop, ada, current, password, refusal):
    before = await announced(shop)
    with pytest.raises(refusal):
        await change_password(shop, ada.id, current, password)
    assert await sign_in(shop, ADA, PASSWORD) == ada
    assert await announced(shop) == before


async def test_another_customers_password_proves_nothing(shop, ada):
    bob = await a_customer(shop, "bob@example.com", OTHER_PASSWORD)
    with pytest.raises(WrongPassword):
        await change_password(shop, bob.id, PASSWORD, "a third one, then")
    assert await sign_in(shop, "bob@example.com", OTHER_PASSWORD) == bob


async def test_guessing_the_current_password_is_limited(shop, ada):
    with pytest.raises(TooMany):
        for _ in range(11):
            with pytest.raises(WrongPassword):
                await change_password(shop, ada.id, "not the one", OTHER_PASSWORD)


async def test_a_new_address_counts_when_its_letter_was_followed(shop, ada):
    assert await request_email_change(shop, ada.id, PASSWORD, NEW) is None
    assert await sign_in(shop, ADA, PASSWORD) == ada
    token = await last_token(shop, "email_change_requested")
    after = await confirm_email_change(shop, token)
    assert (after.email, after.epoch) == (NEW, ada.epoch + 1)
    assert await sign_in(shop, NEW, PASSWORD) == after
    with pytest.raises(WrongCredentials):
        await sign_in(shop, ADA, PASSWORD)
    with pytest.raises(LinkExpired):
        await confirm_email_change(shop, token)
    last = (await announced(shop))[-1]
    assert (last["kind"], last["subject"]) == ("email_changed", ada.id)
    async with shop.database.read() as reader:
        (request,) = await customers.find_requests(reader, [last["request_id"]])
    assert request.previous_email == ADA  # where the notice goes


async def test_a_taken_address_gets_the_same_answer_and_changes_nothing(shop, ada):
    bob = await a_customer(shop, NEW, OTHER_PASSWORD)
    assert await request_email_change(shop, ada.id, PASSWORD, NEW) is None
    assert (await announced(shop))[-1] == {"kind": "registration_repeated", "subject": bob.id}
    assert await announced(shop, "email_change_requested") == []


async def test_an_address_taken_meanwhile_is_a_conflict(shop, ada):
    await request_email_change(shop, ada.id, PASSWORD, NEW)
    token = await last_token(shop, "email_change_requested")
    bob = await a_customer(shop, NEW, OTHER_PASSWORD)
    with pytest.raises(Conflict):
        await confirm_email_change(shop, token)
    assert await sign_in(shop, ADA, PASSWORD) == ada
    assert await sign_in(shop, NEW, OTHER_PASSWORD) == bob


async def test_a_new_address_needs_the_password(shop, ada):
    with pytest.raises(WrongPassword):
        await request_email_change(shop, ada.id, "not the one", NEW)
    with pytest.raises(Invalid):
        await request_email_change(shop, ada.id, PASSWORD, "nonsense")
    assert await announced(shop, "email_change_requested") == []


@pytest.mark.parametrize("how", ["late", "password", "another"])
async def test_a_letters_link_stops_working(shop, ada, how):
    await request_email_change(shop, ada.id, PASSWORD, NEW)
    token = await last_token(shop, "email_change_requested")
    if how == "late":
        shop.clock.advance(DAY_MS)
    elif how == "password":
        await change_password(shop, ada.id, PASSWORD, OTHER_PASSWORD)
    else:
        await request_email_change(shop, ada.id, PASSWORD, "third@example.com")
    with pytest.raises(LinkExpired):
        await confirm_email_change(shop, token)


async def test_only_case_may_change(shop, ada):
    await request_email_change(shop, ada.id, PASSWORD, "Ada@Example.com")
    after = await confirm_email_change(shop, await last_token(shop, "email_change_requested"))
    assert after.email == "Ada@Example.com"
    assert await sign_in(shop, ADA, PASSWORD) == after


async def test_name_and_language(shop, ada):
    after = await rename_customer(shop, ada.id, " Ada  Lovelace ", "de")
    assert (after.name, after.language) == ("Ada Lovelace", "de")
    for name, language in [("", "en"), ("Ada", "tlh"), ("a" * 121, "en")]:
        with pytest.raises(Invalid):
            await rename_customer(shop, ada.id, name, language)
    with pytest.raises(NotFound):
        await rename_customer(shop, "0" * 26, "Ada", "en")


async def test_consents_keep_the_time_they_were_given(shop, ada):
    await set_consent(shop, ada.id, {"newsletter": True, "analytics": False})
    shop.clock.advance(1_000)
    after = await set_consent(shop, ada.id, {"newsletter": True, "analytics": True})
    assert after.consent["newsletter"] == Consent(given=True, at_ms=NOW_MS)
    assert after.consent["analytics"] == Consent(given=True, at_ms=NOW_MS + 1_000)
    shop.clock.advance(1_000)
    after = await set_consent(shop, ada.id, {"newsletter": False})
    assert after.consent["newsletter"] == Consent(given=False, at_ms=NOW_MS + 2_000)
    assert not after.agrees("newsletter")
    with pytest.raises(Invalid):
        await set_consent(shop, ada.id, {"everything": True})
