"""SQL described once: parameters in their order, lists as one, and what is missing told before it reaches a driver."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, String, Table, bindparam, select, update

from fairday.kernel.sql import Statement, insert_new, upsert, within

THINGS = Table(
    "things",
    MetaData(),
    Column("name", String(64), primary_key=True),
    Column("size", Integer, nullable=False),
    Column("seen", Integer, nullable=False),
)
NAMES = Table("names", MetaData(), Column("name", String(64), primary_key=True))
SOME = Statement(
    select(THINGS.c.name)
    .where(within(THINGS.c.name, "names"), THINGS.c.size > bindparam("over"), THINGS.c.seen == 7)
    .order_by(THINGS.c.name)
)


@pytest.fixture
def database():
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE things (name TEXT PRIMARY KEY, size INTEGER, seen INTEGER)")
    yield connection
    connection.close()


def run(connection, statement, **parameters):
    compiled = statement.compiled("sqlite")
    return connection.execute(compiled.text, compiled.values_as_json(parameters))


@given(names=st.lists(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=10)))
def test_a_list_of_any_length_and_content_is_one_parameter(names):
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE things (name TEXT PRIMARY KEY, size INTEGER, seen INTEGER)")
    for name in {*names, "another"}:
        run(connection, insert_new(THINGS), name=name, size=1, seen=7)
    found = [row[0] for row in run(connection, SOME, names=[*names, "absent"], over=0)]
    assert sorted(found) == sorted(set(names))
    connection.close()


def test_within_can_use_an_index(database):
    compiled = SOME.compiled("sqlite")
    plan = database.execute(f"EXPLAIN QUERY PLAN {compiled.text}", compiled.values_as_json({"names": ["a"], "over": 0}))
    assert any("SEARCH things USING INDEX" in row[3] for row in plan)


@pytest.mark.parametrize("given_", [{"names": []}, {"over": 1}, {}])
def test_a_missing_parameter_is_our_mistake(given_):
    with pytest.raises(KeyError):
        SOME.compiled("sqlite").values(given_)


def test_constants_are_kept_with_the_statement():
    compiled = SOME.compiled("sqlite")
    assert 7 in compiled.values({"names": ["a"], "over": 3})
    assert SOME.compiled("sqlite") is compiled, "compiled once"


def test_upsert_overwrites_all_but_what_it_keeps(database):
    keeping = upsert(THINGS, keep=("seen",))
    for size in (1, 2):
        assert run(database, keeping, name="a", size=size, seen=size).rowcount == 1
    assert database.execute("SELECT * FROM things").fetchall() == [("a", 2, 1)]
    run(database, upsert(THINGS), name="a", size=3, seen=3)
    assert database.execute("SELECT * FROM things").fetchall() == [("a", 3, 3)]


def test_insert_new_says_by_its_row_count_whether_it_was(database):
    assert run(database, insert_new(THINGS), name="a", size=1, seen=1).rowcount == 1
    assert run(database, insert_new(THINGS), name="a", size=2, seen=2).rowcount == 0
    assert database.execute("SELECT size FROM things").fetchall() == [(1,)]


def test_a_table_of_keys_alone_can_be_upserted(database):
    database.execute("CREATE TABLE names (name TEXT PRIMARY KEY)")
    assert [run(database, upsert(NAMES), name="a").rowcount for _ in range(2)] == [1, 0]


def test_row_counts_count_what_was_found_not_what_changed(database):
    run(database, insert_new(THINGS), name="a", size=1, seen=1)
    same = Statement(update(THINGS).where(THINGS.c.name == bindparam("b_name")).values(size=bindparam("size")))
    assert run(database, same, b_name="a", size=1).rowcount == 1
    assert run(database, same, b_name="b", size=1).rowcount == 0


def test_another_dialect_is_not_guessed_at():
    for statement in (upsert(THINGS), insert_new(THINGS)):
        with pytest.raises(LookupError):
            statement.compiled("oracle")
