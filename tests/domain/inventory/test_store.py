"""The stock on a real database: every move is whole, and the shelf's cost is never lost to rounding."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairday.domain.inventory import INVARIANTS, HoldRequest, Received, StockRefused, sending, shelves
from fairday.domain.inventory import store as stock
from fairday.domain.inventory.errors import AwaitingStock
from fairday.domain.inventory.model import Delivery, StockPolicy
from fairday.domain.inventory.shelves import count_shelves
from fairday.kernel.ids import new_id
from tests.engines import NOW_MS, open_database


@pytest.fixture
async def database(tmp_path):
    async with open_database(tmp_path) as opened:
        yield opened
        async with opened.read() as reader:
            assert [rule.name for rule in INVARIANTS if await reader.rows(rule.statement)] == []


async def count(database, *counts):
    async with database.write() as unit:
        return await count_shelves(unit, [Received(*one) for one in counts], "test", NOW_MS)


def named(statement):
    return getattr(stock, statement, None) or getattr(sending, statement)


async def level(database, sku="A"):
    async with database.read() as reader:
        return [(s.location, s.on_hand, s.held, s.allocated, s.cost) for s in await stock.levels(reader, [sku])]


async def allocated(database, wanted):
    order_id = new_id()
    async with database.write() as unit:
        plan = await stock.hold_many(unit, [HoldRequest(order_id, wanted)], NOW_MS)
        assert not plan.refused
        await stock.confirm_many(unit, [order_id])
    return order_id


async def test_an_order_over_two_locations_leaves_both(database):
    await count(database, ("A", "main", 2, 100), ("A", "shop", 3, 200))
    order_id = await allocated(database, {"A": 4})
    assert await level(database) == [("main", 2, 0, 2, 200), ("shop", 3, 0, 2, 600)]
    async with database.write() as unit:
        assert await sending.ship(unit, order_id, {"A": 3}, "parcel", NOW_MS) == {"A": 400}
        await sending.deallocate(unit, order_id, {"A": 1})
    assert await level(database) == [("main", 0, 0, 0, 0), ("shop", 2, 0, 0, 400)]


async def test_more_than_was_allocated_is_our_mistake_and_undone(database):
    await count(database, ("A", "main", 5, 100))
    order_id = await allocated(database, {"A": 2})
    for wrong in (sending.deallocate, lambda unit, order, pieces: sending.ship(unit, order, pieces, "parcel", NOW_MS)):
        with pytest.raises(AssertionError, match="fewer pieces allocated"):
            async with database.write() as unit:
                await wrong(unit, order_id, {"A": 3})
    assert await level(database) == [("main", 5, 0, 2, 500)]


async def test_a_promise_beyond_the_shelf_is_filled_oldest_first_and_never_beyond_its_limit(database):
    await count(database, ("A", "main", 2, 100))
    async with database.write() as unit:
        await shelves.set_policy(unit, StockPolicy(sku="A", policy="backorder", beyond=4))
    first, second = await allocated(database, {"A": 3}), await allocated(database, {"A": 3})
    async with database.write() as unit:
        assert (await stock.hold_many(unit, [HoldRequest(new_id(), {"A": 1})], NOW_MS)).refused
    assert await ready(database, first, second) == [2, 0]
    for wrong in (0, 1):
        with pytest.raises(StockRefused):
            async with database.write() as unit:
                await shelves.set_policy(unit, StockPolicy(sku="A", policy="backorder", beyond=3 * wrong))
    async with database.write() as unit:
        await shelves.receive(unit, [Delivery("A", "main", 2, 100)], "truck", NOW_MS)
    assert await ready(database, first, second) == [3, 1]
    with pytest.raises(AwaitingStock) as refused:
        async with database.write() as unit:
            await sending.ship(unit, second, {"A": 2}, "parcel", NOW_MS)
    assert refused.value.details == {"sku": "A", "ready": 1, "asked": 2}
    async with database.write() as unit:
        assert await sending.ship(unit, second, {"A": 1}, "parcel", NOW_MS) == {"A": 100}
        await sending.deallocate(unit, first, {"A": 2})
    assert await ready(database, first, second) == [1, 2]
    assert await level(database) == [("main", 3, 0, 3, 300)]


async def ready(database, *order_ids):
    async with database.read() as reader:
        found = await sending.pieces_of(reader, order_ids)
    return [sum(piece.ready for piece in found[order_id]) for order_id in order_ids]


async def test_a_batch_counts_what_each_customer_takes(database):
    await count(database, ("A", "main", 9, 100))
    async with database.write() as unit:
        await shelves.set_policy(unit, StockPolicy(sku="A", per_customer=3))
    requests = [
        HoldRequest(new_id(), {"A": pieces}, customer=who) for pieces, who in ((2, "ada"), (2, "ada"), (3, "bob"))
    ]
    async with database.write() as unit:
        plan = await stock.hold_many(unit, requests, NOW_MS)
    assert plan.over_limit == {requests[1].order_id: {"A": 1}}
    async with database.write() as unit:
        assert await stock.release_many(unit, [requests[0].order_id]) == {"A": 2}
        again = await stock.hold_many(unit, [HoldRequest(new_id(), {"A": 3}, customer="ada")], NOW_MS)
    assert not again.over_limit


@pytest.mark.parametrize("name", ["_COUNT_IN", "COUNT_OUT", "_COUNT_SENT"])
async def test_no_count_of_a_customer_goes_beyond_its_bounds(database, name):
    await count(database, ("A", "main", 9, 100))
    async with database.write() as unit:
        await shelves.set_policy(unit, StockPolicy(sku="A", per_customer=3))
        await stock.hold_many(unit, [HoldRequest(new_id(), {"A": 2}, customer="ada")], NOW_MS)
    there = {"_COUNT_IN": 1, "COUNT_OUT": 2, "_COUNT_SENT": 2}[name]
    row = {"b_sku": "A", "b_customer": "ada", "b_limit": 3}
    with pytest.raises(RuntimeError, match="undo"):
        async with database.write() as unit:
            assert (
                await unit.run_many(
                    (getattr(stock, name, None) or getattr(sending, name)), [{**row, "b_quantity": there + 1}]
                )
                == 0
            )
            assert (
                await unit.run_many(
                    (getattr(stock, name, None) or getattr(sending, name)), [{**row, "b_quantity": there}]
                )
                == 1
            )
            raise RuntimeError("undo")


async def test_what_staff_do_asks_for_what_it_takes(database):
    """A move, a count and a policy, each as if the shelf had been read before somebody bought from it."""
    await count(database, ("A", "main", 5, 100))
    await allocated(database, {"A": 3})
    row = {"b_sku": "A", "b_location": "main", "b_cost": 0}
    policy = {"b_policy": "backorder", "b_expected_ms": 0}
    with pytest.raises(RuntimeError, match="undo"):
        async with database.write() as unit:
            assert await unit.run_many(shelves._TAKE, [{**row, "b_quantity": -3}]) == 0
            assert await unit.run_many(shelves._COUNT, [{**row, "b_was": 5, "b_on_hand": 2}]) == 0
            assert await unit.run_many(shelves._COUNT, [{**row, "b_was": 4, "b_on_hand": 9}]) == 0
            assert await unit.run_many(shelves._TAKE, [{**row, "b_quantity": -2}]) == 1
            assert await unit.run_many(shelves._SET_POLICY, [{**row, **policy, "b_beyond": 0}]) == 1
            assert await unit.run_many(stock._HOLD, [{**row, "b_quantity": 1}]) == 0
            assert await unit.run_many(shelves._SET_POLICY, [{**row, **policy, "b_beyond": 1}]) == 1
            assert await unit.run_many(stock._HOLD, [{**row, "b_quantity": 1}]) == 1
            assert await unit.run_many(shelves._SET_POLICY, [{**row, **policy, "b_beyond": 0}]) == 0
            raise RuntimeError("undo")


@pytest.mark.parametrize("name", ["_HOLD", "_ALLOCATE", "_RELEASE", "_DEALLOCATE", "_SHIP", "_USE_HOLD"])
async def test_every_write_asks_for_what_it_takes(database, name):
    """Whatever a unit read before: one piece more than there is of it, and the row is not touched."""
    await count(database, ("A", "main", 5, 100))
    order_id = await allocated(database, {"A": 2})
    held = new_id()
    async with database.write() as unit:
        await stock.hold_many(unit, [HoldRequest(held, {"A": 2})], NOW_MS)
    there = {"_HOLD": 1, "_SHIP": 2, "_DEALLOCATE": 2, "_USE_HOLD": 2, "_ALLOCATE": 2, "_RELEASE": 2}[name]
    row = {"b_order_id": order_id, "b_sku": "A", "b_location": "main", "b_cost": 0}
    with pytest.raises(RuntimeError, match="undo"):
        async with database.write() as unit:
            statement = named(name)
            assert await unit.run_many(statement, [{**row, "b_quantity": there + 1}]) == 0
            assert await unit.run_many(statement, [{**row, "b_quantity": there}]) == 1
            raise RuntimeError("undo")


async def test_confirming_and_releasing_twice_changes_nothing(database):
    await count(database, ("A", "main", 5, 100))
    order_id = await allocated(database, {"A": 2})
    async with database.write() as unit:
        await stock.confirm_many(unit, [order_id])
        assert await stock.release_many(unit, [order_id]) == {}
    assert await level(database) == [("main", 5, 0, 2, 500)]


async def test_a_count_below_what_is_promised_is_refused(database):
    await count(database, ("A", "main", 5, 100))
    await allocated(database, {"A": 2})
    with pytest.raises(StockRefused) as refused:
        await count(database, ("A", "main", 1, 100))
    assert refused.value.details["promised"] == 2
    assert await count(database, ("A", "main", 2, 100)) == -300


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(pieces=st.integers(1, 9), unit_cost=st.integers(0, 999), more=st.integers(0, 5), parts=st.data())
async def test_the_last_piece_takes_all_the_cost_that_is_left(database, pieces, unit_cost, more, parts):
    sku = new_id()
    worth = await count(database, (sku, "main", pieces, unit_cost))
    worth += await count(database, (sku, "main", pieces + more, unit_cost + 1))
    order_id = await allocated(database, {sku: pieces + more})
    left, cost = pieces + more, 0
    while left:
        now = parts.draw(st.integers(1, left))
        async with database.write() as unit:
            cost += (await sending.ship(unit, order_id, {sku: now}, "parcel", NOW_MS))[sku]
        left -= now
    assert cost == worth
    assert await level(database, sku) == [("main", 0, 0, 0, 0)]


async def test_a_batch_changes_each_shelf_once_by_the_sum_of_what_its_orders_take(database):
    """Two rows of one statement may not meet the same row of the table: an engine would apply one of them."""
    await count(database, ("A", "main", 9, 100), ("A", "shop", 9, 100), ("B", "main", 9, 100))
    requests = [HoldRequest(new_id(), {"B": 1, "A": quantity}) for quantity in (4, 6, 30, 3)]
    touched = []

    async with database.write() as unit:
        watching = Watching(unit, touched)
        plan = await stock.hold_many(watching, requests, NOW_MS)
        await stock.confirm_many(watching, [request.order_id for request in requests[:2]])
        await stock.release_many(watching, [requests[3].order_id])
    assert set(plan.refused) == {requests[2].order_id}
    for rows in touched:
        keys = [tuple(row[name] for name in ("b_sku", "b_location")) for row in rows]
        assert keys == sorted(set(keys))
    assert await level(database) == [("main", 9, 0, 9, 900), ("shop", 9, 0, 1, 900)]
    assert await level(database, "B") == [("main", 9, 0, 2, 900)]


async def test_who_knows_the_holds_confirms_them_without_asking_and_never_twice(database):
    await count(database, ("A", "main", 9, 100))
    request = HoldRequest(new_id(), {"A": 4})
    async with database.write() as unit:
        plan = await stock.hold_many(unit, [request], NOW_MS)
    async with database.write() as unit:
        await stock.confirm_many(unit, [request.order_id], known=plan.holds)
    assert await level(database) == [("main", 9, 0, 4, 900)]
    for _ in range(2):
        with pytest.raises(AssertionError, match="did"):
            async with database.write() as unit:
                await stock.confirm_many(unit, [request.order_id], known=plan.holds)
    assert await level(database) == [("main", 9, 0, 4, 900)]


class Watching:
    """A unit of work that notes what an UPDATE of shelves is given."""

    def __init__(self, unit, touched):
        self.rows, self.row, self.run = unit.rows, unit.row, unit.run
        self.unit, self.touched = unit, touched

    async def run_many(self, statement, rows):
        if rows and "b_sku" in rows[0]:
            self.touched.append(rows)
        return await self.unit.run_many(statement, rows)
