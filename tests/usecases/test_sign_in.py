"""Signing in: one refusal whatever is wrong, limits by account and source, sessions that end when they should."""

import pytest

from fairday.domain.customers.errors import WrongCredentials
from fairday.kernel.clock import FixedClock
from fairday.kernel.errors import TooMany
from fairday.usecases.sign_in import recognise_customer, sign_in, sign_out_everywhere
from tests.engines import NOW_MS
from tests.people import OTHER_PASSWORD, PASSWORD, a_customer
from tests.shop import open_shop

ADA, BOB = "ada@example.com", "bob@example.com"


@pytest.fixture
async def shop(tmp_path):
    async with open_shop(tmp_path, clock=FixedClock(NOW_MS)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("email", "password"),
    [(ADA, OTHER_PASSWORD), (ADA, ""), ("nobody@example.com", PASSWORD), ("", PASSWORD), ("\ud800", "\ud800"),
     (BOB, PASSWORD), (ADA, "x" * 10_000), ("' OR 1=1 --", "' OR 1=1 --")],
)  # fmt: skip
async def test_every_no_is_the_same_no_and_costs_one_argon2(shop, email, password):
    await a_customer(shop, ADA)
    before = shop.identity.pool.verifications
    with pytest.raises(WrongCredentials) as refusal:
        await sign_in(shop, email, password)
    assert refusal.value.details == {}
    assert shop.identity.pool.verifications == before + 1


async def test_staff_are_not_customers(shop):
    await shop.identity.create("staff", ADA, PASSWORD, "0" * 26)
    with pytest.raises(WrongCredentials):
        await sign_in(shop, ADA, PASSWORD)


async def test_an_epoch_ends_sessions(shop):
    ada, bob = await a_customer(shop, ADA), await a_customer(shop, BOB)
    assert await recognise_customer(shop, ada.id, ada.epoch) == ada
    await sign_out_everywhere(shop, ada.id)
    assert await recognise_customer(shop, ada.id, ada.epoch) is None
    assert await recognise_customer(shop, bob.id, bob.epoch) == bob
    again = await sign_in(shop, ADA, PASSWORD)
    assert again.epoch == ada.epoch + 1
    assert await recognise_customer(shop, ada.id, again.epoch) == again
    for customer_id, epoch in [("", 0), ("0" * 26, 0), (ada.id, again.epoch + 1), (ada.id, -1)]:
        assert await recognise_customer(shop, customer_id, epoch) is None


async def test_guessing_one_account_is_slowed_down_known_or_not(shop):
    await a_customer(shop, ADA)
    for email in (ADA, "nobody@example.com"):
        for _ in range(5):
            with pytest.raises(WrongCredentials):
                await sign_in(shop, email, OTHER_PASSWORD, "192.0.2.7")
        with pytest.raises(TooMany) as refusal:
            await sign_in(shop, email, PASSWORD, "192.0.2.8")
        assert refusal.value.details == {"retry_after_s": 15}
    shop.clock.advance(15_000)
    assert (await sign_in(shop, ADA, PASSWORD, "192.0.2.7")).email == ADA


async def test_guessing_many_accounts_from_one_source_is_stopped(shop):
    ada = await a_customer(shop, ADA)
    for number in range(60):
        with pytest.raises(WrongCredentials):
            await sign_in(shop, f"a{number}@example.com", PASSWORD, "192.0.2.7")
    with pytest.raises(TooMany):
        await sign_in(shop, ADA, PASSWORD, "192.0.2.7")
    assert await sign_in(shop, ADA, PASSWORD, "192.0.2.8") == ada
