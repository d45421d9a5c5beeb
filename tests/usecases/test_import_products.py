"""Imports: every row whole or not at all, twice changes nothing, and what is wrong is said with its line."""

import gzip
import json
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from fairday.domain.catalog import Attribute, Localised, Option
from fairday.domain.catalog.events import ProductsChanged
from fairday.domain.inventory import HoldRequest
from fairday.domain.inventory import store as stock
from fairday.domain.pricing import Price
from fairday.domain.pricing import store as pricing
from fairday.kernel.events import outbox_after, outbox_end
from fairday.kernel.ids import derived_id
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.export_products import export_products
from fairday.usecases.import_products import Failure, ImportProducts, ImportRefused, import_products
from fairday.usecases.product_mapping import humanised
from fairday.usecases.shop import Shop
from tests.shop import open_shop

ICECAT = {
    "id": "1399", "name": "80", "title": "HP 80 Original Cyan", "ean": ["0882780756328", "0088698629123"],
    "short_description": "80 175-ml Cyan <b>DesignJet</b>", "supplier": "HP", "price": 12595,
    "date_released": "2006-07-01T00:00:00Z", "img_high": "http://images.invalid/1.jpg", "attr_t_type": "Original",
    "attr_n_colour_ink_volume": 175.5, "attr_b_colour": False, "attr_t_storage_temperature__t_t_": "-40 - 60",
    "attr_n_master__outer__case_width": 298.45, "attr_t_size": "A4", "attr_n_size": 4.0,
}  # fmt: skip
CSV = """\
key,name,sku,category,price_EUR,compare_at_EUR,price_USD,stock,cost,option_Colour,attr_t_Material,attr_n_Width,\
attr_b_Foldable,name_de,description,ean
desk,Harbour Desk,desk-sand,Home > Desks,199.99,249.00,220,5,80.50,Sand,Oak,160.5,yes,Hafentisch,"Two lines,
one cell",4006381333931|12345678
desk,Harbour Desk,desk-slate,Home > Desks,209.99,,,0,,Slate,Oak,160.5,yes,Hafentisch,,
lamp,Meadow Lamp,,Home > Lamps,49,,,,,,,,,,"<p onclick=x()>Bright</p><script>alert(1)</script>",
"""
DESK, LAMP = derived_id("product", "desk"), derived_id("product", "lamp")


@pytest.fixture
async def shop(tmp_path):
    async with open_shop(tmp_path / "state") as opened:
        yield opened


def file_of(folder: Path, *rows, name: str = "rows.jsonl", zipped: bool = False) -> Path:
    text = "".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows)
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if zipped else text.encode())
    return path


async def everything(shop: Shop) -> dict[str, object]:
    """All that an import may write, to compare before and after."""
    found, after = [], ""
    while page := await shop.products.page(after, 500):
        found += page
        after = page[-1].id
    skus = [sku for one in found for sku in one.skus]
    async with shop.database.read() as reader:
        return {
            "documents": found,
            "tree": await shop.products.categories(),
            "prices": await pricing.all_prices(reader, skus),
            "levels": await stock.levels(reader, skus),
            "visible": await pricing.visible(reader, [one.id for one in found]),
            "events": await outbox_end(reader),
        }


async def product(shop: Shop, key: str):
    product_id = derived_id("product", key)
    return (await shop.products.get_many([product_id])).get(product_id)


async def prices(shop: Shop, *skus: str) -> list[Price]:
    async with shop.database.read() as reader:
        return [price for each in (await pricing.all_prices(reader, skus)).values() for price in each]


async def on_hand(shop: Shop, *skus: str) -> dict[str, tuple[int, int]]:
    async with shop.database.read() as reader:
        return {level.sku: (level.on_hand, level.cost) for level in await stock.levels(reader, skus)}


