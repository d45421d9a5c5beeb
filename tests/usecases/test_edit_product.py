"""Editing by hand: what is refused, what is made harmless, what is written down."""

import msgspec
import pytest
from msgspec.structs import replace

from fairday.domain.access import Actor
from fairday.domain.access.errors import Forbidden
from fairday.domain.catalog import Attribute, Localised, Option, Rating, Variant
from fairday.domain.catalog.errors import DuplicateKey, DuplicateSku
from fairday.domain.pricing import Price
from fairday.domain.pricing import store as pricing
from fairday.kernel.errors import Conflict, Invalid, NotFound
from fairday.kernel.ids import new_id
from fairday.usecases.edit_product import (
    CategoryDraft,
    ProductDraft,
    draft_of,
    save_category,
    save_product,
    set_listing,
)
from fairday.usecases.write_audit import read_audit
from tests.shop import open_shop

SMALL = {"Size": "S"}
DRAFT = ProductDraft(key="desk", name="Harbour Desk", variants=(Variant("s1"),))


@pytest.fixture
async def shop(tmp_path):
    async with open_shop(tmp_path / "state") as opened:
        yield opened


@pytest.fixture
def manager():
    return Actor(kind="staff", id=new_id(), role="manager")


@pytest.fixture
def warehouse():
    return Actor(kind="staff", id=new_id(), role="warehouse")


async def actions(shop, manager) -> list[str]:
    return [entry.action for entry in (await read_audit(shop, manager))[0]]


async def test_a_new_product_is_hidden_until_it_is_shown(shop, manager):
    saved = await save_product(shop, manager, DRAFT)
    assert (await shop.products.get_many([saved.id])) == {saved.id: saved}
    assert saved.slug.startswith("harbour-desk-")
    async with shop.database.read() as reader:
        assert await pricing.visible(reader, [saved.id]) == set()
    assert await set_listing(shop, manager, [saved.id], "visible") == 1
    assert await set_listing(shop, manager, [saved.id], "visible") == 0
    async with shop.database.read() as reader:
        assert await pricing.visible(reader, [saved.id]) == {saved.id}
    assert await actions(shop, manager) == ["product.shown", "product.created"]


async def test_rich_text_is_sanitised_in_every_language(shop, manager):
    saved = await save_product(shop, manager, replace(
        DRAFT, description_html="<p onclick='x()'>Fine<script>alert(1)</script></p>",
        translations={"de": Localised(description_html="<iframe src=//x></iframe><b>Gut</b>"), "fr": Localised()},
    ))  # fmt: skip
    assert saved.description_html == "<p>Fine</p>"
    assert saved.translations == {"de": Localised(description_html="<b>Gut</b>")}


async def test_an_edit_keeps_what_it_does_not_touch_and_says_what_changed(shop, manager):
    saved = await save_product(shop, manager, DRAFT)
    await shop.products.put_many([replace(saved, rating=Rating(450, 3))])
    read = (await shop.products.get_many([saved.id]))[saved.id]
    after = await save_product(shop, manager, replace(draft_of(read), name="  Harbour   Table "))
    assert (after.name, after.rating, after.slug) == ("Harbour Table", Rating(450, 3), saved.slug)
    assert await save_product(shop, manager, draft_of(after)) == after, "nothing changed, nothing written"
    entries, _ = await read_audit(shop, manager)
    assert [entry.action for entry in entries] == ["product.changed", "product.created"]
    assert msgspec.json.decode(entries[0].details)["fields"] == "name"


async def test_the_second_of_two_editors_is_told(shop, manager):
    saved = await save_product(shop, manager, DRAFT)
    await save_product(shop, manager, replace(draft_of(saved), name="First"))
    with pytest.raises(Conflict):
        await save_product(shop, manager, replace(draft_of(saved), name="Second"))
    assert (await shop.products.get_many([saved.id]))[saved.id].name == "First"


