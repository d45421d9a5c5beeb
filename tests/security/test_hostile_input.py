"""What strangers send: SQL, templates, markup, paths that climb, broken percent signs, files where none belong."""

import io
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import msgspec
import pytest
from PIL import Image

from fairday.domain.access import SYSTEM, audit
from fairday.domain.catalog import Attribute
from fairday.domain.catalog.errors import PictureTooLarge, UnsupportedPicture
from fairday.interfaces.api import OPERATIONS
from fairday.kernel.events import outbox_end
from fairday.kernel.ids import derived_id
from fairday.usecases.browse_products import open_product
from fairday.usecases.edit_product import draft_of, save_product
from fairday.usecases.store_picture import store_picture
from tests.office import Browser as StaffBrowser
from tests.security.walk import addresses, filled

pytestmark = pytest.mark.store  # a whole store in this process, walked from end to end

MUG = derived_id("product", "MUG")
# Every parameter that any address reads (see the test that compares), and those that other shops were broken by.
PARAMETERS = {
    "day",
    "from",
    "run",
    "until",
    "check",
    "after",
    "before",
    "c",
    "brand",
    "cursor",
    "declined",
    "done",
    "edit",
    "kind",
    "language",
    "limit",
    "listed",
    "max",
    "min",
    "next",
    "offer",
    "page",
    "q",
    "role",
    "said",
    "sku",
    "sort",
    "state",
    "stock",
    "subject",
    "v",
    "a.Colour",
    "price_from",
    "price_to",
    "only_available",
    "category",
    "currency",
    "country",
    "languageCode",
    "locale",
    "channel",
    "filter",
    "order",
    "fields",
    "include",
    "id",
}
HOSTILE = (
    "'", "' OR '1'='1", "1; DROP TABLE orders;--", "') UNION SELECT login, hash FROM credentials--", '"', "%' --",
    "{{73317331*3}}", "{% for x in ().__class__.__base__.__subclasses__() %}{{x}}{% endfor %}", "${73317331*3}",
    "<script>alert(7331)</script>", '"><img src=x onerror=alert(7331)>', "../../secret.key", "\x00", "\ud7ff\uffff",
    "name:* OR *:*", "[* TO *]", "-1", "99999999999999999999", "1e309", "a" * 1000, "\r\nSet-Cookie: a=b",
)  # fmt: skip
LEAKS = re.compile(r"sqlite|syntax error|Traceback|OperationalError|no such column|219951993|argon2", re.IGNORECASE)
RUNS = re.compile(r"<script>alert|<img src=x")
PATHS = (
    "/media/..%2fsecret.key",
    "/media/%2e%2e/secret.key",
    "/media/..%5csecret.key",
    "/media/../secret.key",
    "/media/..%252fsecret.key",
    "/media//etc/passwd",
    "/media/a/%2e%2e/%2e%2e/secret.key",
    "/media/%00",
    "/media/a%00.jpg",
    "/static/..%2f..%2f__init__.py",
    "/static/%2e%2e/looks.py",
    "/static/....//x",
    "/backoffice/static/..%2fdesk.py",
    "/en-de/pages/..%2f..%2fsecret.key",
    "/en-de/p/..%2f..%2fsecret.key",
    "/api/v1/products/..%2f..%2fsecret.key",
    "/.git/config",
    "/.env",
    "/%",
    "/en-de/%",
    "/en-de/p/%zz",
    "/en-de/p/%e0%a4%a",
    "/media/%ff%fe",
    "/media/%c0%ae%c0%ae/secret.key",
    "/en-de/p/%f0%9f",
    "/backoffice/products/%ff",
    "/api/v1/products/%ff",
    "/en-de/c/" + "x" * 4000,
)


async def written(shop):
    async with shop.database.read() as reader:
        return await audit.heads(reader), await outbox_end(reader)


async def ask(app: Any, raw: str) -> tuple[int, bytes]:
    """A GET exactly as written, with the path decoded the way the server does."""
    path, _, query = raw.partition("?")
    sent: list[dict[str, Any]] = []
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": unquote_to_bytes(path).decode("utf-8", "replace"), "raw_path": path.encode(), "root_path": "",
        "query_string": query.encode("latin-1"), "headers": [(b"host", b"shop.test")], "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80), "state": {},
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


def test_every_parameter_that_is_read_is_tried():
    """Names in the code of the interfaces and in the API's own questions."""
    named = re.compile(r'(?:query_params\.get|visit\.query|single\.get)\(\s*"([\w.]+)"')
    root = Path(__file__).parents[2] / "src" / "fairday" / "interfaces"
    read = {name for file in root.rglob("*.py") for name in named.findall(file.read_text(encoding="utf-8"))}
    read |= {field.name for one in OPERATIONS if one.query for field in msgspec.structs.fields(one.query)}
    assert len(read) > 15
    assert read <= PARAMETERS


