"""Every address with the ids of somebody's things, asked by everybody else: nothing is read and nothing is changed.

Also what checkout must not do: sign anybody in, take somebody's cart or card, or believe an id that was sent along.
"""

import re

import msgspec
import pytest

from fairday.domain.customers import AddressFields
from fairday.kernel.events import outbox_end
from fairday.kernel.ids import is_id
from fairday.usecases.manage_addresses import add_address, list_addresses
from fairday.usecases.view_order import view_order
from tests.calling import Caller
from tests.office import Browser as StaffBrowser
from tests.people import PASSWORD, a_customer
from tests.security.walk import addresses, filled

pytestmark = pytest.mark.store  # a whole store in this process, walked from end to end

VICTIM = "victoria@hidden.example"
LANE = "Hidden Lane 7"
ADDRESS = {"name": "Victoria Hidden", "line1": LANE, "city": "Berlin", "postcode": "10115", "country": "DE"}
PRIVATE = re.compile(r"victoria|hidden lane", re.IGNORECASE)
QUERIES = ("edit", "after", "id", "order", "customer", "customer_id", "cart", "cart_id", "cursor", "before", "q")


@pytest.fixture
async def victim(store):
    """Somebody with an account, an address, an order and a cart; and all the ids of it."""
    shop, caller = store.shop, Caller(store.shop, store.browser().client)
    customer = await a_customer(shop, VICTIM)
    address = await add_address(shop, customer.id, AddressFields(**ADDRESS))
    cart, bought = await caller.cart({"LAMP": 1}), await caller.cart()
    body = caller.order(bought, email=VICTIM, address=ADDRESS)
    order = (await caller.post("/orders", body, token=bought["token"], key="k")).json()
    return {
        "customer": customer, "address": address.id, "cart": cart, "order": order,
        "ids": {"order_id": order["id"], "address_id": address.id, "customer_id": customer.id, "id": order["id"]},
    }  # fmt: skip


@pytest.fixture
async def another(store):
    """Another customer, signed in, with a cart and an order of their own."""
    await a_customer(store.shop, "mallory@elsewhere.example")
    browser = store.browser()
    await browser.get("/en-de/sign-in")
    await browser.post("/en-de/sign-in", {"email": "mallory@elsewhere.example", "password": PASSWORD})
    await browser.post("/en-de/cart/lines", {"sku": "MUG"})
    await browser.get("/en-de/account")
    return browser


async def stored(shop, victim):
    """Everything of the victim's that a stranger might have changed."""
    carts = await shop.carts.get_many([victim["cart"]["id"]])
    view = await view_order(shop, victim["order"]["id"])
    book = await list_addresses(shop, victim["customer"].id)
    async with shop.database.read() as reader:
        said = await outbox_end(reader)  # the audit log may grow: it notes whoever tried
    return msgspec.json.encode([carts, view, book, said])


@pytest.mark.parametrize("who", ["guest", "customer"])
async def test_nobody_reads_or_changes_what_is_anothers(store, victim, another, who):
    browser = another if who == "customer" else store.browser()
    await browser.get("/en-de/cart")
    before = await stored(store.shop, victim)
    swapped = "&".join(f"{name}={value}" for value in victim["ids"].values() for name in QUERIES)
    for thing in (victim["order"]["id"], victim["cart"]["id"], victim["customer"].id):
        known = {**victim["ids"], "id": thing, "token": victim["cart"]["token"]}
        for pattern in addresses(store.app, "GET"):
            if pattern == "/mail":
                continue  # letters in development: on this machine, for whoever works on it
            answer = await browser.get(f"{filled(pattern, **known)}?{swapped}")
            assert not PRIVATE.search(answer.text), (pattern, answer.status_code)
            assert answer.status_code < 500, pattern
        for pattern in addresses(store.app, "POST"):
            if pattern.startswith("/sandbox/") or pattern == "/{market}/cart/lines":
                continue  # the sandbox bank's page, and one's own cart
            fields = {"line1": "Mallory's", "name": "M", "city": "B", "postcode": "1", "country": "DE", "confirm": "1"}
            answer = await browser.post(filled(pattern, **known, part="email"), fields)
            assert not PRIVATE.search(answer.text), (pattern, answer.status_code)
            assert answer.status_code < 500, pattern
    now = await stored(store.shop, victim)
    assert now == before


async def test_the_walk_would_notice(store, victim):
    """The control: the same addresses show all of it to whoever may see it."""
    browser = store.browser()
    await browser.get("/en-de/sign-in")
    await browser.post("/en-de/sign-in", {"email": VICTIM, "password": PASSWORD})
    assert PRIVATE.search((await browser.get(f"/en-de/account/addresses?edit={victim['address']}")).text)
    order = victim["order"]
    assert PRIVATE.search((await store.browser().get(f"/en-de/orders/{order['id']}/{order['token']}")).text)
    staff = await StaffBrowser(store.shop, store.browser().client).enter("support")
    assert PRIVATE.search((await staff.get(f"/orders/{order['id']}")).text)


