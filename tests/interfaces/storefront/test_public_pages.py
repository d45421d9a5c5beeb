"""Pages that are the same for everybody: what they may say to a cache, and that they are the same for everybody."""

import asyncio
import json
import re
from html import unescape

import pytest

from fairday.kernel.ids import derived_id
from tests.interfaces.storefront.conftest import open_browser

PUBLIC = ("/en-de/", "/de-at/", "/en-us/search", "/en-de/p/mug", "/de-de/p/vase", "/en-de/pages/returns")
ADDRESSES = ("/en-de/pages/delivery", "/de-de/pages/returns", "/en-us/pages/privacy", "/de-at/pages/contact")


@pytest.mark.parametrize("path", PUBLIC)
async def test_it_may_be_cached_and_carries_every_header(browser, path):
    answer = await browser.get(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=10, stale-while-revalidate=30"
    assert answer.headers["vary"] == "accept-encoding"
    assert "set-cookie" not in answer.headers
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "nonce" not in policy
    assert "unsafe" not in policy
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["permissions-policy"]
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize("path", PUBLIC)
async def test_whoever_has_it_is_told_so(browser, path):
    etag = (await browser.get(path)).headers["etag"]
    answer = await browser.client.get(path, headers={"if-none-match": etag})
    assert (answer.status_code, answer.content) == (304, b"")


@pytest.mark.parametrize("path", PUBLIC)
async def test_it_is_the_same_whoever_asks(browser, another, path):
    stranger = (await browser.get(path)).text
    await another.get("/en-de/p/mug")
    await another.post("/en-de/cart/lines", {"sku": "MUG"})
    assert (await another.get(path)).text == stranger


async def test_the_market_decides_language_and_money(browser):
    await browser.get("/en-us/p/mug")
    assert browser.says("$25.00")
    assert browser.says("Put in basket")
    await browser.get("/de-de/p/mug")
    assert browser.says("20,00\xa0€")
    assert browser.says("In den Korb")


async def test_an_unknown_market_product_category_or_page_is_not_found(browser):
    for path in (
        "/xx-yy/",
        "/en-xx/search",
        "/en-de/p/nothing",
        "/en-de/c/nothing",
        "/en-de/pages/nothing",
        "/nothing",
    ):
        answer = await browser.get(path)
        assert answer.status_code == 404, path
        assert answer.headers["cache-control"] == "no-store"
        assert "<h1>" in answer.text


async def test_an_error_page_speaks_the_language_of_its_market(browser):
    await browser.get("/de-de/p/nothing")
    assert browser.says("Hier ist nichts")
    await browser.get("/nothing", **{"accept-language": "de"})
    assert browser.says("Hier ist nichts")


async def test_the_door_leads_to_the_market_of_the_browser_s_language(browser):
    for languages, base in (
        ("de-AT,de;q=0.9", "/de-at/"),
        ("de", "/de-de/"),
        ("fr,en;q=0.5", "/en-us/"),
        ("", "/en-us/"),
    ):
        answer = await browser.get("/", **{"accept-language": languages})
        assert (answer.status_code, answer.headers["location"]) == (303, base)


async def test_a_product_by_its_id_moves_to_its_name(browser):
    answer = await browser.get(f"/en-de/p/{derived_id('product', 'MUG')}")
    assert (answer.status_code, answer.headers["location"]) == (301, "/en-de/p/mug")


async def test_a_sold_out_product_cannot_be_put_in_the_basket(browser):
    await browser.get("/en-de/p/vase")
    assert browser.says("Sold out for now.")
    assert "/cart/lines" not in unescape(browser.page)


async def test_what_machines_read_of_a_product(browser):
    await browser.get("/en-de/p/mug")
    found = [json.loads(text) for text in re.findall(r'ld\+json">(.*?)</script>', browser.page, re.DOTALL)]
    assert [one["@type"] for one in found] == ["Product", "BreadcrumbList"]
    assert found[0]["offers"]["price"] == "20.00"
    assert found[0]["offers"]["availability"] == "https://schema.org/InStock"


@pytest.mark.parametrize(
    "query",
    [
        "?page=0", "?page=999999999", "?page=x", "?sort=drop", "?min=abc&max=-5", "?a.=x", "?brand=", "?q=%00%ff",
        "?c=nothing", "?q=" + "x" * 5000, "?" + "&".join(f"a.k{n}=v" for n in range(500)), "?q='%20OR%201=1--",
        "?min=1e30", "?q=%F0%9F%8E%AA",
    ],
)  # fmt: skip
async def test_a_listing_never_fails_over_its_address(browser, query):
    answer = await browser.get(f"/en-de/search{query}")
    assert answer.status_code == 200


async def test_a_hostile_search_is_shown_as_text(browser):
    await browser.get("/en-de/search?q=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in browser.page
    assert browser.says("<script>alert(1)</script>")


@pytest.mark.parametrize("path", ADDRESSES)
async def test_footer_pages(browser, path):
    assert (await browser.get(path)).status_code == 200


async def test_what_machines_ask_for(browser):
    robots = await browser.get("/robots.txt")
    assert "Sitemap: http://shop.test/sitemap.xml" in robots.text
    assert "/en-de/sitemap.xml" in (await browser.get("/sitemap.xml")).text
    sitemap = await browser.get("/en-de/sitemap.xml")
    assert sitemap.headers["content-type"].startswith("application/xml")
    assert "<loc>http://shop.test/en-de/p/mug</loc>" in sitemap.text
    manifest = (await browser.get("/de-de/manifest.webmanifest")).json()
    assert (manifest["start_url"], manifest["lang"]) == ("/de-de/", "de-DE")
    for icon in manifest["icons"]:
        assert (await browser.get(icon["src"])).headers["content-type"] == "image/png"
    assert (await browser.get("/favicon.ico")).status_code == 200


async def test_over_tls_everything_is_stricter(shop):
    async with open_browser(shop, tls=True) as browser:
        answer = await browser.get("/en-de/cart")
        assert answer.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"
        assert answer.headers["content-security-policy"].endswith("upgrade-insecure-requests")
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-fairday=")
        assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}


async def test_suggestions_are_small_documents(browser):
    answer = await browser.get("/en-de/suggest?q=thi")
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert set(answer.json()) == {"items"}
    assert (await browser.get("/en-de/suggest")).json() == {"items": []}


@pytest.mark.parametrize("path", ["/en-de/", "/en-de/cart", "/robots.txt", "/favicon.ico"])
async def test_head_is_answered_as_get_is(browser, path):
    get, head = await browser.get(path), await browser.client.head(path)
    assert head.status_code == get.status_code == 200
    assert head.headers["content-type"] == get.headers["content-type"]


async def test_a_page_is_built_once_for_readers_who_come_together(browser, shop, monkeypatch):
    asked = []
    search = shop.search.search

    async def counted(query):
        asked.append(query)
        return await search(query)

    monkeypatch.setattr(shop.search, "search", counted)
    answers = await asyncio.gather(*(browser.client.get("/en-de/search?q=thing") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(asked) == 2  # the words, and what to offer since nothing has them
