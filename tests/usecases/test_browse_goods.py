"""What shoppers see of goods: cards, listings, the page of one, and the index that finds them."""

import asyncio
import contextlib
import shutil
import time

import pytest
from msgspec.structs import replace

from fairday.adapters.database.sqlite import SqliteUnit
from fairday.domain.catalog import Attribute, Category, Localised, Media, Option, Product, Rating, Variant
from fairday.domain.inventory import HoldRequest, Received, StockChanged
from fairday.domain.inventory import store as stock
from fairday.domain.inventory.shelves import count_shelves
from fairday.domain.pricing import Price
from fairday.domain.pricing import store as pricing
from fairday.domain.pricing.events import ListingsChanged, PricesChanged
from fairday.kernel.clock import FixedClock
from fairday.kernel.errors import NotFound
from fairday.kernel.events import announce
from fairday.kernel.ids import derived_id, new_id
from fairday.ports.search import SearchQuery
from fairday.subscribers.search import subscription
from fairday.usecases.index_products import ensure_index, rebuild_index
from fairday.usecases.list_cards import list_cards
from fairday.usecases.search_goods import search_goods, suggest_goods
from fairday.usecases.shop import Shop
from fairday.usecases.view_product import view_product
from tests.shop import open_shop

NOW_MS = 1_790_000_000_000
HOME = Category(derived_id("category", "home"), "home", "home", "Home", names={"de": "Wohnen"})
LAMPS = Category(derived_id("category", "lamps"), "lamps", "lamps", "Lamps", HOME.id, {"de": "Leuchten"})


@pytest.fixture
def clock():
    return FixedClock(NOW_MS)


@pytest.fixture
async def shop(tmp_path, clock):
    async with open_shop(tmp_path / "state", clock=clock) as opened:
        await opened.products.put_many(categories=[HOME, LAMPS])
        await put(opened, lamp("desk", "Desk Lamp"), {"desk-s": (4900, 5), "desk-l": (3900, 0)})
        await put(opened, lamp("floor", "Floor Lamp", rating=Rating(480, 9)), {"floor-s": (12900, 2)})
        await put(opened, lamp("rug", "Woven Rug", category_ids=(HOME.id,)), {"rug-s": (9900, 0)})
        await ensure_index(opened)
        yield opened


def lamp(key: str, name: str, **fields) -> Product:
    defaults = {
        "category_ids": (LAMPS.id,), "brand": "Fairline", "options": (Option("Size", ("S", "L")),),
        "translations": {"de": Localised(name=f"{name} auf Deutsch")},
        "media": (Media("film.mp4", "video"), Media(f"{key}.jpg", alt=name)),
        "attributes": (Attribute("Width", "number", number=12.5, unit="cm"), Attribute("Dimmable", "flag", flag=True)),
    }  # fmt: skip
    return Product(id=derived_id("product", key), key=key, slug=f"{key}-lamp", name=name, **{**defaults, **fields})


async def put(shop: Shop, product: Product, shelves: dict[str, tuple[int, int]]) -> None:
    variants = tuple(Variant(sku, {"Size": sku[-1].upper()}) for sku in shelves)
    await shop.products.put_many([replace(product, variants=variants)])
    async with shop.database.write() as unit:
        await pricing.set_prices(unit, [Price(sku, "EUR", amount) for sku, (amount, _) in shelves.items()])
        counts = [Received(sku, "main", pieces) for sku, (_, pieces) in shelves.items()]
        await count_shelves(unit, counts, new_id(), NOW_MS)
        await pricing.set_listings(unit, [(product.id, "visible")])


def product_id(key: str) -> str:
    return derived_id("product", key)


async def names(shop: Shop, text: str = "", **fields) -> list[str]:
    found = await search_goods(shop, SearchQuery(text=text, facets=False, **fields))
    return [card.name for card in found.cards]


async def test_a_card_joins_document_price_and_stock(shop):
    card = (await list_cards(shop, [product_id("desk")], language="de", currency="EUR"))[0]
    assert (card.name, card.key, card.slug, card.brand) == ("Desk Lamp auf Deutsch", "desk", "desk-lamp", "Fairline")
    assert card.picture == Media("desk.jpg", alt="Desk Lamp")
    assert [(one.sku, one.options, one.amount, one.available) for one in card.variants] == [
        ("desk-s", {"Size": "S"}, 4900, 5), ("desk-l", {"Size": "L"}, 3900, 0),
    ]  # fmt: skip
    assert (card.amount, card.from_price, card.available) == (4900, True, True), "the cheapest that can be had"


