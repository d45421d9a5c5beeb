"""The catalogue by the API: every product once, whatever the page size; hidden ones never; searches with facets."""

import pytest

from fairday.domain.catalog import Attribute, Category, Media, Option, Product, Rendition, Variant
from fairday.domain.pricing import Price
from fairday.domain.pricing import store as pricing
from fairday.kernel.clock import MINUTE_MS
from fairday.kernel.ids import derived_id, new_id
from fairday.subscribers.search import subscription
from tests.goods import put_goods

MANY = {f"THING-{number:02}": number for number in range(23)}


@pytest.fixture
async def indexed(shop):
    await shop.bus.deliver([subscription(shop)])
    await put_goods(shop, MANY)
    await shop.bus.deliver([subscription(shop)])
    return shop


async def every_page(api, path, **query):
    found, cursor = [], ""
    while True:
        answer = await api.get(path, cursor=cursor, **query)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found, page["total"]


async def test_an_item_is_what_the_contract_says(api):
    page = (await api.get("/products", limit=100)).json()
    assert page["total"] == 3
    assert page["next_cursor"] is None
    assert {item["key"]: item for item in page["items"]}["MUG"] == {
        "id": derived_id("product", "MUG"), "key": "MUG", "name": "Thing MUG",
        "variants": [{"sku": "MUG", "price": {"amount": 2000, "currency": "EUR"}, "available": 10}],
    }  # fmt: skip


@pytest.mark.parametrize("limit", [1, 5, 26, 100])
async def test_all_products_are_listed_once(api, indexed, limit):
    found, total = await every_page(api, "/products", limit=limit)
    keys = [item["key"] for item in found]
    assert total == len(keys) == len(set(keys)) == 26
    assert set(keys) == {*MANY, "MUG", "LAMP", "VASE"}


async def test_hidden_products_are_nowhere(api, indexed):
    hidden = [derived_id("product", f"THING-{number:02}") for number in range(20)]
    async with indexed.database.write() as unit:
        await pricing.set_listings(unit, [(product_id, "hidden") for product_id in hidden])
    found, total = await every_page(api, "/products", limit=2)
    assert total == len(found) == 6
    assert (await api.get(f"/products/{hidden[0]}")).status_code == 404


async def test_prices_are_in_the_currency_asked_for(api, shop):
    async with shop.database.write() as unit:
        await pricing.remove_prices(unit, [("LAMP", "USD")])
    items = (await api.get("/products", currency="USD")).json()["items"]
    prices = {item["key"]: item["variants"][0]["price"] for item in items}
    assert prices == {
        "MUG": {"amount": 2500, "currency": "USD"},
        "VASE": {"amount": 2500, "currency": "USD"},
        "LAMP": None,
    }


async def test_a_search_finds_by_word_and_by_code(api, indexed):
    by_code = (await api.get("/search", q="THING-07")).json()
    assert by_code["items"][0]["key"] == "THING-07"
    found, total = await every_page(api, "/search", q="thing", limit=4)
    assert total == len({item["key"] for item in found}) == 23
    assert (await api.get("/search", q="zzzzqqq")).json() == {"items": [], "total": 0, "next_cursor": None}


async def test_a_list_can_be_sorted_and_filtered(api, indexed):
    async with indexed.database.write() as unit:
        await pricing.set_prices(unit, [Price("THING-05", "EUR", 100), Price("THING-06", "EUR", 9000)])
    product = (await indexed.products.get_many([derived_id("product", "THING-05")])).values()
    await indexed.products.put_many(list(product))
    product = (await indexed.products.get_many([derived_id("product", "THING-06")])).values()
    await indexed.products.put_many(list(product))
    await indexed.bus.deliver([subscription(indexed)])
    cheapest = (await api.get("/products", sort="price", limit=1)).json()
    assert [item["key"] for item in cheapest["items"]] == ["THING-05"]
    dear = (await api.get("/products", price_from=8000)).json()
    assert [item["key"] for item in dear["items"]] == ["THING-06"]
    left = (await api.get("/search", only_available=True)).json()
    assert "THING-00" not in {item["key"] for item in left["items"]}
    assert left["total"] == 22


