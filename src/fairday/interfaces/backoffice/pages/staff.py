"""Staff: who works here, taking somebody on, roles, letting go, and new passwords to hand over. For owners only."""

from fairday.domain.access import ROLES, Staff
from fairday.domain.access.permissions import PERMISSIONS
from fairday.interfaces.backoffice.doors import Answer, Doors
from fairday.interfaces.backoffice.pages.confirm import Question, ask
from fairday.interfaces.backoffice.visit import Fields, Notice, Visit
from fairday.kernel.errors import NotFound, Refusal
from fairday.usecases.manage_staff import (
    NewStaff,
    add_staff,
    change_role,
    list_staff,
    reissue_password,
    set_staff_active,
)

DOORS = Doors()


@DOORS.get("/staff", "staff.view")
async def show_staff(visit: Visit) -> Answer:
    return await _list(visit)


@DOORS.post("/staff", "staff.edit")
async def take_on(visit: Visit) -> Answer:
    form = visit.form
    typed = form.typed(("login", "name", "role"))
    try:
        new = await add_staff(visit.shop, visit.actor, typed["login"], typed["name"], typed["role"])
    except Refusal as refusal:
        return await _list(visit, refusal, visit.refused(refusal, typed))
    return _password_once(visit, new)


@DOORS.post("/staff/{staff_id:str}/role", "staff.edit")
async def give_role(visit: Visit) -> Answer:
    try:
        await change_role(visit.shop, visit.actor, visit.path("staff_id"), visit.form.text("role", 16))
    except Refusal as refusal:
        return await _list(visit, refusal)
    return visit.go("/staff", done="saved")


@DOORS.post("/staff/{staff_id:str}/leave", "staff.edit")
async def let_go(visit: Visit) -> Answer:
    person = await _person(visit)
    if not visit.form.has("confirm"):
        return _really(visit, person, "leave")
    return await _set_active(visit, active=False)


@DOORS.post("/staff/{staff_id:str}/return", "staff.edit")
async def let_in(visit: Visit) -> Answer:
    return await _set_active(visit, active=True)


@DOORS.post("/staff/{staff_id:str}/password", "staff.edit")
async def new_password(visit: Visit) -> Answer:
    """A new password; with `factors` also without second factor, for whoever lost everything."""
    person = await _person(visit)
    factors = visit.form.has("factors")
    if not visit.form.has("confirm"):
        return _really(visit, person, "reset", {"factors": "1"}) if factors else _really(visit, person, "password")
    try:
        new = await reissue_password(visit.shop, visit.actor, person.id, drop_factors=factors)
    except Refusal as refusal:
        return await _list(visit, refusal)
    return _password_once(visit, new)


async def _set_active(visit: Visit, *, active: bool) -> Answer:
    try:
        await set_staff_active(visit.shop, visit.actor, visit.path("staff_id"), active=active)
    except Refusal as refusal:
        return await _list(visit, refusal)
    return visit.go("/staff", done="saved")


async def _person(visit: Visit) -> Staff:
    wanted = visit.path("staff_id")
    for person in await list_staff(visit.shop, visit.actor):
        if person.id == wanted:
            return person
    raise NotFound


def _really(visit: Visit, person: Staff, what: str, kept: dict[str, str] | None = None) -> Answer:
    question = Question(
        title=visit.text(f"office-staff-title-{what}", name=person.name),
        sentence=visit.text(f"office-staff-sentence-{what}"),
        button=visit.text(f"office-staff-do-{what}"),
        back="/staff",
        danger=True,
    )
    return ask(visit, question, kept or {})


def _password_once(visit: Visit, new: NewStaff) -> Answer:
    return visit.page("staff-password", visit.text("office-staff-password-once"), new=new)


async def _list(visit: Visit, refusal: Refusal | None = None, fields: Fields | None = None) -> Answer:
    return visit.page(
        "staff",
        visit.text("office-staff"),
        status=refusal.status if refusal else 200,
        notice=Notice(visit.sentence(refusal), "bad") if refusal else None,
        people=await list_staff(visit.shop, visit.actor),
        roles=[(role, sorted(PERMISSIONS[role])) for role in ROLES],
        fields=fields or Fields({"role": "support"}),
    )