async def test_letters_are_for_this_machine_only(store, victim):
    """Not for others, not for a page that points its own name at this machine, not through a proxy on it."""
    assert (await store.browser(host="127.0.0.1:8000").get("/mail")).status_code == 200
    assert (await store.browser(host="localhost:8000").get("/mail")).status_code == 200
    assert (await store.browser(source="203.0.113.9", host="localhost").get("/mail")).status_code == 404
    for host in ("evil.example", "shop.test", "127.0.0.1.evil.example", "localhost.evil.example", "[bad"):
        assert (await store.browser(host="localhost").get("/mail", host=host)).status_code == 404, host
    for name in ("forwarded", "via", "x-forwarded-for", "x-real-ip"):
        answer = await store.browser(host="localhost").get("/mail", **{name: "203.0.113.9"})
        assert answer.status_code == 404, name


async def test_an_order_opens_with_its_own_token_and_no_other_key(store, victim, another):
    order = victim["order"]
    mine = Caller(store.shop, another.client)
    own = await mine.bought({"MUG": 1})
    for token in (
        own["token"],
        victim["cart"]["token"],
        order["token"][:-1],
        order["token"] + "A",
        order["id"],
        VICTIM,
    ):
        answer = await another.get(f"/en-de/orders/{order['id']}/{token}")
        assert answer.status_code == 404, token
    assert len(order["token"]) * 6 >= 128


async def test_nothing_public_is_numbered_in_sequence(store):
    caller = Caller(store.shop, store.browser().client)
    orders = [await caller.bought({"MUG": 1}) for _ in range(3)]
    for one in orders:
        assert is_id(one["id"])
    numbers = [int(one["number"]) for one in orders if str(one.get("number", "")).isdigit()]
    assert not numbers or max(numbers) - min(numbers) > len(numbers)


async def checked_out(browser, email, **more):
    """A purchase through the pages under this address."""
    await browser.get("/en-de/cart")
    await browser.post("/en-de/cart/lines", {"sku": "MUG"})
    sent = {
        **ADDRESS, "line1": "Elsewhere 1", "name": "M", "email": email, "line2": "", "region": "",
        "shipping": "standard", "payment": "sandbox:tok_ok", **more,
    }  # fmt: skip
    await browser.get("/en-de/checkout")
    page = await browser.post("/en-de/checkout", {**sent, "do": "quote", "attempt": "a1"})
    total = re.search(r'name="expected_total" value="(\d+)"', page.text)[1]
    return await browser.post("/en-de/checkout", {**sent, "do": "pay", "attempt": "a1", "expected_total": total})


async def test_checkout_never_signs_anybody_in(store, victim):
    """An order under a known address is a guest's: it opens no account and shows up in none."""
    browser = store.browser()
    answer = await checked_out(browser, VICTIM, customer_id=victim["customer"].id)
    location = answer.headers["location"]
    assert location.endswith("/thanks"), answer.text[-500:]
    assert not re.search(r"Hidden Lane|Victoria", (await browser.get(location)).text)
    assert (await browser.get("/en-de/account")).status_code == 303
    assert (await browser.get("/en-de/session.json")).json()["name"] == ""
    assert (await view_order(store.shop, location.split("/")[3])).order.customer_id == ""


async def test_ids_that_are_sent_along_are_not_believed(store, victim):
    """Fields that are not a shopper's to set: refused by the API, not read by forms."""
    caller = Caller(store.shop, store.browser().client)
    extras = {"customer_id": victim["customer"].id, "state": "shipped", "total": 1, "price": 1, "discount": 99}
    for name, value in extras.items():
        answer = await caller.post("/carts", {"currency": "EUR", "country": "DE", name: value})
        assert answer.status_code == 400, name
        line = {"sku": "MUG", "quantity": 1, name: value}
        assert (await caller.post("/carts", {"currency": "EUR", "country": "DE", "lines": [line]})).status_code == 400
        cart = await caller.cart()
        body = caller.order(cart, **{name: value})
        assert (await caller.post("/orders", body, token=cart["token"], key=f"k-{name}")).status_code == 400, name
    browser = store.browser()
    answer = await checked_out(browser, "m@elsewhere.example", **{k: str(v) for k, v in extras.items()})
    order = (await view_order(store.shop, answer.headers["location"].split("/")[3])).order
    assert (order.customer_id, order.state, order.subtotal) == ("", "placed", 2000)


async def test_somebody_elses_cart_cannot_be_taken_over(store, victim, another):
    """An id is no key: not as a bearer, not in a form, not in a body."""
    caller = Caller(store.shop, another.client)
    cart = victim["cart"]
    mine = await caller.cart({"MUG": 1})
    for token in (cart["id"], mine["token"], "", victim["order"]["token"]):
        answer = await caller.post("/orders", caller.order(cart), token=token, key="t")
        assert answer.status_code in {401, 404}
    await another.get("/en-de/cart")
    await another.post("/en-de/cart/lines", {"sku": "MUG", "cart_id": cart["id"], "cart_token": mine["token"]})
    (kept,) = (await store.shop.carts.get_many([cart["id"]])).values()
    assert [(line.sku, line.quantity) for line in kept.lines] == [("LAMP", 1)]


async def test_only_orders_of_the_asking_customer_are_listed_whatever_is_asked(store, victim, another):
    """A filter can narrow what one sees, never widen it."""
    for query in (
        f"after={victim['order']['id']}",
        "after=",
        f"email={VICTIM}",
        "q=victoria",
        "state=placed",
        "after=%27",
    ):
        answer = await another.get(f"/en-de/account/orders?{query}")
        assert not PRIVATE.search(answer.text)
        assert victim["order"]["id"] not in answer.text
