"""Nothing is changed by a request from elsewhere, nor, on private pages, without the session's token."""

import pytest
from litestar import Litestar

from fairday.interfaces.storefront import routes
from fairday.interfaces.web import Web

CROSS = (
    {"origin": "https://evil.example", "sec_fetch_site": "cross-site"},
    {"origin": "https://evil.example", "sec_fetch_site": ""},
    {"origin": "", "sec_fetch_site": ""},
    {"origin": "null", "sec_fetch_site": ""},
    {"origin": "http://shop.test", "sec_fetch_site": "same-site"},
)


def posts(shop):
    """Every route that takes a POST, as its pattern."""
    app = Litestar(list(routes(shop, Web(secrets=(b"s" * 32,), public_url="http://shop.test"))), openapi_config=None)
    return sorted({route.path_format for route in app.routes if "POST" in getattr(route, "methods", ())})


def filled(pattern):
    return (
        pattern.replace("{market}", "en-de")
        .replace("{part}", "name")
        .replace("{token}", "t")
        .replace("{address_id}", "a")
    )


async def test_there_are_as_many_as_we_think(shop):
    assert len(posts(shop)) == 18


@pytest.mark.parametrize("headers", CROSS)
async def test_a_post_from_elsewhere_is_refused(browser, shop, headers):
    for pattern in posts(shop):
        await browser.get("/en-de/cart")
        answer = await browser.post(filled(pattern), {"sku": "MUG"}, **headers)
        assert answer.status_code == 403, pattern
        assert browser.says("did not come from one of our own pages")
    assert (await browser.get("/en-de/session.json")).json()["cart_count"] == 0


@pytest.mark.parametrize("token", ["", "x", "A" * 86])
async def test_a_post_without_the_session_s_token_is_refused(browser, shop, token):
    for pattern in posts(shop):
        if "lines" in pattern:
            continue
        await browser.get("/en-de/cart")
        assert (await browser.post(filled(pattern), {"csrf": token})).status_code == 403, pattern


async def test_another_session_s_token_is_refused(browser, another):
    await another.get("/en-de/sign-in")
    theirs = another.hidden("csrf")
    await browser.get("/en-de/sign-in")
    assert (
        await browser.post("/en-de/sign-in", {"csrf": theirs, "email": "a@b.c", "password": "x"})
    ).status_code == 403


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b'{"sku": "MUG"}', "application/json"),
        (b"sku=MUG", "text/plain"),
        (b"a=" + b"x" * 70_000, "application/x-www-form-urlencoded"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
    ],
)
async def test_what_is_no_form_is_refused(browser, content, content_type):
    headers = {"origin": "http://shop.test", "content-type": content_type}
    answer = await browser.client.post("/en-de/cart/lines", content=content, headers=headers)
    assert answer.status_code == 400


async def test_an_altered_session_is_a_new_one(browser):
    await browser.post("/en-de/cart/lines", {"sku": "MUG"})
    assert (await browser.get("/en-de/session.json")).json()["cart_count"] == 1
    sealed = browser.client.cookies["fairday"]
    browser.client.cookies.clear()
    middle = len(sealed) // 2
    other = "A" if sealed[middle] != "A" else "B"
    browser.client.cookies.set("fairday", sealed[:middle] + other + sealed[middle + 1 :])
    assert (await browser.get("/en-de/session.json")).json()["cart_count"] == 0


async def test_private_pages_are_never_stored_and_never_share_a_nonce(browser):
    nonces = set()
    for path in ("/en-de/cart", "/en-de/sign-in", "/en-de/register", "/en-de/password/reset"):
        answer = await browser.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers
        policy = answer.headers["content-security-policy"]
        nonce = policy.split("'nonce-")[1].split("'")[0]
        assert f'nonce="{nonce}"' in answer.text
        nonces.add(nonce)
    assert len(nonces) == 4
