"""The attacks. Each sets the scene, lets everything happen at once, and then counts: orders, money, shelves."""

import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.adversary.release import Answer, at_once
from benchmarks.adversary.shop import Order, Shop


@dataclass(frozen=True)
class Sizes:
    """How many take part. The defaults are the full suite; `SMALL` shows the same in seconds."""

    clicks: tuple[int, ...] = (2, 10, 50)
    rounds: int = 20
    sharers: int = 100
    last_unit: int = 50
    stock: int = 200
    buyers: int = 600


SMALL = Sizes(clicks=(2, 8), rounds=4, sharers=12, last_unit=10, stock=6, buyers=18)


@dataclass(frozen=True)
class Finding:
    """What came of an attack: nothing `wrong` when the shop held. `seen` is the evidence."""

    case: str
    wrong: list[str]
    seen: dict[str, object] = field(default_factory=dict)

    @property
    def held(self) -> bool:
        return not self.wrong


Case = Callable[[Shop, Sizes], Finding]
LATER = 7  # pieces the cart is edited to while it is paid


def double_click_one_key(shop: Shop, sizes: Sizes) -> Finding:
    """The same command, sent many times: one order, one charge, and no answer names another."""
    return _clicks("double click, one key", shop, sizes, lambda: uuid.uuid4().hex)


def double_click_without_key(shop: Shop, sizes: Sizes) -> Finding:
    """One cart, paid many times at once: a cart is one order."""
    return _clicks("double click, no key", shop, sizes, lambda: None)


def two_tabs(shop: Shop, sizes: Sizes) -> Finding:
    """Two tabs of one shopper show the same cart, and each pays under a key of its own."""
    tally = _Tally("two tabs")
    for _ in range(sizes.rounds):
        item, shopper = shop.new_item(10), shop.new_shopper()
        shop.add_to_cart(shopper, item, 1)
        answers = at_once(shop.url, [shop.checkout(shopper, uuid.uuid4().hex) for _ in range(2)])
        tally.add(answers, *_books(shop, {item: 10}, [shopper]), orders=1)
    return tally.finding()


def voucher_single_use(shop: Shop, sizes: Sizes) -> Finding:
    """A voucher that is good once is in many carts, and all pay at once: one order has the discount."""
    tally = _Tally("voucher good once")
    item, code = shop.new_item(sizes.sharers * 2), shop.new_voucher(1)
    shoppers = [_with_cart(shop, item) for _ in range(sizes.sharers)]
    for shopper in shoppers:
        shop.apply_voucher(shopper, code)
    answers = at_once(shop.url, [shop.checkout(shopper, uuid.uuid4().hex) for shopper in shoppers])
    orders, wrong = _books(shop, {item: sizes.sharers * 2}, shoppers)
    discounted = sum(order.discounted for order in orders)
    if discounted != 1:
        wrong.append(f"{discounted} orders have the discount of a voucher that is good once")
    tally.add(answers, orders, wrong)
    return tally.finding(sharers=sizes.sharers, discounted=discounted)


def last_unit(shop: Shop, sizes: Sizes) -> Finding:
    """One piece, many buyers."""
    return _sold_out("last unit", shop, 1, sizes.last_unit)


def cart_edited_while_paying(shop: Shop, sizes: Sizes) -> Finding:
    """One tab pays for one piece while another makes it seven: what is charged is what is sent, and what was agreed."""
    tally = _Tally("cart edited while paying")
    for turn in range(sizes.rounds):
        item = shop.new_item(100)
        shopper = _with_cart(shop, item)
        pay, edit = shop.checkout(shopper, uuid.uuid4().hex), shop.set_quantity(shopper, item, LATER)
        answers = at_once(shop.url, [pay, edit] if turn % 2 else [edit, pay])
        orders, wrong = _books(shop, {item: 100}, [shopper])
        if len(orders) > 1:
            wrong.append(f"{len(orders)} orders of one cart")
        tally.add(answers, orders, wrong)
    return tally.finding()


