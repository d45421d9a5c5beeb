"""A shop at work, told what to do line by line. Run by path, so that it works on whichever code PYTHONPATH names.

    PYTHONPATH=CODE/src:CODE python tests/compatibility/driver.py STATE CAPTURE

It knows nothing that only one version has. Every line of input is a JSON list, every answer a line of JSON.
"""

import asyncio
import random
import sys
from pathlib import Path

import msgspec
from sqlalchemy import select

from fairday.bootstrap import wiring
from fairday.bootstrap.settings import Settings
from fairday.bootstrap.wiring import open_shop
from fairday.domain.access import SYSTEM
from fairday.domain.orders.tables import ORDERS
from fairday.domain.payments import store as payments
from fairday.kernel.errors import NotFound, Refusal
from fairday.kernel.sql import Statement
from fairday.usecases.cancel_order import cancel_order
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.place_order import place_order
from fairday.usecases.refund_order import RefundOrder, refund_order
from fairday.usecases.settle_orders import settle_orders
from fairday.usecases.ship_order import ShipOrder, ship_order
from fairday.usecases.shop import Shop
from tests.buying import a_cart, an_order
from tests.goods import put_goods

_ORDERS = Statement(select(ORDERS.c.id).order_by(ORDERS.c.id))
SKUS = ("MUG", "LAMP", "VASE", "RUG")
TOKENS = ("tok_ok",) * 6 + ("tok_declined", "tok_lost_ack", "tok_timeout")


async def stock(shop: Shop, pieces: int) -> str:
    """Fill the shelves."""
    await put_goods(shop, dict.fromkeys(SKUS, pieces))
    return "stocked"


async def day(shop: Shop, seed: int, turns: int, at_once: int) -> dict[str, int]:
    """So many turns, some at once, each something that a shop does; how often each was done or refused."""
    dice, counted = random.Random(seed), {}

    async def worker() -> None:
        for _ in range(turns // at_once):
            what = dice.choice(["place", "place", "place", "ship", "refund", "cancel"])
            try:
                await TURNS[what](shop, dice)
            except Refusal as no:
                what = f"{what}: {no.code}"
            counted[what] = counted.get(what, 0) + 1

    await asyncio.gather(*(worker() for _ in range(at_once)))
    return counted


async def place(shop: Shop, dice: random.Random) -> None:
    """Anything, in any quantity, paid with good and bad cards."""
    wanted = {sku: dice.randrange(1, 3) for sku in dice.sample(SKUS, dice.randrange(1, 4))}
    cart = await a_cart(shop, wanted)
    await place_order(shop, await an_order(shop, cart, token=dice.choice(TOKENS)))


async def ship(shop: Shop, dice: random.Random) -> None:
    """Anybody's order, whole or its first piece."""
    lines = dice.choice([{}, {1: 1}])
    await ship_order(shop, ShipOrder(order_id=await some_order(shop, dice), lines=lines))


async def refund(shop: Shop, dice: random.Random) -> None:
    """A piece of anybody's order that is charged: that code charges all of an order, whatever was taken off before."""
    restock, order_id = dice.random() < 0.5, await some_order(shop, dice)
    async with shop.database.read() as reader:
        payment = (await payments.get_many(reader, [order_id])).get(order_id)
    if payment is None or payment.state != "captured":
        raise NotFound(what="charge")
    await refund_order(shop, RefundOrder(order_id=order_id, lines={1: 1}, restock=restock))


async def cancel(shop: Shop, dice: random.Random) -> None:
    """Anybody's order."""
    await cancel_order(shop, await some_order(shop, dice), reason="changed my mind", actor=SYSTEM)


async def some_order(shop: Shop, dice: random.Random) -> str:
    """One of the newest thirty, whoever took it."""
    async with shop.database.read() as reader:
        ids = [row[0] for row in await reader.rows(_ORDERS)]
    return dice.choice(ids[-30:]) if ids else "none"


async def settle(shop: Shop) -> str:
    """Finish what lost answers left, as a minute from now: nobody else is at work."""
    await settle_orders(shop, stale_ms=0)
    return "settled"


async def check(shop: Shop) -> list[str]:
    """What this code finds broken."""
    return [f"{rule.name}: {rule.rows[:3]}" for rule in await check_invariants(shop)]


TURNS = {"place": place, "ship": ship, "refund": refund, "cancel": cancel}
COMMANDS = {"stock": stock, "day": day, "settle": settle, "check": check}


async def main(state: Path, capture: str) -> None:
    """Say whose code this is, then obey until the input ends."""
    async with open_shop(Settings(state=str(state), capture=capture)) as shop:
        say(wiring.__file__)
        while line := await asyncio.to_thread(sys.stdin.readline):
            name, *arguments = msgspec.json.decode(line)
            answer = await COMMANDS[name](shop, *arguments)
            say(answer)


def say(answer: object) -> None:
    """One line."""
    sys.stdout.write(msgspec.json.encode(answer).decode() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
