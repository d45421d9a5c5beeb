"""Products through the pages: made, edited, priced, shown; what is dangerous does not get in."""

import io
import re

from PIL import Image

from fairday.domain.catalog import Product
from fairday.domain.pricing import store as pricing
from fairday.kernel.ids import derived_id
from fairday.usecases.edit_product import CategoryDraft, save_category
from fairday.usecases.shop import Shop
from fairday.usecases.staff_sign_in import acting
from tests.office import Browser, Office

MUG = derived_id("product", "MUG")
# Each would run where rich text was shown as it came.
XSS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    '<a href=" javascript:alert(1)">x</a>',
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    '<p style="background:url(javascript:alert(1))">x</p>',
    "<details open ontoggle=alert(1)>x</details>",
    "<form action=//evil.example><button>x</button></form>",
    "<object data=data:text/html,x></object>",
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<b><script>alert(1)</b>",
)
RUNS = re.compile(
    r"<(?:script|svg|iframe|object|embed|form|style|img)|\son\w+\s*=|javascript:|data:text", re.IGNORECASE
)


async def product(shop: Shop, product_id: str = MUG) -> Product:
    return (await shop.products.get_many([product_id]))[product_id]


async def words(shop: Shop, **changed: object) -> dict[str, object]:
    """The fields of the form of words, as the page shows them."""
    known = await product(shop)
    fields = {"name": known.name, "slug": known.slug, "tax_class": known.tax_class, "version": str(known.version)}
    return {**fields, **changed}


async def test_a_product_is_made_hidden_and_then_shown(owner: Browser, shop: Shop) -> None:
    await owner.get("/products/new")
    fields = {"name": "Garden Bell", "sku": "BELL-1", "brand": "Ding", "price": "1.234,50"}
    answer = await owner.post("/products/new", fields)
    path = answer.headers["location"].partition("?")[0].removeprefix("/backoffice")
    product_id = path.removeprefix("/products/")
    async with shop.database.read() as reader:
        assert await pricing.visible(reader, [product_id]) == set()
        prices = await pricing.all_prices(reader, ["BELL-1"])
    assert [(price.currency, price.amount) for price in prices["BELL-1"]] == [("EUR", 123_450)]
    assert (await product(shop, product_id)).key == "BELL-1"
    await owner.post(f"{path}/listing", {"listing": "visible"})
    async with shop.database.read() as reader:
        assert await pricing.visible(reader, [product_id]) == {product_id}
    assert "Garden Bell" in (await owner.get("/products", q="BELL-1")).text
    assert "Garden Bell" not in (await owner.get("/products", listed="hidden")).text
    twice = await owner.post("/products/new", fields)
    assert twice.status_code == 409
    assert 'value="Garden Bell"' in twice.text


async def test_what_is_missing_is_said_at_its_field(owner: Browser) -> None:
    await owner.get("/products/new")
    answer = await owner.post("/products/new", {"name": "Bell", "sku": ""})
    assert answer.status_code == 400
    assert 'href="#sku"' in answer.text
    answer = await owner.post("/products/new", {"name": "Bell", "sku": "B", "price": "a lot"})
    assert answer.status_code == 400
    assert 'href="#price"' in answer.text


async def test_words_are_saved_in_every_language(owner: Browser, shop: Shop) -> None:
    assert owner.staff is not None
    node = await save_category(shop, acting(owner.staff), CategoryDraft(key="kitchen", name="Kitchen"))
    await owner.get(f"/products/{MUG}")
    fields = await words(
        shop, name="Big Mug", name_de="Großer Becher", description_html="<p>Holds <b>much</b>.</p>",
        summary_de="Fasst viel", brand="Clay", categories=[node.id, "0" * 26],
    )  # fmt: skip
    answer = await owner.post(f"/products/{MUG}/words", fields)
    assert answer.headers["location"] == f"/backoffice/products/{MUG}?done=saved"
    saved = await product(shop)
    assert (saved.name, saved.brand, saved.category_ids) == ("Big Mug", "Clay", (node.id,))
    assert saved.translations["de"].name == "Großer Becher"
    assert saved.description_html == "<p>Holds <b>much</b>.</p>"


