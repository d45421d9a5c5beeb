"""Registering: one answer for everybody, letters for owners only, and nothing gained by using another's address."""

import pytest

from fairday.domain.customers import store as customers
from fairday.domain.customers.errors import LinkExpired, WrongCredentials
from fairday.kernel.clock import DAY_MS, FixedClock
from fairday.kernel.errors import Invalid, TooMany
from fairday.ports.identity import WeakPassword
from fairday.usecases.issue_account_link import account_link_token
from fairday.usecases.register_customer import confirm_registration, register_customer
from fairday.usecases.reset_password import request_reset, reset_password
from fairday.usecases.sign_in import sign_in
from tests.engines import NOW_MS
from tests.people import OTHER_PASSWORD, PASSWORD, a_customer, announced, last_token
from tests.shop import open_shop

ADA = "ada@example.com"


@pytest.fixture
async def shop(tmp_path):
    async with open_shop(tmp_path, clock=FixedClock(NOW_MS)) as opened:
        yield opened


async def test_an_account_opens_with_the_letter_and_the_password(shop):
    assert await register_customer(shop, f" {ADA} ", PASSWORD, "Ada", "de") is None
    (event,) = await announced(shop)
    assert event["kind"] == "customer_registered"
    assert set(event) == {"kind", "subject", "request_id"}  # no token, no address, no password
    customer = await confirm_registration(shop, await last_token(shop, "customer_registered"), PASSWORD)
    assert (customer.email, customer.name, customer.language) == (ADA, "Ada", "de")
    assert (customer.id, customer.confirmed_ms, customer.epoch) == (event["subject"], NOW_MS, 0)
    assert await sign_in(shop, "ADA@example.com", PASSWORD) == customer
    assert [one["kind"] for one in await announced(shop)] == ["customer_registered", "customer_confirmed"]


async def test_before_the_letter_nobody_signs_in(shop):
    await register_customer(shop, ADA, PASSWORD, "Ada", "en")
    with pytest.raises(WrongCredentials):
        await sign_in(shop, ADA, PASSWORD)


async def test_the_letter_alone_does_not_open_it(shop):
    await register_customer(shop, ADA, PASSWORD, "Ada", "en")
    token = await last_token(shop, "customer_registered")
    with pytest.raises(WrongCredentials):
        await confirm_registration(shop, token, OTHER_PASSWORD)
    assert (await confirm_registration(shop, token, PASSWORD)).confirmed_ms == NOW_MS


async def test_the_letter_works_once_and_for_a_week(shop):
    await register_customer(shop, ADA, PASSWORD, "Ada", "en")
    token = await last_token(shop, "customer_registered")
    shop.clock.advance(7 * DAY_MS)
    with pytest.raises(LinkExpired):
        await confirm_registration(shop, token, PASSWORD)
    await register_customer(shop, ADA, PASSWORD, "Ada", "en")
    token = await last_token(shop, "customer_registered")
    await confirm_registration(shop, token, PASSWORD)
    with pytest.raises(LinkExpired):
        await confirm_registration(shop, token, PASSWORD)


async def test_a_known_address_gets_the_same_answer_and_changes_nothing(shop):
    before = await a_customer(shop, ADA)
    assert await register_customer(shop, "Ada@Example.com", OTHER_PASSWORD, "Mallory", "de") is None
    assert await sign_in(shop, ADA, PASSWORD) == before
    with pytest.raises(WrongCredentials):
        await sign_in(shop, ADA, OTHER_PASSWORD)
    assert (await announced(shop))[-1] == {"kind": "registration_repeated", "subject": before.id}
    async with shop.database.read() as reader:
        assert await customers.count(reader) == 1


@pytest.mark.parametrize("known", [False, True])
async def test_known_and_new_addresses_cost_the_same(shop, known):
    if known:
        await a_customer(shop, ADA)
    pool, work = shop.identity.pool, []
    hashed, verified = pool.hash, pool.verify

    async def count_hash(password):
        work.append("argon2")
        return await hashed(password)

    async def count_verify(stored, password):
        work.append("argon2")
        return await verified(stored, password)

    pool.hash, pool.verify = count_hash, count_verify
    await register_customer(shop, ADA, OTHER_PASSWORD, "Mallory", "en")
    assert work == ["argon2"]


async def test_whoever_registers_an_address_first_cannot_keep_it_from_its_owner(shop):
    await register_customer(shop, ADA, "mallory waits here", "Mallory", "en")
    await register_customer(shop, ADA, PASSWORD, "Ada", "en")
    first, second = [one["request_id"] for one in await announced(shop, "customer_registered")]
    assert first != second
    with pytest.raises(LinkExpired):  # the newest letter counts
        await confirm_registration(shop, account_link_token(shop, first), PASSWORD)
    customer = await confirm_registration(shop, await last_token(shop, "customer_registered"), PASSWORD)
    assert customer.name == "Ada"
    with pytest.raises(WrongCredentials):
        await sign_in(shop, ADA, "mallory waits here")


async def test_registering_in_between_gives_nothing_either(shop):
    await register_customer(shop, ADA, PASSWORD, "Ada", "en")
    await register_customer(shop, ADA, "mallory waits here", "Mallory", "en")
    with pytest.raises(WrongCredentials):  # the owner follows the newest letter with her own password
        await confirm_registration(shop, await last_token(shop, "customer_registered"), PASSWORD)
    await request_reset(shop, ADA)
    await reset_password(shop, await last_token(shop, "password_reset_requested"), OTHER_PASSWORD)
    assert (await sign_in(shop, ADA, OTHER_PASSWORD)).confirmed_ms == NOW_MS
    with pytest.raises(WrongCredentials):
        await sign_in(shop, ADA, "mallory waits here")


@pytest.mark.parametrize(
    ("email", "password", "name", "language", "refusal"),
    [
        ("ada", PASSWORD, "Ada", "en", Invalid),
        (ADA, "short", "Ada", "en", WeakPassword),
        (ADA, "fairday 2026", "Ada", "en", WeakPassword),
        (ADA, PASSWORD, "", "en", Invalid),
        (ADA, PASSWORD, "Ada", "tlh", Invalid),
    ],
)
async def test_what_is_refused_changes_nothing(shop, email, password, name, language, refusal):
    with pytest.raises(refusal):
        await register_customer(shop, email, password, name, language)
    assert await announced(shop) == []
    async with shop.database.read() as reader:
        assert await customers.count(reader) == 0


@pytest.mark.parametrize("token", ["", "x", "0" * 26, "0" * 69, "ä" * 69, "\ud800" * 69, "0" * 26 + "é" * 43])
async def test_made_up_links_open_nothing(shop, token):
    with pytest.raises(LinkExpired):
        await confirm_registration(shop, token, PASSWORD)


async def test_one_address_gets_few_letters_known_or_not(shop):
    await a_customer(shop, ADA)
    for email, already in ((ADA, 1), ("new@example.com", 0)):
        for _ in range(6 - already):
            await register_customer(shop, email, PASSWORD, "Ada", "en")
        with pytest.raises(TooMany):
            await register_customer(shop, email, PASSWORD, "Ada", "en")


async def test_one_source_opens_few_accounts(shop):
    for number in range(30):
        await register_customer(shop, f"a{number}@example.com", PASSWORD, "Ada", "en", "192.0.2.7")
    with pytest.raises(TooMany):
        await register_customer(shop, "one.more@example.com", PASSWORD, "Ada", "en", "192.0.2.7")
    await register_customer(shop, "one.more@example.com", PASSWORD, "Ada", "en", "192.0.2.8")