async def test_a_card_of_what_is_sold_out_or_not_sold_in_a_currency(shop):
    rug = (await list_cards(shop, [product_id("rug")], language="en", currency="EUR"))[0]
    assert (rug.amount, rug.available, rug.from_price) == (9900, False, False)
    dollars = (await list_cards(shop, [product_id("desk")], language="en", currency="USD"))[0]
    assert (dollars.amount, dollars.available) == (None, False)


async def test_cards_keep_the_order_and_leave_out_what_is_hidden_or_unknown(shop):
    async with shop.database.write() as unit:
        await pricing.set_listings(unit, [(product_id("floor"), "hidden")])
    wanted = [product_id("rug"), product_id("floor"), new_id(), product_id("desk")]
    cards = await list_cards(shop, wanted, language="en", currency="EUR")
    assert [card.key for card in cards] == ["rug", "desk"]


async def test_a_card_is_kept_for_seconds_and_dropped_when_its_product_changes(shop, clock):
    async def amount() -> int | None:
        return (await list_cards(shop, [product_id("floor")], language="en", currency="EUR"))[0].amount

    assert await amount() == 12900
    async with shop.database.write() as unit:
        await pricing.set_prices(unit, [Price("floor-s", "EUR", 100)])
    assert await amount() == 12900
    clock.advance(5_001)
    assert await amount() == 100
    heard = [subscription(shop)]
    await shop.bus.deliver(heard)
    async with shop.database.write() as unit:
        await pricing.set_prices(unit, [Price("floor-s", "EUR", 200)])
        await announce(unit, [PricesChanged(subject="floor-s", skus=("floor-s",))], NOW_MS)
    await shop.bus.deliver(heard)
    assert await amount() == 200


async def test_a_page_of_cards_takes_four_questions_and_then_none(shop, monkeypatch):
    asked = 0
    rows = SqliteUnit.rows

    async def counted(unit, statement, /, **parameters):
        nonlocal asked
        asked += 1
        return await rows(unit, statement, **parameters)

    monkeypatch.setattr(SqliteUnit, "rows", counted)
    wanted = [product_id(key) for key in ("desk", "floor", "rug")]
    for expected in (4, 4):
        assert len(await list_cards(shop, wanted, language="en", currency="EUR")) == 3
        assert asked == expected


async def test_a_listing_has_cards_facets_and_a_total(shop):
    found = await search_goods(shop, SearchQuery(category_id=HOME.id))
    assert found.total == 3
    assert [card.name for card in found.cards] == ["Floor Lamp", "Desk Lamp", "Woven Rug"]
    facets = {facet.name: dict(facet.values) for facet in found.facets}
    assert facets["category"] == {HOME.id: 3, LAMPS.id: 2}
    assert facets["brand"] == {"Fairline": 3}
    assert found.price_range == (3900, 12900)
    assert await names(shop, attributes={"Width": ("12.5 cm",)}, category_id=LAMPS.id) == ["Floor Lamp", "Desk Lamp"]


async def test_search_reads_words_skus_and_categories_in_the_shops_languages(shop):
    assert await names(shop, "desk lamp") == ["Desk Lamp"]
    assert await names(shop, "FLOOR-S") == ["Floor Lamp"]
    assert await names(shop, "leuchten", language="de") != []
    assert await names(shop, "deutsch desk", language="de") == ["Desk Lamp auf Deutsch"]
    suggestions = await suggest_goods(shop, "lam", language="en")
    assert ("category", LAMPS.id, "Lamps") in [(one.kind, one.id, one.text) for one in suggestions]


async def test_a_product_page_has_its_way_and_similar_goods(shop):
    view = await view_product(shop, "desk-lamp", language="de", currency="EUR")
    assert view.product.name == "Desk Lamp auf Deutsch"
    assert [node.key for node in view.path] == ["home", "lamps"]
    assert [card.key for card in view.similar] == ["floor"]
    assert view.card.amount == 4900
    assert (await view_product(shop, product_id("desk"), language="de", currency="EUR")).product == view.product


