"""The audit log: one link a unit, and every way of rewriting it is found."""

import asyncio

import pytest

from fairday.domain.access import SYSTEM, Actor, Change, audit
from fairday.domain.access.invariants import INVARIANTS
from tests.engines import NOW_MS, open_database

KEY = bytes(range(32))
ADA = Actor(kind="staff", id="0" * 26, name="Ada", role="owner", source="192.0.2.7")


@pytest.fixture
async def database(tmp_path):
    async with open_database(tmp_path) as opened:
        for number in range(4):
            async with opened.write() as unit:
                changes = [Change("price.changed", "sku", f"S{number}", {"to": amount}) for amount in (1, 2)]
                await audit.record(unit, KEY, ADA, changes, NOW_MS + number)
        yield opened


async def broken(database, key=KEY):
    async with database.read() as reader:
        return [(one.number, one.problem) for one in await audit.verify(reader, key)]


async def violations(database):
    async with database.read() as reader:
        return {invariant.name for invariant in INVARIANTS if await reader.rows(invariant.statement)}


def tamper(database, sql, *values):
    done = database._writer.execute(sql, values)
    assert done.rowcount > 0


async def test_an_honest_log_is_whole(database):
    assert await broken(database) == []
    assert await violations(database) == set()
    async with database.read() as reader:
        entries = await audit.page(reader, "", 100)
        tops = await audit.heads(reader)
    assert len(entries) == 8
    assert {entry.number for entry in entries} == {1, 2, 3, 4}
    assert [number for number, _ in tops.values()] == [4]
    newest = next(entry for entry in entries if entry.number == 4 and entry.position == 1)
    assert (newest.actor_kind, newest.actor_id, newest.actor_name) == ("staff", "0" * 26, "Ada")
    assert newest.source == "192.0.2.7"
    assert (newest.action, newest.subject_kind, newest.subject_id) == ("price.changed", "sku", "S3")
    assert (newest.details, newest.at_ms) == ('{"to":2}', NOW_MS + 3)


async def test_another_key_proves_nothing(database):
    assert len(await broken(database, key=bytes(32))) == 4


@pytest.mark.parametrize(
    "column", ["details", "actor_id", "actor_name", "action", "subject_id", "source", "at_ms", "position"]
)
async def test_a_changed_entry_is_found(database, column):
    value = 99 if column in {"at_ms", "position"} else "x"
    tamper(database, f"UPDATE audit_entries SET {column} = ? WHERE number = 2 AND position = 1", value)  # noqa: S608
    assert await broken(database) == [(2, "its entries are not those that were written")]


async def test_a_deleted_entry_is_found(database):
    tamper(database, "DELETE FROM audit_entries WHERE number = 3 AND position = 0")
    assert await broken(database) == [(3, "its entries are not those that were written")]
    assert await violations(database) == {"audit-links-are-whole"}


async def test_an_added_entry_is_found(database):
    tamper(
        database,
        "INSERT INTO audit_entries SELECT 'zzzz', chain, number, 7, at_ms, actor_kind, actor_id, actor_name, source,"
        " action, subject_kind, subject_id, details FROM audit_entries WHERE number = 1 AND position = 0",
    )
    assert await broken(database) == [(1, "its entries are not those that were written")]
    assert await violations(database) == {"audit-links-are-whole"}


async def test_an_entry_without_a_link_is_found(database):
    tamper(database, "UPDATE audit_entries SET number = 50 WHERE number = 1 AND position = 1")
    assert "audit-entries-are-linked" in await violations(database)
    assert (1, "its entries are not those that were written") in await broken(database)


async def test_a_removed_link_is_found(database):
    tamper(database, "DELETE FROM audit_entries WHERE number = 2")
    tamper(database, "DELETE FROM audit_links WHERE number = 2")
    assert (2, "a link is missing") in await broken(database)
    assert "audit-links-follow" in await violations(database)


async def test_a_removed_end_is_found_by_its_head(database):
    tamper(database, "DELETE FROM audit_entries WHERE number = 4")
    tamper(database, "DELETE FROM audit_links WHERE number = 4")
    assert await broken(database) == [(4, "the newest link is not the one that was written last")]
    assert await violations(database) == {"audit-heads-are-newest"}


async def test_a_link_hashed_without_the_key_is_found(database):
    tamper(database, "UPDATE audit_entries SET details = '{}' WHERE number = 4")
    tamper(database, "UPDATE audit_links SET hash = ? WHERE number = 4", "f" * 64)
    tamper(database, "UPDATE audit_heads SET hash = ?", "f" * 64)
    assert await broken(database) == [(4, "its entries are not those that were written")]


async def test_links_in_another_order_are_found(database):
    for number, becomes in ((2, 100), (3, 2), (100, 3)):
        tamper(database, "UPDATE audit_links SET number = ? WHERE number = ?", becomes, number)
    assert await violations(database) >= {"audit-links-follow"}
    assert await broken(database) != []


async def test_a_unit_that_fails_leaves_no_link(database):
    async def fail():
        async with database.write() as unit:
            await audit.record(unit, KEY, ADA, [Change("price.changed", "sku", "S9")], NOW_MS)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with database.write() as unit:
        await audit.record(unit, KEY, ADA, [], NOW_MS)  # nothing changed, nothing written
    assert await broken(database) == []
    async with database.read() as reader:
        assert [number for number, _ in (await audit.heads(reader)).values()] == [4]


async def test_writers_take_turns_and_processes_have_chains_of_their_own(database, monkeypatch):
    async def write(number):
        async with database.write() as unit:
            await audit.record(unit, KEY, SYSTEM, [Change("stock.counted", "sku", str(number))], NOW_MS)

    await asyncio.gather(*(write(number) for number in range(10)))
    monkeypatch.setattr("os.getpid", lambda: 4_000_000)
    await asyncio.gather(*(write(number) for number in range(10)))
    assert await broken(database) == []
    async with database.read() as reader:
        assert sorted(number for number, _ in (await audit.heads(reader)).values()) == [10, 14]


async def test_pages_go_back_in_time_and_by_subject(database):
    async with database.read() as reader:
        everything = await audit.page(reader, "", 100)
        first = await audit.page(reader, "", 5)
        second = await audit.page(reader, first[-1].id, 5)
        about = await audit.page(reader, "", 100, subject=("sku", "S2"))
    assert [entry.id for entry in first + second] == [entry.id for entry in everything]
    assert len(second) == 3
    assert [(entry.number, entry.subject_id) for entry in about] == [(3, "S2"), (3, "S2")]
