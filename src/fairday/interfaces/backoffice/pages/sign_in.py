"""Signing in and out: the password, then the second factor; the page is the same whatever was wrong."""

from msgspec.structs import replace

from fairday.domain.access import Staff
from fairday.interfaces.backoffice.doors import ANYONE, PROVING, SETTING_UP, Answer, Doors
from fairday.interfaces.backoffice.menu import first_page
from fairday.interfaces.backoffice.session import raised, stranger
from fairday.interfaces.backoffice.visit import ROOT, Fields, Notice, Visit
from fairday.interfaces.web.pages import leaving, local_path
from fairday.kernel.errors import Refusal
from fairday.messages import LANGUAGES
from fairday.usecases.prove_passkey import PasskeyOffer, begin_passkey_proof, passkeys_possible, prove_passkey
from fairday.usecases.staff_sign_in import (
    prove_recovery_code,
    prove_totp,
    sign_staff_out_everywhere,
    staff_sign_in,
)

DOORS = Doors()
JOINT = " "


@DOORS.get("/sign-in", ANYONE)
async def ask_password(visit: Visit) -> Answer:
    if visit.staff is not None:
        return visit.go(first_page(visit.may))
    return _password_page(visit)


@DOORS.post("/sign-in", ANYONE)
async def take_password(visit: Visit) -> Answer:
    login = visit.form.text("login", 191)
    try:
        step = await staff_sign_in(visit.shop, login, visit.form.secret("password", 512), visit.source)
    except Refusal as refusal:
        return _password_page(visit, refusal, login)
    if step.staff is not None:
        return _enter(visit, step.staff)
    pending = JOINT.join((step.ticket, *step.factors))
    visit.keep(raised(visit.session, "password", visit.now_ms, staff_id="", epoch=0, pending=pending))
    return visit.go("/sign-in/factor")


@DOORS.get("/sign-in/factor", PROVING)
async def ask_factor(visit: Visit) -> Answer:
    return await _factor_page(visit)


@DOORS.post("/sign-in/factor", PROVING)
async def take_factor(visit: Visit) -> Answer:
    ticket, _ = _pending(visit)
    form = visit.form
    try:
        if form.has("credential"):
            answer = form.text("credential", 40_000)
            staff = await prove_passkey(visit.shop, ticket, form.text("challenge", 64), answer, visit.source)
        elif form.has("recovery"):
            staff = await prove_recovery_code(visit.shop, ticket, form.text("recovery", 64), visit.source)
        else:
            staff = await prove_totp(visit.shop, ticket, form.text("code", 16), visit.source)
    except Refusal as refusal:
        if refusal.code == "sign_in_expired":
            visit.keep(stranger(visit.now_ms, visit.session.language))
            return _password_page(visit, refusal)
        return await _factor_page(visit, refusal)
    return _enter(visit, staff)


@DOORS.post("/sign-out", SETTING_UP)
async def sign_out(visit: Visit) -> Answer:
    """Everywhere: the session of another browser, or a copied cookie, ends as well."""
    await sign_staff_out_everywhere(visit.shop, visit.me.id)
    visit.staff = None
    visit.keep(stranger(visit.now_ms, visit.session.language))
    return leaving(visit.go("/sign-in", done="signed-out"))


@DOORS.post("/language", ANYONE)
async def choose_language(visit: Visit) -> Answer:
    chosen = visit.form.text("language", 2)
    if chosen in LANGUAGES:
        visit.keep(replace(visit.session, language=chosen))
    back = local_path(visit.form.text("back", 400), f"{ROOT}/")
    return visit.go(back.removeprefix(ROOT) if back.startswith(f"{ROOT}/") else "/")


def _enter(visit: Visit, staff: Staff) -> Answer:
    """Signed in: a session under a new id, with the epoch that may end it."""
    visit.keep(raised(visit.session, "full", visit.now_ms, staff_id=staff.id, epoch=staff.epoch))
    visit.staff = staff
    return visit.go(first_page(visit.may) if staff.is_ready else "/welcome")


def _password_page(visit: Visit, refusal: Refusal | None = None, login: str = "") -> Answer:
    return visit.page(
        "sign-in",
        visit.text("office-sign-in"),
        status=refusal.status if refusal else 200,
        notice=Notice(visit.sentence(refusal), "bad") if refusal else None,
        fields=Fields({"login": login}),
    )


async def _factor_page(visit: Visit, refusal: Refusal | None = None) -> Answer:
    ticket, factors = _pending(visit)
    passkey: PasskeyOffer | None = None
    if "passkey" in factors and passkeys_possible(visit.shop):
        passkey = await begin_passkey_proof(visit.shop, ticket)
    return visit.page(
        "sign-in-factor",
        visit.text("office-second-factor"),
        status=refusal.status if refusal else 200,
        notice=Notice(visit.sentence(refusal), "bad") if refusal else None,
        factors=factors,
        passkey=passkey,
        fields=Fields(),
    )


def _pending(visit: Visit) -> tuple[str, list[str]]:
    ticket, *factors = visit.session.pending.split(JOINT)
    return ticket, list(factors)