def sell_out(shop: Shop, sizes: Sizes) -> Finding:
    """Three buyers for every piece: as many orders as pieces, and everybody else is told no."""
    return _sold_out("sell-out", shop, sizes.stock, sizes.buyers)


CASES: Mapping[str, Case] = {
    "double-click-one-key": double_click_one_key,
    "double-click-no-key": double_click_without_key,
    "two-tabs": two_tabs,
    "voucher": voucher_single_use,
    "last-unit": last_unit,
    "cart-edit": cart_edited_while_paying,
    "sell-out": sell_out,
}


def attack(shop: Shop, sizes: Sizes, names: Sequence[str] = ()) -> list[Finding]:
    """Every attack, or those named, one after another."""
    return [CASES[name](shop, sizes) for name in names or CASES]


class _Tally:
    """Adds rounds up to one finding."""

    def __init__(self, case: str) -> None:
        self._case = case
        self._rounds = self._orders = 0
        self._statuses: Counter[int] = Counter()
        self._wrong: Counter[str] = Counter()

    def add(self, answers: Sequence[Answer], found: Sequence[Order], wrong: list[str], *, orders: int = -1) -> None:
        """`orders` is how many there must be; -1 leaves that to `wrong`."""
        self._rounds += 1
        self._orders += len(found)
        self._statuses.update(answer.status for answer in answers)
        if orders not in {-1, len(found)}:
            wrong = [*wrong, f"{len(found)} orders, not {orders}"]
        self._wrong.update(wrong)

    def finding(self, **seen: object) -> Finding:
        wrong = [f"{text} ({times} of {self._rounds} rounds)" for text, times in self._wrong.most_common()]
        statuses = {str(status): count for status, count in sorted(self._statuses.items())}
        return Finding(self._case, wrong, {"rounds": self._rounds, "orders": self._orders, "answers": statuses, **seen})


def _clicks(case: str, shop: Shop, sizes: Sizes, new_key: Callable[[], str | None]) -> Finding:
    tally = _Tally(case)
    for clicks in sizes.clicks:
        item = shop.new_item(clicks * 2)
        shopper, key = _with_cart(shop, item), new_key()
        answers = at_once(shop.url, [shop.checkout(shopper, key) for _ in range(clicks)])
        tally.add(answers, *_books(shop, {item: clicks * 2}, [shopper]), orders=1)
    return tally.finding(clicks=list(sizes.clicks))


def _sold_out(case: str, shop: Shop, pieces: int, buyers: int) -> Finding:
    tally = _Tally(case)
    item = shop.new_item(pieces)
    shoppers = [_with_cart(shop, item) for _ in range(buyers)]
    answers = at_once(shop.url, [shop.checkout(shopper, uuid.uuid4().hex) for shopper in shoppers])
    tally.add(answers, *_books(shop, {item: pieces}, shoppers), orders=pieces)
    return tally.finding(stock=pieces, buyers=buyers)


def _with_cart(shop: Shop, item: str) -> str:
    shopper = shop.new_shopper()
    shop.add_to_cart(shopper, item, 1)
    return shopper


def _books(shop: Shop, shelves: Mapping[str, int], shoppers: Sequence[str]) -> tuple[list[Order], list[str]]:
    """All orders, and what does not add up: money against goods, goods against shelves."""
    orders = [order for found in shop.orders_of(shoppers).values() for order in found]
    wrong = []
    if any(order.paid != order.due for order in orders):
        wrong.append("an order was not paid for what is in it")
    for item, pieces in shelves.items():
        sold, left = sum(order.goods.get(item, 0) for order in orders), shop.stock_of(item)
        if left < 0 or sold > pieces:
            wrong.append(f"sold {sold} of {pieces}")
        elif pieces - sold != left:
            wrong.append(f"sold {sold} of {pieces}, but {left} are left")
    return orders, wrong
