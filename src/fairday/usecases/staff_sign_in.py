"""Sign staff in: the password first, then a second factor; know them again by their session.

After the password the interface holds a ticket (sealed, five minutes) and nothing else. Somebody without a second
factor, or with a given password, is signed in but not `is_ready`: they see the page that mends that and no other.
"""

from typing import Literal

import msgspec
from msgspec import Struct

from fairday.domain.access import Actor, Change, Staff
from fairday.domain.access import store as access
from fairday.domain.access.errors import SignInExpired, WrongFactor, WrongStaffCredentials
from fairday.domain.access.totp import matching_step
from fairday.kernel.clock import MINUTE_MS
from fairday.kernel.ids import token_hash
from fairday.kernel.sealing import seal, unseal
from fairday.usecases.limit_tries import (
    FACTOR_BY_STAFF,
    SIGN_IN_BY_ACCOUNT_AND_SOURCE,
    SIGN_IN_BY_SOURCE,
    limit_tries,
)
from fairday.usecases.shop import Shop
from fairday.usecases.write_audit import write_audit

TICKET_LIFE_MS = 5 * MINUTE_MS
TOTP_PURPOSE = "staff totp"
_TICKET_PURPOSE = "staff sign-in"

Factor = Literal["totp", "passkey", "recovery"]


class FirstStep(Struct, frozen=True):
    """The password was right. `factors` say what to prove next with `ticket`.

    With no factor to ask for, `staff` may begin a session, which is good for setting one up.
    """

    ticket: str
    factors: tuple[Factor, ...] = ()
    staff: Staff | None = None


class _Ticket(Struct, frozen=True):
    staff_id: str
    epoch: int
    expires_ms: int


async def staff_sign_in(shop: Shop, login: str, password: str, source: str = "") -> FirstStep:
    """Check the password. WrongStaffCredentials whatever is wrong; TooMany, Busy."""
    await limit_tries(shop, SIGN_IN_BY_SOURCE, "staff", source)
    await limit_tries(shop, SIGN_IN_BY_ACCOUNT_AND_SOURCE, "staff", login, source)
    async with shop.database.read() as reader:
        staff = await access.find_staff_by_login(reader, login)
    subject = await shop.identity.check("staff", login, password)
    now_ms = shop.clock.now_ms()
    if staff is None or subject != staff.id or not staff.active or 0 < staff.temporary_until_ms < now_ms:
        await _note_failure(shop, staff, source)
        raise WrongStaffCredentials
    if not staff.has_factor:
        await note_sign_in(shop, staff, "password", source)
        return FirstStep(ticket="", staff=staff)
    async with shop.database.read() as reader:
        codes_left = await access.recovery_codes_left(reader, staff.id)
    ticket = _Ticket(staff_id=staff.id, epoch=staff.epoch, expires_ms=now_ms + TICKET_LIFE_MS)
    sealed = seal(shop.settings.secret, _TICKET_PURPOSE, msgspec.json.encode(ticket))
    return FirstStep(ticket=sealed, factors=_factors(staff, codes_left))


async def prove_totp(shop: Shop, ticket: str, code: str, source: str = "") -> Staff:
    """The second step with the authenticator app. WrongFactor, for a used code as well; SignInExpired."""
    staff = await begin_second_step(shop, ticket)
    secret = unseal(shop.settings.secret, TOTP_PURPOSE, staff.totp_sealed)
    step = matching_step(secret, code, shop.clock.now_ms()) if secret else None
    async with shop.database.write() as unit:
        right = step is not None and await access.use_totp_step(unit, staff.id, step)
    return await end_second_step(shop, staff, "totp", source, right=right)


async def prove_recovery_code(shop: Shop, ticket: str, code: str, source: str = "") -> Staff:
    """The second step with one of the codes kept on paper, which is spent. WrongFactor, SignInExpired."""
    staff = await begin_second_step(shop, ticket)
    async with shop.database.write() as unit:
        right = await access.use_recovery_code(unit, staff.id, recovery_hash(code), shop.clock.now_ms())
    return await end_second_step(shop, staff, "recovery", source, right=right)


async def recognise_staff(shop: Shop, staff_id: str, epoch: int) -> Staff | None:
    """Whose session this is, or None when it is over. Ask `is_ready` before showing any page but the set-up."""
    async with shop.database.read() as reader:
        staff = await access.find_staff(reader, staff_id)
    return staff if staff is not None and staff.active and staff.epoch == epoch else None


async def sign_staff_out_everywhere(shop: Shop, staff_id: str) -> None:
    """Every session of this person is over."""
    async with shop.database.write() as unit:
        await access.bump_epochs(unit, [staff_id])


def acting(staff: Staff, source: str = "") -> Actor:
    """Somebody as the audit log and permissions know them."""
    return Actor(kind="staff", id=staff.id, name=staff.name, role=staff.role, source=source)


def recovery_hash(code: str) -> str:
    """What is kept of a recovery code; spaces, hyphens and case do not matter."""
    return token_hash("".join(character for character in code.lower() if character.isalnum()))


async def begin_second_step(shop: Shop, ticket: str) -> Staff:
    """Whose ticket it is; SignInExpired. Counts a try, TooMany when there were enough."""
    staff = await read_ticket(shop, ticket)
    await limit_tries(shop, FACTOR_BY_STAFF, staff.id)
    return staff


async def read_ticket(shop: Shop, ticket: str) -> Staff:
    """Whose ticket it is; SignInExpired. Only looks."""
    plain = unseal(shop.settings.secret, _TICKET_PURPOSE, ticket)
    if plain is None:
        raise SignInExpired
    known = msgspec.json.decode(plain, type=_Ticket)
    staff = await recognise_staff(shop, known.staff_id, known.epoch)
    if staff is None or known.expires_ms <= shop.clock.now_ms():
        raise SignInExpired
    return staff


async def end_second_step(shop: Shop, staff: Staff, factor: Factor, source: str, *, right: bool) -> Staff:
    """Write down how it went; WrongFactor unless `right`."""
    if not right:
        await _note_failure(shop, staff, source)
        raise WrongFactor
    await note_sign_in(shop, staff, factor, source)
    return staff


async def note_sign_in(shop: Shop, staff: Staff, factor: str, source: str) -> None:
    """Write a sign-in into the audit log."""
    async with shop.database.write() as unit:
        change = Change("staff.signed_in", "staff", staff.id, {"factor": factor})
        await write_audit(shop, unit, acting(staff, source), change)


async def _note_failure(shop: Shop, staff: Staff | None, source: str) -> None:
    """Write a failure into the log, for a made-up login too (without it: it may be a password): both take as long."""
    actor = Actor(kind="system", name="sign-in", source=source)
    async with shop.database.write() as unit:
        change = Change("staff.sign_in_failed", "staff", staff.id if staff else "")
        await write_audit(shop, unit, actor, change)


def _factors(staff: Staff, codes_left: int) -> tuple[Factor, ...]:
    offered: list[tuple[Factor, bool]] = [
        ("passkey", staff.passkeys > 0), ("totp", bool(staff.totp_sealed)), ("recovery", codes_left > 0),
    ]  # fmt: skip
    return tuple(name for name, there in offered if there)