async def test_icecat_rows_arrive_with_everything(shop, tmp_path):
    report = await import_products(shop, ImportProducts(path=file_of(tmp_path, ICECAT), mapping="icecat"))
    assert (report.read, report.written, report.unchanged, report.failed) == (1, 1, 0, ())
    found = await product(shop, "1399")
    assert (found.name, found.summary, found.brand) == ("HP 80 Original Cyan", "80 175-ml Cyan <b>DesignJet</b>", "HP")
    assert found.attributes == (
        Attribute("Type", text="Original"),
        Attribute("Colour ink volume", "number", number=175.5),
        Attribute("Colour", "flag", flag=False),
        Attribute("Storage temperature (t t)", text="-40 - 60"),
        Attribute("Master (outer) case width", "number", number=298.45),
        Attribute("Size", text="A4"),
        Attribute("Size", "number", number=4.0),
    )
    variant = found.variants[0]
    assert (variant.sku, variant.part_number, variant.ean) == ("1399", "80", ("0882780756328", "0088698629123"))
    assert found.released_ms == 1_151_712_000_000
    assert [node.name for node in await shop.products.categories()] == ["Electronics"]
    assert await prices(shop, "1399") == [Price("1399", "EUR", 12595)]
    assert await on_hand(shop, "1399") == {"1399": (20, 0)}
    assert found.media == (), "pictures elsewhere are not fetched"


async def test_csv_rows_of_one_product_are_its_variants(shop, tmp_path):
    report = await import_products(shop, ImportProducts(path=file_of(tmp_path, CSV.rstrip("\n"), name="goods.csv")))
    assert report.failed == ()
    assert (report.read, report.written) == (2, 2)
    desk, lamp = await product(shop, "desk"), await product(shop, "lamp")
    assert desk.options == (Option("Colour", ("Sand", "Slate")),)
    assert [(v.sku, v.options, v.ean) for v in desk.variants] == [
        ("desk-sand", {"Colour": "Sand"}, ("4006381333931", "12345678")), ("desk-slate", {"Colour": "Slate"}, ()),
    ]  # fmt: skip
    assert desk.attributes == (
        Attribute("Material", text="Oak"), Attribute("Width", "number", number=160.5),
        Attribute("Foldable", "flag", flag=True),
    )  # fmt: skip
    assert desk.translations == {"de": Localised(name="Hafentisch")}
    assert desk.description_html == "<p>Two lines,<br>one cell</p>"
    assert lamp.description_html == "<p>Bright</p>"
    assert [node.name for node in await shop.products.categories()] == ["Home", "Desks", "Lamps"]
    assert await prices(shop, "desk-sand", "desk-slate", "lamp") == [
        Price("desk-sand", "EUR", 19999, 24900), Price("desk-sand", "USD", 22000), Price("desk-slate", "EUR", 20999),
        Price("lamp", "EUR", 4900),
    ]  # fmt: skip
    assert await on_hand(shop, "desk-sand", "desk-slate", "lamp") == {
        "desk-sand": (5, 40250), "desk-slate": (0, 0), "lamp": (0, 0),
    }  # fmt: skip
    assert await check_invariants(shop) == []


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize(("mapping", "rows"), [("icecat", [ICECAT]), ("fairday", CSV.rstrip("\n").split("\n"))])
async def test_a_second_run_changes_nothing(shop, tmp_path, mapping, rows, zipped):
    path = file_of(tmp_path, *rows, zipped=zipped)
    first = await import_products(shop, ImportProducts(path=path, mapping=mapping))
    before = await everything(shop)
    again = await import_products(shop, ImportProducts(path=path, mapping=mapping))
    assert (again.written, again.unchanged) == (0, first.written)
    assert await everything(shop) == before


async def test_a_dry_run_writes_nothing_and_says_the_same(shop, tmp_path):
    path = file_of(tmp_path, ICECAT, {**ICECAT, "id": "2", "price": -1}, {**ICECAT, "id": "3"})
    before = await everything(shop)
    dry = await import_products(shop, ImportProducts(path=path, mapping="icecat", dry_run=True))
    assert await everything(shop) == before
    assert dry == await import_products(shop, ImportProducts(path=path, mapping="icecat"))
    assert (dry.read, dry.written, [one.line for one in dry.failed]) == (3, 2, [2])


