"""What every Identity promises, on every technology."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from fairday.adapters.identity.hashing import HashingPool
from fairday.adapters.identity.local import LocalIdentity
from fairday.kernel.clock import FixedClock
from fairday.kernel.errors import Busy, TooMany
from fairday.kernel.ids import new_id
from fairday.ports.identity import Identity, LoginTaken, WeakPassword
from tests.engines import NOW_MS, at, open_database

GOOD = "seven grey herons"
OTHER = "a kettle, two spoons"
SCHEMES = ("local",)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW_MS)


@pytest.fixture(params=SCHEMES)
async def identity(engine: str, clock: FixedClock) -> AsyncIterator[Identity]:
    async with at(engine) as database:
        local = LocalIdentity(database, clock, context=("Fairday",))
        yield local
        await local.close()


async def test_the_right_password_names_its_subject(identity):
    ada, staff = new_id(), new_id()
    await identity.create("customer", "ada@example.com", GOOD, ada)
    await identity.create("staff", "ada@example.com", OTHER, staff)
    assert await identity.check("customer", "ada@example.com", GOOD) == ada
    assert await identity.check("staff", "ada@example.com", OTHER) == staff
    assert await identity.check("customer", "ada@example.com", OTHER) is None
    assert await identity.check("staff", "ada@example.com", GOOD) is None
    assert await identity.check("customer", "bob@example.com", GOOD) is None


@pytest.mark.parametrize("typed", ["ADA@Example.COM", "  ada@example.com ", "\uff41da@example.com"])
async def test_logins_are_compared_without_case(identity, typed):
    ada = new_id()
    await identity.create("customer", "Ada@example.com", GOOD, ada)
    assert await identity.check("customer", typed, GOOD) == ada
    with pytest.raises(LoginTaken):
        await identity.create("customer", typed, OTHER, new_id())
    assert await identity.check("customer", typed, OTHER) is None


@pytest.mark.parametrize("typed", [GOOD.upper(), GOOD + " ", " " + GOOD, GOOD[:-1], "", GOOD * 20, "\ud800 herons"])
async def test_passwords_are_compared_exactly(identity, typed):
    await identity.create("customer", "ada@example.com", GOOD, new_id())
    assert await identity.check("customer", "ada@example.com", typed) is None


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short 7", "too_short"),
        ("x y z w " * 17, "too_long"),
        ("password", "common"),
        ("P@ssw0rd2026!", "common"),
        ("dragon-dragon", "common"),
        ("p.a.s.s.w.o.r.d", "common"),
        ("12345678901", "common"),
        ("qwertyuiop[]", "common"),
        ("aaaabbbbaaaa", "common"),
        ("Fairday2026", "context"),
        ("ada.lovelace1", "context"),
    ],
)
async def test_weak_passwords_are_refused_and_change_nothing(identity, password, reason):
    login = "ada.lovelace@example.com"
    with pytest.raises(WeakPassword) as refusal:
        await identity.create("customer", login, password, new_id())
    assert refusal.value.details["reason"] == reason
    with pytest.raises(WeakPassword):
        identity.refuse_weak(login, password)
    subject = new_id()
    await identity.create("customer", login, GOOD, subject)
    with pytest.raises(WeakPassword):
        await identity.change("customer", subject, password=password)
    assert await identity.check("customer", login, GOOD) == subject


@pytest.mark.parametrize("password", ["ünïcödé", "🦩🦊🐢🐙 elm", "🦩🦊🐢🐙elm", "x y z w " * 16, "elm, fig"])
async def test_length_counts_characters(identity, password):
    refused = len(password) < 8
    subject = new_id()
    if refused:
        with pytest.raises(WeakPassword):
            await identity.create("customer", "ada@example.com", password, subject)
    else:
        await identity.create("customer", "ada@example.com", password, subject)
        assert await identity.check("customer", "ada@example.com", password) == subject


async def test_after_five_failures_the_next_try_waits_ever_longer(identity, clock):
    await identity.create("customer", "ada@example.com", GOOD, new_id())
    waits = []
    for _ in range(5):
        assert await identity.check("customer", "ada@example.com", OTHER) is None
    for _ in range(8):
        with pytest.raises(TooMany) as refusal:
            await identity.check("customer", "ada@example.com", GOOD)  # the right one must wait as well
        waits.append(refusal.value.details["retry_after_s"])
        clock.advance(waits[-1] * 1000)
        assert await identity.check("customer", "ada@example.com", OTHER) is None
    assert waits == [15, 30, 60, 120, 240, 480, 900, 900]


async def test_unknown_logins_are_limited_just_the_same(identity):
    for _ in range(5):
        assert await identity.check("customer", "nobody@example.com", OTHER) is None
    with pytest.raises(TooMany) as refusal:
        await identity.check("customer", "NOBODY@example.com", OTHER)
    assert refusal.value.details["retry_after_s"] == 15
    assert await identity.check("customer", "somebody.else@example.com", OTHER) is None


async def test_tries_at_once_are_counted_too(identity):
    await identity.create("customer", "ada@example.com", GOOD, new_id())
    tries = [identity.check("customer", "ada@example.com", f"wrong guess {n}") for n in range(20)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(answer is None for answer in answers) == 5
    assert sum(isinstance(answer, TooMany) for answer in answers) == 15


async def test_success_forgives(identity):
    subject = new_id()
    await identity.create("customer", "ada@example.com", GOOD, subject)
    for _ in range(3):
        for _ in range(4):
            assert await identity.check("customer", "ada@example.com", OTHER) is None
        assert await identity.check("customer", "ada@example.com", GOOD) == subject


async def test_change_sets_login_and_password_and_forgives(identity):
    subject = new_id()
    await identity.create("customer", "ada@example.com", GOOD, subject)
    for _ in range(5):
        await identity.check("customer", "ada@example.com", OTHER)
    await identity.change("customer", subject, password=OTHER)
    assert await identity.check("customer", "ada@example.com", OTHER) == subject
    await identity.change("customer", subject, login="countess@example.com")
    assert await identity.check("customer", "countess@example.com", OTHER) == subject
    assert await identity.check("customer", "ada@example.com", OTHER) is None


async def test_change_cannot_take_a_login(identity):
    ada, bob = new_id(), new_id()
    await identity.create("customer", "ada@example.com", GOOD, ada)
    await identity.create("customer", "bob@example.com", OTHER, bob)
    with pytest.raises(LoginTaken):
        await identity.change("customer", bob, login="ada@example.com")
    assert await identity.check("customer", "ada@example.com", GOOD) == ada
    assert await identity.check("customer", "bob@example.com", OTHER) == bob


async def test_change_makes_a_credential_where_there_was_none(identity):
    subject = new_id()
    await identity.change("customer", subject, password=GOOD)  # no login: nothing to make one from
    await identity.change("customer", subject, login="ada@example.com", password=GOOD)
    assert await identity.check("customer", "ada@example.com", GOOD) == subject


async def test_removed_subjects_cannot_sign_in(identity):
    subject = new_id()
    await identity.create("customer", "ada@example.com", GOOD, subject)
    await identity.remove("customer", subject)
    assert await identity.check("customer", "ada@example.com", GOOD) is None


class TestLocal:
    """What only `local:` promises."""

    async def test_a_check_is_one_argon2_run_whoever_is_asked_for(self, tmp_path, clock):
        async with open_database(tmp_path) as database:
            identity = LocalIdentity(database, clock)
            await identity.create("customer", "ada@example.com", GOOD, new_id())
            for login, password in [
                ("ada@example.com", GOOD),
                ("ada@example.com", OTHER),
                ("nobody@example.com", OTHER),
                ("ada@example.com", "x" * 5_000),
                ("nobody@example.com", "\ud800"),
                ("\ud800@example.com", OTHER),
            ]:
                before = identity.pool.verifications
                await identity.check("customer", login, password)
                assert identity.pool.verifications == before + 1
            await identity.close()

    async def test_a_flood_is_turned_away_and_does_not_count(self, tmp_path, clock):
        async with open_database(tmp_path) as database:
            identity = LocalIdentity(database, clock, pool=HashingPool(queue_limit=2))
            subject = new_id()
            await identity.create("customer", "ada@example.com", GOOD, subject)
            tries = [identity.check("customer", "ada@example.com", OTHER) for _ in range(10)]
            answers = await asyncio.gather(*tries, return_exceptions=True)
            assert sum(isinstance(answer, Busy) for answer in answers) == 8
            assert await identity.check("customer", "ada@example.com", GOOD) == subject
            await identity.close()

    async def test_a_password_that_changes_while_it_is_checked_proves_nothing(self, tmp_path, clock):
        async with open_database(tmp_path) as database:
            identity = LocalIdentity(database, clock)
            subject = new_id()
            await identity.create("customer", "ada@example.com", GOOD, subject)
            verify = identity.pool.verify

            async def change_meanwhile(stored, password):
                right = await verify(stored, password)
                await identity.change("customer", subject, password=OTHER)
                return right

            identity.pool.verify = change_meanwhile
            assert await identity.check("customer", "ada@example.com", GOOD) is None
            identity.pool.verify = verify
            assert await identity.check("customer", "ada@example.com", OTHER) == subject
            await identity.close()

    async def test_an_old_hash_is_renewed_at_sign_in(self, tmp_path, clock):
        async with open_database(tmp_path) as database:
            old = HashingPool()
            old._hasher.__init__(time_cost=1, memory_cost=8 * 1024, parallelism=1)
            before = LocalIdentity(database, clock, pool=old)
            subject = new_id()
            await before.create("customer", "ada@example.com", GOOD, subject)
            now = LocalIdentity(database, clock)
            assert (await _stored(now, "ada@example.com")).startswith("$argon2id$v=19$m=8192,t=1,p=1$")
            assert await now.check("customer", "ada@example.com", GOOD) == subject
            assert (await _stored(now, "ada@example.com")).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
            assert await now.check("customer", "ada@example.com", GOOD) == subject
            await now.close()

    async def test_forgotten_failures_leave_no_rows(self, tmp_path, clock):
        async with open_database(tmp_path) as database:
            identity = LocalIdentity(database, clock)
            for number in range(3):
                await identity.check("customer", f"nobody{number}@example.com", OTHER)
            clock.advance(25 * 3_600_000)
            await identity.check("customer", "last@example.com", OTHER)
            rows = database._writer.execute("SELECT count(*) FROM credential_tries").fetchone()
            assert rows == (1,)
            await identity.close()


async def _stored(identity: LocalIdentity, login: str) -> str:
    row = identity._database._writer.execute("SELECT hash FROM credentials WHERE login = ?", (login,)).fetchone()
    return row[0]