async def test_no_parameter_reaches_an_interpreter(store):
    """Every parameter of every address at once, and one by one where lists are made."""
    before = await written(store.shop)
    lists = ("/en-de/search", "/api/v1/products", "/api/v1/search")
    asked = []
    for hostile in HOSTILE:
        query = "&".join(f"{name}={quote(hostile, safe='')}" for name in sorted(PARAMETERS))
        asked += [f"{filled(pattern)}?{query}" for pattern in addresses(store.app, "GET") if pattern != "/mail"]
        asked += [f"{path}?{name}={quote(hostile, safe='')}" for path in lists for name in sorted(PARAMETERS)]
    browser = store.browser()
    for one in asked:
        answer = await browser.get(one)
        assert answer.status_code < 500, (one[:60], answer.status_code)
        assert not LEAKS.search(answer.text), one[:60]
        assert "html" not in answer.headers.get("content-type", "") or not RUNS.search(answer.text), one[:60]
        assert "set-cookie" not in answer.headers or "a=b" not in answer.headers["set-cookie"]
    assert await written(store.shop) == before


async def test_no_part_of_an_address_reaches_an_interpreter(store):
    browser = store.browser()
    names = ("market", "slug", "name", "token", "order_id", "id", "key", "code", "file_path")
    for hostile in HOSTILE:
        known = dict.fromkeys(names, quote(hostile, safe=""))
        for pattern in addresses(store.app, "GET"):
            for one in (filled(pattern, **known), filled(pattern, **{**known, "market": "en-de"})):
                status, content = await ask(store.app, one)
                assert status < 500, (one[:80], status)
                text = content.decode("utf-8", "replace")
                assert not LEAKS.search(text), one[:80]
                assert text.startswith("{") or not RUNS.search(text), one[:80]
    assert (await browser.get("/en-de/p/mug")).status_code == 200


async def test_no_question_of_the_back_office_reaches_an_interpreter(store):
    owner = await StaffBrowser(store.shop, store.browser().client).enter("owner")
    before = await written(store.shop)
    for hostile in HOSTILE:
        query = "&".join(f"{name}={quote(hostile, safe='')}" for name in sorted(PARAMETERS))
        for pattern in addresses(store.app, "GET"):
            if pattern.startswith("/backoffice"):
                answer = await owner.get(f"/{filled(pattern)}?{query}")
                assert answer.status_code < 500, (pattern, hostile[:20])
                assert not LEAKS.search(answer.text), (pattern, hostile[:20])
                assert not RUNS.search(answer.text), (pattern, hostile[:20])
    assert await written(store.shop) == before


async def test_no_path_leads_out_or_breaks_it(store, state):
    secret = (state / "secret.key").read_bytes()
    for path in PATHS:
        status, content = await ask(store.app, path)
        assert status in {400, 404, 414} or (status == 303 and path.startswith("/backoffice")), (path, status)
        assert not [one for one in (secret, b"import ", b"root:") if one in content], path


class Seen(HTMLParser):
    """Tags and attributes as a browser would see them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


XSS = (
    "<script>alert(7331)</script>",
    "<img src=x onerror=alert(7331)>",
    "<svg/onload=alert(7331)>",
    "<svg><script>alert(7331)",
    "<a href='jav&#x09;ascript:alert(7331)'>x</a>",
    "<a href='javascript&colon;alert(7331)'>x</a>",
    "<a href='\x01javascript:alert(7331)'>x</a>",
    "<a href='data:text/html,<script>alert(7331)</script>'>x</a>",
    "<a href='vbscript:alert(7331)'>x</a>",
    "<iframe src=javascript:alert(7331)>",
    "<body onload=alert(7331)>",
    "<table background=javascript:alert(7331)>",
    "<p style='x:expression(alert(7331))'>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(7331)'>",
    "<link rel=stylesheet href=//evil.example>",
    "<math><mi//xlink:href='data:x,<script>alert(7331)</script>'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(7331)>'>",
    "<svg><style><img src=x onerror=alert(7331)></style>",
    "<template><script>alert(7331)</script></template>",
    "<form action=//evil.example><input type=submit></form>",
    "<details open ontoggle=alert(7331)>",
    "</script><script>alert(7331)</script>",
    "<!--><script>alert(7331)</script>-->",
    "<p id=x onclick=alert(7331)>",
    "<x onfocus=alert(7331) tabindex=1 autofocus>",
    "{{73317331*3}}",
    "{% include '/etc/passwd' %}",
    "]]><script>alert(7331)</script>",
    "\u2028<script>alert(7331)</script>",
)


async def test_nothing_that_is_written_about_a_product_runs(store):
    """In the one rich field and in every plain one, on every page that shows it."""
    shop, browser = store.shop, store.browser()
    await browser.post("/en-de/cart/lines", {"sku": "MUG"}, headers={"origin": "http://shop.test"})
    owner = await StaffBrowser(shop, store.browser().client).enter("owner")
    for number, hostile in enumerate(XSS):
        record = await open_product(shop, SYSTEM, MUG)
        draft = msgspec.structs.replace(draft_of(record.product), name="Mug", brand="", attributes=())
        saved = await save_product(shop, SYSTEM, msgspec.structs.replace(draft, description_html=hostile))
        attributes = (Attribute(name=hostile, text=hostile),)
        plain = msgspec.structs.replace(saved, name=f"N{number} {hostile}", brand=hostile, attributes=attributes)
        await shop.products.put_many([plain])  # as an import does, past the form's own rules
        store.clock().advance(60_000)
        pages = [(await browser.get(f"{path}?n={number}")).text for path in ("/en-de/p/mug", "/en-de/cart")]
        pages.append((await owner.get(f"/products/{MUG}")).text)
        assert f"N{number}" in pages[0], "the page that is looked at is the new one"
        for text in pages:
            check_harmless(text)


def check_harmless(text: str) -> None:
    """No tag, attribute, address or script of the page is somebody else's."""
    assert "219951993" not in text
    for tag, attributes in Seen(text).tags:
        assert tag not in {"iframe", "object", "embed", "base", "frame", "math", "template"}, tag
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        for name in ("href", "src", "action", "formaction", "background", "xlink:href"):
            value = re.sub(r"[\x00-\x20]", "", attributes.get(name) or "").lower()
            assert not value.startswith(("javascript:", "vbscript:", "data:text", "//", "http://evil")), (tag, value)
        if tag == "script":
            ours = (attributes.get("src") or "").startswith("/")
            assert ours or attributes.get("type") == "application/ld+json", attributes
    for script in re.findall(r"<script\b[^>]*>(.*?)</script>", text, re.DOTALL):
        assert "<" not in script, "a document inside a script cannot end it"


