"""Many at once at the shelves, on every engine: two locations, promises beyond the shelf, limits per customer, imports.

Tasks are jostled: they overtake one another at every statement, by a seed. On a server their units run beside each
other; on SQLite one after another, in an order that the seed chooses.
"""

import asyncio

import msgspec
import pytest
from msgspec.structs import replace

from fairday.domain.access import SYSTEM
from fairday.domain.inventory import Location, Received
from fairday.domain.inventory import store as stock
from fairday.domain.inventory.model import Delivery, StockPolicy, Transfer
from fairday.kernel.errors import Refusal
from fairday.kernel.ids import new_id
from fairday.usecases.cancel_order import cancel_order
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.count_stock import CountStock, count_stock
from fairday.usecases.export_products import export_products
from fairday.usecases.import_products import ImportProducts, import_products
from fairday.usecases.manage_stock import (
    MoveStock,
    ReceiveStock,
    add_location,
    move_stock,
    receive_stock,
    set_stock_policy,
)
from fairday.usecases.place_order import place_order
from fairday.usecases.settle_orders import settle_orders
from fairday.usecases.ship_order import ShipOrder, ship_order
from tests.buying import a_cart, an_order, buy
from tests.goods import put_goods
from tests.shop import open_shop
from tests.watched import jostled

TABS = 50
BUYERS = 24


@pytest.fixture
async def shop(state, engine):
    async with open_shop(state, database=engine) as opened:
        await put_goods(opened, {"MUG": 4, "LAMP": 30})
        await add_location(opened, SYSTEM, Location(code="north", country="DE"))
        yield opened
        await settle_orders(opened, stale_ms=0)
        assert not await check_invariants(opened)


async def together(*tasks):
    """Every answer or refusal; anything else fails the test."""
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, Refusal):
            raise answer
    return [type(answer).__name__ for answer in answers]


async def orders_of(shop, wanted, emails):
    """A command a buyer, priced now."""
    carts = [await a_cart(shop, wanted) for _ in emails]
    first = await an_order(shop, carts[0])
    return [
        replace(first, cart=cart, identity=cart.id, key=new_id(), email=email)
        for cart, email in zip(carts, emails, strict=True)
    ]


def strangers(count):
    return [f"buyer{number}@example.org" for number in range(count)]


async def level(shop, sku="MUG"):
    async with shop.database.read() as reader:
        return [(one.location, one.on_hand, one.held, one.allocated) for one in await stock.levels(reader, [sku])]


async def test_the_last_pieces_over_two_locations_are_sold_once(shop):
    await move_stock(shop, MoveStock(transfers=[Transfer("MUG", "main", "north", 1)]))
    commands = await orders_of(shop, {"MUG": 1}, strangers(BUYERS))
    crowd = jostled(shop, 1)
    answers = await together(*(place_order(crowd, command) for command in commands))
    assert sorted(answers) == ["OutOfStock"] * (BUYERS - 4) + ["PlacedOrder"] * 4
    assert await level(shop) == [("main", 3, 0, 3), ("north", 1, 0, 1)]


async def test_no_more_is_promised_than_the_policy_allows(shop):
    await set_stock_policy(shop, StockPolicy(sku="MUG", policy="backorder", beyond=5))
    commands = await orders_of(shop, {"MUG": 2}, strangers(BUYERS))
    crowd = jostled(shop, 2)
    answers = await together(*(place_order(crowd, command) for command in commands))
    assert sorted(answers) == ["OutOfStock"] * (BUYERS - 4) + ["PlacedOrder"] * 4
    assert await level(shop) == [("main", 4, 0, 8)]


async def test_fifty_tabs_of_one_customer_get_what_one_customer_may_have(shop):
    """F-21, F-53: a guest in fifty tabs, in capitals and with tags; beside them somebody else, who is not kept out."""
    await set_stock_policy(shop, StockPolicy(sku="LAMP", per_customer=2))
    names = ["ada@example.org", "Ada@Example.org", " ada+fair@example.org", "ADA+1@EXAMPLE.ORG", "ada+2@example.org"]
    emails = [names[tab % len(names)] for tab in range(TABS)] + ["bob@example.org"]
    commands = await orders_of(shop, {"LAMP": 1}, emails)
    crowd = jostled(shop, 3)
    answers = await together(*(place_order(crowd, command) for command in commands))
    assert sorted(answers) == ["CustomerLimit"] * (TABS - 2) + ["PlacedOrder"] * 3
    assert answers[-1] == "PlacedOrder"
    assert await level(shop, "LAMP") == [("main", 30, 0, 3)]