async def test_a_variant_that_goes_takes_its_prices_along(shop, manager):
    saved = await save_product(shop, manager, replace(DRAFT, variants=(Variant("s1"), Variant("s2"))))
    async with shop.database.write() as unit:
        await pricing.set_prices(unit, [Price("s1", "EUR", 1), Price("s2", "EUR", 2)])
    await save_product(shop, manager, replace(draft_of(saved), variants=(Variant("s1"),)))
    async with shop.database.read() as reader:
        assert set(await pricing.all_prices(reader, ["s1", "s2"])) == {"s1"}


@pytest.mark.parametrize(("change", "field"), [
    ({"key": " "}, "key"), ({"name": ""}, "name"), ({"name": "x" * 501}, "name"), ({"slug": "A b"}, "slug"),
    ({"slug": "../../x"}, "slug"), ({"summary": "x" * 2001}, "summary"), ({"tax_class": "No Such!"}, "tax_class"),
    ({"category_ids": ("none",)}, "category_ids"), ({"variants": ()}, "variants"),
    ({"variants": (Variant("s"), Variant("s"))}, "variants"), ({"variants": (Variant(" s"),)}, "variants"),
    ({"variants": (Variant("s", weight_g=-1),)}, "variants"),
    ({"options": (Option("Size", ("S",)),), "variants": (Variant("a", SMALL), Variant("b", SMALL))}, "variants"),
    ({"attributes": (Attribute("", text="x"),)}, "attributes"),
    ({"attributes": (Attribute("Width", "number", number=float("inf")),)}, "attributes"),
])  # fmt: skip
async def test_what_cannot_be_is_refused_with_its_field(shop, manager, change, field):
    with pytest.raises(Invalid) as refusal:
        await save_product(shop, manager, replace(DRAFT, **change))
    assert refusal.value.details["field"] == field
    assert await shop.products.page("", 10) == []
    assert await actions(shop, manager) == []


async def test_keys_and_skus_of_others_are_refused(shop, manager):
    await save_product(shop, manager, DRAFT)
    with pytest.raises(DuplicateKey):
        await save_product(shop, manager, replace(DRAFT, variants=(Variant("s2"),)))
    with pytest.raises(DuplicateSku):
        await save_product(shop, manager, replace(DRAFT, key="other"))
    assert len(await shop.products.page("", 10)) == 1


async def test_only_who_may_edit_does(shop, warehouse, manager):
    saved = await save_product(shop, manager, DRAFT)
    with pytest.raises(Forbidden):
        await save_product(shop, warehouse, replace(draft_of(saved), name="Mine"))
    with pytest.raises(Forbidden):
        await set_listing(shop, warehouse, [saved.id], "visible")
    with pytest.raises(Forbidden):
        await save_category(shop, warehouse, CategoryDraft(key="c", name="C"))


async def test_what_is_not_there_cannot_be_edited(shop, manager):
    with pytest.raises(NotFound):
        await save_product(shop, manager, replace(DRAFT, id=new_id()))
    with pytest.raises(NotFound):
        await set_listing(shop, manager, [new_id()], "visible")
    with pytest.raises(NotFound):
        await save_category(shop, manager, CategoryDraft(id=new_id(), key="c", name="C"))


async def test_categories_form_a_tree(shop, manager):
    home = await save_category(shop, manager, CategoryDraft(key="home", name="Home", names={"de": "Wohnen", "fr": " "}))
    lamps = await save_category(shop, manager, CategoryDraft(key="lamps", name="Lamps", parent_id=home.id))
    assert [node.name for node in await shop.products.categories()] == ["Home", "Lamps"]
    assert home.names == {"de": "Wohnen"}
    for change in ({"parent_id": lamps.id}, {"parent_id": home.id}, {"parent_id": new_id()}, {"key": "lamps"}):
        with pytest.raises(Invalid):
            await save_category(shop, manager, replace(
                CategoryDraft(id=home.id, key="home", name="Home"), **change,
            ))  # fmt: skip
    assert [node.name for node in await shop.products.categories()] == ["Home", "Lamps"]