BAD_ROWS = [
    ("{not json", "not a JSON object"), ("[1]", "not a JSON object"), ({**ICECAT, "id": ""}, "no key"),
    ({**ICECAT, "id": "x" * 192}, "key of 192 characters"), ({**ICECAT, "title": " "}, "no name"),
    ({**ICECAT, "price": "cheap"}, "not a number"), ({**ICECAT, "price": 1.5}, "not a whole number"),
    ({**ICECAT, "price": None}, "no price"), ({**ICECAT, "price": -1}, "is not a price"),
    ({**ICECAT, "price": 10**16}, "not an exact amount"), ({**ICECAT, "date_released": "soon"}, "not a date"),
    ({**ICECAT, "attr_n_width": "wide"}, "not a number"), ({**ICECAT, "attr_n_width": "1e999"}, "not a number"),
    ({**ICECAT, "attr_b_colour": "perhaps"}, "neither yes nor no"), ({**ICECAT, "id": "ok1"}, "stands in line 1"),
    ({**ICECAT, "title": "x" * 450_000}, "name of 450000"),
    ({**ICECAT, "short_description": "x" * 450_000}, "larger than"),
    ('{"id": "cut', "not a JSON object"), ("x" * 2_100_000, "a line of more than"),
]  # fmt: skip


@pytest.mark.parametrize(("bad", "reason"), BAD_ROWS, ids=[reason for _, reason in BAD_ROWS])
async def test_a_bad_row_is_reported_and_leaves_no_half_product(shop, tmp_path, bad, reason):
    path = file_of(tmp_path, {**ICECAT, "id": "ok1"}, bad, {**ICECAT, "id": "ok2"})
    report = await import_products(shop, ImportProducts(path=path, mapping="icecat"))
    assert [one.line for one in report.failed] == [2]
    assert reason in report.failed[0].reason
    assert report.written == 2
    left = await everything(shop)
    assert {one.key for one in left["documents"]} == {"ok1", "ok2"}
    assert {level.sku for level in left["levels"]} == {"ok1", "ok2"}
    assert set(left["prices"]) == {"ok1", "ok2"}
    async with shop.database.read() as reader:
        assert await pricing.count_visible(reader) == 2


async def test_a_sku_of_another_product_is_refused(shop, tmp_path):
    head = "key,name,sku,price_EUR"
    path = file_of(tmp_path, head, "a,A,s1,1", "b,B,s1,1", "c,C,s2,1", "c,C,s2,1", "d,D,s3,1", name="a.csv")
    report = await import_products(shop, ImportProducts(path=path))
    assert report.failed == (Failure(3, "SKU s1 belongs to another product"), Failure(4, "a SKU stands twice in it"))
    assert {one.key for one in (await everything(shop))["documents"]} == {"a", "d"}


