"""One's own matters: the first set-up of password and second factor, and changing them later."""

from collections.abc import Awaitable, Callable

import segno

from fairday.interfaces.backoffice.doors import SETTING_UP, SIGNED_IN, Answer, Doors
from fairday.interfaces.backoffice.menu import first_page
from fairday.interfaces.backoffice.session import raised
from fairday.interfaces.backoffice.visit import Fields, Notice, Visit
from fairday.kernel.errors import Invalid, Refusal
from fairday.usecases.enrol_factor import (
    Enrolled,
    begin_passkey,
    begin_totp,
    finish_passkey,
    finish_totp,
    list_passkeys,
    remove_passkey,
    renew_recovery_codes,
)
from fairday.usecases.manage_staff import change_own_password
from fairday.usecases.prove_passkey import PasskeyOffer, passkeys_possible

DOORS = Doors()


@DOORS.get("/welcome", SETTING_UP)
async def welcome(visit: Visit) -> Answer:
    if visit.me.is_ready:
        return visit.go(first_page(visit.may))
    return await _welcome_page(visit)


@DOORS.post("/welcome/password", SETTING_UP)
async def set_first_password(visit: Visit) -> Answer:
    if not visit.me.temporary_until_ms:
        return visit.go("/welcome")
    return await _change_password(visit, _welcome_page)


@DOORS.post("/account/totp", SETTING_UP)
async def take_totp(visit: Visit) -> Answer:
    sealed, code = visit.form.text("sealed", 4_000), visit.form.text("code", 16)
    try:
        enrolled = await finish_totp(visit.shop, visit.me.id, sealed, code, visit.source)
    except Refusal as refusal:
        return await _again(visit, refusal)
    return _enrolled(visit, enrolled)


@DOORS.post("/account/passkeys", SETTING_UP)
async def take_passkey(visit: Visit) -> Answer:
    form = visit.form
    challenge, answer = form.text("challenge", 64), form.text("credential", 40_000)
    try:
        enrolled = await finish_passkey(visit.shop, visit.me.id, challenge, answer, form.text("name", 60), visit.source)
    except Refusal as refusal:
        return await _again(visit, refusal)
    return _enrolled(visit, enrolled)


@DOORS.get("/account", SIGNED_IN)
async def show_account(visit: Visit) -> Answer:
    return await _account_page(visit)


@DOORS.post("/account/password", SIGNED_IN)
async def change_password(visit: Visit) -> Answer:
    return await _change_password(visit, _account_page)


@DOORS.post("/account/passkeys/remove", SIGNED_IN)
async def drop_passkey(visit: Visit) -> Answer:
    try:
        staff = await remove_passkey(visit.shop, visit.me.id, visit.form.text("passkey", 2_000), visit.source)
    except Refusal as refusal:
        return await _account_page(visit, refusal)
    visit.keep(raised(visit.session, "full", visit.now_ms, staff_id=staff.id, epoch=staff.epoch))
    return visit.go("/account", done="saved")


@DOORS.post("/account/recovery", SIGNED_IN)
async def new_codes(visit: Visit) -> Answer:
    return _enrolled(visit, await renew_recovery_codes(visit.shop, visit.me.id, visit.source))


def _enrolled(visit: Visit, enrolled: Enrolled) -> Answer:
    """The old epoch is over, also for this browser: it gets a new session. Codes are shown this once."""
    staff = enrolled.staff
    visit.keep(raised(visit.session, "full", visit.now_ms, staff_id=staff.id, epoch=staff.epoch))
    visit.staff = staff
    if enrolled.recovery_codes:
        after = first_page(visit.may) if staff.is_ready else "/welcome"
        return visit.page(
            "recovery-codes", visit.text("office-recovery-codes"), codes=enrolled.recovery_codes, after=after
        )
    return visit.go("/account" if staff.is_ready else "/welcome", done="saved")


async def _again(visit: Visit, refusal: Refusal) -> Answer:
    return await (_account_page(visit, refusal) if visit.me.is_ready else _welcome_page(visit, refusal))


async def _welcome_page(visit: Visit, refusal: Refusal | None = None) -> Answer:
    """First the own password, then the factor: one thing at a time."""
    return await _own_page(visit, "welcome", "office-welcome", refusal, factors=not visit.me.temporary_until_ms)


async def _account_page(visit: Visit, refusal: Refusal | None = None) -> Answer:
    return await _own_page(visit, "account", "office-account", refusal, factors=True)


async def _own_page(visit: Visit, template: str, title: str, refusal: Refusal | None, *, factors: bool) -> Answer:
    totp = await begin_totp(visit.shop, visit.me.id) if factors else None
    passkey: PasskeyOffer | None = None
    if factors and passkeys_possible(visit.shop):
        passkey = await begin_passkey(visit.shop, visit.me.id)
    return visit.page(
        template,
        visit.text(title),
        status=refusal.status if refusal else 200,
        notice=Notice(visit.sentence(refusal), "bad") if refusal else None,
        fields=visit.refused(refusal) if refusal else Fields(),
        totp=totp,
        qr=segno.make(totp.uri, error="m").svg_data_uri(scale=4, border=2) if totp else "",
        passkey=passkey,
        passkeys=await list_passkeys(visit.shop, visit.me.id) if factors else [],
    )


async def _change_password(visit: Visit, again: Callable[[Visit, Refusal], Awaitable[Answer]]) -> Answer:
    form = visit.form
    try:
        if form.secret("password", 512) != form.secret("repeated", 512):
            raise Invalid(field="repeated", problem="problem-password-repeated")
        staff = await change_own_password(
            visit.shop, visit.me.id, form.secret("current", 512), form.secret("password", 512), visit.source
        )
    except Refusal as refusal:
        return await again(visit, refusal)
    visit.keep(raised(visit.session, "full", visit.now_ms, staff_id=staff.id, epoch=staff.epoch))
    return visit.go("/account" if staff.is_ready else "/welcome", done="password")
