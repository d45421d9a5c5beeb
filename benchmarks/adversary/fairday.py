"""The adapter for Fairday. What races goes over its API; shelves, vouchers and the books are the shopkeeper's side.

`store` starts one of its own for the attack; FAIRDAY_DATABASE chooses the engine, and names a database to write to.
"""

import asyncio
import json
import tempfile
import urllib.request
import uuid
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.adversary.shop import Order, Request
from fairday.bootstrap.settings import Settings, from_environment
from fairday.bootstrap.wiring import open_shop
from fairday.domain.access import SYSTEM
from fairday.domain.inventory import store as stock
from fairday.domain.pricing import Voucher
from fairday.kernel.money import PPM
from fairday.usecases.list_orders import list_orders
from fairday.usecases.manage_vouchers import create_voucher
from fairday.usecases.shop import Shop
from fairday.usecases.view_order import view_order
from tests.goods import put_goods
from tests.running import store as running_store

ADDRESS = {"name": "Ada", "line1": "Lindenallee 1", "city": "Berlin", "postcode": "10115", "country": "DE"}
KEPT = {"placed", "part_shipped", "shipped"}
TENTH_PPM = PPM // 10
T = TypeVar("T")


@contextmanager
def store(database: str = "") -> Iterator["Fairday"]:
    """A store in a folder of its own, as `fairday up` opens one, for the time of the attack."""
    with tempfile.TemporaryDirectory(prefix="fairday-adversary-") as folder:
        settings = Settings(state=str(Path(folder) / "state"), database=database or from_environment().database)
        with running_store(Path(settings.state), environment={"FAIRDAY_DATABASE": settings.database}) as running:
            yield Fairday(running.url, settings)


class Fairday:
    """A shopper is a cart: its id, and what belongs to it is kept here."""

    def __init__(self, url: str, settings: Settings) -> None:
        self.url = url
        self._settings = settings
        self._tokens: dict[str, str] = {}

    def new_item(self, pieces: int) -> str:
        sku = f"PRIZE-{uuid.uuid4().hex[:12].upper()}"
        self._as_shopkeeper(lambda shop: put_goods(shop, {sku: pieces}))
        return sku

    def new_voucher(self, uses: int) -> str:
        code = f"ONCE{uuid.uuid4().hex[:8].upper()}"
        voucher = Voucher(code=code, kind="percent", percent_ppm=TENTH_PPM, uses_limit=uses)
        self._as_shopkeeper(lambda shop: create_voucher(shop, SYSTEM, voucher))
        return code

    def new_shopper(self) -> str:
        cart = self._ask("POST", "/carts", {"currency": "EUR", "country": "DE"})
        self._tokens[cart["id"]] = cart["token"]
        return str(cart["id"])

    def add_to_cart(self, shopper: str, item: str, pieces: int) -> None:
        self._ask("POST", f"/carts/{shopper}/lines", {"sku": item, "quantity": pieces}, shopper)

    def apply_voucher(self, shopper: str, code: str) -> None:
        self._ask("POST", f"/carts/{shopper}/voucher", {"code": code}, shopper)

    def set_quantity(self, shopper: str, item: str, pieces: int) -> Request:
        return self._request(f"/carts/{shopper}/lines", {"sku": item, "quantity": pieces}, shopper)

    def checkout(self, shopper: str, key: str | None) -> Request:
        """The total is the one that the shopper saw just before."""
        cart = self._ask("GET", f"/carts/{shopper}", None, shopper)
        command = {
            "cart_id": shopper, "email": _email(shopper), "address": ADDRESS,
            "shipping_method": cart["shipping_methods"][0]["id"], "expected_total": cart["total"],
            "payment": {"provider": "sandbox", "token": "tok_ok"},
        }  # fmt: skip
        return self._request("/orders", command, shopper, key or uuid.uuid4().hex)

    def orders_of(self, shoppers: Sequence[str]) -> Mapping[str, Sequence[Order]]:
        return self._as_shopkeeper(lambda shop: _orders(shop, shoppers))

    def stock_of(self, item: str) -> int:
        async def left(shop: Shop) -> int:
            async with shop.database.read() as reader:
                return (await stock.available(reader, [item]))[item]

        return self._as_shopkeeper(left)

    def _request(self, path: str, document: object, shopper: str, key: str = "") -> Request:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._tokens[shopper]}"}
        if key:
            headers["Idempotency-Key"] = key
        return Request("POST", f"/api/v1{path}", json.dumps(document).encode(), headers)

    def _ask(self, method: str, path: str, document: object, shopper: str = "") -> Any:  # noqa: ANN401 - JSON
        headers = {"Content-Type": "application/json"}
        if shopper:
            headers["Authorization"] = f"Bearer {self._tokens[shopper]}"
        body = None if document is None else json.dumps(document).encode()
        asked = urllib.request.Request(f"{self.url}/api/v1{path}", body, headers, method=method)  # noqa: S310 - ours
        with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 - ours
            return json.load(answer)

    def _as_shopkeeper(self, work: Callable[[Shop], Coroutine[Any, Any, T]]) -> T:
        async def run() -> T:
            async with open_shop(self._settings) as shop:
                return await work(shop)

        return asyncio.run(run())


async def _orders(shop: Shop, shoppers: Sequence[str]) -> dict[str, list[Order]]:
    found: dict[str, list[Order]] = {}
    for shopper in shoppers:
        page = await list_orders(shop, search=_email(shopper), limit=100)
        found[shopper] = [await _order(shop, order.id) for order in page.orders if order.state in KEPT]
    return found


async def _order(shop: Shop, order_id: str) -> Order:
    """`due` is added up from its lines here, and `paid` is what the provider's own record says."""
    view = await view_order(shop, order_id)
    told = (await shop.payments[view.order.provider].find([order_id])).get(order_id)
    goods: dict[str, int] = {}
    for line in view.lines:
        goods[line.sku] = goods.get(line.sku, 0) + line.quantity
    due = sum(line.total for line in view.lines) + view.postage
    return Order(order_id, goods, due, told.captured if told else 0, discounted=view.order.discount > 0)


def _email(shopper: str) -> str:
    return f"{shopper}@example.test"
