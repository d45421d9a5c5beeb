"""Who works here: the first owner, then whoever an owner takes on. Every change is written down and ends sessions.

Passwords are made here, shown once, good for a week, and replaced by their owner at the first sign-in.
"""

import secrets

from msgspec import Struct
from msgspec.structs import replace

from fairday.domain.access import ROLES, SYSTEM, Actor, Change, Role, Staff, require
from fairday.domain.access import store as access
from fairday.domain.access.errors import Forbidden, LastOwner, WrongStaffCredentials
from fairday.kernel.clock import DAY_MS
from fairday.kernel.errors import Invalid, NotFound
from fairday.kernel.folding import folded
from fairday.kernel.ids import derived_id, new_id
from fairday.kernel.unit_of_work import Reader, Writer
from fairday.ports.identity import LoginTaken
from fairday.usecases.limit_tries import PASSWORD_BY_CUSTOMER, limit_tries
from fairday.usecases.shop import Shop
from fairday.usecases.staff_sign_in import acting
from fairday.usecases.write_audit import write_audit

FIRST_LOGIN = "owner"
TEMPORARY_MS = 7 * DAY_MS
LOGIN_LENGTH = 120
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
_PASSWORD_LENGTH = 20  # 115 bits


class NewStaff(Struct, frozen=True):
    """Somebody, and the password to hand to them: it is shown once and kept nowhere."""

    staff: Staff
    password: str


async def create_owner(shop: Shop) -> NewStaff | None:
    """The first owner of a shop that has no staff, else None. After a crash half-way it begins again."""
    async with shop.database.read() as reader:
        if await access.list_staff(reader):
            return None
    owner = Staff(
        id=derived_id("the first owner"),
        login=FIRST_LOGIN,
        name=FIRST_LOGIN.capitalize(),
        role="owner",
        created_ms=shop.clock.now_ms(),
        temporary_until_ms=shop.clock.now_ms() + TEMPORARY_MS,
    )
    password = _new_password()
    await shop.identity.change("staff", owner.id, login=owner.login, password=password)
    async with shop.database.write() as unit:
        await access.insert_staff(unit, [owner])
        await write_audit(shop, unit, SYSTEM, _change("staff.added", owner))
    return NewStaff(owner, password)


async def list_staff(shop: Shop, actor: Actor) -> list[Staff]:
    """Everybody, those who left last."""
    require(actor.role, "staff.view")
    async with shop.database.read() as reader:
        return await access.list_staff(reader)


async def add_staff(shop: Shop, actor: Actor, login: str, name: str, role: str) -> NewStaff:
    """Take somebody on. Invalid, LoginTaken."""
    require(actor.role, "staff.edit")
    now_ms = shop.clock.now_ms()
    staff = Staff(
        id=new_id(),
        login=_checked("login", login),
        name=_checked("name", name),
        role=_role(role),
        created_ms=now_ms,
        temporary_until_ms=now_ms + TEMPORARY_MS,
    )
    password = _new_password()
    async with shop.database.write() as unit:
        if await access.find_staff_by_login(unit, staff.login) is not None:
            raise LoginTaken
        await access.insert_staff(unit, [staff])
        await write_audit(shop, unit, actor, _change("staff.added", staff))
    # after a crash between the two, reissuing the password mends it
    await shop.identity.change("staff", staff.id, login=staff.login, password=password)
    return NewStaff(staff, password)


async def change_role(shop: Shop, actor: Actor, staff_id: str, role: str) -> Staff:
    """Another role. NotFound, Invalid, LastOwner."""
    require(actor.role, "staff.edit")
    new_role = _role(role)
    async with shop.database.write() as unit:
        before = await _known(unit, staff_id)
        await access.set_role(unit, staff_id, new_role)
        await _keep_an_owner(unit)
        after = replace(before, role=new_role, epoch=before.epoch + 1)
        await write_audit(shop, unit, actor, _change("staff.role_changed", after, was=before.role))
    return after