async def test_a_limit_is_free_again_when_the_order_is_off(shop):
    await set_stock_policy(shop, StockPolicy(sku="LAMP", per_customer=2))
    (declined,) = await orders_of(shop, {"LAMP": 2}, ["ada@example.org"])
    assert await together(place_order(shop, replace(declined, payment_token="tok_declined"))) == ["PaymentDeclined"]
    bought = await place_order(shop, (await orders_of(shop, {"LAMP": 2}, ["ada@example.org"]))[0])
    (more,) = await orders_of(shop, {"LAMP": 1}, ["ada+x@example.org"])
    assert await together(place_order(shop, more)) == ["CustomerLimit"]
    await cancel_order(shop, bought.order.id, reason="", actor=SYSTEM)
    again = await place_order(shop, (await orders_of(shop, {"LAMP": 2}, ["ada@example.org"]))[0])
    await ship_order(shop, ShipOrder(order_id=again.order.id))
    (more,) = await orders_of(shop, {"LAMP": 1}, ["ada@example.org"])
    assert await together(place_order(shop, more)) == ["CustomerLimit"]


async def test_counting_and_buying_the_last_piece_at_once(shop):
    """F-64: whoever is first, nothing that was promised is counted away, and no promise is written over."""
    commands = await orders_of(shop, {"MUG": 4}, strangers(3))
    crowd = jostled(shop, 4)
    counts = [CountStock(counts=[Received("MUG", "main", pieces)]) for pieces in (3, 4, 1, 4)]
    answers = await together(
        *(place_order(crowd, command) for command in commands), *(count_stock(crowd, count) for count in counts)
    )
    assert answers.count("PlacedOrder") <= 1
    ((_, on_hand, held, allocated),) = await level(shop)
    assert (held, allocated) == (0, 4 * answers.count("PlacedOrder"))
    assert on_hand >= allocated


async def test_moving_and_buying_the_last_piece_at_once(shop):
    commands = await orders_of(shop, {"MUG": 1}, strangers(8))
    crowd = jostled(shop, 5)
    moves = [MoveStock(transfers=[Transfer("MUG", "main", "north", 2)]) for _ in range(3)]
    answers = await together(
        *(place_order(crowd, command) for command in commands), *(move_stock(crowd, move) for move in moves)
    )
    assert answers.count("PlacedOrder") == 4
    found = await level(shop)
    assert sum(on_hand for _, on_hand, _, _ in found) == sum(allocated for *_, allocated in found) == 4


async def test_what_arrives_is_for_the_oldest_and_sent_once(shop):
    await set_stock_policy(shop, StockPolicy(sku="MUG", policy="preorder", beyond=6, expected_ms=2_000_000_000_000))
    first, second, third = [(await buy(shop, {"MUG": pieces})).order.id for pieces in (4, 3, 3)]
    crowd = jostled(shop, 6)
    sending = [ShipOrder(order_id=order_id) for order_id in (third, second) * 3]
    answers = await together(*(ship_order(crowd, one) for one in sending))
    assert set(answers) == {"AwaitingStock"}
    await receive_stock(shop, ReceiveStock(deliveries=[Delivery("MUG", "main", 4)]))
    answers = await together(*(ship_order(crowd, one) for one in sending))
    assert answers.count("Shipment") == 2  # three of the second's, one of the third's
    assert await level(shop) == [("main", 4, 0, 6)]
    await cancel_order(shop, first, reason="", actor=SYSTEM)
    assert await together(ship_order(shop, ShipOrder(order_id=third))) == ["Shipment"]
    assert await level(shop) == [("main", 2, 0, 0)]


async def test_importing_and_buying_the_last_piece_at_once(shop, tmp_path):
    """F-64 through a file: it says of two pieces fewer what it may; what was promised meanwhile stays promised."""
    await export_products(shop, tmp_path / "all.jsonl")
    lines = [msgspec.json.decode(line) for line in (tmp_path / "all.jsonl").read_bytes().splitlines()]
    for line in lines:
        for variant in line.get("variants", []):
            for shelf in variant.get("stock", {}).values():
                shelf["on_hand"] -= 2
    (tmp_path / "fewer.jsonl").write_bytes(b"\n".join(map(msgspec.json.encode, lines)))
    commands = await orders_of(shop, {"MUG": 1}, strangers(6))
    crowd = jostled(shop, 7)
    answers = await together(
        *(place_order(crowd, command) for command in commands),
        import_products(crowd, ImportProducts(path=tmp_path / "fewer.jsonl")),
    )
    ((_, on_hand, held, allocated),) = await level(shop)
    assert (held, allocated) == (0, answers.count("PlacedOrder"))
    assert (on_hand, allocated) in {(2, 0), (2, 1), (2, 2), (4, 3), (4, 4)}