async def test_facets_narrow_a_search(api, shop):
    await shop.bus.deliver([subscription(shop)])
    root, leaf = new_id(), new_id()
    await shop.products.put_many(
        categories=[
            Category(id=root, key="home", slug="home", name="Home", names={"de": "Zuhause"}),
            Category(id=leaf, key="cups", slug="cups", name="Cups", parent_id=root),
        ]
    )
    ids = []
    for colour, brand in (("Red", "Acme"), ("Blue", "Acme"), ("Blue", "Bell")):
        sku = f"CUP-{colour}-{brand}"
        await put_goods(shop, {sku: 5})
        ids.append(derived_id("product", sku))
        stored = (await shop.products.get_many([ids[-1]]))[ids[-1]]
        await shop.products.put_many([
            Product(id=stored.id, key=sku, slug=sku.lower(), name=f"Cup {colour}", brand=brand, category_ids=(leaf,),
                    variants=stored.variants, attributes=(Attribute("Colour", text=colour),)),
        ])  # fmt: skip
    await shop.bus.deliver([subscription(shop)])

    async def found(**query):
        page = (await api.get("/search", **query)).json()
        return {item["id"] for item in page["items"]}, page.get("facets", [])

    everything, facets = await found(category="cups")
    assert everything == set(ids)
    assert {"name": "brand", "values": [{"value": "Acme", "count": 2}, {"value": "Bell", "count": 1}]} in facets
    assert (await found(category=root))[0] == set(ids), "a category has what its children have"
    assert (await found(filter=f"category:{leaf}"))[0] == set(ids)
    assert (await api.get("/search", category="cups", filter="category:home")).status_code == 400
    assert (await found(filter="Colour:Blue"))[0] == set(ids[1:])
    assert (await found(filter=["Colour:Blue", "brand:Acme"]))[0] == {ids[1]}
    assert (await found(filter=["brand:Acme", "brand:Bell"]))[0] == set(ids)
    tree = (await api.get("/categories", language="de")).json()["items"]
    assert tree == [
        {"id": root, "key": "home", "name": "Zuhause", "parent_id": None},
        {"id": leaf, "key": "cups", "name": "Cups", "parent_id": root},
    ]


async def test_one_product_in_full(api, shop, clock):
    product = Product(
        id=new_id(), key="shirt", slug="shirt", name="Shirt", description_html="<p>Cotton.</p>", brand="Acme",
        options=(Option("Size", ("S", "M")),), variants=(
            Variant("SHIRT-S", options={"Size": "S"}, ean=("4006381333931",), part_number="P1", weight_g=200),
            Variant("SHIRT-M", options={"Size": "M"}),
        ),
        attributes=(Attribute("Weight", kind="number", number=0.2, unit="kg"),
                    Attribute("Washable", kind="flag", flag=True)),
        media=(Media("p/1.jpg", alt="A shirt", renditions=(Rendition("p/1-400.webp", "webp", 400, 300),)),
               Media("p/2.mp4", kind="video", poster_key="p/2.jpg", captions_key="p/2.vtt", mime="video/mp4")),
    )  # fmt: skip
    await shop.products.put_many([product])
    async with shop.database.write() as unit:
        await pricing.set_prices(unit, [Price("SHIRT-S", "EUR", 1500, 2000)])
        await pricing.set_listings(unit, [(product.id, "visible")])
    clock.advance(MINUTE_MS)
    answer = await api.get(f"/products/{product.id}")
    detail = answer.json()
    assert answer.headers["cache-control"].startswith("public")
    assert detail["description"] == "<p>Cotton.</p>"
    assert detail["options"] == [{"name": "Size", "values": ["S", "M"]}]
    nothing = {"now": 0, "later": 0, "policy": "deny", "expected_at": None, "per_customer": None}
    assert detail["variants"] == [
        {"sku": "SHIRT-S", "price": {"amount": 1500, "currency": "EUR"}, "available": 0, "stock": nothing,
         "options": {"Size": "S"}, "compare_at": {"amount": 2000, "currency": "EUR"},
         "ean": ["4006381333931"], "part_number": "P1", "weight_g": 200},
        {"sku": "SHIRT-M", "price": None, "available": 0, "stock": nothing, "options": {"Size": "M"},
         "compare_at": None, "ean": [], "part_number": "", "weight_g": 0},
    ]  # fmt: skip
    assert detail["attributes"] == [
        {"name": "Weight", "kind": "number", "value": 0.2, "unit": "kg"},
        {"name": "Washable", "kind": "flag", "value": True, "unit": ""},
    ]
    assert [one["url"] for one in detail["media"]] == ["/media/p/1.jpg", "/media/p/2.mp4"]
    assert detail["media"][1]["captions_url"] == "/media/p/2.vtt"
    assert detail["media"][0]["renditions"] == [
        {"url": "/media/p/1-400.webp", "format": "webp", "width_px": 400, "height_px": 300}
    ]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "limit"), ({"limit": 101}, "limit"), ({"limit": "x"}, "limit"), ({"limit": ""}, "limit"),
        ({"limit": [1, 2]}, "limit"), ({"cursor": "zzz"}, "cursor"), ({"cursor": "n99999999"}, "cursor"),
        ({"currency": "GBP"}, "currency"), ({"currency": "eur"}, "currency"), ({"language": "fr"}, "language"),
        ({"sort": "age"}, "sort"), ({"category": "nope"}, "category"), ({"price_from": -1}, "price_from"),
        ({"filter": "colour"}, "filter[0]"), ({"filter": [f"a:{n}" for n in range(21)]}, "filter"),
    ],
)  # fmt: skip
async def test_a_question_that_makes_no_sense_is_refused(api, query, field):
    answer = await api.get("/products", **query)
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["code"], problem["field"]) == ("invalid", field)