def _png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "PNG")
    return out.getvalue()


SCRIPT = b"<script>alert(1)</script><?php system($_GET['c']); ?>"
NO_PICTURES = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "svg as png": b"\x89PNG\r\n\x1a\n<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "xml entity": b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
    "html": b"<!doctype html>" + SCRIPT,
    "php behind gif": b"GIF89a;" + SCRIPT,
    "javascript behind gif": b"GIF89a=1;alert(1)//",
    "pdf": b"%PDF-1.7\n" + SCRIPT,
    "zip": b"PK\x03\x04" + b"\0" * 40,
    "postscript": b"%!PS\n(/etc/passwd) (r) file",
    "nothing": b"",
    "cut off": _png()[:30],
}


async def test_what_is_no_picture_is_refused_and_not_kept(store, state):
    for content in NO_PICTURES.values():
        with pytest.raises((UnsupportedPicture, PictureTooLarge)):
            await store_picture(store.shop, content, alt="x")
    assert not [path for path in (state / "media").rglob("*") if path.is_file()]


async def test_what_hides_in_a_picture_is_not_served(store):
    """A file that is a picture and something else at once comes out as the picture alone."""
    media = await store_picture(store.shop, _png() + SCRIPT, alt="x")
    for key in {media.key, *(one.key for one in media.renditions)}:
        answer = await store.browser().get(f"/media/{key}")
        assert answer.status_code == 200
        assert b"script" not in answer.content
        assert answer.headers["content-type"].startswith("image/")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]


async def test_shoppers_send_no_files(store, state):
    """No form and no address of the API takes one: not as multipart, not as text inside a line of a cart."""
    browser = store.browser()
    await browser.get("/en-de/cart")
    for pattern in addresses(store.app, "POST"):
        if pattern.startswith("/backoffice"):
            continue
        answer = await browser.post(filled(pattern), {"sku": "MUG"}, files={"file": ("x.php", SCRIPT, "image/png")})
        assert answer.status_code in {400, 401, 403, 404, 415}, (pattern, answer.status_code)
    option = {"file_info": {"base64_encoded_data": "PD9waHA=", "name": "x.php"}}
    line = {"sku": "MUG", "quantity": 1, "custom_options": [option]}
    answer = await browser.client.post("/api/v1/carts", json={"currency": "EUR", "country": "DE", "lines": [line]})
    assert answer.status_code == 400
    assert not [path for path in (state / "media").rglob("*") if path.is_file()]


async def test_one_request_does_one_thing(store):
    """No batches, no aliases, nothing without end: what is nested or repeated is refused before it is worked on."""
    client = store.browser().client
    many = [{"sku": "MUG", "quantity": 1}] * 5_000
    deep = "[" * 20_000 + "]" * 20_000
    base = {"currency": "EUR", "country": "DE"}
    for content in (msgspec.json.encode([base] * 100), msgspec.json.encode({**base, "lines": many}), deep.encode()):
        answer = await client.post("/api/v1/carts", content=content, headers={"content-type": "application/json"})
        assert answer.status_code in {400, 413}
    for path in ("/api/v1/products?limit=100000", "/api/v1/search?q=x&limit=100000", "/en-de/search?page=999999999"):
        answer = await client.get(path)
        assert answer.status_code in {200, 400}
        assert len(answer.content) < 200_000


async def test_xml_is_not_read(store):
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    browser = store.browser()
    await browser.get("/en-de/cart")
    for pattern in addresses(store.app, "POST"):
        headers = {"content-type": "application/xml", "origin": "http://shop.test", "sec-fetch-site": "same-origin"}
        answer = await browser.client.post(filled(pattern), content=bomb, headers=headers)
        assert answer.status_code in {303, 400, 401, 403, 404, 415}, (pattern, answer.status_code)
        assert "root:" not in answer.text
