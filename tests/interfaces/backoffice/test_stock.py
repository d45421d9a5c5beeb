"""Counting the shelves through the page, down to the books."""

from fairday.domain.inventory import StockLevel
from fairday.domain.inventory import store as stock
from fairday.domain.ledger import store as ledger
from fairday.kernel.ids import derived_id
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.shop import Shop
from tests.buying import buy
from tests.office import Browser
from tests.people import announced

MUG = derived_id("product", "MUG")


async def levels(shop: Shop) -> list[StockLevel]:
    async with shop.database.read() as reader:
        return await stock.levels(reader, ["MUG"])


async def stock_in_the_books(shop: Shop) -> int:
    async with shop.database.read() as reader:
        balances = await ledger.trial_balance(reader, 2**53)
    return sum(one.amount for one in balances if one.account == "asset:stock")


async def test_a_count_moves_shelves_and_books_together(owner: Browser, shop: Shop) -> None:
    worth = await stock_in_the_books(shop)
    await owner.get(f"/stock/{MUG}")
    fields = {"on_hand_0": "25", "cost_0": "8,00", "reason": "New delivery"}
    answer = await owner.post(f"/stock/{MUG}", fields)
    assert answer.headers["location"] == f"/backoffice/stock/{MUG}?done=counted"
    assert await levels(shop) == [StockLevel("MUG", "main", 25, 0, 0, 20 * 700 + 5 * 800)]
    assert await stock_in_the_books(shop) == worth + 5 * 800
    changed = await announced(shop, "stock_changed")
    assert changed[-1]["skus"] == ["MUG"]
    page = await owner.get(f"/stock/{MUG}")
    assert "+5" in page.text
    assert "New delivery" in (await owner.get("/audit", kind="product", subject=MUG)).text
    assert not await check_invariants(shop)


async def test_fewer_pieces_go_at_what_they_cost(owner: Browser, shop: Shop) -> None:
    worth = await stock_in_the_books(shop)
    await owner.get(f"/stock/{MUG}")
    await owner.post(f"/stock/{MUG}", {"on_hand_0": "18"})
    assert await levels(shop) == [StockLevel("MUG", "main", 18, 0, 0, 18 * 700)]
    assert await stock_in_the_books(shop) == worth - 2 * 700


async def test_a_new_place(owner: Browser, shop: Shop) -> None:
    await owner.get(f"/stock/{MUG}")
    fields = {"sku_new": "MUG", "location_new": "attic", "on_hand_new": "4", "cost_new": "6.50"}
    assert (await owner.post(f"/stock/{MUG}", fields)).status_code == 303
    assert StockLevel("MUG", "attic", 4, 0, 0, 2_600) in await levels(shop)
    assert (await owner.post(f"/stock/{MUG}", {**fields, "sku_new": "LAMP"})).status_code == 400
    assert not await check_invariants(shop)


async def test_what_is_promised_cannot_be_counted_away(owner: Browser, shop: Shop) -> None:
    await buy(shop, {"MUG": 6})
    before, worth = await levels(shop), await stock_in_the_books(shop)
    await owner.get(f"/stock/{MUG}")
    answer = await owner.post(f"/stock/{MUG}", {"on_hand_0": "5"})
    assert answer.status_code == 409
    assert "already promised" in answer.text
    assert 'value="5"' in answer.text
    assert (await levels(shop), await stock_in_the_books(shop)) == (before, worth)


async def test_nonsense_is_refused_and_nothing_changes(owner: Browser, shop: Shop) -> None:
    before, worth = await levels(shop), await stock_in_the_books(shop)
    await owner.get(f"/stock/{MUG}")
    for fields in (
        {}, {"on_hand_0": "-1"}, {"on_hand_0": "1.5"}, {"on_hand_0": "99999999999"}, {"on_hand_0": "x"},
        {"on_hand_0": "21", "cost_0": "-3"}, {"on_hand_0": "21", "cost_0": "free"},
        {"sku_new": "MUG", "on_hand_new": "1", "location_new": "\u202e"},
    ):  # fmt: skip
        assert (await owner.post(f"/stock/{MUG}", fields)).status_code == 400, fields
    assert (await levels(shop), await stock_in_the_books(shop)) == (before, worth)
