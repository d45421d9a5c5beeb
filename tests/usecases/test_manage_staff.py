"""Who works here: owners decide, an owner remains, and every change is written down."""

import pytest

from fairday.domain.access import ROLES, SYSTEM, Actor
from fairday.domain.access.errors import Forbidden, LastOwner, WrongStaffCredentials
from fairday.kernel.clock import FixedClock
from fairday.kernel.errors import Invalid, NotFound
from fairday.ports.identity import LoginTaken, WeakPassword
from fairday.usecases.manage_staff import (
    add_staff,
    change_own_password,
    change_role,
    confirm_own_password,
    create_owner,
    list_staff,
    reissue_password,
    set_staff_active,
)
from fairday.usecases.staff_sign_in import acting, recognise_staff, staff_sign_in
from fairday.usecases.write_audit import read_audit, verify_audit
from tests.engines import NOW_MS
from tests.people import OTHER_PASSWORD, PASSWORD, a_colleague
from tests.shop import open_shop


@pytest.fixture
async def shop(tmp_path):
    async with open_shop(tmp_path, clock=FixedClock(NOW_MS)) as opened:
        yield opened


@pytest.fixture
async def owner(shop):
    return acting((await a_colleague(shop, "owner"))[0], "192.0.2.7")


async def log(shop):
    entries = (await read_audit(shop, SYSTEM, limit=100))[0]
    return [(entry.action, entry.actor_name, entry.details) for entry in entries][::-1]


async def test_the_owners_password_is_made_here_and_kept_nowhere(shop):
    new = await create_owner(shop)
    assert new is not None
    assert new.password not in "\n".join(shop.database._writer.iterdump())
    with pytest.raises(WrongStaffCredentials):
        await staff_sign_in(shop, "owner", "owner")


async def test_a_start_that_was_cut_short_is_finished_by_the_next(shop):
    await create_owner(shop)
    shop.database._writer.execute("DELETE FROM staff")  # the credential was written, the person was not
    again = await create_owner(shop)
    assert again is not None
    assert (await staff_sign_in(shop, "owner", again.password)).staff == again.staff


async def test_two_shops_have_two_passwords(tmp_path):
    passwords = set()
    for name in ("one", "two"):
        async with open_shop(tmp_path / name, clock=FixedClock(NOW_MS)) as shop:
            new = await create_owner(shop)
            passwords.add(new.password)
    assert len(passwords) == 2


@pytest.mark.parametrize("role", ["manager", "support", "warehouse", "", "nobody"])
async def test_only_owners_manage_staff(shop, owner, role):
    somebody = (await list_staff(shop, owner))[0]
    actor = Actor(kind="staff", id="0" * 26, name="x", role=role)
    before, people = await log(shop), await list_staff(shop, owner)
    for attempt in (
        list_staff(shop, actor),
        add_staff(shop, actor, "new", "New", "owner"),
        change_role(shop, actor, somebody.id, "support"),
        set_staff_active(shop, actor, somebody.id, active=False),
        reissue_password(shop, actor, somebody.id, drop_factors=True),
    ):
        with pytest.raises(Forbidden):
            await attempt
    assert await log(shop) == before
    assert await list_staff(shop, owner) == people


async def test_taking_somebody_on_and_changing_what_they_may(shop, owner):
    new = await add_staff(shop, owner, " wim ", "Wim  Ware", "warehouse")
    assert (new.staff.login, new.staff.name, new.staff.role) == ("wim", "Wim Ware", "warehouse")
    changed = await change_role(shop, owner, new.staff.id, "support")
    assert await recognise_staff(shop, new.staff.id, new.staff.epoch) is None
    assert await recognise_staff(shop, new.staff.id, changed.epoch) == changed
    assert [person.login for person in await list_staff(shop, owner)] == ["owner", "wim"]
    assert (await log(shop))[-2:] == [
        ("staff.added", "Owner", '{"login":"wim","role":"warehouse"}'),
        ("staff.role_changed", "Owner", '{"login":"wim","role":"support","was":"warehouse"}'),
    ]
    assert await verify_audit(shop) == []


