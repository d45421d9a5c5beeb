"""The stage itself: it takes every order there is once, and sees who waits."""

import asyncio
from functools import partial
from math import comb

import pytest

from tests.interleavings.stage import Plans, Side, Stage, label, stops_of


async def nobody_waits() -> int:
    return 0


async def walk(steps: int, seen: list[str], side: Side) -> None:
    for _ in range(steps):
        await side.before("update stock")
        seen.append(side.name)


async def orders(a: int, b: int, plans: Plans) -> list[str]:
    found = []
    for plan in plans:
        seen: list[str] = []
        stage = Stage([Side("a"), Side("b")], nobody_waits)
        await stage.play({"a": partial(walk, a, seen), "b": partial(walk, b, seen)}, plan)
        found.append("".join(seen))
    return found


@pytest.mark.parametrize(("a", "b"), [(0, 0), (1, 0), (2, 3), (4, 4)])
async def test_every_order_of_two_sides_is_taken_once(a, b):
    found = await orders(a, b, Plans())
    assert len(found) == len(set(found)) == comb(a + b, a)
    assert all(one.count("a") == a for one in found)


async def test_a_seed_takes_some_of_them_and_the_same_ones_again():
    some = await orders(4, 4, Plans(seed=7, most=20))
    assert len(some) == 20
    assert len(set(some)) > 10
    assert some == await orders(4, 4, Plans(seed=7, most=20))


async def test_a_side_that_waits_for_the_other_is_passed_over():
    """A lock of our own in place of a row's: whoever has it keeps it until it is done."""
    found, blocked = set(), 0
    for plan in Plans():
        row, waiting, seen = asyncio.Lock(), [0], []

        async def unit(side, row=row, waiting=waiting, seen=seen):
            await side.before("update stock")
            waiting[0] += row.locked()
            held = row.locked()
            async with row:
                waiting[0] -= held
                seen.append(side.name)
                await side.before("insert orders")
                seen.append(side.name)
                await side.before("commit")

        async def how_many(waiting=waiting):
            return waiting[0]

        stage = Stage([Side("a"), Side("b")], how_many)
        answers = await stage.play({"a": unit, "b": unit}, plan)
        assert answers == {"a": None, "b": None}
        found.add("".join(seen))
        blocked += stage.blocked
    assert found == {"aabb", "bbaa"}
    assert blocked > 0


async def test_what_a_side_raises_is_its_answer():
    async def fails(side):
        await side.before("update stock")
        raise LookupError

    stage = Stage([Side("a"), Side("b")], nobody_waits)
    answers = await stage.play({"a": fails, "b": partial(walk, 1, [])}, next(iter(Plans())))
    assert isinstance(answers["a"], LookupError)
    assert answers["b"] is None


def test_statements_are_known_by_what_they_do_to_which_table():
    assert label("SELECT a FROM orders WHERE x FOR UPDATE") == "lock orders"
    assert label('UPDATE "stock" SET held = 1') == "update stock"
    assert label("SELECT a FROM orders WHERE x") == "select orders"
    assert label("INSERT IGNORE INTO `carts` VALUES (1)") == "insert carts"


def test_a_long_side_stops_where_the_two_can_meet():
    steps = ["select orders 1", "select stock 1", "update stock 1", "insert order_lines 1", "commit 1"]
    steps.insert(0, "begin 1")
    assert stops_of(steps, frozenset({"stock"})) == {"begin 1", "select stock 1", "update stock 1", "commit 1"}
    many = [f"update stock {n}" for n in range(9)] + ["commit 1"]
    assert len(stops_of(many, frozenset({"stock"}))) == 7
    assert "commit 1" in stops_of(many, frozenset({"stock"}))
