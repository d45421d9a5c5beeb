"""Staff sign in: the password opens nothing by itself, every factor works once, and sessions end when they should."""

import asyncio

import pytest

from fairday.domain.access import SYSTEM
from fairday.domain.access.errors import SignInExpired, WrongFactor, WrongStaffCredentials
from fairday.domain.access.totp import STEP_MS
from fairday.kernel.clock import DAY_MS, MINUTE_MS, FixedClock
from fairday.kernel.errors import TooMany
from fairday.usecases.enrol_factor import begin_totp, finish_totp, renew_recovery_codes
from fairday.usecases.manage_staff import add_staff, change_own_password, create_owner, set_staff_active
from fairday.usecases.staff_sign_in import (
    acting,
    prove_recovery_code,
    prove_totp,
    recognise_staff,
    sign_staff_out_everywhere,
    staff_sign_in,
)
from fairday.usecases.write_audit import read_audit, verify_audit
from tests.engines import NOW_MS
from tests.people import OTHER_PASSWORD, PASSWORD, a_colleague, a_customer, code_of
from tests.shop import open_shop


@pytest.fixture
async def shop(tmp_path):
    async with open_shop(tmp_path, clock=FixedClock(NOW_MS)) as opened:
        yield opened


async def log(shop):
    return [entry.action for entry in (await read_audit(shop, SYSTEM, limit=100))[0]][::-1]


async def test_the_first_owner_sets_up_before_anything_else(shop):
    new = await create_owner(shop)
    assert new is not None
    assert len(new.password) == 20
    assert await create_owner(shop) is None
    first = await staff_sign_in(shop, "OWNER", new.password)
    assert (first.factors, first.ticket) == ((), "")
    staff = first.staff
    assert staff is not None
    assert (staff.role, staff.is_ready, staff.has_factor) == ("owner", False, False)
    offer = await begin_totp(shop, staff.id)
    enrolled = await finish_totp(shop, staff.id, offer.sealed, code_of(shop, offer.secret))
    assert len(set(enrolled.recovery_codes)) == 10
    assert not enrolled.staff.is_ready  # the password is still the given one
    assert await recognise_staff(shop, staff.id, staff.epoch) is None
    ready = await change_own_password(shop, staff.id, new.password, PASSWORD)
    assert ready.is_ready
    assert await recognise_staff(shop, staff.id, ready.epoch) == ready
    assert await log(shop) == ["staff.added", "staff.signed_in", "totp.enrolled", "staff.password_changed"]
    assert await verify_audit(shop) == []


async def test_a_given_password_lasts_a_week(shop):
    new = await create_owner(shop)
    shop.clock.advance(7 * DAY_MS + 1)
    with pytest.raises(WrongStaffCredentials):
        await staff_sign_in(shop, "owner", new.password)


async def test_password_then_code(shop):
    staff, secret = await a_colleague(shop, "manager")
    shop.clock.advance(STEP_MS)
    first = await staff_sign_in(shop, "manager", PASSWORD)
    assert first.staff is None
    assert first.factors == ("totp", "recovery")
    signed_in = await prove_totp(shop, first.ticket, code_of(shop, secret), "192.0.2.7")
    assert signed_in.id == staff.id
    assert await recognise_staff(shop, staff.id, signed_in.epoch) is not None
    entry = (await read_audit(shop, SYSTEM))[0][0]
    assert (entry.action, entry.actor_id, entry.source) == ("staff.signed_in", staff.id, "192.0.2.7")
    assert entry.details == '{"factor":"totp"}'


async def test_a_code_works_once(shop):
    _, secret = await a_colleague(shop, "manager")
    first = await staff_sign_in(shop, "manager", PASSWORD)
    enrolment_code = code_of(shop, secret)
    with pytest.raises(WrongFactor):  # the enrolment used it
        await prove_totp(shop, first.ticket, enrolment_code)
    shop.clock.advance(STEP_MS)
    code = code_of(shop, secret)
    await prove_totp(shop, first.ticket, code)
    with pytest.raises(WrongFactor):
        await prove_totp(shop, first.ticket, code)
    with pytest.raises(WrongFactor):  # an older one that is still in its time
        await prove_totp(shop, first.ticket, enrolment_code)
    shop.clock.advance(STEP_MS)
    await prove_totp(shop, first.ticket, code_of(shop, secret))