async def test_nothing_that_runs_is_kept_in_rich_text(owner: Browser, shop: Shop) -> None:
    for text in XSS:
        await owner.get(f"/products/{MUG}")
        both = {"description_html": f"<p>before</p>{text}", "description_html_de": f"<p>vorher</p>{text}"}
        answer = await owner.post(f"/products/{MUG}/words", await words(shop, **both))
        assert answer.status_code == 303, text
        saved = await product(shop)
        assert "before" in saved.description_html
        for kept in (saved.description_html, saved.translations["de"].description_html):
            assert not RUNS.search(kept), (text, kept)


async def test_plain_fields_show_markup_as_text(owner: Browser, shop: Shop) -> None:
    for text in XSS:
        await owner.get(f"/products/{MUG}")
        fields = await words(shop, name=f"Mug {text}"[:250], summary=text, brand=text[:100])
        assert (await owner.post(f"/products/{MUG}/words", fields)).status_code == 303
        for path in (f"/products/{MUG}", "/products", "/stock", f"/stock/{MUG}", "/audit", "/"):
            page = (await owner.get(path)).text
            assert text not in page, (text, path)


async def test_who_saves_second_is_told_so(office: Office, owner: Browser, shop: Shop) -> None:
    manager = await office.enter("manager")
    await owner.get(f"/products/{MUG}")
    await manager.get(f"/products/{MUG}")
    fields = await words(shop)
    assert (await owner.post(f"/products/{MUG}/words", {**fields, "name": "Mine"})).status_code == 303
    answer = await manager.post(f"/products/{MUG}/words", {**fields, "name": "Yours"})
    assert answer.status_code == 409
    assert 'value="Yours"' in answer.text
    assert (await product(shop)).name == "Mine"


async def test_variants_and_attributes(owner: Browser, shop: Shop) -> None:
    await owner.get(f"/products/{MUG}")
    version = str((await product(shop)).version)
    rows = {
        "options": "Colour, Size", "sku_0": "MUG", "option_0_0": "Sand", "option_0_1": "S", "weight_0": "400",
        "sku_1": "MUG-L", "option_1_0": "Sand", "option_1_1": "L", "ean_1": "4006381333931", "part_1": "P-1",
    }  # fmt: skip
    answer = await owner.post(f"/products/{MUG}/variants", {**rows, "version": version})
    assert answer.status_code == 303
    saved = await product(shop)
    assert saved.skus == ("MUG", "MUG-L")
    assert [(option.name, option.values) for option in saved.options] == [("Colour", ("Sand",)), ("Size", ("S", "L"))]
    assert saved.variants[1].ean == ("4006381333931",)
    for wrong in ({"ean_1": "x"}, {"sku_1": "MUG"}, {"sku_1": "TWO WORDS"}, {"weight_0": "-1"}, {"sku_1": "LAMP"}):
        answer = await owner.post(f"/products/{MUG}/variants", {**rows, "version": str(saved.version), **wrong})
        assert answer.status_code in {400, 409}, wrong
    assert await product(shop) == saved
    attributes = {
        "attribute_0_name": "Material", "attribute_0_kind": "text", "attribute_0_value": "Clay",
        "attribute_1_name": "Height", "attribute_1_kind": "number", "attribute_1_value": "9,5",
        "attribute_1_unit": "cm", "attribute_2_name": "Dishwasher", "attribute_2_kind": "flag",
        "attribute_2_value": "yes",
    }  # fmt: skip
    answer = await owner.post(f"/products/{MUG}/attributes", {**attributes, "version": str(saved.version)})
    assert answer.status_code == 303
    after = await product(shop)
    assert [(one.name, one.kind, one.shown, one.unit) for one in after.attributes] == [
        ("Material", "text", "Clay", ""), ("Height", "number", "9.5", "cm"), ("Dishwasher", "flag", "yes", ""),
    ]  # fmt: skip
    for value in ("tall", "nan", "inf"):
        odd = {**attributes, "attribute_1_value": value, "version": str(after.version)}
        assert (await owner.post(f"/products/{MUG}/attributes", odd)).status_code == 400, value


