"""What every adapter of `ports.products` promises. A further adapter is one more line in ADAPTERS."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from fairday.adapters.products.database import DatabaseProducts, in_tree_order
from fairday.domain.catalog import Attribute, Category, Localised, Media, Option, Product, Rating, Rendition, Variant
from fairday.domain.catalog.errors import DuplicateKey, DuplicateSku, ProductTooLarge
from fairday.kernel.clock import FixedClock
from fairday.kernel.errors import Conflict
from fairday.kernel.events import outbox_after
from fairday.kernel.ids import derived_id
from fairday.ports.products import DOCUMENT_LIMIT_BYTES, Products
from tests.engines import NOW_MS, at


@dataclass
class Announced:
    """A store, and how a test sees what it announced: (kind, product ids)."""

    products: Products
    heard: Callable[[], "AsyncIterator[tuple[str, tuple[str, ...]]]"]


@asynccontextmanager
async def in_database(url: str) -> AsyncIterator[Announced]:
    async with at(url) as database:

        async def heard():
            async with database.read() as reader:
                for delivery in await outbox_after(reader, 0, 1000):
                    yield delivery.kind, delivery.body

        yield Announced(DatabaseProducts(database, FixedClock(NOW_MS)), heard)


ADAPTERS: dict[str, Callable[[str], AbstractAsyncContextManager[Announced]]] = {"database": in_database}


@pytest.fixture(params=ADAPTERS.values(), ids=ADAPTERS)
async def kept(request, engine):
    async with request.param(engine) as opened:
        yield opened


@pytest.fixture
def products(kept) -> Products:
    return kept.products


def product(key: str, *skus: str, **fields) -> Product:
    fields = {"name": f"Thing {key}", "slug": f"thing-{key.lower()}", **fields}
    return Product(id=derived_id("product", key), key=key, variants=tuple(Variant(sku) for sku in skus), **fields)


FULL = product(
    "full",
    summary="Short",
    description_html="<p>Long</p>",
    brand="Fairline",
    category_ids=("c1", "c2"),
    options=(Option("Colour", ("Sand", "Slate")),),
    attributes=(
        Attribute("Material", text="Wood"),
        Attribute("Weight", "number", number=1.25, unit="kg"),
        Attribute("Foldable", "flag", flag=False),
    ),
    media=(
        Media("a/b.jpg", alt="A", width_px=800, height_px=600, renditions=(Rendition("a/b.webp", "webp", 400, 300),)),
    ),
    rating=Rating(450, 12),
    translations={"de": Localised("Ding", "Kurz", "<p>Lang</p>")},
    tax_class="reduced",
    released_ms=NOW_MS,
)


async def announced(kept: Announced) -> list[str]:
    return [kind async for kind, _ in kept.heard()]


async def test_a_document_comes_back_as_it_went_in(products):
    full = replace(
        FULL, variants=(Variant("S-1", {"Colour": "Sand"}, ("4006381333931",), "PN-1", 1200), Variant("S-2"))
    )
    await products.put_many([full])
    assert await products.get_many([full.id, "0" * 26]) == {full.id: replace(full, version=1)}


async def test_the_store_counts_versions(products):
    for _ in range(3):
        await products.put_many([product("a", "s1")])
    found = await products.get_many([product("a").id])
    assert found[product("a").id].version == 3


async def test_an_edit_of_a_stale_document_is_refused(kept, products):
    await products.put_many([product("a", "s1")], unchanged_since_read=True)
    first = (await products.get_many([product("a").id]))[product("a").id]
    await products.put_many([replace(first, name="First")], unchanged_since_read=True)
    before = await announced(kept)
    with pytest.raises(Conflict):
        await products.put_many([product("b", "s2"), replace(first, name="Second")], unchanged_since_read=True)
    with pytest.raises(Conflict):
        await products.put_many([product("a", "s1")], unchanged_since_read=True)
    assert (await products.get_many([first.id]))[first.id].name == "First"
    assert await products.find("key", ["b"]) == {}
    assert await announced(kept) == before


async def test_find_by_key_sku_and_slug(products):
    one, two = product("a", "s1", "s2"), product("b", "s3")
    await products.put_many([one, two])
    assert await products.find("key", ["a", "b", "z"]) == {"a": one.id, "b": two.id}
    assert await products.find("sku", ["s1", "s3", "S1"]) == {"s1": one.id, "s3": two.id}
    assert await products.find("slug", ["thing-b"]) == {"thing-b": two.id}
    assert await products.find("slug", []) == {}


async def test_a_sku_that_was_taken_out_is_free_again(products):
    one = product("a", "s1", "s2")
    await products.put_many([one])
    await products.put_many([product("a", "s2")])
    assert await products.find("sku", ["s1", "s2"]) == {"s2": one.id}
    await products.put_many([product("b", "s1")])
    assert await products.find("sku", ["s1"]) == {"s1": product("b").id}


async def test_a_sku_can_move_within_one_batch(products):
    await products.put_many([product("a", "s1"), product("b", "s2")])
    await products.put_many([product("a", "s2"), product("b", "s1")])
    assert await products.find("sku", ["s1", "s2"]) == {"s1": product("b").id, "s2": product("a").id}


@pytest.mark.parametrize("batch", [
    [product("new", "x"), product("b", "s1")],
    [product("new", "x", "x")],
    [product("new", "x"), product("other", "x")],
])  # fmt: skip
async def test_duplicate_skus_are_refused_before_anything_is_written(kept, products, batch):
    await products.put_many([product("a", "s1")])
    before = await announced(kept)
    with pytest.raises(DuplicateSku):
        await products.put_many(batch)
    assert [p.key for p in await products.page("", 10)] == ["a"]
    assert await products.find("sku", ["s1", "x"]) == {"s1": product("a").id}
    assert await announced(kept) == before


async def test_duplicate_keys_are_refused_before_anything_is_written(kept, products):
    await products.put_many([product("a", "s1")])
    before = await announced(kept)
    with pytest.raises(DuplicateKey):
        await products.put_many([product("b"), replace(product("a", "s9"), id=derived_id("other"))])
    assert [p.key for p in await products.page("", 10)] == ["a"]
    assert await announced(kept) == before


async def test_a_document_has_a_size_it_cannot_exceed(kept, products):
    fits = product("fits", "s1", description_html="x" * (DOCUMENT_LIMIT_BYTES - 400))
    await products.put_many([fits])
    before = await announced(kept)
    with pytest.raises(ProductTooLarge):
        await products.put_many(
            [product("small"), product("big", "s2", description_html="é" * (DOCUMENT_LIMIT_BYTES // 2))]
        )
    assert await products.find("key", ["fits", "small", "big"]) == {"fits": fits.id}
    assert await announced(kept) == before


async def test_pages_walk_all_in_id_order(products):
    everything = [product(f"k{n}", f"s{n}") for n in range(25)]
    await products.put_many(everything)
    walked, after = [], ""
    while page := await products.page(after, 10):
        assert len(page) <= 10
        walked += [one.id for one in page]
        after = walked[-1]
    assert walked == sorted(one.id for one in everything)


async def test_every_write_is_announced(kept, products):
    await products.put_many([product("a", "s1"), product("b", "s2")])
    await products.put_many(categories=[Category("c1", "c1", "c1", "Chairs")])
    await products.put_many()
    heard = [(kind, body) async for kind, body in kept.heard()]
    assert [kind for kind, _ in heard] == ["products_changed", "categories_changed"]
    assert product("a").id in heard[0][1]
    assert product("b").id in heard[0][1]


async def test_categories_come_parents_first_then_by_position_and_name(products):
    tree = [
        Category("4", "d", "d", "Desks", parent_id="2", position=1),
        Category("2", "b", "b", "Office", position=2),
        Category("1", "a", "a", "Home", position=1, names={"de": "Zuhause"}),
        Category("5", "e", "e", "Beds", parent_id="1"),
        Category("3", "c", "c", "Chairs", parent_id="2", position=1),
    ]
    await products.put_many(categories=tree)
    assert [node.id for node in await products.categories()] == ["1", "5", "2", "3", "4"]
    assert (await products.categories())[0] == tree[2]
    await products.put_many(categories=[replace(tree[1], name="Work", position=0)])
    assert [node.name for node in await products.categories()] == ["Work", "Chairs", "Desks", "Home", "Beds"]


@given(st.lists(st.integers(-1, 12), max_size=12))
@settings(max_examples=200)
def test_no_category_is_lost_or_stands_before_its_parent(parents):
    nodes = [
        Category(str(n), str(n), str(n), f"n{n}", parent_id="" if p < 0 or p >= n else str(p))
        for n, p in enumerate(parents)
    ]
    ordered = in_tree_order(nodes[::-1])
    assert sorted(node.id for node in ordered) == sorted(node.id for node in nodes)
    seen = {""}
    for node in ordered:
        assert node.parent_id in seen
        seen.add(node.id)
