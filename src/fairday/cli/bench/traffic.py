"""What is bought: goods with more pieces than anybody can buy, carts of three lines, and the orders for them."""

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import msgspec
from msgspec import Struct

from fairday.cli.bench.load import Answer, post
from fairday.domain.carts import Cart, CartLine
from fairday.domain.catalog import Product, Variant
from fairday.domain.orders import Address
from fairday.domain.pricing import Price
from fairday.kernel.clock import DAY_MS
from fairday.kernel.ids import derived_id, new_id
from fairday.usecases.place_order import PlaceOrder, place_order
from fairday.usecases.place_products import Catalogue, place
from fairday.usecases.product_lines import Imported, Shelf
from fairday.usecases.quote_cart import quote_cart
from fairday.usecases.shop import Shop

PIECES = 10_000_000
EUROS, DOLLARS, COST = 1_990, 2_190, 700
WEIGHT_G = 400
LINES = 3
BUYERS = 512
SLICE = 400
Skus = Literal["spread", "hot"]
ADDRESS = Address(name="Ada Example", line1="Lindenallee 1", city="Berlin", postcode="10115", country="DE")
GOOD_CARD = "tok_ok"
_SENT_TO = {name: value for name, value in msgspec.structs.asdict(ADDRESS).items() if value}


class CartMade(Struct, frozen=True):
    """What an order needs of a cart's answer."""

    id: str
    token: str
    total: dict[str, int | str]
    shipping_method: str | None
    shipping_methods: tuple[dict[str, object], ...] = ()


class Orders(Struct, frozen=True, kw_only=True):
    """Numbers orders and chooses what is in them; the same seed chooses the same."""

    port: int
    products: int
    skus: Skus
    seed: int

    def carts(self, first: int, count: int) -> Iterator[bytes]:
        """`POST /carts` with three lines each. `hot`: one of the three is the same for everybody."""
        chosen = random.Random(f"{self.seed}/{first}")  # noqa: S311 - the same again
        for number in range(first, first + count):
            picked = chosen.sample(range(self.products), LINES)
            if self.skus == "hot" and 0 not in picked:
                picked[0] = 0
            lines = [{"sku": sku_of(one), "quantity": 1} for one in picked]
            body = msgspec.json.encode({"currency": "EUR", "country": "DE", "lines": lines})
            yield post(self.port, "/api/v1/carts", body, {"Idempotency-Key": f"cart-{self.seed}-{number}"})

    def order(self, number: int, answer: Answer) -> bytes:
        """`POST /orders` for a cart that was answered."""
        cart = msgspec.json.decode(answer.body, type=CartMade)
        body = msgspec.json.encode({
            "cart_id": cart.id, "email": f"shopper{number}@example.test", "address": _SENT_TO,
            "shipping_method": cart.shipping_method or cart.shipping_methods[0]["id"],
            "payment": {"provider": "sandbox", "token": GOOD_CARD}, "expected_total": cart.total,
        })  # fmt: skip
        headers = {"Authorization": f"Bearer {cart.token}", "Idempotency-Key": f"order-{self.seed}-{number}"}
        return post(self.port, "/api/v1/orders", body, headers)


def sku_of(number: int) -> str:
    return f"BENCH-{number:07d}"


async def fill(shop: Shop, products: int, progress: Callable[[int], None] = lambda _: None) -> None:
    """Put so many products on the shelves, by the road that an import takes. What is there already stays."""
    catalogue = Catalogue(shop, dry_run=False)
    await catalogue.load()
    for start in range(0, products, SLICE):
        numbers = range(start, min(start + SLICE, products))
        outcome = await place(catalogue, _imported(numbers))
        assert not outcome.failed, outcome.failed
        progress(len(numbers))


async def sell(shop: Shop, orders: int, products: int) -> None:
    """Have so many orders in the shop already: by the use case, so that whatever must be true of them is."""
    chosen = random.Random(orders)  # noqa: S311 - the same again
    lines = [CartLine(sku_of(number), 1) for number in range(LINES)]
    sample = await quote_cart(shop, _cart(shop, lines))
    numbers = iter(range(orders))

    async def buy() -> None:
        for number in numbers:
            cart = _cart(shop, [CartLine(sku_of(one), 1) for one in chosen.sample(range(products), LINES)])
            command = PlaceOrder(
                identity=f"cart:{cart.id}", route="bench", key=cart.id, request_hash=cart.id, cart=cart,
                email=f"earlier{number}@example.test", address=ADDRESS, provider="sandbox",
                shipping_method=sample.quote.method, payment_token=GOOD_CARD, expected_total=sample.quote.total,
            )  # fmt: skip
            await place_order(shop, command)

    await asyncio.gather(*(buy() for _ in range(BUYERS)))


def _cart(shop: Shop, lines: Sequence[CartLine]) -> Cart:
    return Cart(
        id=new_id(), currency="EUR", country="DE", lines=tuple(lines), expires_ms=shop.clock.now_ms() + DAY_MS
    )  # fmt: skip


def _imported(numbers: Sequence[int]) -> list[Imported]:
    return [
        Imported(
            line=number, product=_product(number, sku_of(number)), whole_prices=True,
            prices=(Price(sku_of(number), "EUR", EUROS), Price(sku_of(number), "USD", DOLLARS)),
            shelves=(Shelf(sku_of(number), "main", PIECES, COST),),
        )
        for number in numbers
    ]  # fmt: skip


def _product(number: int, sku: str) -> Product:
    return Product(
        id=derived_id("product", sku), key=sku, slug=sku.lower(), name=f"Benchmark thing {number}",
        variants=(Variant(sku=sku, weight_g=WEIGHT_G),),
    )  # fmt: skip
