"""Finding things: facets, chips, sorting, pages, suggestions, and help when nothing is found."""

import re
from html import unescape

import pytest

from fairday.domain.catalog import Attribute, Category, Product, Rating, Variant
from fairday.domain.inventory import Received
from fairday.domain.inventory.shelves import count_shelves
from fairday.domain.pricing import Price
from fairday.domain.pricing import store as pricing
from fairday.interfaces.storefront.places import Places
from fairday.interfaces.storefront.questions import PAGE_SIZE, address, parse
from fairday.kernel.ids import derived_id
from fairday.usecases.index_products import rebuild_index

COUNT = 60
ROOM, LAMPS = (
    Category(id=derived_id("c", name), key=name, slug=name, name=name.title(), names={"de": f"{name}-de"})
    for name in ("room", "lamps")
)


def lamp(n):
    return Product(
        id=derived_id("lamp", str(n)),
        key=f"lamp-{n}",
        slug=f"lamp-{n}",
        name=f"Lamp {n:02}",
        brand=("Ashby", "Brook")[n % 2],
        category_ids=(LAMPS.id,),
        variants=(Variant(sku=f"L{n}"),),
        attributes=(Attribute("Colour", text=("Red", "Blue", "Oat")[n % 3]),),
        rating=Rating(300 + n, 5),
    )


@pytest.fixture
async def stocked(shop):
    """Sixty lamps, each a euro dearer than the one before; every fourth sold out."""
    lamps = [lamp(n) for n in range(COUNT)]
    await shop.products.put_many(lamps, [ROOM, LAMPS])
    async with shop.database.write() as unit:
        await pricing.set_prices(unit, [Price(f"L{n}", "EUR", 1000 + 100 * n) for n in range(COUNT)])
        await count_shelves(unit, [Received(f"L{n}", "main", n % 4, 1) for n in range(COUNT)], "t", 1)
        await pricing.set_listings(unit, [(one.id, "visible") for one in lamps])
    await rebuild_index(shop)
    return shop


def names(page):
    return [unescape(name) for name in re.findall(r'class="title"><a[^>]*>([^<]*)</a>', page)]


def plain(page):
    return unescape(page).replace("&#x2f;", "/")


async def test_a_category_lists_its_goods_a_page_at_a_time(browser, stocked):
    await browser.get("/en-de/c/lamps?sort=price")
    assert browser.says("60 things")
    assert names(browser.page) == [f"Lamp {n:02}" for n in range(PAGE_SIZE)]
    assert 'href="/en-de/c/lamps?sort=price&page=2" rel="next"' in plain(browser.page)
    await browser.get("/en-de/c/lamps?sort=price&page=3")
    assert names(browser.page) == [f"Lamp {n:02}" for n in range(2 * PAGE_SIZE, COUNT)]
    await browser.get("/en-de/c/lamps?sort=price_desc")
    assert names(browser.page)[0] == "Lamp 59"


async def test_filters_narrow_and_chips_take_them_away(browser, stocked):
    await browser.get("/en-de/search?q=lamp&brand=Ashby&a.Colour=Red&min=20&max=40")
    shown = plain(browser.page)
    assert set(names(browser.page)) == {f"Lamp {n:02}" for n in range(10, 31) if n % 2 == 0 and n % 3 == 0}
    for chip in (
        "/en-de/search?q=lamp&a.Colour=Red&min=20.00&max=40.00",
        "/en-de/search?q=lamp&brand=Ashby&min=20.00&max=40.00",
        "/en-de/search?q=lamp&brand=Ashby&a.Colour=Red",
        "/en-de/search?q=lamp",
    ):
        assert f'class="chip" href="{chip}"' in shown
    assert 'name="brand" value="Ashby" checked' in shown
    assert 'name="a.Colour" value="Blue"' in shown
    assert "noindex" in shown


async def test_only_what_is_in_stock(browser, stocked):
    await browser.get("/en-de/c/lamps?stock=1")
    assert browser.says("45 things")


async def test_categories_speak_the_market_s_language(browser, stocked):
    await browser.get("/de-de/c/lamps")
    assert browser.says("<h1>lamps-de</h1>")
    assert browser.says("60 Artikel")


async def test_nothing_found_offers_other_ways(browser, stocked):
    await browser.get("/en-de/search?q=zzzzqqqq")
    assert browser.says("Nothing on this stall matches")
    assert "/en-de/c/lamps" in plain(browser.page)
    assert len(names(browser.page)) == 4


async def test_suggestions_lead_to_products(browser, stocked):
    items = (await browser.get("/en-de/suggest?q=lamp%200")).json()["items"]
    assert items
    assert all(item["href"].startswith("/en-de/") for item in items)
    assert any("/p/lamp-" in item["href"] for item in items)


@pytest.mark.parametrize(
    "query",
    [
        "q=a+b&brand=X%26Y&a.Na%C3%AFve=%3D&min=1.00&stock=1&sort=price&page=3",
        "c=lamps&offer=1",
        "brand=a&brand=b&max=5.00",
    ],
)
def test_an_address_says_what_was_asked(shop, query):
    asked = parse(query.encode(), "EUR")
    again = parse(address("/x", asked, "EUR").partition("?")[2].encode(), "EUR")
    assert again == asked


def test_every_market_has_a_name_in_its_own_language(shop):
    places = Places(shop.settings)
    names_shown = {link.tag: (link.country, link.language) for link in places.links(places.first, "/")}
    assert names_shown["de-AT"] == ("Österreich", "Deutsch")
    assert names_shown["en-US"] == ("United States", "English")
    assert len(names_shown) == 12
