"""What a shopper reads of stock that comes later and of limits, and quantities that nobody should send."""

import pytest

from fairday.domain.inventory import store as stock
from fairday.domain.inventory.model import Delivery, StockPolicy
from fairday.kernel.clock import DAY_MS
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.manage_stock import ReceiveStock, receive_stock, set_stock_policy
from tests.interfaces.storefront.conftest import NOON_MS
from tests.interfaces.storefront.test_buying import ADDRESS, put_in, send

HOSTILE = ("-1", "0", "2147483648", "9223372036854775808", "1e308", "NaN", "1.5", "Infinity", "\u0661", "0x10", " ")
DAY = NOON_MS + 30 * DAY_MS


async def promise(shop, sku, policy, beyond, *, expected_ms=DAY, per_customer=0):
    wanted = StockPolicy(sku=sku, policy=policy, beyond=beyond, expected_ms=expected_ms, per_customer=per_customer)
    await set_stock_policy(shop, wanted)


@pytest.mark.parametrize(
    ("policy", "sentence", "kind", "button"),
    [
        ("backorder", "On backorder: ships by October 21, 2026.", "BackOrder", "Put in basket"),
        ("preorder", "Pre-order: ships from October 21, 2026.", "PreOrder", "Pre-order"),
    ],
)
async def test_what_comes_later_is_sold_as_such_from_the_page_to_the_order(
    browser, shop, policy, sentence, kind, button
):
    assert "Sold out for now." in (await browser.get("/en-us/p/vase")).text
    await promise(shop, "VASE", policy, 3, expected_ms=DAY)
    await browser.get("/en-us/p/vase?sku=VASE")
    assert browser.says(sentence)
    assert browser.says(button)
    assert browser.says(f"https://schema.org/{kind}")
    assert not browser.says("Arrives")
    await put_in(browser, "VASE", 2, base="/en-us")
    assert browser.says(sentence)
    us = {**ADDRESS, "postcode": "10001", "city": "New York", "country": "US", "region": "NY"}
    answer = await browser.follow(await send(browser, us, "/en-us"))
    assert answer.status_code == 200
    assert browser.says(sentence)
    async with shop.database.read() as reader:
        assert (await stock.offers(reader, ["VASE"]))["VASE"].total == 1
    await receive_stock(shop, ReceiveStock(deliveries=[Delivery("VASE", "main", 2)]))
    await browser.get(answer.url.path)
    assert not browser.says(sentence)
    assert not await check_invariants(shop)


async def test_a_basket_says_which_part_comes_later(browser, shop):
    await promise(shop, "LAMP", "backorder", 9, expected_ms=0)
    await put_in(browser, "LAMP", 5)
    assert browser.says("3 in stock; the rest ships as soon as it is here.")
    await browser.get("/de-de/cart")
    assert browser.says("3 vorrätig; der Rest wird verschickt, sobald er da ist.")


async def test_a_limit_is_said_on_the_page_and_kept_at_the_checkout(browser, another, shop):
    await promise(shop, "MUG", "deny", 0, expected_ms=0, per_customer=2)
    assert "2 at most for each customer." in (await browser.get("/en-de/p/mug")).text
    assert 'max="2"' in browser.page
    await put_in(browser, "MUG", 2)
    assert (await browser.follow(await send(browser))).status_code == 200
    await put_in(another, "MUG", 1)
    answer = await send(another, {**ADDRESS, "email": "Ada+again@Example.com"})
    assert answer.status_code == 409
    assert another.says("There is a limit per customer")
    assert another.says('value="Lindenallee 1"')
    assert (await another.follow(await send(another, {**ADDRESS, "email": "bob@example.com"}))).status_code == 200


@pytest.mark.parametrize("quantity", HOSTILE)
@pytest.mark.parametrize("door", ["lines", "quantity"])
async def test_no_quantity_makes_a_basket_that_cannot_be(browser, shop, door, quantity):
    """F-63: nothing breaks, and the basket holds between nothing and what one may take."""
    await put_in(browser, "MUG", 1)
    answer = await browser.post(f"/en-de/cart/{door}", {"sku": "MUG", "quantity": quantity})
    assert answer.status_code in {303, 400, 422}
    count = (await browser.get("/en-de/session.json")).json()["cart_count"]
    assert 0 <= count <= 2
    page = await browser.get("/en-de/cart")
    assert page.status_code == 200
    assert "−" not in page.text.split("<main")[1].split("</main")[0].replace("−</", "")
    async with shop.database.read() as reader:
        assert await stock.available(reader, ["MUG"]) == {"MUG": 10}
