"""Who is in the simulated shop: shoppers, an agent, somebody who counts shelves and somebody who changes prices.

Everybody asks as a client would: under a key, again under the same key when no answer came, and gives up at last.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from fairday.domain.access import SYSTEM
from fairday.domain.carts import Cart, CartLine
from fairday.domain.inventory import Received
from fairday.domain.orders import Command
from fairday.domain.orders import store as orders
from fairday.domain.pricing import Price, gift_store
from fairday.kernel.errors import Refusal
from fairday.usecases.cancel_order import cancel_order
from fairday.usecases.change_cart import create_cart_once, put_lines, put_voucher, read_cart
from fairday.usecases.count_stock import CountStock, count_stock
from fairday.usecases.place_order import PlacedOrder, PlaceOrder, place_order
from fairday.usecases.quote_cart import estimate
from fairday.usecases.refund_order import RefundOrder, refund_order
from fairday.usecases.repeat_command import carried_out, effect_id
from fairday.usecases.set_prices import set_prices
from fairday.usecases.settle_orders import settle_order
from fairday.usecases.ship_order import ShipOrder, ship_order
from fairday.usecases.shop import Shop
from fairday.usecases.view_order import OrderView, view_order
from tests.buying import BERLIN
from tests.simulation.world import ERRAND, Lost, World

SKUS = ("MUG", "LAMP", "RUG", "LAST")
VOUCHERS = ("", "", "HALF", "ALL", "SEVEN")
TOKENS = ("tok_ok",) * 6 + ("tok_lost_ack", "tok_timeout", "tok_challenge", "tok_challenge", "tok_declined")
TRIES = 6
AGAIN = {"busy", "payment_unknown", "commit_unknown", "in_flight"}

Work = Callable[[Shop], Awaitable[Any]]


async def shop_around(world: World) -> None:
    """Fill a cart and buy it, perhaps after a while, perhaps after changes of mind."""
    errand, dice = ERRAND.get(), ERRAND.get().dice
    await asyncio.sleep(dice.random() * 60)
    cart_id = await _cart(world)
    for attempt in range(dice.choice((1, 2, 3))):
        if cart_id is None:
            return
        command = await _command(world, cart_id, f"{errand.name}/{attempt}")
        if command is None:
            return
        commands = [command] * dice.choice((1, 1, 1, 2, 3))
        if dice.random() < 0.15:
            other = await _command(world, cart_id, f"{errand.name}/{attempt}/tab")
            commands += [other] if other else []
        buying = [_insist(world, "place", one.key, _said(one), _placing(one)) for one in commands]
        edits = [_edit(world, cart_id)] if dice.random() < 0.15 else []
        answers = await asyncio.gather(*buying, *edits)
        placed = [answer for answer in answers if isinstance(answer, dict)]
        for answer in placed:
            world.known.setdefault(answer["order_id"])
        if placed and placed[0]["state"] == "challenge":
            await _challenge(world, placed[0]["order_id"])
        if placed:
            return


async def _cart(world: World) -> str | None:
    errand, dice = ERRAND.get(), ERRAND.get().dice
    skus = ["MUG", *dice.sample(SKUS[1:], dice.choice((0, 1, 1, 2)))]
    if dice.random() < 0.3:
        skus = skus[::-1] if len(skus) > 1 else ["LAST"]
    lines = [CartLine(sku, dice.choice((1, 1, 2, 3))) for sku in skus]

    async def begin(shop: Shop) -> dict[str, Any]:
        kept = await create_cart_once(
            shop, currency="EUR", country="DE", language="en", lines=lines, key="cart", identity=errand.name,
            request_hash="one",
        )  # fmt: skip
        return {"cart_id": kept.cart.id}

    answer = await _insist(world, "cart", errand.name, {}, begin)
    code = dice.choice(VOUCHERS)
    if isinstance(answer, dict) and code:
        await _insist(
            world, "voucher", errand.name, {},
            lambda shop: put_voucher(shop, answer["cart_id"], code, source=errand.name),
        )  # fmt: skip
    return answer["cart_id"] if isinstance(answer, dict) else None


async def _command(world: World, cart_id: str, key: str) -> PlaceOrder | None:
    """What it costs just now, as a command."""
    dice = ERRAND.get().dice

    async def price(shop: Shop) -> dict[str, Any]:
        cart = await read_cart(shop, cart_id)
        priced = await estimate(shop, cart)
        async with shop.database.read() as reader:
            cards = {one.id: one.balance for one in await gift_store.page(reader, "card")}
        return {"cart": cart, "total": priced.quote.total, "method": priced.quote.method, "cards": cards}

    answer = await _insist(world, "price", key, {}, price)
    if not isinstance(answer, dict):
        return None
    cart: Cart = answer["cart"]
    await asyncio.sleep(dice.random() * 2)
    token, gifts, due = dice.choice(TOKENS), (), None
    if dice.random() < 0.3:
        gifts = (dice.choice(sorted(answer["cards"])),)
        due = answer["total"] - min(answer["total"], answer["cards"][gifts[0]])
    return PlaceOrder(
        identity=cart.id, route="simulated", key=key, request_hash=f"{cart.version} {token}", cart=cart,
        email=f"{ERRAND.get().name.split('-')[0]}{dice.randrange(3)}@x.example", address=BERLIN,
        shipping_method=answer["method"], provider="sandbox", payment_token=token, expected_total=answer["total"],
        gifts=gifts, expected_due=due,
    )  # fmt: skip


def _said(command: PlaceOrder) -> dict[str, Any]:
    return {"total": command.expected_total, "lines": [(line.sku, line.quantity) for line in command.cart.lines]}


def _placing(command: PlaceOrder) -> Work:
    async def place(shop: Shop) -> dict[str, Any]:
        placed: PlacedOrder = await place_order(shop, command)
        return {"order_id": placed.order.id, "state": placed.state, "total": placed.order.total}

    return place


async def _edit(world: World, cart_id: str) -> None:
    """Another tab puts something in while this one pays."""
    sku = ERRAND.get().dice.choice(SKUS)
    await _insist(world, "edit", cart_id, {}, lambda shop: put_lines(shop, cart_id, [CartLine(sku, 2)]))


async def _challenge(world: World, order_id: str) -> None:
    """The shopper's bank asks; they agree, or not, or walk away; and come back to the shop, or not."""
    dice = ERRAND.get().dice
    await asyncio.sleep(dice.random() * 120)
    deed = dice.choice((world.provider.approve, world.provider.approve, world.provider.reject, None))
    if deed is None:
        return
    await deed(order_id)

    async def come_back(shop: Shop) -> dict[str, Any]:
        return {"state": (await settle_order(shop, (await view_order(shop, order_id)).order)).state}

    if dice.random() < 0.7:
        await _insist(world, "return", order_id, {}, come_back)


