"""Every page in both languages: no sentence missing, no hostile name let through, nothing the policy would stop."""

import re
from html.parser import HTMLParser

import pytest

from fairday.interfaces.storefront.looks import STOREFRONT
from fairday.interfaces.web.assets import Assets
from fairday.interfaces.web.surface import SHARED_ASSETS
from fairday.interfaces.web.templating import Templates, Tongue
from tests.interfaces.storefront.samples import pages, shell

TEMPLATES = Templates({"storefront": STOREFRONT.templates}, Assets((SHARED_ASSETS, STOREFRONT.assets)))
MARKETS = {"/en-us": Tongue("en", "US", "America/New_York"), "/de-de": Tongue("de", "DE", "Europe/Berlin")}
NAMES = tuple(pages("x"))
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "</title><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    '" autofocus onfocus="alert(1)',
    "{{ 7 * 7 }}{% raw %}",
    "<!--<script>",
    "\u2028</style><script>alert(1)//",
)
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
OPTIONAL_END = {"path", "circle"}


class Reader(HTMLParser):
    """Reads a page strictly enough to notice unclosed tags, ids used twice and attributes that should not be there."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.complaints: list[str] = []
        self.references: list[str] = []
        self.scripts: list[dict[str, str | None]] = []
        self.images: list[dict[str, str | None]] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append(tag)
        if len(attributes) != len(attrs):
            self.complaints.append(f"<{tag}> has an attribute twice")
        self.complaints += [f"<{tag} {name}>" for name in attributes if name.startswith("on") or name == "style"]
        address = attributes.get("href") or attributes.get("src") or attributes.get("action") or ""
        if address.strip().lower().startswith(("javascript:", "data:")):
            self.complaints.append(f"<{tag}> leads to {address}")
        if attributes.get("id"):
            self.ids.append(attributes["id"] or "")
        for name in ("for", "aria-labelledby", "aria-describedby"):
            self.references += (attributes.get(name) or "").split()
        if tag == "script":
            self.scripts.append(attributes)
        if tag == "img":
            self.images.append(attributes)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.complaints.append(f"</{tag}> closes something else")


def page(name: str, base: str, text: str) -> str:
    template, model, private = pages(text)[name]
    around = shell(base, private=private, name=text)
    return TEMPLATES.render(f"storefront/{template}.html", MARKETS[base], shell=around, page=model).replace(
        "&#x2f;", "/"
    )


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


@pytest.mark.parametrize("base", MARKETS)
@pytest.mark.parametrize("name", NAMES)
def test_every_page_is_whole_in_both_languages(name: str, base: str) -> None:
    found = read(page(name, base, "Plain name"))
    assert found.complaints == []
    assert found.open == []
    assert len(found.ids) == len(set(found.ids)), [one for one in found.ids if found.ids.count(one) > 1]
    assert set(found.references) <= set(found.ids)
    assert found.tags.count("h1") == 1
    assert found.tags.count("main") == 1


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", NAMES)
def test_no_hostile_name_becomes_markup(name: str, text: str) -> None:
    plain, hostile = read(page(name, "/en-us", "Plain name")), read(page(name, "/en-us", text))
    assert hostile.tags == plain.tags
    assert [one for one in hostile.complaints if "leads to" not in one] == []
    assert "49" not in re.findall(r"\{\{.*?\}\}", page(name, "/en-us", text))


@pytest.mark.parametrize("name", NAMES)
def test_scripts_are_external_and_carry_a_nonce_where_the_page_is_private(name: str) -> None:
    private = pages("x")[name][2]
    for script in read(page(name, "/de-de", "x")).scripts:
        if script.get("type") == "application/ld+json":
            continue
        assert (script.get("src") or "").startswith("/static/shop.")
        assert script.get("nonce") == ("n0nce" if private else None)


@pytest.mark.parametrize("name", NAMES)
def test_every_post_of_a_private_page_carries_the_token(name: str) -> None:
    html = page(name, "/en-us", "x")
    posts = [form for form in re.findall(r"<form.*?</form>", html, re.DOTALL) if 'method="post"' in form]
    private = pages("x")[name][2]
    assert all(('name="csrf" value="t0ken"' in form) is private for form in posts)


@pytest.mark.parametrize("name", NAMES)
def test_every_picture_keeps_its_room(name: str) -> None:
    for image in read(page(name, "/en-us", "x")).images:
        assert {"width", "height", "alt", "src"} <= set(image)


def test_the_first_picture_is_fetched_first_and_later_ones_wait() -> None:
    first, *rest = read(page("product", "/en-us", "x")).images
    assert first.get("fetchpriority") == "high"
    assert all(image.get("loading") == "lazy" for image in rest)


def test_the_checkout_asks_for_eight_things_at_most() -> None:
    html = (
        page("checkout", "/en-us", "x").partition('action="/en-us/checkout"')[2].replace("<details open>", "<details>")
    )
    shown = re.sub(r"<details>.*?</details>", "", html, flags=re.DOTALL)
    names = re.findall(
        r'<(?:input|select)[^>]* name="([^"]+)"(?![^>]*type="hidden")', re.sub(r'<input type="hidden"[^>]*>', "", shown)
    )
    names = [name for name in names if name != "use_credit"]  # a tick for those who have some
    assert sorted(set(names)) == [
        "city",
        "country",
        "email",
        "line1",
        "name",
        "payment",
        "postcode",
        "region",
        "shipping",
    ]
    assert len(set(names) - {"region"}) == 8


def test_every_field_of_the_checkout_says_what_it_is_for() -> None:
    html = page("checkout", "/en-us", "x").partition('action="/en-us/checkout"')[2]
    fields = [
        field
        for field in re.findall(r"<(?:input|select)\b[^>]*>", html)
        if "hidden" not in field
        and "radio" not in field
        and "checkbox" not in field
        and 'name="gift_code"' not in field  # money: no browser is to remember it
    ]
    assert fields
    assert all("autocomplete=" in field and 'autocomplete="off"' not in field for field in fields)