async def test_a_csv_with_broken_rows_goes_on_behind_them(shop, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xef\xbb\xbfkey;name;price_EUR\na;A;1,50\nb;B\nc;C\xff;3\nd;D;4.50\n\ne;E;0.001\n")
    report = await import_products(shop, ImportProducts(path=path))
    assert [one.line for one in report.failed] == [2, 3, 4, 7]
    assert (report.written, await prices(shop, "d")) == (1, [Price("d", "EUR", 450)])


async def test_a_file_that_ends_in_the_middle_keeps_what_was_whole(shop, tmp_path):
    path = file_of(tmp_path, *({**ICECAT, "id": f"p{n}", "x": str(time.time_ns())} for n in range(3000)), zipped=True)
    path.write_bytes(path.read_bytes()[:-2000])
    report = await import_products(shop, ImportProducts(path=path, mapping="icecat"))
    assert 0 < report.written < 3000
    assert "ends in the middle" in report.failed[-1].reason


async def test_decimal_prices_are_exact(shop, tmp_path):
    row = '{"id": "%s", "name": "N", "category": "toys", "price": %s, "current_stock": 3}'
    path = file_of(tmp_path, row % ("a", "129.99"), row % ("b", "0.1"), row % ("c", "1.15"), row % ("d", "1.005"))
    report = await import_products(shop, ImportProducts(path=path, mapping="retail-demo"))
    assert [price.amount for price in await prices(shop, "a", "b", "c")] == [12999, 10, 115]
    assert report.failed == (Failure(4, "'1.005' is not an exact amount of EUR"),)


async def test_currencies_are_those_that_were_said(shop, tmp_path):
    command = ImportProducts(path=file_of(tmp_path, ICECAT), mapping="icecat", currencies=("EUR", "USD"))
    await import_products(shop, command)
    assert [(price.currency, price.amount) for price in await prices(shop, "1399")] == [("EUR", 12595), ("USD", 12595)]


async def test_a_changed_row_changes_only_its_product(shop, tmp_path):
    other = {**ICECAT, "id": "2"}
    await import_products(shop, ImportProducts(path=file_of(tmp_path, ICECAT, other), mapping="icecat"))
    async with shop.database.read() as reader:
        seen = await outbox_end(reader)
    changed = {**ICECAT, "price": 9900, "title": "New title"}
    report = await import_products(shop, ImportProducts(path=file_of(tmp_path, changed, other), mapping="icecat"))
    assert (report.written, report.unchanged) == (1, 1)
    found = await product(shop, "1399")
    assert (found.name, found.version) == ("New title", 2)
    async with shop.database.read() as reader:
        events = await outbox_after(reader, seen, 100)
    assert [one.kind for one in events] == ["products_changed", "prices_changed"]
    assert events[0].as_event(ProductsChanged).product_ids == (found.id,)


async def test_what_a_shop_added_by_hand_outlives_the_next_import(shop, tmp_path):
    path = file_of(tmp_path, ICECAT)
    await import_products(shop, ImportProducts(path=path, mapping="icecat"))
    found = await product(shop, "1399")
    ours = replace(found, slug="our-own", description_html="<p>Ours</p>", translations={"de": Localised("Unser")})
    await shop.products.put_many([ours])
    async with shop.database.write() as unit:
        await stock.hold_many(unit, [HoldRequest("o1", {"1399": 4})], 0)
    report = await import_products(shop, ImportProducts(path=path, mapping="icecat"))
    assert (report.written, report.unchanged) == (0, 1)
    found = await product(shop, "1399")
    assert (found.slug, found.description_html, found.translations["de"].name) == ("our-own", "<p>Ours</p>", "Unser")
    assert (await on_hand(shop, "1399"))["1399"][0] == 20


async def test_stock_cannot_fall_below_what_is_promised(shop, tmp_path):
    head = "key,name,price_EUR,stock"
    await import_products(shop, ImportProducts(path=file_of(tmp_path, head, "a,A,1,5", name="a.csv")))
    async with shop.database.write() as unit:
        await stock.hold_many(unit, [HoldRequest("o1", {"a": 4})], 0)
    before = await everything(shop)
    report = await import_products(shop, ImportProducts(path=file_of(tmp_path, head, "a,New,2,3", name="a.csv")))
    assert report.failed == (Failure(2, "SKU a: 4 pieces are promised to orders"),)
    assert await everything(shop) == before


async def test_a_hidden_row_is_hidden_and_shown_again(shop, tmp_path):
    head = "key,name,price_EUR,visible"
    for said, expected in (("no", set()), ("yes", {derived_id("product", "a")}), ("0", set())):
        await import_products(shop, ImportProducts(path=file_of(tmp_path, head, f"a,A,1,{said}", name="a.csv")))
        assert (await everything(shop))["visible"] == expected


async def test_export_and_import_are_inverses(shop, tmp_path):
    await import_products(shop, ImportProducts(path=file_of(tmp_path, ICECAT), mapping="icecat"))
    await import_products(shop, ImportProducts(path=file_of(tmp_path, CSV.rstrip("\n"), name="goods.csv")))
    assert await export_products(shop, tmp_path / "first.jsonl") == 3
    async with open_shop(tmp_path / "other") as other:
        report = await import_products(other, ImportProducts(path=tmp_path / "first.jsonl"))
        assert (report.written, report.failed) == (3, ())
        assert await export_products(other, tmp_path / "second.jsonl.gz") == 3
        again = await import_products(other, ImportProducts(path=tmp_path / "second.jsonl.gz"))
        assert (again.written, again.unchanged) == (0, 3)
        assert await check_invariants(other) == []
        there, here = await everything(other), await everything(shop)
    assert gzip.decompress((tmp_path / "second.jsonl.gz").read_bytes()) == (tmp_path / "first.jsonl").read_bytes()
    for kind in ("documents", "tree", "prices", "levels", "visible"):
        assert there[kind] == here[kind], kind


def with_variant(**fields) -> dict[str, object]:
    return {"key": "a", "name": "A", "variants": [{"sku": "a", **fields}]}


@pytest.mark.parametrize(("line", "reason"), [
    ({"key": "a", "name": "A", "variants": [{"sku": "a"}], "colour": 1}, "unknown field"),
    ({"key": "a", "name": "A", "variants": []}, "0 variants"),
    ({"key": "a", "variants": [{"sku": "a"}]}, "missing required field `name`"),
    ({"key": "a", "name": "A", "variants": [{"sku": "a"}], "categories": ["none"]}, "no category 'none'"),
    (with_variant(prices={"EUR": {"amount": "1", "compare_at": "1"}}), "not less"),
    (with_variant(prices={"XXX": {"amount": "1"}}), "unknown currency"),
    (with_variant(stock={"main": {"on_hand": -1}}), "cannot be"),
    ({"key": "a", "name": "A", "slug": "../x", "variants": [{"sku": "a"}]}, "slug"),
    ({"type": "category", "key": "c", "name": "C", "parent": "none"}, "to be its parent"),
    ({"type": "voucher"}, "Invalid value 'voucher'"),
])  # fmt: skip
async def test_lines_of_the_own_form_are_checked(shop, tmp_path, line, reason):
    report = await import_products(shop, ImportProducts(path=file_of(tmp_path, line)))
    assert [one.line for one in report.failed] == [1]
    assert reason in report.failed[0].reason
    assert (await everything(shop))["documents"] == []


async def test_markup_of_an_import_is_made_harmless(shop, tmp_path):
    line = {
        "key": "a", "name": "A", "variants": [{"sku": "a"}],
        "description_html": "<p>Fine</p><img src=x onerror=alert(1)><a href='javascript:alert(1)'>x</a>",
        "translations": {"de": {"description_html": "<script>alert(1)</script><p>Gut</p>"}},
    }  # fmt: skip
    await import_products(shop, ImportProducts(path=file_of(tmp_path, line)))
    found = await product(shop, "a")
    assert found.description_html == '<p>Fine</p><a rel="nofollow noopener">x</a>'
    assert found.translations["de"].description_html == "<p>Gut</p>"


async def test_a_mapping_of_ones_own(shop, tmp_path):
    mapping = tmp_path / "ours.toml"
    mapping.write_text(
        'key = "nr"\nname = "titel"\nprice = "preis"\nstock = {value = "7"}\n'
        '[attributes]\nhoehe = {name = "Height", kind = "number", unit = "cm"}\n'
    )
    path = file_of(tmp_path, {"nr": 17, "titel": "Stuhl", "preis": "19.90", "hoehe": "45"})
    assert (await import_products(shop, ImportProducts(path=path, mapping=str(mapping)))).written == 1
    found = await product(shop, "17")
    assert found.attributes == (Attribute("Height", "number", number=45.0, unit="cm"),)
    assert (await on_hand(shop, "17"))["17"][0] == 7


@pytest.mark.parametrize("content", ['key = "a"\n', "key = \n", 'key = "a"\nname = "b"\nwhat = 1\n', None])
async def test_a_mapping_that_cannot_be_used_is_refused(shop, tmp_path, content):
    mapping = tmp_path / "ours.toml"
    if content is not None:
        mapping.write_text(content)
    with pytest.raises(ImportRefused):
        await import_products(shop, ImportProducts(path=file_of(tmp_path, ICECAT), mapping=str(mapping)))


async def test_a_file_that_is_not_there_is_refused(shop, tmp_path):
    with pytest.raises(ImportRefused):
        await import_products(shop, ImportProducts(path=tmp_path / "nothing.csv"))


async def test_progress_is_told_and_ends_at_the_end(shop, tmp_path):
    told: list[tuple[float, int]] = []
    path = file_of(tmp_path, *({**ICECAT, "id": f"p{n}"} for n in range(120)))
    await import_products(shop, ImportProducts(path=path, mapping="icecat"), lambda *seen: told.append(seen))
    assert [read for _, read in told] == sorted(read for _, read in told)
    assert told[-1] == (1.0, 120)


@pytest.mark.parametrize(("column", "name"), [
    ("package_weight", "Package weight"), ("dimensions__wxdxh_", "Dimensions (wxdxh)"),
    ("master__outer__case_width", "Master (outer) case width"), ("usb_2_0_ports_quantity", "Usb 2 0 ports quantity"),
    ("adsl2_", "Adsl2"),
])  # fmt: skip
def test_columns_become_names(column, name):
    assert humanised(column) == name


async def test_the_whole_of_icecat_arrives(shop, datasets):
    path = datasets / "search_icecat" / "products.jsonl.gz"
    report = await import_products(shop, ImportProducts(path=path, mapping="icecat"))
    assert (report.read, report.written, report.failed) == (19_406, 19_406, ())
    count, kinds, rows = 0, {"t": "text", "n": "number", "b": "flag"}, {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            rows[derived_id("product", row["id"])] = row
    for found in (await everything(shop))["documents"]:
        expected = [(kinds[name[5]], value) for name, value in rows[found.id].items() if name.startswith("attr_")]
        values = [{"text": a.text, "number": a.number, "flag": a.flag}[a.kind] for a in found.attributes]
        assert list(zip((a.kind for a in found.attributes), values, strict=True)) == expected
        count += len(expected)
    assert count == 371_405
    again = await import_products(shop, ImportProducts(path=path, mapping="icecat"))
    assert (again.written, again.unchanged) == (0, 19_406)


async def test_the_whole_of_the_retail_demo_arrives(shop, datasets):
    path = datasets / "catalogue_retail_demo" / "products.jsonl.gz"
    report = await import_products(shop, ImportProducts(path=path, mapping="retail-demo"))
    assert (report.read, report.written, report.failed) == (2_465, 2_465, ())
    assert len(await shop.products.categories()) == 20
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = {row["id"]: row for row in map(json.loads, lines)}
    shelves = await on_hand(shop, *rows)
    counted = {key: pieces for key, (pieces, _) in shelves.items()}
    assert counted == {key: row["current_stock"] for key, row in rows.items()}
    amounts = {price.sku: price.amount for price in await prices(shop, *rows)}
    assert amounts == {key: round(row["price"] * 100) for key, row in rows.items()}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
_COLUMNS = (*ICECAT, "type", "key", "variants", "sku", "price_EUR", "stock", "categories", "translations", "attributes")
_ROWS = st.lists(st.dictionaries(st.sampled_from(_COLUMNS), _JSON, max_size=12), max_size=4)


@given(rows=_ROWS, mapping=st.sampled_from(["fairday", "icecat", "retail-demo"]))
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_row_however_odd_ends_an_import(shop, tmp_path, rows, mapping):
    good = [{**ICECAT, "id": f"good{number}"} for number in range(len(rows))]
    mixed = [json.dumps({**one, **row} if mapping == "icecat" else row) for one, row in zip(good, rows, strict=True)]
    report = await import_products(shop, ImportProducts(path=file_of(tmp_path, "{", *mixed), mapping=mapping))
    assert report.failed[0].line == 1
    assert report.read <= report.written + report.unchanged + report.failed_count


@given(content=st.binary(max_size=300) | st.text(alphabet=',;"\n\tkeynamprice_EUR1.', max_size=200).map(str.encode))
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_file_however_odd_ends_an_import(shop, tmp_path, content):
    path = tmp_path / "odd"
    path.write_bytes(b"key,name,price_EUR\n" + content)
    await import_products(shop, ImportProducts(path=path))
    path.write_bytes(content)
    await import_products(shop, ImportProducts(path=path))
    path.write_bytes(gzip.compress(content)[:-3])
    await import_products(shop, ImportProducts(path=path))
