"""Every invariant of staff finds what breaks it. Those of the audit log are broken in `test_audit.py`."""

import pytest

from fairday.domain.access import Staff, store
from fairday.domain.access.invariants import INVARIANTS
from fairday.domain.access.model import Passkey
from fairday.kernel.ids import new_id
from tests.engines import NOW_MS, open_database


@pytest.fixture
async def database(tmp_path):
    async with open_database(tmp_path) as opened:
        owner = Staff(id=new_id(), login="owner", name="Owner", role="owner", created_ms=NOW_MS)
        async with opened.write() as unit:
            await store.insert_staff(unit, [owner])
            await store.insert_passkey(
                unit, Passkey(id="x", staff_id=owner.id, public_key="y", sign_count=0, name="key", created_ms=NOW_MS)
            )
            await store.replace_recovery_codes(unit, owner.id, ["a" * 64])
        yield opened


async def violations(database):
    async with database.read() as reader:
        return {invariant.name for invariant in INVARIANTS if await reader.rows(invariant.statement)}


async def test_an_honest_shop_breaks_none(database):
    assert await violations(database) == set()


async def test_a_shop_without_staff_breaks_none(tmp_path):
    async with open_database(tmp_path) as database:
        assert await violations(database) == set()


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("access-roles-known", "UPDATE staff SET role = 'god'"),
        ("access-an-owner-remains", "UPDATE staff SET active = 0"),
        ("access-an-owner-remains", "UPDATE staff SET role = 'support'"),
        ("access-factors-have-people", "UPDATE staff_passkeys SET staff_id = 'nobody'"),
        ("access-factors-have-people", "UPDATE staff_recovery_codes SET staff_id = 'nobody'"),
        ("audit-heads-are-newest", "INSERT INTO audit_heads VALUES ('chain', 3, 'hash')"),
        ("audit-links-follow", "INSERT INTO audit_links VALUES ('chain', 1, 'not empty', 'hash', 0, 0)"),
    ],
)
async def test_what_breaks_one_is_found(database, name, sql):
    database._writer.execute(sql)
    assert name in await violations(database)