async def set_staff_active(shop: Shop, actor: Actor, staff_id: str, *, active: bool) -> Staff:
    """Let somebody go, or back in; what they did keeps their name. NotFound, LastOwner."""
    require(actor.role, "staff.edit")
    async with shop.database.write() as unit:
        before = await _known(unit, staff_id)
        await access.set_active(unit, staff_id, active=active)
        await _keep_an_owner(unit)
        after = replace(before, active=active, epoch=before.epoch + 1)
        await write_audit(shop, unit, actor, _change("staff.let_in" if active else "staff.let_go", after))
    return after


async def reissue_password(shop: Shop, actor: Actor, staff_id: str, *, drop_factors: bool = False) -> NewStaff:
    """A new password to hand over, for whoever lost theirs; with `drop_factors` for whoever lost everything. NotFound.

    Nobody reissues their own: that would be a way around the second factor. The terminal (SYSTEM) may.
    """
    require(actor.role, "staff.edit")
    if actor.id == staff_id:
        raise Forbidden
    async with shop.database.read() as reader:
        staff = await _known(reader, staff_id)
    password = _new_password()
    await shop.identity.change("staff", staff_id, login=staff.login, password=password)
    async with shop.database.write() as unit:
        await access.set_temporary(unit, staff_id, shop.clock.now_ms() + TEMPORARY_MS)
        if drop_factors:
            await access.drop_factors(unit, staff_id)
        after = await _known(unit, staff_id)
        await write_audit(shop, unit, actor, _change("staff.password_reissued", after, factors_dropped=drop_factors))
    return NewStaff(after, password)


async def change_own_password(shop: Shop, staff_id: str, current: str, password: str, source: str = "") -> Staff:
    """Staff choose their own password; the epoch is for a new session. WrongStaffCredentials, WeakPassword."""
    await limit_tries(shop, PASSWORD_BY_CUSTOMER, "staff", staff_id)
    staff = await confirm_own_password(shop, staff_id, current)
    if current == password:
        raise Invalid(field="password", problem="error-password-same")
    await shop.identity.change("staff", staff_id, password=password)
    async with shop.database.write() as unit:
        await access.set_temporary(unit, staff_id, 0)
        after = await _known(unit, staff_id)
        await write_audit(shop, unit, acting(staff, source), _change("staff.password_changed", after))
    return after


async def confirm_own_password(shop: Shop, staff_id: str, password: str) -> Staff:
    """Somebody signed in proves again who they are, before something that matters. WrongStaffCredentials."""
    async with shop.database.read() as reader:
        staff = await _known(reader, staff_id)
    if not staff.active or await shop.identity.check("staff", staff.login, password) != staff_id:
        raise WrongStaffCredentials
    return staff


async def _known(reader: Reader, staff_id: str) -> Staff:
    staff = await access.find_staff(reader, staff_id)
    if staff is None:
        raise NotFound
    return staff


async def _keep_an_owner(unit: Writer) -> None:
    """LastOwner, and with it the unit is rolled back, when no active owner is left."""
    if not await access.count_active_owners(unit):
        raise LastOwner


def _change(action: str, staff: Staff, **details: str | bool) -> Change:
    return Change(action, "staff", staff.id, {"login": staff.login, "role": staff.role, **details})


def _role(text: str) -> Role:
    for role in ROLES:
        if role == text:
            return role
    raise Invalid(field="role", problem="error-role-unknown")


def _checked(field: str, text: str) -> str:
    tidy = " ".join(text.split())
    if not tidy or not tidy.isprintable():
        raise Invalid(field=field, problem="error-field-required")
    if max(len(tidy), len(folded(tidy))) > LOGIN_LENGTH:
        raise Invalid(field=field, problem="error-field-too-long")
    return tidy


def _new_password() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(_PASSWORD_LENGTH))