async def test_prices_are_set_and_removed(owner: Browser, shop: Shop) -> None:
    await owner.get(f"/products/{MUG}")
    answer = await owner.post(
        f"/products/{MUG}/prices", {"price_0_EUR": "17,95", "compare_0_EUR": "20.00", "price_0_USD": ""}
    )
    assert answer.status_code == 303
    async with shop.database.read() as reader:
        found = (await pricing.all_prices(reader, ["MUG"]))["MUG"]
    assert [(price.currency, price.amount, price.compare_at) for price in found] == [("EUR", 1_795, 2_000)]
    for wrong in ({"price_0_EUR": "x"}, {"price_0_EUR": "-1"}, {"price_0_EUR": "10", "compare_0_EUR": "9"}):
        assert (await owner.post(f"/products/{MUG}/prices", wrong)).status_code in {400, 422}, wrong
    async with shop.database.read() as reader:
        assert (await pricing.all_prices(reader, ["MUG"]))["MUG"] == found


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, (200, 40, 40)).save(buffer, kind)
    return buffer.getvalue()


async def test_pictures_are_added_named_ordered_and_taken_out(owner: Browser, shop: Shop) -> None:
    path = f"/products/{MUG}"
    await owner.get(path)
    files = [
        ("pictures", ("../../etc/passwd.png", picture(), "image/png")),
        ("pictures", ("b.jpg", picture("JPEG", (60, 50)), "image/jpeg")),
    ]
    answer = await owner.post(f"{path}/pictures", {"alt": "A <b>mug</b>"}, files=files)
    assert answer.headers["location"] == f"/backoffice{path}?done=saved"
    first, second = (await product(shop)).media
    assert (first.width_px, second.width_px) == (40, 60)
    assert first.alt == "A <b>mug</b>"
    assert "passwd" not in first.key
    for rendition in (*first.renditions, *second.renditions):
        assert await shop.media.stat(rendition.key) is not None
    page = await owner.get(path)
    assert "A &lt;b&gt;mug" in page.text
    fields = {
        "key_0": first.key, "alt_0": "One", "position_0": "2",
        "key_1": second.key, "alt_1": "Two", "position_1": "1",
    }  # fmt: skip
    assert (await owner.post(f"{path}/media", fields)).status_code == 303
    assert [(one.key, one.alt) for one in (await product(shop)).media] == [(second.key, "Two"), (first.key, "One")]
    assert (await owner.post(f"{path}/media", fields)).status_code == 400  # the page is out of date
    fields = {"key_0": second.key, "remove_0": "1", "key_1": first.key, "alt_1": "One", "position_1": "1"}
    assert (await owner.post(f"{path}/media", fields)).status_code == 303
    assert [one.key for one in (await product(shop)).media] == [first.key]


async def test_what_is_no_picture_is_refused_whatever_it_is_called(owner: Browser, shop: Shop) -> None:
    path = f"/products/{MUG}"
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    page = b"<!doctype html><script>alert(1)</script>"
    refused = {
        "svg": svg,
        "svg with a declaration": b'<?xml version="1.0"?>' + svg,
        "html": page,
        "php": b"<?php system($_GET['c']); ?>",
        "gif header then html": b"GIF89a" + page,
        "png signature then html": b"\x89PNG\r\n\x1a\n" + page,
        "jpeg signature then html": b"\xff\xd8\xff\xe0" + page,
        "zip": b"PK\x03\x04" + b"\0" * 100,
        "empty": b"",
        "cut off": picture()[:40],
    }
    await owner.get(path)
    for name, content in refused.items():
        answer = await owner.post(f"{path}/pictures", files=[("pictures", ("x.png", content, "image/png"))])
        assert answer.status_code in {400, 413, 415}, name
        assert 'role="alert"' in answer.text
    assert (await product(shop)).media == ()


async def test_a_polyglot_loses_what_it_hid(owner: Browser, shop: Shop) -> None:
    hidden = b"<script>alert(1)</script><?php system(1) ?>"
    await owner.get(f"/products/{MUG}")
    for number, content in enumerate((picture() + hidden, picture("JPEG") + hidden, picture("GIF") + hidden)):
        files = [("pictures", (f"{number}.html", content, "text/html"))]
        answer = await owner.post(f"/products/{MUG}/pictures", files=files)
        assert answer.status_code == 303, number
    media = (await product(shop)).media
    assert media
    for one in media:
        for rendition in one.renditions:
            stored = b"".join([piece async for piece in shop.media.read(rendition.key)])
            assert b"script" not in stored
            assert b"php" not in stored
            stat = await shop.media.stat(rendition.key)
            assert stat is not None
            assert stat.mime in {"image/avif", "image/jpeg"}