async def test_of_one_code_sent_twice_at_once_one_counts(shop):
    _, secret = await a_colleague(shop, "manager")
    shop.clock.advance(STEP_MS)
    first = await staff_sign_in(shop, "manager", PASSWORD)
    code = code_of(shop, secret)
    answers = await asyncio.gather(*(prove_totp(shop, first.ticket, code) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(answer, WrongFactor) for answer in answers) == 4


async def test_guessing_codes_is_limited(shop):
    await a_colleague(shop, "manager")
    shop.clock.advance(20 * MINUTE_MS)
    for _ in range(2):  # a new ticket gives no new tries
        first = await staff_sign_in(shop, "manager", PASSWORD)
        for _ in range(5):
            with pytest.raises(WrongFactor):
                await prove_totp(shop, first.ticket, "000000")
    first = await staff_sign_in(shop, "manager", PASSWORD)
    with pytest.raises(TooMany):
        await prove_totp(shop, first.ticket, "000000")
    with pytest.raises(TooMany):
        await prove_recovery_code(shop, first.ticket, "abcd")


async def test_recovery_codes_work_once_and_for_their_owner(shop):
    manager, _ = await a_colleague(shop, "manager")
    support, _ = await a_colleague(shop, "support")
    codes = (await renew_recovery_codes(shop, manager.id)).recovery_codes
    others = (await renew_recovery_codes(shop, support.id)).recovery_codes
    first = await staff_sign_in(shop, "manager", PASSWORD)
    assert (await prove_recovery_code(shop, first.ticket, f" {codes[0].upper()} ")).id == manager.id
    for bad in (codes[0], others[0], "", "0000-0000-0000-0000"):
        with pytest.raises(WrongFactor):
            await prove_recovery_code(shop, first.ticket, bad)
    await prove_recovery_code(shop, first.ticket, codes[1].replace("-", ""))
    new = (await renew_recovery_codes(shop, manager.id)).recovery_codes
    first = await staff_sign_in(shop, "manager", PASSWORD)
    with pytest.raises(WrongFactor):
        await prove_recovery_code(shop, first.ticket, codes[2])
    assert (await prove_recovery_code(shop, first.ticket, new[2])).id == manager.id


async def test_tickets_expire_and_cannot_be_made_up(shop):
    staff, secret = await a_colleague(shop, "manager")
    first = await staff_sign_in(shop, "manager", PASSWORD)
    for ticket in ("", "x", first.ticket[:-3], first.ticket[4:], "\ud800"):
        with pytest.raises(SignInExpired):
            await prove_totp(shop, ticket, code_of(shop, secret))
    shop.clock.advance(5 * MINUTE_MS)
    with pytest.raises(SignInExpired):
        await prove_totp(shop, first.ticket, code_of(shop, secret))
    first = await staff_sign_in(shop, "manager", PASSWORD)
    await sign_staff_out_everywhere(shop, staff.id)
    with pytest.raises(SignInExpired):
        await prove_totp(shop, first.ticket, code_of(shop, secret))


@pytest.mark.parametrize(
    ("login", "password"),
    [("manager", OTHER_PASSWORD), ("manager", ""), ("nobody", PASSWORD), ("", ""), ("\ud800", "\ud800"),
     ("ada@example.com", PASSWORD), ("gone", PASSWORD)],
)  # fmt: skip
async def test_every_no_is_the_same_no_costs_the_same_and_is_written_down(shop, login, password):
    await create_owner(shop)
    await a_colleague(shop, "manager")
    await a_customer(shop, "ada@example.com")
    gone, _ = await a_colleague(shop, "support", "gone")
    await set_staff_active(shop, SYSTEM, gone.id, active=False)
    before, runs = await log(shop), shop.identity.pool.verifications
    with pytest.raises(WrongStaffCredentials) as refusal:
        await staff_sign_in(shop, login, password)
    assert refusal.value.details == {}
    assert shop.identity.pool.verifications == runs + 1
    assert await log(shop) == [*before, "staff.sign_in_failed"]


async def test_who_leaves_is_out_at_once(shop):
    await create_owner(shop)
    staff, secret = await a_colleague(shop, "manager")
    shop.clock.advance(STEP_MS)
    first = await staff_sign_in(shop, "manager", PASSWORD)
    signed_in = await prove_totp(shop, first.ticket, code_of(shop, secret))
    await set_staff_active(shop, SYSTEM, staff.id, active=False)
    assert await recognise_staff(shop, staff.id, signed_in.epoch) is None
    assert await recognise_staff(shop, staff.id, signed_in.epoch + 1) is None
    await set_staff_active(shop, SYSTEM, staff.id, active=True)
    assert await recognise_staff(shop, staff.id, signed_in.epoch) is None


async def test_secrets_of_factors_are_not_stored_in_the_clear(shop):
    staff, secret = await a_colleague(shop, "manager")
    codes = (await renew_recovery_codes(shop, staff.id)).recovery_codes
    stored = "\n".join(shop.database._writer.iterdump())
    assert secret not in stored
    assert not any(code in stored or code.replace("-", "") in stored for code in codes)
    assert staff.id in stored


async def test_a_new_colleagues_password_works_for_setting_up_only(shop):
    new = await add_staff(shop, SYSTEM, "wim", "Wim", "warehouse")
    first = await staff_sign_in(shop, "wim", new.password)
    assert first.staff is not None
    assert not first.staff.is_ready
    assert acting(first.staff, "192.0.2.7").role == "warehouse"