@pytest.mark.parametrize("reference", ["nothing", "0" * 26, "floor-lamp", ""])
async def test_what_is_not_there_or_hidden_is_not_found(shop, reference):
    async with shop.database.write() as unit:
        await pricing.set_listings(unit, [(product_id("floor"), "hidden")])
    with pytest.raises(NotFound):
        await view_product(shop, reference, language="en", currency="EUR")


async def test_the_index_hears_of_every_change(shop):
    heard = [subscription(shop)]
    await shop.bus.deliver(heard)
    found = (await shop.products.get_many([product_id("desk")]))[product_id("desk")]
    await shop.products.put_many([replace(found, name="Harbour Light", translations={})])
    await shop.bus.deliver(heard)
    assert await names(shop, "harbour") == ["Harbour Light"]
    async with shop.database.write() as unit:
        await pricing.set_listings(unit, [(found.id, "hidden")])
        await announce(unit, [ListingsChanged(subject=found.id, product_ids=(found.id,))], NOW_MS)
    await shop.bus.deliver(heard)
    assert (await shop.search.search(SearchQuery())).total == 2
    async with shop.database.write() as unit:
        await stock.hold_many(unit, [HoldRequest("o1", {"floor-s": 2})], NOW_MS)
        await announce(unit, [StockChanged(subject="floor-s", skus=("floor-s",))], NOW_MS)
    await shop.bus.deliver(heard)
    assert (await shop.search.search(SearchQuery(only_available=True))).total == 0
    await shop.products.put_many(categories=[replace(LAMPS, name="Chandeliers")])
    await shop.bus.deliver(heard)
    assert await names(shop, "chandelier") == ["Floor Lamp"]
    await shop.products.put_many(categories=[Category(new_id(), "rugs", "rugs", "Rugs", HOME.id)])
    await shop.bus.deliver(heard)
    await shop.products.put_many(categories=[replace(LAMPS, name="Lanterns")])
    await shop.bus.deliver(heard)
    assert await names(shop, "lantern") == ["Floor Lamp"]
    assert await names(shop, "chandelier") == []


async def test_a_listing_is_kept_for_seconds_and_dropped_when_the_index_changes(shop, clock):
    assert len(await names(shop)) == 3
    await shop.search.delete_many([product_id("rug")])
    assert len(await names(shop)) == 3, "kept"
    clock.advance(5_001)
    assert len(await names(shop)) == 2
    await rebuild_index(shop)
    assert len(await names(shop)) == 3, "dropped at once"


async def test_a_change_is_found_within_a_second(shop):
    running = asyncio.create_task(shop.bus.run([subscription(shop)]))
    while not await shop.bus.backlog():  # noqa: ASYNC110 - the tables are watched from outside
        await asyncio.sleep(0.01)
    begun = time.monotonic()
    await put(shop, lamp("new", "Zeppelin"), {"new-s": (100, 1)})
    while await names(shop, "zeppelin") != ["Zeppelin"]:
        await asyncio.sleep(0.01)
        assert time.monotonic() - begun < 1
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def test_a_lost_index_is_filled_again_at_the_next_start(tmp_path, clock):
    async with open_shop(tmp_path / "state", clock=clock) as shop:
        await put(shop, lamp("desk", "Desk Lamp"), {"desk-s": (4900, 5)})
        assert await ensure_index(shop) == 1
        assert await ensure_index(shop) == 0
    shutil.rmtree(tmp_path / "state" / "search")
    async with open_shop(tmp_path / "state", clock=clock) as shop:
        assert (await shop.search.search(SearchQuery())).total == 0
        assert await ensure_index(shop) == 1
        assert await names(shop, "desk") == ["Desk Lamp"]


async def test_what_is_shown_without_a_document_is_not_sought_for_ever(shop):
    assert await ensure_index(shop) == 0
    async with shop.database.write() as unit:
        await pricing.set_listings(unit, [(new_id(), "visible")])
    assert await ensure_index(shop) == 3
    assert await ensure_index(shop) == 0


async def test_a_rebuild_forgets_what_is_not_there(shop):
    async with shop.database.write() as unit:
        await pricing.set_listings(unit, [(product_id("rug"), "hidden")])
    told: list[int] = []
    assert await rebuild_index(shop, told.append) == 2
    assert sum(told) == 3
    assert (await shop.search.search(SearchQuery(text="rug"))).total == 0
