"""A forgotten password: asked for alike by everybody, a link that works once for an hour, and sessions that end."""

import asyncio

import pytest

from fairday.domain.customers.errors import LinkExpired, WrongCredentials
from fairday.kernel.clock import HOUR_MS, FixedClock
from fairday.kernel.errors import Busy, Invalid, TooMany
from fairday.ports.identity import WeakPassword
from fairday.usecases.issue_account_link import account_link_token
from fairday.usecases.register_customer import confirm_registration
from fairday.usecases.reset_password import check_reset, request_reset, reset_password
from fairday.usecases.sign_in import recognise_customer, sign_in
from tests.engines import NOW_MS
from tests.people import OTHER_PASSWORD, PASSWORD, a_customer, announced, last_token
from tests.shop import open_shop

ADA = "ada@example.com"
RESET = "password_reset_requested"


@pytest.fixture
async def shop(tmp_path):
    async with open_shop(tmp_path, clock=FixedClock(NOW_MS)) as opened:
        yield opened


async def rows(shop, sql):
    return shop.database._writer.execute(sql).fetchall()


async def test_the_link_sets_the_password_and_ends_every_session(shop):
    ada = await a_customer(shop, ADA)
    assert await request_reset(shop, "ADA@example.com") is None
    token = await last_token(shop, RESET)
    await check_reset(shop, token)
    changed = await reset_password(shop, token, OTHER_PASSWORD)
    assert changed.id == ada.id
    assert await recognise_customer(shop, ada.id, ada.epoch) is None
    assert await sign_in(shop, ADA, OTHER_PASSWORD) == changed
    with pytest.raises(WrongCredentials):
        await sign_in(shop, ADA, PASSWORD)
    assert (await announced(shop))[-1] == {"kind": "password_changed", "subject": ada.id}


async def test_a_session_begun_with_the_old_password_meanwhile_is_over_too(shop):
    await a_customer(shop, ADA)
    await request_reset(shop, ADA)
    change, meanwhile = shop.identity.change, []

    async def sign_in_first(*arguments, **named):
        meanwhile.append(await sign_in(shop, ADA, PASSWORD))
        await change(*arguments, **named)

    shop.identity.change = sign_in_first
    await reset_password(shop, await last_token(shop, RESET), OTHER_PASSWORD)
    (old,) = meanwhile
    assert await recognise_customer(shop, old.id, old.epoch) is None


async def test_the_link_works_once(shop):
    await a_customer(shop, ADA)
    await request_reset(shop, ADA)
    token = await last_token(shop, RESET)
    await reset_password(shop, token, OTHER_PASSWORD)
    for again in (reset_password(shop, token, "a third one, then"), check_reset(shop, token)):
        with pytest.raises(LinkExpired):
            await again
    assert (await sign_in(shop, ADA, OTHER_PASSWORD)).email == ADA


async def test_of_many_uses_at_once_one_counts(shop):
    await a_customer(shop, ADA)
    await request_reset(shop, ADA)
    token = await last_token(shop, RESET)
    passwords = [f"herons number {number}" for number in range(5)]
    answers = await asyncio.gather(
        *(reset_password(shop, token, password) for password in passwords), return_exceptions=True
    )
    pairs = zip(passwords, answers, strict=True)
    winners = [password for password, answer in pairs if not isinstance(answer, Exception)]
    assert len(winners) == 1
    assert sum(isinstance(answer, LinkExpired) for answer in answers) == 4
    assert (await sign_in(shop, ADA, winners[0])).email == ADA


async def test_the_link_expires_after_an_hour(shop):
    await a_customer(shop, ADA)
    await request_reset(shop, ADA)
    token = await last_token(shop, RESET)
    shop.clock.advance(HOUR_MS - 1)
    await check_reset(shop, token)
    shop.clock.advance(1)
    with pytest.raises(LinkExpired):
        await reset_password(shop, token, OTHER_PASSWORD)
    assert (await sign_in(shop, ADA, PASSWORD)).email == ADA