# ------------------------------------------------------------------------------------------------------------- at work


async def deal(world: World) -> None:
    """An agent sends, gives back or calls off an order, under a key; twice at once when they double-click."""
    errand, dice = ERRAND.get(), ERRAND.get().dice
    await asyncio.sleep(20 + dice.random() * 100)
    if not world.known:
        return
    order_id = dice.choice(list(world.known))
    op = dice.choice(("ship", "ship", "refund", "cancel"))
    route = f"simulated {op} {order_id}"
    once = Command(
        identity="agent", route=route, idempotency_key=errand.name, request_hash="", order_id=order_id, at_ms=0
    )
    view = await _insist(world, "view", errand.name, {}, lambda shop: view_order(shop, order_id))
    if not isinstance(view, OrderView):
        return
    work, said = _deed(op, view, once)
    said = {"order_id": order_id, "effect": effect_id(once), **said}

    async def carry_out(shop: Shop) -> dict[str, Any]:
        if not await carried_out(shop, once):
            await work(shop)
        return {}

    clicks = dice.choice((1, 1, 2))
    await asyncio.gather(*(_insist(world, op, errand.name, said, carry_out) for _ in range(clicks)))


def _deed(op: str, view: OrderView, once: Command) -> tuple[Work, dict[str, Any]]:
    dice, order_id = ERRAND.get().dice, view.order.id
    if op == "ship":
        waiting = {line.line_no: dice.randint(1, line.to_ship) for line in view.lines if line.to_ship}
        lines = waiting if dice.random() < 0.5 else {}
        return lambda shop: ship_order(shop, ShipOrder(order_id=order_id, lines=lines, once=once)), {"lines": lines}
    if op == "refund":
        left = {n.line_no: n.quantity - n.refunded for n in view.lines if n.quantity > n.refunded}
        lines = {number: dice.randint(1, pieces) for number, pieces in left.items() if dice.random() < 0.6}
        command = RefundOrder(
            order_id=order_id, lines=lines, shipping=dice.choice((0, view.postage_left)), restock=dice.random() < 0.5,
            once=once,
        )  # fmt: skip
        return lambda shop: refund_order(shop, command), {}
    return lambda shop: cancel_order(shop, order_id, reason="", actor=SYSTEM, once=once), {}


async def count(world: World) -> None:
    """Somebody counts a shelf and finds more, or fewer."""
    dice = ERRAND.get().dice
    await asyncio.sleep(dice.random() * 90)
    found = Received(dice.choice(SKUS), dice.choice(("main", "main", "attic")), dice.randrange(15), dice.randrange(900))
    await _insist(world, "count", ERRAND.get().name, {}, lambda shop: count_stock(shop, CountStock(counts=[found])))


async def reprice(world: World) -> None:
    """A price goes up or down while others look at it."""
    dice = ERRAND.get().dice
    await asyncio.sleep(dice.random() * 70)
    price = Price(dice.choice(SKUS), "EUR", dice.randrange(0, 3_000))
    await _insist(world, "reprice", ERRAND.get().name, {}, lambda shop: set_prices(shop, SYSTEM, [price]))


async def look(world: World) -> None:
    """Somebody looks at all orders they know of, again and again."""
    dice = ERRAND.get().dice
    for _ in range(8):
        await asyncio.sleep(5 + dice.random() * 20)
        for order_id in list(world.known):

            async def see(shop: Shop, order_id: str = order_id) -> dict[str, Any]:
                async with shop.database.read() as reader:
                    found = (await orders.get_many(reader, [order_id])).get(order_id)
                return {"state": found.state, "version": found.version} if found else {"state": "", "version": -1}

            try:
                await world.ask("look", order_id, {}, see)
            except (Lost, Refusal):
                continue


async def _insist(world: World, op: str, key: str, said: dict[str, Any], work: Work) -> Any:
    """Ask until there is an answer; a refusal's code, or None after a few tries."""
    dice = ERRAND.get().dice
    for _ in range(TRIES):
        try:
            return await world.ask(op, key, said, work)
        except Lost:
            pass
        except Refusal as no:
            if no.code not in AGAIN:
                return no.code
        await asyncio.sleep(dice.random() * 15)
    return None
