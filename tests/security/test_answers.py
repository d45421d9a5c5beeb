"""What every answer carries, whoever asks for whatever: headers, types, cookies; and that no Host is believed."""

import re
import sqlite3
from contextlib import closing

import pytest
from structlog.testing import capture_logs

from fairday.bootstrap.server import Bind, check_bind
from fairday.bootstrap.settings import SettingsError
from fairday.kernel.ids import new_id
from fairday.subscribers.notifications import subscription
from fairday.usecases.reset_password import request_reset
from tests.people import PASSWORD, a_customer
from tests.security.walk import addresses, filled

pytestmark = pytest.mark.store  # a whole store in this process, walked from end to end

ODD = ("/nowhere/at/all", "/en-de/no/such/page", "/xx-xx/", "/backoffice/nope", "/api/v1/nope", "/media/x", "/static/x")
FIXED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
WITHOUT_BODY = {204, 304}


def check(answer):
    """What no answer may lack."""
    for name, value in FIXED.items():
        assert answer.headers.get(name) == value, (answer.url, answer.status_code, name)
    assert "camera=()" in answer.headers["permissions-policy"]
    assert answer.headers["x-request-id"]
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'", answer.url
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "access-control-allow-origin" not in answer.headers
    assert not {"server", "x-powered-by"} & set(answer.headers)
    kind = answer.headers.get("content-type", "")
    assert kind or answer.status_code in WITHOUT_BODY or not answer.content, answer.url
    if kind.startswith("text/"):
        assert "charset=utf-8" in kind, (answer.url, kind)
    assert "cache-control" in answer.headers or answer.status_code in WITHOUT_BODY | {405}, answer.url
    if "public" in answer.headers.get("cache-control", ""):
        assert "set-cookie" not in answer.headers, answer.url


async def test_every_answer_carries_the_headers(store):
    browser = store.browser()
    for pattern in addresses(store.app, "GET"):
        check(await browser.get(filled(pattern)))
    for path in ODD:
        check(await browser.get(path))
    for pattern in addresses(store.app, "POST"):
        check(await browser.post(filled(pattern), headers={}))
        check(await browser.client.request("PATCH", filled(pattern)))


async def test_they_are_there_when_the_mistake_is_ours(store, state):
    """Every table is gone: nobody is told more than that something is wrong, but our log is."""
    with closing(sqlite3.connect(state / "fairday.db")) as file:
        for (name,) in file.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall():
            file.execute(f'DROP TABLE "{name}"')
        file.commit()
    for path in ("/en-de/p/nothing", f"/api/v1/products/{new_id()}", "/metrics"):
        with capture_logs() as lines:
            answer = await store.browser().get(path)
        assert [one for one in lines if one.get("exc_info")], (path, lines)
        assert answer.status_code == 500, path
        check(answer)
        assert not re.search(r"Traceback|sqlite|\.py|Error\b.*table|no such", answer.text, re.IGNORECASE)


async def test_everything_is_stricter_over_tls(over_tls):
    browser = over_tls.browser()
    for path in ("/en-de/", "/en-de/cart", "/api/v1/products", "/nowhere/at/all", "/healthz", "/backoffice/sign-in"):
        answer = await browser.get(path)
        assert answer.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains", path


@pytest.mark.parametrize("path", ["/en-de/cart", "/backoffice/sign-in"])
async def test_every_cookie_is_the_hosts_own(over_tls, path):
    (cookie,) = (await over_tls.browser().get(path)).headers.get_list("set-cookie")
    name, *attributes = [part.strip().lower() for part in cookie.split(";")]
    assert name.startswith("__host-fairday")
    assert {"secure", "httponly", "samesite=lax", "path=/"} <= set(attributes)
    assert not [one for one in attributes if one.startswith("domain")]


async def test_a_form_is_taken_behind_a_proxy_that_ends_tls(over_tls):
    """What arrives says http, the browser says https: that is our own page all the same, and http is not."""
    browser = over_tls.browser()
    sent = {"sku": "MUG", "quantity": "1"}
    https = {"origin": "https://shop.test", "sec-fetch-site": "same-origin"}
    assert (await browser.post("/en-de/cart/lines", sent, headers=https)).status_code == 303
    http = {"origin": "http://shop.test"}
    assert (await browser.post("/en-de/cart/lines", sent, headers=http)).status_code == 403


async def test_a_forged_host_is_in_no_link(store):
    """A cache or a letter that believed it would lead somebody else away."""
    browser = store.browser(host="evil.example")
    forwarded = {"x-forwarded-host": "evil.example", "forwarded": "host=evil.example"}
    for pattern in addresses(store.app, "GET"):
        answer = await browser.get(filled(pattern), **forwarded)
        assert "evil.example" not in answer.text, pattern
        assert "evil.example" not in answer.headers.get("location", ""), pattern


async def test_a_forged_host_is_in_no_letter(store):
    shop = store.shop
    await a_customer(shop, "ada@example.com", PASSWORD)
    await shop.bus.deliver([subscription(shop)])
    browser = store.browser(host="evil.example")
    await browser.get("/en-de/password/reset")
    answer = await browser.post("/en-de/password/reset", {"email": "ada@example.com"})
    assert answer.status_code == 200
    await request_reset(shop, "ada@example.com")
    while await shop.bus.deliver([subscription(shop)]):
        pass
    letters = await shop.mail.sent(10)
    assert len([one for one in letters if "/password/new/" in one.text]) == 2
    for letter in letters:
        assert "evil.example" not in letter.text + letter.html
        assert "http://shop.test/" in letter.text


async def test_no_other_origin_is_let_in(store):
    browser = store.browser()
    asking = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    for path in ("/en-de/session.json", "/api/v1/orders", "/backoffice/orders"):
        answer = await browser.client.request("OPTIONS", path, headers=asking)
        assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_trace_is_not_answered(store):
    browser = store.browser()
    for path in ("/en-de/", "/api/v1/products", "/backoffice/sign-in"):
        answer = await browser.client.request("TRACE", path, headers={"x-secret": "abc"})
        assert answer.status_code == 405
        assert "abc" not in answer.text


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "10.0.0.1", "2001:db8::1"])  # noqa: S104 - refused
def test_plain_http_stays_on_this_machine(host):
    with pytest.raises(SettingsError, match="plain HTTP"):
        check_bind(Bind(host=host))
    check_bind(Bind(host=host, plain_http=True))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.1.2.3"])
def test_the_loopback_needs_no_tls(host):
    check_bind(Bind(host=host))


@pytest.mark.parametrize("host", ["localhost.evil.example", "", "0", "127.0.0.1.evil.example"])
def test_what_is_no_address_is_refused(host):
    with pytest.raises(SettingsError):
        check_bind(Bind(host=host))
