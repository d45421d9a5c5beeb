"""Every form of every interface, one by one: another site cannot send it, nor can our own without the token."""

import pytest

from fairday.domain.access import audit
from fairday.kernel.events import outbox_end
from tests.calling import Caller
from tests.office import Browser as StaffBrowser
from tests.people import PASSWORD, a_customer
from tests.security.walk import addresses, filled

pytestmark = pytest.mark.store  # a whole store in this process, walked from end to end

# Cross-site by what a browser says of itself, in every way it may be said.
ELSEWHERE = (
    {},
    {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
    {"origin": "http://shop.test", "sec-fetch-site": "cross-site"},
    {"origin": "http://shop.test.evil.example"},
    {"origin": "https://shop.test"},
    {"origin": "null"},
    {"origin": "http://[shop.test"},
    {"origin": "http://shop.test/", "sec-fetch-site": "same-origin"},
)
# Forms on pages that are the same for everybody carry no token; where they come from guards them (ARCHITECTURE).
NO_TOKEN = {"/{market}/cart/lines", "/sandbox/challenge/{order_id}", "/sandbox/payments/{order_id}"}
# No forms: other machines send there, and their signature is what counts (tests/faults/test_provider_messages.py).
SIGNED = "/webhooks/"


def forms(store):
    return [pattern for pattern in addresses(store.app, "POST") if not pattern.startswith(("/api/", SIGNED))]


async def written(shop):
    async with shop.database.read() as reader:
        return await audit.heads(reader), await outbox_end(reader)


@pytest.fixture
async def insider(store):
    """One browser with every session there is: a customer's with a cart, and an owner's."""
    await a_customer(store.shop)
    staff = await StaffBrowser(store.shop, store.browser().client).enter("owner")
    browser = store.browser()
    browser.client.cookies.update(staff.client.cookies)
    await browser.get("/en-de/sign-in")
    assert (await browser.post("/en-de/sign-in", {"email": "ada@example.com", "password": PASSWORD})).status_code == 303
    assert (await browser.post("/en-de/cart/lines", {"sku": "MUG"})).status_code == 303
    await browser.get("/en-de/cart")
    return browser


async def test_there_are_forms_to_walk(store):
    assert len(forms(store)) > 40
    assert set(forms(store)) >= NO_TOKEN


@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
async def test_no_form_is_taken_from_elsewhere(store, insider, headers):
    before = await written(store.shop)
    for pattern in forms(store):
        answer = await insider.post(filled(pattern), {"sku": "MUG", "answer": "approve"}, headers=headers)
        # An owner is past the second step already, so that one form leads on instead.
        wanted = {403, 303} if pattern.endswith("/sign-in/factor") else {403}
        assert answer.status_code in wanted, (pattern, answer.status_code)
    assert await written(store.shop) == before
    assert (await insider.get("/en-de/session.json")).json()["cart_count"] == 1


@pytest.mark.parametrize("token", ["", "x", "A" * 86])
async def test_no_form_is_taken_without_its_token(store, insider, token):
    before = await written(store.shop)
    for pattern in forms(store):
        if pattern in NO_TOKEN or pattern.endswith("/sign-in/factor"):
            continue
        answer = await insider.post(filled(pattern), {"csrf": token})
        assert answer.status_code == 403, (pattern, answer.status_code)
    assert await written(store.shop) == before


async def test_a_token_of_the_shop_opens_no_door_of_the_office(store, insider):
    """Both sessions live in one browser, and each has its own tokens."""
    await insider.get("/en-de/cart")
    answer = await insider.post("/backoffice/staff", {"login": "mallory", "name": "M", "role": "owner"})
    assert answer.status_code == 403


async def test_the_api_knows_no_cookie_and_takes_no_simple_form(store, insider):
    """Nothing that a page elsewhere can make a browser send without asking first changes anything."""
    caller = Caller(store.shop, insider.client)
    cart = await caller.cart()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        for pattern in addresses(store.app, "POST"):
            if pattern.startswith("/api/"):
                path = filled(pattern, id=cart["id"])
                headers = {"content-type": kind, "origin": "https://evil.example", "idempotency-key": "k"}
                answer = await insider.client.post(path, content=b'{"sku":"MUG","quantity":9}', headers=headers)
                assert answer.status_code in {401, 415}, (pattern, answer.status_code)
    assert (await caller.get(f"/carts/{cart['id']}")).status_code == 401


async def test_no_address_changes_anything_when_it_is_only_looked_at(store, insider):
    before = await written(store.shop)
    for pattern in addresses(store.app, "GET"):
        await insider.get(filled(pattern))
    assert await written(store.shop) == before
    assert (await insider.get("/en-de/session.json")).json() == {"cart_count": 1, "name": "Ada Byron"}


async def test_signing_out_leaves_nothing_in_the_browser(store, insider):
    """Neither a session nor what a page may have kept."""
    await insider.get("/en-de/account")
    shop = await insider.post("/en-de/sign-out")
    await insider.get("/backoffice/account")
    office = await insider.post("/backoffice/sign-out")
    for answer in (shop, office):
        assert answer.status_code == 303
        assert answer.headers["clear-site-data"] == '"storage"'
    assert (await insider.get("/en-de/session.json")).json() == {"cart_count": 0, "name": ""}
    assert (await insider.get("/en-de/account")).status_code == 303
    assert (await insider.get("/backoffice/orders")).status_code == 303