async def test_one_bad_picture_spoils_the_lot(owner: Browser, shop: Shop) -> None:
    await owner.get(f"/products/{MUG}")
    files = [("pictures", ("a.png", picture(), "image/png")), ("pictures", ("b.png", b"<svg/>", "image/png"))]
    assert (await owner.post(f"/products/{MUG}/pictures", files=files)).status_code == 415
    assert (await product(shop)).media == ()


async def test_films_are_what_they_say(owner: Browser, shop: Shop) -> None:
    path = f"/products/{MUG}"
    await owner.get(path)
    box = b"\x00\x00\x00\x14ftypisom\x00\x00\x00\x00isom"
    film = box + b"\x00\x00\x00\x08moov" + b"\x00\x00\x00\x10mdat12345678"
    captions = b"WEBVTT\n\n00:00.000 --> 00:01.000\nHello <c.x onclick=1>you</c>\n"
    files = [
        ("film", ("f.mp4", film, "video/mp4")),
        ("poster", ("p.png", picture(), "image/png")),
        ("captions", ("c.vtt", captions, "text/vtt")),
    ]
    answer = await owner.post(f"{path}/films", {"film_alt": "A mug turns"}, files=files)
    assert answer.status_code == 303
    (one,) = (await product(shop)).media
    assert (one.kind, one.mime, one.alt) == ("video", "video/mp4", "A mug turns")
    stored = b"".join([piece async for piece in shop.media.read(one.captions_key)])
    assert b"onclick" not in stored
    for bad in (b"<html>", b"", film[:-3]):
        answer = await owner.post(f"{path}/films", files=[("film", ("f.mp4", bad, "video/mp4"))])
        assert answer.status_code in {400, 415}
    assert len((await product(shop)).media) == 1


async def test_uploads_need_the_token_and_the_right(office: Office, owner: Browser, shop: Shop) -> None:
    support = await office.enter("support")
    files = [("pictures", ("a.png", picture(), "image/png"))]
    await owner.get(f"/products/{MUG}")
    assert (await owner.post(f"/products/{MUG}/pictures", {"csrf": "x"}, files=files)).status_code == 403
    assert (await support.post(f"/products/{MUG}/pictures", files=files)).status_code == 403
    assert (await product(shop)).media == ()


async def test_those_who_may_only_look_get_no_forms(office: Office) -> None:
    warehouse = await office.enter("warehouse")
    page = (await warehouse.get(f"/products/{MUG}")).text
    assert page.count("<fieldset") == page.count("disabled>")
    assert "multipart" not in page
    assert "/products/new" not in (await warehouse.get("/products")).text


async def test_categories_hang_where_they_should(owner: Browser, shop: Shop) -> None:
    await owner.get("/categories/new")
    answer = await owner.post("/categories/new", {"name": "Kitchen", "name_de": "Küche", "key": "kitchen"})
    assert answer.headers["location"] == "/backoffice/categories?done=saved"
    (kitchen,) = await shop.products.categories()
    fields = {"name": "Mugs <b>", "key": "mugs", "parent_id": kitchen.id, "position": "3"}
    assert (await owner.post("/categories/new", fields)).status_code == 303
    mugs = next(node for node in await shop.products.categories() if node.key == "mugs")
    assert (mugs.parent_id, mugs.position) == (kitchen.id, 3)
    page = (await owner.get("/categories")).text
    assert "Kitchen › Mugs &lt;b&gt;" in page
    twice = await owner.post("/categories/new", fields)
    assert twice.status_code == 400
    assert 'id="key-problem"' in twice.text
    below_itself = {"name": "Kitchen", "slug": "kitchen", "parent_id": mugs.id}
    assert (await owner.post(f"/categories/{kitchen.id}", below_itself)).status_code == 400
    moved = {"name": "Mugs", "slug": "mugs", "parent_id": ""}
    assert (await owner.post(f"/categories/{mugs.id}", moved)).status_code == 303
    assert all(not node.parent_id for node in await shop.products.categories())
