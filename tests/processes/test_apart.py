"""Every row of the table as a process of its own: a purchase goes through all of them, and outlives any of them."""

import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from fairday.domain.access import SYSTEM
from fairday.domain.pricing import Price
from fairday.usecases.manage_api_keys import create_api_key
from fairday.usecases.set_prices import set_prices
from fairday.usecases.settle_orders import settle_orders
from tests import engines
from tests.accounts import accounts, audit
from tests.calling import ADDRESS
from tests.conftest import not_run
from tests.goods import put_goods
from tests.processes.fleet import PARTS, Fleet, fleet
from tests.shop import open_shop

PATIENCE_S = 30
FRESH_S = 5
HOME = "/en-de"
TYPED = {
    "name": "Ada Byron", "email": "ada@example.com", "line1": "Lindenallee 1", "line2": "", "postcode": "10115",
    "city": "Berlin", "country": "DE", "region": "", "shipping": "standard", "payment": "sandbox:tok_ok",
}  # fmt: skip


@pytest.fixture
def database(tmp_path: Path) -> Iterator[str]:
    try:
        with engines.fresh("postgresql", tmp_path) as url:
            yield url
    except engines.MissingEngineError as missing:
        not_run(str(missing))


async def stocked(state: Path, url: str) -> str:
    """Goods on the shelves, and the key of a server that may ship and refund."""
    async with open_shop(state, database=url) as shop:
        await put_goods(shop, {"MUG": 50_000, "LAMP": 50_000})
        return (await create_api_key(shop, SYSTEM, "a server", ("read", "write"))).text


async def audited(state: Path, url: str) -> Any:
    async with open_shop(state, database=url) as shop:
        await settle_orders(shop, stale_ms=0)
        await audit(shop)
        return await accounts(shop)


