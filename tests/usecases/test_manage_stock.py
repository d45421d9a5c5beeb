"""Receiving, moving and promising stock: shelves, books, event and log in one unit, or nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fairday.domain.access import SYSTEM, Actor
from fairday.domain.access.errors import Forbidden
from fairday.domain.inventory import Location
from fairday.domain.inventory import store as stock
from fairday.domain.inventory.errors import LocationTaken, StockNotFree
from fairday.domain.inventory.model import Delivery, StockPolicy, Transfer
from fairday.domain.ledger import store as ledger
from fairday.kernel.clock import FixedClock
from fairday.kernel.errors import Invalid, NotFound, Refusal
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.manage_stock import (
    MoveStock,
    ReceiveStock,
    add_location,
    change_location,
    list_locations,
    move_stock,
    receive_stock,
    set_stock_policy,
    view_location,
)
from fairday.usecases.shop import Shop
from fairday.usecases.write_audit import read_audit
from tests.goods import COST, put_goods
from tests.people import announced
from tests.shop import open_shop

NOW_MS = 1_790_000_000_000


@pytest.fixture
async def shop(state: Path) -> AsyncIterator[Shop]:
    async with open_shop(state, clock=FixedClock(NOW_MS)) as opened:
        await put_goods(opened, {"MUG": 10, "LAMP": 4})
        await add_location(opened, SYSTEM, Location(code="north", name="North", country="de", priority=50))
        yield opened
        assert not await check_invariants(opened)


async def worth_in_the_books(shop: Shop) -> int:
    async with shop.database.read() as reader:
        return sum(b.amount for b in await ledger.trial_balance(reader, 2**53) if b.account == "asset:stock")


async def level(shop: Shop, sku: str) -> list[tuple[str, int, int]]:
    async with shop.database.read() as reader:
        return [(one.location, one.on_hand, one.cost) for one in await stock.levels(reader, [sku])]


async def test_what_comes_in_is_on_the_shelf_and_in_the_books(shop: Shop) -> None:
    before = await worth_in_the_books(shop)
    deliveries = [Delivery("MUG", "north", 3, 900), Delivery("MUG", "north", 2, 1_000), Delivery("LAMP", "main", 1)]
    assert await receive_stock(shop, ReceiveStock(deliveries=deliveries, reason="Monday")) == 4_700
    assert await worth_in_the_books(shop) == before + 4_700
    assert await level(shop, "MUG") == [("main", 10, 10 * COST), ("north", 5, 4_700)]
    assert (await announced(shop, "stock_changed"))[-1]["skus"] == ["LAMP", "MUG"]
    entries, _ = await read_audit(shop, SYSTEM, limit=3)
    assert {entry.action for entry in entries} == {"stock.received"}


async def test_a_move_takes_its_cost_along_and_changes_nothing_in_the_books(shop: Shop) -> None:
    before = await worth_in_the_books(shop)
    await receive_stock(shop, ReceiveStock(deliveries=[Delivery("MUG", "main", 1, 1_001)]))
    transfers = [Transfer("MUG", "main", "north", 4), Transfer("MUG", "main", "north", 7)]
    await move_stock(shop, MoveStock(transfers=transfers))
    assert await level(shop, "MUG") == [("main", 0, 0), ("north", 11, 10 * COST + 1_001)]
    assert await worth_in_the_books(shop) == before + 1_001


@pytest.mark.parametrize(
    ("transfer", "refusal"),
    [
        (Transfer("MUG", "main", "north", 11), StockNotFree),
        (Transfer("MUG", "north", "main", 1), StockNotFree),
        (Transfer("MUG", "main", "main", 1), Invalid),
        (Transfer("MUG", "main", "nowhere", 1), NotFound),
        (Transfer("NOSUCH", "main", "north", 1), NotFound),
        (Transfer("MUG", "main", "north", 0), Invalid),
        (Transfer("MUG", "main", "north", -1), Invalid),
        (Transfer("MUG", "main", "north", 2**63), Invalid),
    ],
)
async def test_a_move_that_cannot_be_moves_nothing(shop: Shop, transfer: Transfer, refusal: type[Refusal]) -> None:
    events = await announced(shop)
    with pytest.raises(refusal):
        await move_stock(shop, MoveStock(transfers=[Transfer("MUG", "main", "north", 1), transfer]))
    assert await level(shop, "MUG") == [("main", 10, 10 * COST)]
    assert await announced(shop) == events


@pytest.mark.parametrize("delivery", [
    Delivery("MUG", "main", 0), Delivery("MUG", "main", -3), Delivery("MUG", "main", 2**31),
    Delivery("MUG", "main", 9_999_999), Delivery("MUG", "main", 1, -1), Delivery("MUG", "nowhere", 1),
    Delivery("NOSUCH", "main", 1),
])  # fmt: skip
async def test_a_delivery_that_cannot_be_is_refused(shop: Shop, delivery: Delivery) -> None:
    with pytest.raises(Refusal):
        await receive_stock(shop, ReceiveStock(deliveries=[Delivery("LAMP", "main", 1), delivery]))
    assert await level(shop, "LAMP") == [("main", 4, 4 * COST)]


async def test_a_policy_is_seen_by_shoppers_and_its_limit_is_for_the_sku(shop: Shop) -> None:
    await receive_stock(shop, ReceiveStock(deliveries=[Delivery("MUG", "north", 1)]))
    policy = StockPolicy(
        sku="MUG", location="north", policy="backorder", beyond=5, expected_ms=NOW_MS + 1, per_customer=2
    )
    await set_stock_policy(shop, policy)
    async with shop.database.read() as reader:
        offer = (await stock.offers(reader, ["MUG"]))["MUG"]
        levels = await stock.levels(reader, ["MUG"])
    assert (offer.now, offer.later, offer.policy, offer.per_customer) == (11, 5, "backorder", 2)
    assert [one.per_customer for one in levels] == [2, 2]
    assert (await announced(shop, "stock_changed"))[-1]["skus"] == ["MUG"]


@pytest.mark.parametrize("policy", [
    StockPolicy(sku="MUG", policy="deny", beyond=1), StockPolicy(sku="MUG", policy="backorder", beyond=-1),
    StockPolicy(sku="MUG", policy="backorder", beyond=2**31), StockPolicy(sku="MUG", policy="preorder", beyond=1),
    StockPolicy(sku="MUG", policy="maybe", beyond=1),  # type: ignore[arg-type]
    StockPolicy(sku="MUG", per_customer=-1), StockPolicy(sku="MUG", expected_ms=2**63),
    StockPolicy(sku="MUG", location="nowhere"), StockPolicy(sku="NOSUCH"),
])  # fmt: skip
async def test_a_policy_that_cannot_be_is_refused(shop: Shop, policy: StockPolicy) -> None:
    with pytest.raises(Refusal):
        await set_stock_policy(shop, policy)


async def test_a_closed_location_sells_nothing_and_main_never_closes(shop: Shop) -> None:
    await receive_stock(shop, ReceiveStock(deliveries=[Delivery("MUG", "north", 3)]))
    await change_location(shop, SYSTEM, Location(code="north", name="North", active=0))
    async with shop.database.read() as reader:
        assert await stock.available(reader, ["MUG"]) == {"MUG": 10}
    with pytest.raises(Invalid):
        await change_location(shop, SYSTEM, Location(code="main", active=0))


async def test_locations_are_listed_with_what_they_hold(shop: Shop) -> None:
    await receive_stock(shop, ReceiveStock(deliveries=[Delivery("MUG", "north", 3, 10)]))
    listed = await list_locations(shop, SYSTEM)
    assert [(place.code, place.country, sums.skus, sums.on_hand, sums.cost) for place, sums in listed] == [
        ("north", "DE", 1, 3, 30), ("main", "", 2, 14, 14 * COST),
    ]  # fmt: skip
    page = await view_location(shop, SYSTEM, "main", limit=1)
    assert ([one.sku for one in page.levels], page.cursor) == (["LAMP"], "LAMP")
    page = await view_location(shop, SYSTEM, "main", after="LAMP", limit=1)
    assert ([one.sku for one in page.levels], page.cursor) == (["MUG"], "")
    with pytest.raises(NotFound):
        await view_location(shop, SYSTEM, "nowhere")


@pytest.mark.parametrize("location", [
    Location(code=""), Location(code="Big"), Location(code="a b"), Location(code="a" * 65), Location(code="../a"),
    Location(code="a", country="GERMANY"), Location(code="a", region="x" * 17), Location(code="a", priority=-1),
    Location(code="a", name="x" * 101), Location(code="a", name="a\x00b"),
])  # fmt: skip
async def test_a_location_that_cannot_be_is_refused(shop: Shop, location: Location) -> None:
    with pytest.raises(Invalid):
        await add_location(shop, SYSTEM, location)


async def test_a_code_is_used_once_and_only_staff_of_the_stock_may(shop: Shop) -> None:
    with pytest.raises(LocationTaken):
        await add_location(shop, SYSTEM, Location(code="north"))
    with pytest.raises(NotFound):
        await change_location(shop, SYSTEM, Location(code="south"))
    support = Actor(kind="staff", role="support")
    for denied in (
        receive_stock(shop, ReceiveStock(deliveries=[Delivery("MUG", "main", 1)], actor=support)),
        move_stock(shop, MoveStock(transfers=[Transfer("MUG", "main", "north", 1)], actor=support)),
        set_stock_policy(shop, StockPolicy(sku="MUG"), actor=support),
        add_location(shop, support, Location(code="south")),
    ):
        with pytest.raises(Forbidden):
            await denied