async def test_a_second_letter_leaves_both_links_until_one_is_used(shop):
    await a_customer(shop, ADA)
    await request_reset(shop, ADA)
    first = await last_token(shop, RESET)
    await request_reset(shop, ADA)
    second = await last_token(shop, RESET)
    await reset_password(shop, first, OTHER_PASSWORD)
    with pytest.raises(LinkExpired):
        await reset_password(shop, second, PASSWORD)


async def test_links_are_for_what_was_asked(shop):
    await a_customer(shop, ADA)
    await request_reset(shop, ADA)
    reset = await last_token(shop, RESET)
    with pytest.raises(LinkExpired):
        await confirm_registration(shop, reset, PASSWORD)
    with pytest.raises(LinkExpired):
        await reset_password(shop, await last_token(shop, "customer_registered"), OTHER_PASSWORD)


async def test_an_unknown_address_gets_the_same_answer_and_as_many_rows(shop):
    await a_customer(shop, ADA)
    before = len(await rows(shop, "SELECT 1 FROM customer_requests"))
    assert await request_reset(shop, "nobody@example.com") is None
    assert await announced(shop, RESET) == []
    decoys = await rows(shop, "SELECT id, customer_id FROM customer_requests WHERE customer_id = ''")
    assert len(decoys) == 1
    assert len(await rows(shop, "SELECT 1 FROM customer_requests")) == before + 1
    with pytest.raises(LinkExpired):  # even its right token opens nothing
        await reset_password(shop, account_link_token(shop, decoys[0][0]), OTHER_PASSWORD)


async def test_the_letter_goes_to_the_address_we_know(shop):
    """A look-alike that folds to the same login must not receive the link."""
    await a_customer(shop, ADA)
    await request_reset(shop, "\uff41\uff44\uff41@example.com")  # full-width letters
    assert await rows(shop, "SELECT DISTINCT email FROM customer_requests WHERE purpose = 'reset'") == [(ADA,)]


async def test_nothing_secret_is_in_the_outbox_or_stored(shop):
    await a_customer(shop, ADA)
    await request_reset(shop, ADA)
    token = await last_token(shop, RESET)
    stored = "\n".join(shop.database._writer.iterdump())
    assert token not in stored
    assert token[26:] not in stored
    assert PASSWORD not in stored


@pytest.mark.parametrize(("password", "refusal"), [("short", WeakPassword), ("fairday 2026", WeakPassword)])
async def test_a_weak_password_leaves_the_link_good(shop, password, refusal):
    await a_customer(shop, ADA)
    await request_reset(shop, ADA)
    token = await last_token(shop, RESET)
    with pytest.raises(refusal):
        await reset_password(shop, token, password)
    await reset_password(shop, token, OTHER_PASSWORD)


async def test_a_busy_shop_leaves_the_link_good(shop):
    await a_customer(shop, ADA)
    await request_reset(shop, ADA)
    token = await last_token(shop, RESET)
    shop.identity.pool._queue_limit = 0
    with pytest.raises(Busy):
        await reset_password(shop, token, OTHER_PASSWORD)
    shop.identity.pool._queue_limit = 32
    assert (await reset_password(shop, token, OTHER_PASSWORD)).email == ADA


async def test_a_reset_forgives_the_tries_that_locked_the_account(shop):
    await a_customer(shop, ADA)
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            await sign_in(shop, ADA, "wrong every time")
    with pytest.raises(TooMany):
        await sign_in(shop, ADA, PASSWORD)
    await request_reset(shop, ADA)
    await reset_password(shop, await last_token(shop, RESET), OTHER_PASSWORD)
    assert (await sign_in(shop, ADA, OTHER_PASSWORD)).email == ADA


async def test_letters_are_limited_alike(shop):
    await a_customer(shop, ADA)
    for email, already in ((ADA, 1), ("nobody@example.com", 0)):
        for _ in range(6 - already):
            await request_reset(shop, email)
        with pytest.raises(TooMany):
            await request_reset(shop, email)
    with pytest.raises(Invalid):
        await request_reset(shop, "nonsense")