def eventually(found: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not found():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


class Shopper:
    """A browser and a program at the router."""

    def __init__(self, url: str, key: str = "") -> None:
        self.web = httpx.Client(base_url=url, timeout=PATIENCE_S)
        self.url = url
        self.key = key

    def post(self, path: str, fields: dict[str, str]) -> httpx.Response:
        return self.web.post(path, data=fields, headers={"origin": self.url, "sec-fetch-site": "same-origin"})

    def buy_with_forms(self) -> str:
        """From the shelf to the thanks; the order's id."""
        assert "Thing MUG" in self.web.get(f"{HOME}/p/mug").text
        assert self.post(f"{HOME}/cart/lines", {"sku": "MUG", "quantity": "2"}).status_code == 303
        assert "Thing MUG" in self.web.get(f"{HOME}/cart").text
        assert self.web.get(f"{HOME}/session.json").json()["cart_count"] == 2
        page = self.web.get(f"{HOME}/checkout").text
        sent = {**TYPED, "csrf": hidden(page, "csrf"), "attempt": hidden(page, "attempt"), "do": "quote"}
        page = self.post(f"{HOME}/checkout", sent).text
        sent |= {"csrf": hidden(page, "csrf"), "expected_total": hidden(page, "expected_total"), "do": "pay"}
        answer = self.post(f"{HOME}/checkout", sent)
        assert answer.status_code == 303, answer.text[-500:]
        thanks = self.web.get(answer.headers["location"])
        assert (thanks.status_code, "Thank you" in thanks.text) == (200, True)
        return answer.headers["location"].split("/")[3]

    def api(self, method: str, path: str, body: Any = None, *, token: str = "", key: str = "") -> httpx.Response:
        headers = {"authorization": f"Bearer {token}", "idempotency-key": key}
        return self.web.request(
            method, f"/api/v1{path}", json=body, headers={k: v for k, v in headers.items() if v not in {"", "Bearer "}}
        )

    def buy_by_program(self, sku: str = "LAMP") -> dict[str, Any]:
        """A cart and an order, each sent until there is an answer: the key makes that safe."""
        wanted = {"currency": "EUR", "country": "DE", "lines": [{"sku": sku, "quantity": 1}]}
        cart = self.insisting("POST", "/carts", wanted, key=str(uuid.uuid4()))
        order = {
            "cart_id": cart["id"], "email": "ada@shop.example", "address": ADDRESS,
            "shipping_method": cart["shipping_method"], "payment": {"provider": "sandbox", "token": "tok_ok"},
            "expected_total": cart["total"],
        }  # fmt: skip
        return self.insisting("POST", "/orders", order, token=cart["token"], key=str(uuid.uuid4()))

    def insisting(self, method: str, path: str, body: Any, **how: str) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE_S + 40  # an order that was held as its process died is free after 30 s
        while True:
            try:
                answer = self.api(method, path, body, **how)
            except httpx.TransportError:
                continue
            if answer.status_code in {200, 201}:
                return dict(answer.json())
            assert answer.status_code in {502, 503} or answer.json()["code"] == "in_flight", answer.text
            assert time.monotonic() < deadline, answer.text
            time.sleep(0.05)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return unescape(found.group(1)) if found else ""


def after_the_sale(shopper: Shopper, order_id: str) -> None:
    """Sent in part, given back in part, and told by letter."""
    path = f"/orders/{order_id}"
    sent = shopper.api("POST", f"{path}/shipments", {"lines": [{"line_no": 1, "quantity": 1}]},
                       token=shopper.key, key=str(uuid.uuid4()))  # fmt: skip
    assert sent.status_code == 201, sent.text
    back = shopper.api("POST", f"{path}/refunds", {"lines": [{"line_no": 1, "quantity": 1}]},
                       token=shopper.key, key=str(uuid.uuid4()))  # fmt: skip
    assert back.status_code == 201, back.text
    shown = shopper.api("GET", path, token=shopper.key).json()
    assert shown["state"] in {"part_shipped", "shipped"}


@pytest.mark.long
async def test_a_purchase_goes_through_all_of_them_and_outlives_any(state, database):
    key = await stocked(state, database)
    with fleet(state, {"FAIRDAY_DATABASE": database}) as running:
        shopper = Shopper(running.url, key)
        everything_answers(shopper)
        after_the_sale(shopper, shopper.buy_with_forms())
        eventually(lambda: "ada@example.com" in shopper.web.get("/mail").text, "the worker writes no letters")
        taken = one_after_another_dies(running, shopper)
        assert shopper.buy_with_forms()
    found = await audited(state, database)
    assert len(found.orders) == len(taken) + 2
    assert len({order["id"] for order in taken}) == len(taken)


def everything_answers(shopper: Shopper) -> None:
    """A page of each, and the index that one process writes is found by another."""
    for path in ("", "/p/mug", "/cart", "/search?q=lamp", "/sign-in"):
        assert shopper.web.get(f"{HOME}{path}").status_code == 200, path
    assert shopper.web.get("/backoffice/sign-in").status_code == 200
    assert shopper.web.get("/static/nothing.css").status_code == 404
    eventually(
        lambda: (
            len(shopper.api("GET", "/search?q=thing&country=DE").json().get("products", ())) > 0
            or "Thing LAMP" in shopper.web.get(f"{HOME}/search?q=lamp").text
        ),
        "the search process does not see what the worker indexed",
    )


def one_after_another_dies(running: Fleet, shopper: Shopper) -> list[dict[str, Any]]:
    """Programs go on buying; each process is killed and started again. Every order that was acknowledged."""
    taken: list[dict[str, Any]] = []
    problems: list[BaseException] = []
    over = threading.Event()

    def go_on_buying() -> None:
        mine = Shopper(running.url)
        try:
            while not over.is_set():
                taken.append(mine.buy_by_program())
        except BaseException as problem:  # noqa: BLE001 - a thread's troubles are told by the test
            problems.append(problem)

    buyers = [threading.Thread(target=go_on_buying) for _ in range(2)]
    for buyer in buyers:
        buyer.start()
    try:
        for name in PARTS:
            before = len(taken)
            running.kill(name)
            if name not in {"carts", "orders"}:
                eventually(lambda before=before: len(taken) > before + 1 or problems, f"nobody buys without {name}")
            running.start(name)
            before = len(taken)
            eventually(lambda before=before: len(taken) > before + 1 or problems, f"nobody buys after {name}")
    finally:
        over.set()
        for buyer in buyers:
            buyer.join()
    assert problems == []
    assert shopper.api("GET", f"/orders/{taken[-1]['id']}", token=shopper.key).status_code == 200
    return taken


@pytest.mark.long
async def test_a_price_is_seen_by_every_process_within_five_seconds(state, database):
    """I11: two whole stores on one database, each with a cache of its own."""
    await stocked(state, database)
    names = ("all", "all-2")
    with fleet(state, {"FAIRDAY_DATABASE": database}, names) as running:
        pages = [f"http://127.0.0.1:{running.ports[name]}{HOME}/p/mug" for name in names]
        assert [shows(page, "20,00") for page in pages] == [True, True]
        async with open_shop(state, database=database) as shop:
            await set_prices(shop, SYSTEM, [Price("MUG", "EUR", 2_345)])
        begun = time.monotonic()
        eventually(lambda: all(shows(page, "23,45") for page in pages), "the new price is not shown")
        assert time.monotonic() - begun < FRESH_S


def shows(page: str, price: str) -> bool:
    return price in httpx.get(page, timeout=PATIENCE_S).text


@pytest.mark.long
async def test_processes_that_start_at_once_on_nothing_make_one_shop(state, tmp_path):
    """Schema, seeds, secret and search index: whoever is first makes them, and the others take what is there."""
    try:
        with engines.bare("postgresql", tmp_path) as url, fleet(
            state, {"FAIRDAY_DATABASE": url}, ("worker", "worker-2", "orders", "carts", "storefront")
        ) as running:  # fmt: skip
            assert Shopper(running.url).web.get(HOME).status_code == 200
            async with open_shop(state, database=url) as shop:
                await put_goods(shop, {"LAMP": 9})
            assert Shopper(running.url).buy_by_program()["state"] == "placed"
            await audited(state, url)
    except engines.MissingEngineError as missing:
        not_run(str(missing))
