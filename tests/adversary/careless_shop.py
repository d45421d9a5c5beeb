"""A small shop over HTTP, in memory: careless by default, as shops are. It looks, waits for its database, then acts.

With `careful` it does the same under a lock, remembers keys and closes a cart that was paid: the suite's control.
"""

import json
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from benchmarks.adversary.shop import Order, Request

PRICE, OFF = 1_000, 100
ROUND_TRIP_S = 0.01  # what a question to a database takes


class Refused(Exception):  # noqa: N818 - an answer, not an accident
    """Told with a 409."""


class TestShop:
    """The shop, its adapter and its web server in one."""

    __test__ = False

    def __init__(self, *, careful: bool) -> None:
        self.url = ""
        self.stock: dict[str, int] = {}
        self.uses_left: dict[str, int] = {}
        self.carts: dict[str, dict[str, int]] = {}
        self.vouchers: dict[str, str] = {}
        self.orders: dict[str, list[Order]] = {}
        self._careful = careful
        self._lock = threading.Lock()
        self._answers: dict[str, str] = {}

    def new_item(self, pieces: int) -> str:
        return self._named(self.stock, pieces)

    def new_voucher(self, uses: int) -> str:
        return self._named(self.uses_left, uses)

    def new_shopper(self) -> str:
        return self._named(self.carts, {})

    def add_to_cart(self, shopper: str, item: str, pieces: int) -> None:
        self.carts[shopper][item] = pieces

    def apply_voucher(self, shopper: str, code: str) -> None:
        self.vouchers[shopper] = code

    def set_quantity(self, shopper: str, item: str, pieces: int) -> Request:
        return _request("/cart", {"shopper": shopper, "item": item, "pieces": pieces})

    def checkout(self, shopper: str, key: str | None) -> Request:
        return _request("/orders", {"shopper": shopper, "key": key or ""})

    def orders_of(self, shoppers: Sequence[str]) -> Mapping[str, Sequence[Order]]:
        return {shopper: self.orders.get(shopper, []) for shopper in shoppers}

    def stock_of(self, item: str) -> int:
        return self.stock[item]

    def answer(self, path: str, asked: dict[str, str]) -> str:
        with self._lock if self._careful else nullcontext():
            if path == "/cart":
                return self._edit(asked["shopper"], asked["item"], int(asked["pieces"]))
            if not self._careful:
                return self._order(asked["shopper"])
            key = f"{asked['shopper']} {asked['key']}"
            if not asked["key"] or key not in self._answers:
                self._answers[key] = self._order(asked["shopper"])
            return self._answers[key]

    def _edit(self, shopper: str, item: str, pieces: int) -> str:
        if not self.carts[shopper]:
            raise Refused("ordered already")
        time.sleep(ROUND_TRIP_S / 2)
        self.carts[shopper][item] = pieces
        return "ok"

    def _order(self, shopper: str) -> str:
        cart = dict(self.carts[shopper])
        if not cart:
            raise Refused("nothing to order")
        seen = {item: self.stock[item] for item in cart}
        code = self.vouchers.get(shopper, "")
        uses = self.uses_left.get(code, 0)
        off = OFF if uses > 0 else 0
        if any(seen[item] < pieces for item, pieces in cart.items()):
            raise Refused("sold out")
        paid = sum(pieces * PRICE for pieces in cart.values()) - off
        time.sleep(ROUND_TRIP_S)
        for item, pieces in cart.items():
            self.stock[item] = seen[item] - pieces
        if off:
            self.uses_left[code] = uses - 1
        goods = dict(self.carts[shopper])
        due = sum(pieces * PRICE for pieces in goods.values()) - off
        order = Order(uuid.uuid4().hex, goods, due, paid, discounted=bool(off))
        self.orders.setdefault(shopper, []).append(order)
        if self._careful:
            self.carts[shopper] = {}
        return order.id

    def _named(self, kept: dict[str, object], value: object) -> str:
        name = uuid.uuid4().hex
        kept[name] = value
        return name


@contextmanager
def serving(*, careful: bool) -> Iterator[TestShop]:
    """The shop, behind a port until the block ends."""
    shop = TestShop(careful=careful)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                status, said = 201, shop.answer(self.path, asked)
            except Refused as refused:
                status, said = 409, str(refused)
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said.encode())

        def log_message(self, *_: object) -> None:
            return

    class Server(ThreadingHTTPServer):
        request_queue_size = 1_024

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        shop.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield shop
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def careless() -> Iterator[TestShop]:
    """For the command line."""
    with serving(careful=False) as shop:
        yield shop


def _request(path: str, document: object) -> Request:
    return Request("POST", path, json.dumps(document).encode(), {"Content-Type": "application/json"})