@pytest.mark.parametrize(
    ("login", "name", "role", "refusal"),
    [
        ("OWNER", "Second", "owner", LoginTaken),
        ("", "x", "owner", Invalid),
        ("x", " ", "owner", Invalid),
        ("x" * 121, "x", "owner", Invalid),
        ("x\x00", "x", "owner", Invalid),
        ("x", "x", "god", Invalid),
        ("x", "x", "", Invalid),
    ],
)
async def test_what_is_refused_adds_nobody(shop, owner, login, name, role, refusal):
    before = await log(shop)
    with pytest.raises(refusal):
        await add_staff(shop, owner, login, name, role)
    assert len(await list_staff(shop, owner)) == 1
    assert await log(shop) == before
    assert (await staff_sign_in(shop, "owner", PASSWORD)).factors == ("totp", "recovery")


async def test_an_owner_remains(shop, owner):
    for attempt in (
        change_role(shop, owner, owner.id, "manager"),
        set_staff_active(shop, owner, owner.id, active=False),
    ):
        with pytest.raises(LastOwner):
            await attempt
    (person,) = await list_staff(shop, owner)
    assert (person.role, person.active) == ("owner", True)
    second = await add_staff(shop, owner, "second", "Second", "owner")
    await set_staff_active(shop, owner, second.staff.id, active=False)
    with pytest.raises(LastOwner):  # one who is let go does not count
        await change_role(shop, owner, owner.id, "manager")
    await set_staff_active(shop, owner, second.staff.id, active=True)
    assert (await change_role(shop, owner, owner.id, "manager")).role == "manager"


async def test_a_reissued_password_replaces_and_drops_only_what_it_says(shop, owner):
    staff, _ = await a_colleague(shop, "support", "sam")
    new = await reissue_password(shop, owner, staff.id)
    with pytest.raises(WrongStaffCredentials):
        await staff_sign_in(shop, "sam", PASSWORD)
    assert (await staff_sign_in(shop, "sam", new.password)).factors == ("totp", "recovery")
    new = await reissue_password(shop, owner, staff.id, drop_factors=True)
    first = await staff_sign_in(shop, "sam", new.password)
    assert first.factors == ()
    assert await recognise_staff(shop, staff.id, staff.epoch) is None
    assert first.staff is not None
    assert not first.staff.is_ready


async def test_nobody_reissues_their_own(shop, owner):
    with pytest.raises(Forbidden):
        await reissue_password(shop, owner, owner.id, drop_factors=True)
    assert (await reissue_password(shop, SYSTEM, owner.id)).staff.id == owner.id  # at the terminal one may


@pytest.mark.parametrize(
    ("current", "password", "refusal"),
    [
        ("not the one", OTHER_PASSWORD, WrongStaffCredentials),
        (PASSWORD, "short", WeakPassword),
        (PASSWORD, "owner owner", WeakPassword),
        (PASSWORD, PASSWORD, Invalid),
    ],
)
async def test_an_own_password_that_is_refused_changes_nothing(shop, owner, current, password, refusal):
    with pytest.raises(refusal):
        await change_own_password(shop, owner.id, current, password)
    assert (await confirm_own_password(shop, owner.id, PASSWORD)).id == owner.id


async def test_strangers_are_not_found(shop, owner):
    for attempt in (
        change_role(shop, owner, "0" * 26, "support"),
        set_staff_active(shop, owner, "0" * 26, active=False),
        reissue_password(shop, owner, "0" * 26),
        change_own_password(shop, "0" * 26, PASSWORD, OTHER_PASSWORD),
    ):
        with pytest.raises(NotFound):
            await attempt


@pytest.mark.parametrize("role", ROLES)
async def test_every_role_may_read_the_log_or_not(shop, owner, role):
    actor = Actor(kind="staff", id="0" * 26, name="x", role=role)
    if role in {"owner", "manager"}:
        assert (await read_audit(shop, actor))[0]
    else:
        with pytest.raises(Forbidden):
            await read_audit(shop, actor)
