"""Orders on a real database: whoever comes second is told so, and invoices have no gaps."""

import pytest

from fairday.domain.orders import Command, Order, OrderLine
from fairday.domain.orders import store as orders
from fairday.domain.orders.model import MOVES
from fairday.kernel.ids import new_id
from tests.engines import NOW_MS, open_database


@pytest.fixture
async def database(tmp_path):
    async with open_database(tmp_path) as opened:
        yield opened


def an_order(state="held", at_ms=NOW_MS):
    return Order(
        id=new_id(), state=state, version=0, cart_id=new_id(), customer_id="", email="a@b.c", language="en",
        country="DE", region="", address="{}", currency="EUR", subtotal=0, discount=0, shipping=0, shipping_tax=0,
        tax=0, tax_included=1, total=0, shipping_method="", voucher_code="", provider="sandbox", invoice_number=0,
        placed_ms=at_ms, updated_ms=at_ms,
    )  # fmt: skip


def a_command(key="k", order_id="o", request_hash="h"):
    return Command(
        identity="i", route="r", idempotency_key=key, request_hash=request_hash, order_id=order_id, at_ms=NOW_MS
    )


async def test_the_first_command_under_a_key_is_the_one_that_is_remembered(database):
    async with database.write() as unit:
        assert await orders.first_commands(unit, [a_command(order_id="one"), a_command("other")]) == {}
        again = await orders.first_commands(unit, [a_command(order_id="two", request_hash="else")])
    assert again == {"k": a_command(order_id="one")}


async def test_a_cart_is_claimed_once_and_free_again_when_its_order_is_declined(database):
    async with database.write() as unit:
        assert await orders.claim_carts(unit, {"cart": "one"}) == {}
        assert await orders.claim_carts(unit, {"cart": "two", "another": "three"}) == {"cart": "one"}
        await orders.free_carts(unit, ["one"])
        assert await orders.claim_carts(unit, {"cart": "two"}) == {}
        assert await orders.order_of_cart(unit, "cart") == "two"


@pytest.mark.parametrize("before", MOVES)
@pytest.mark.parametrize("after", MOVES)
async def test_only_legal_moves_are_made_and_only_from_what_was_read(database, before, after):
    order = an_order(before)
    async with database.write() as unit:
        await orders.insert_many(unit, [order], [])
        legal = after in MOVES[before]
        assert await orders.move(unit, order, after, NOW_MS + 1) == legal
        assert not await orders.move(unit, order, after, NOW_MS + 2), "the version has moved on"
        kept = (await orders.get_many(unit, [order.id]))[order.id]
    assert (kept.state, kept.version) == ((after, 1) if legal else (before, 0))


@pytest.mark.parametrize("column", ["shipped", "cancelled", "refunded"])
async def test_lines_take_no_more_pieces_than_they_have(database, column):
    order = an_order()
    lines = [
        OrderLine(
            order_id=order.id, line_no=number, product_id="", sku="A", name="", options="", quantity=3, unit_amount=0,
            goods=0, discount=0, tax=0, tax_rate_ppm=0, total=0, shipped=int(column != "refunded"),
        )
        for number in (1, 2)
    ]  # fmt: skip
    left = 3 if column == "refunded" else 2
    async with database.write() as unit:
        await orders.insert_many(unit, [order], lines)
        assert not await orders.add_to_lines(unit, order.id, column, {1: left + 1})
        assert not await orders.add_to_lines(unit, order.id, column, {9: 1})
        assert await orders.add_to_lines(unit, order.id, column, {1: left, 2: 1})
        assert not await orders.add_to_lines(unit, order.id, column, {1: 1})
        found = (await orders.lines_of(unit, [order.id]))[order.id]
    assert [getattr(line, column) for line in found] == [getattr(lines[0], column) + n for n in (left, 1)]


async def test_invoices_are_numbered_in_batches_without_gaps(database):
    made = [an_order() for _ in range(5)]
    ids = [order.id for order in made]
    async with database.write() as unit:
        await orders.insert_many(unit, made, [])
        await orders.place_held(unit, made[:2], NOW_MS)
    with pytest.raises(RuntimeError):
        async with database.write() as unit:
            await orders.place_held(unit, made[2:], NOW_MS)
            raise RuntimeError
    async with database.write() as unit:
        placed = await orders.place_held(unit, made[2:], NOW_MS + 1)
        found = await orders.get_many(unit, ids)
    assert [found[order_id].invoice_number for order_id in ids] == [1, 2, 3, 4, 5]
    assert placed == [found[order_id] for order_id in ids[2:]]


async def test_only_held_orders_can_be_decided_and_only_once(database):
    held, placed, declined = an_order(), an_order("placed"), an_order()
    async with database.write() as unit:
        await orders.insert_many(unit, [held, placed, declined], [])
        assert await orders.held_among(unit, [held.id, placed.id, "absent"]) == {held.id}
        (off,) = await orders.decline_held(unit, [declined], NOW_MS + 1)
        assert off == (await orders.get_many(unit, [declined.id]))[declined.id]
        assert (off.state, off.version, off.invoice_number) == ("declined", 1, 0)
    for decide in (orders.place_held, orders.decline_held):
        with pytest.raises(AssertionError):
            async with database.write() as unit:
                await decide(unit, [held, declined], NOW_MS + 2)
    async with database.read() as reader:
        assert (await orders.get_many(reader, [held.id]))[held.id] == held


async def test_held_orders_are_paged_by_id_up_to_a_time(database):
    made = [an_order(at_ms=NOW_MS + n) for n in range(5)]
    async with database.write() as unit:
        await orders.insert_many(unit, [*made, an_order("placed")], [])
        ids = sorted(order.id for order in made[:4])
        first = await orders.held_before(unit, NOW_MS + 3, "", 3)
        assert [order.id for order in first] == ids[:3]
        assert [order.id for order in await orders.held_before(unit, NOW_MS + 3, ids[2], 3)] == ids[3:]
