"""API keys: shown once, stored hashed, good for their scopes until revoked, and good for nothing in the back office."""

import pytest

from fairday.domain.access import SYSTEM, Actor
from fairday.domain.access.errors import BadApiKey, Forbidden, MissingScope
from fairday.kernel.clock import MINUTE_MS, FixedClock
from fairday.kernel.errors import Invalid, NotFound
from fairday.usecases.list_customers import list_customers
from fairday.usecases.manage_api_keys import check_api_key, create_api_key, list_api_keys, revoke_api_key
from fairday.usecases.write_audit import read_audit
from tests.engines import NOW_MS
from tests.shop import open_shop


@pytest.fixture
async def shop(tmp_path):
    async with open_shop(tmp_path, clock=FixedClock(NOW_MS)) as opened:
        yield opened


async def test_a_key_opens_what_its_scopes_say(shop):
    new = await create_api_key(shop, SYSTEM, " ERP  sync ", ["read"])
    assert new.text.startswith("fk_")
    actor = await check_api_key(shop, new.text, "read", "192.0.2.7")
    assert actor == Actor(kind="api_key", id=new.key.id, name="ERP sync", source="192.0.2.7")
    with pytest.raises(MissingScope) as refusal:
        await check_api_key(shop, new.text, "write")
    assert refusal.value.details == {"scope": "write"}
    both = await create_api_key(shop, SYSTEM, "both", ["write", "read"])
    for scope in ("read", "write"):
        assert (await check_api_key(shop, both.text, scope)).id == both.key.id
    for scope in ("", "admin"):
        with pytest.raises(MissingScope):
            await check_api_key(shop, both.text, scope)


async def test_only_its_hash_is_stored(shop):
    new = await create_api_key(shop, SYSTEM, "ERP", ["read"])
    stored = "\n".join(shop.database._writer.iterdump())
    assert new.text not in stored
    assert new.text[29:] not in stored
    assert new.key.key_hash in stored


async def test_what_is_no_key_opens_nothing(shop):
    new, other = [await create_api_key(shop, SYSTEM, name, ["read"]) for name in ("one", "two")]
    for text in (
        "", "fk_", "fk_x", new.text[3:], new.text[:-1], new.text + "x", new.text.upper(), f"fk_{new.key.id}",
        new.text[:29] + other.text[29:], f"fk_{'0' * 26}{new.text[29:]}", "ä" * 60, "\ud800" * 60, "x" * 100_000,
        f"fk_{new.key.id}{new.key.key_hash}", " " + new.text,
    ):  # fmt: skip
        with pytest.raises(BadApiKey):
            await check_api_key(shop, text, "read")


async def test_revoking_works_at_once_and_once(shop):
    new = await create_api_key(shop, SYSTEM, "ERP", ["read"])
    await revoke_api_key(shop, SYSTEM, new.key.id)
    with pytest.raises(BadApiKey):
        await check_api_key(shop, new.text, "read")
    for key_id in (new.key.id, "0" * 26):
        with pytest.raises(NotFound):
            await revoke_api_key(shop, SYSTEM, key_id)
    entries = [(entry.action, entry.subject_id) for entry in (await read_audit(shop, SYSTEM))[0]]
    assert entries == [("api_key.revoked", new.key.id), ("api_key.created", new.key.id)]


async def test_last_use_is_kept_to_the_minute(shop):
    new = await create_api_key(shop, SYSTEM, "ERP", ["read"])
    used = []
    for _ in range(3):
        await check_api_key(shop, new.text, "read")
        used.append((await list_api_keys(shop, SYSTEM))[0].used_ms)
        shop.clock.advance(MINUTE_MS - 1)
    assert used == [NOW_MS, NOW_MS, NOW_MS + 2 * (MINUTE_MS - 1)]


@pytest.mark.parametrize(
    ("name", "scopes"),
    [("", ["read"]), ("x" * 121, ["read"]), ("x", []), ("x", ["admin"]), ("x", ["read", "admin"]), ("x", [""])],
)
async def test_what_is_refused_makes_no_key(shop, name, scopes):
    with pytest.raises(Invalid):
        await create_api_key(shop, SYSTEM, name, scopes)
    assert await list_api_keys(shop, SYSTEM) == []


@pytest.mark.parametrize("role", ["manager", "support", "warehouse", ""])
async def test_only_owners_manage_keys(shop, role):
    new = await create_api_key(shop, SYSTEM, "ERP", ["read"])
    actor = Actor(kind="staff", id="0" * 26, name="x", role=role)
    for attempt in (
        create_api_key(shop, actor, "x", ["read"]),
        list_api_keys(shop, actor),
        revoke_api_key(shop, actor, new.key.id),
    ):
        with pytest.raises(Forbidden):
            await attempt
    assert (await check_api_key(shop, new.text, "read")).id == new.key.id
    assert len(await list_api_keys(shop, SYSTEM)) == 1


async def test_a_key_is_nobody_in_the_back_office(shop):
    new = await create_api_key(shop, SYSTEM, "ERP", ["read", "write"])
    actor = await check_api_key(shop, new.text, "write")
    for attempt in (list_customers(shop, actor), list_api_keys(shop, actor), read_audit(shop, actor)):
        with pytest.raises(Forbidden):
            await attempt
