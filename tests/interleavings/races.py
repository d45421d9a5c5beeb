"""The classic races: who races whom, over which tables, and what must be so however their steps fall."""

import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from fairday.adapters.carts.database import DatabaseCarts
from fairday.domain.access import SYSTEM
from fairday.domain.carts import Cart
from fairday.domain.fulfilment.errors import NothingToShip
from fairday.domain.inventory import OutOfStock
from fairday.domain.inventory import store as stock
from fairday.domain.orders import CartOrdered, InFlight, NotAllowed, StaleTotal
from fairday.domain.orders import store as orders
from fairday.domain.payments import PaymentDeclined, RefundTooLarge
from fairday.domain.pricing import Voucher, gift_store
from fairday.domain.pricing import store as pricing
from fairday.domain.pricing.errors import GiftRefused, VoucherRefused
from fairday.kernel.errors import Conflict, Invalid, Refusal
from fairday.kernel.ids import new_id
from fairday.usecases.cancel_order import cancel_order
from fairday.usecases.issue_gift_card import IssueGiftCard, issue_gift_card
from fairday.usecases.place_order import PlacedOrder, place_order
from fairday.usecases.refund_order import RefundOrder, refund_order
from fairday.usecases.settle_orders import settle_orders
from fairday.usecases.ship_order import ShipOrder, ship_order
from fairday.usecases.shop import Shop
from tests.accounts import audit
from tests.buying import a_cart, an_order, buy
from tests.goods import put_goods
from tests.interleavings.stage import BEGIN, Plans, Side, Stage, StagedDatabase, Waiting, stops_of

AUDITED_EVERY = 100
ONE_WITH_POSTAGE = 2_490
Act = Callable[[Shop], Awaitable[Any]]
Judge = Callable[[Shop, dict[str, Any]], Awaitable[None]]


@dataclass
class Bout:
    """One setting of a race, fresh for every order of steps. `b_stops`: where b stops, if that must be told."""

    a: Act
    b: Act
    judge: Judge
    cart: Cart | None = None
    b_stops: frozenset[str] = frozenset()


Race = Callable[[Shop], Awaitable[Bout]]


@dataclass
class Arena:
    """A shop on a server, its engine's name, and how many there wait for a lock."""

    shop: Shop
    engine: str
    waiting: Waiting
    played: int = 0
    blocked: int = 0
    undone: int = 0
    broken: list[str] = field(default_factory=list)

    async def run(self, race: Race, contested: Sequence[str], plans: Plans, *, audited: bool = True) -> None:
        """Every plan on a bout of its own; what went wrong is kept with the order of steps that did it.

        The auditor reads everything there is, so it comes after every few bouts: what is wrong stays wrong.
        """
        stops = {}
        for name in ("a", "b"):
            side = Side(name, frozenset())
            bout = await race(self.shop)
            with suppress(Refusal):
                await self._act(getattr(bout, name))(side)
            stops[name] = stops_of(side.steps, frozenset(contested))
            if name == "b" and bout.b_stops:
                stops[name] = bout.b_stops
        for plan in plans:
            bout = await race(self.shop)
            sides = [Side(name, stops[name]) for name in ("a", "b")]
            stage = Stage(sides, self.waiting)
            answers = await stage.play({"a": self._act(bout.a), "b": self._act(bout.b)}, plan)
            self.played += 1
            self.blocked += stage.blocked
            self.undone += sum(side.undone for side in sides)
            await self._see(lambda bout=bout, answers=answers: bout.judge(self.shop, answers), stage.order, answers)
            if audited and self.played % AUDITED_EVERY == 0:
                await self._see(lambda: audit(self.shop), stage.order, f"one of the last {AUDITED_EVERY}")
        if audited:
            await self._see(lambda: audit(self.shop), [], "one of the last")

    async def _see(self, look: Callable[[], Awaitable[None]], order: Sequence[str], told: object) -> None:
        try:
            await look()
        except AssertionError as broken:
            steps = "\n  ".join(order)
            self.broken.append(f"{broken}\n{told}\n  {steps}")

    def _act(self, act: Act) -> Callable[[Side], Awaitable[Any]]:
        async def staged(side: Side) -> Any:
            await side.before(BEGIN)
            database = StagedDatabase(self.shop.database, side, self.engine)
            carts = DatabaseCarts(database, self.shop.clock)
            return await act(dataclasses.replace(self.shop, database=database, carts=carts))

        return staged


def refusals(answers: dict[str, Any], *allowed: type[Refusal]) -> list[Refusal]:
    """What was refused, which must be one of these; anything raised that is no refusal is a mistake of ours."""
    raised = [answer for answer in answers.values() if isinstance(answer, BaseException)]
    assert all(isinstance(one, allowed) for one in raised), [f"{type(one).__name__}: {one}" for one in raised]
    return raised  # type: ignore[return-value]


async def level(shop: Shop, sku: str) -> tuple[int, int, int]:
    async with shop.database.read() as reader:
        (found,) = await stock.levels(reader, [sku])
    return found.on_hand, found.held, found.allocated


async def version(shop: Shop, order_id: str) -> int:
    """How often the order was taken from one state to another."""
    async with shop.database.read() as reader:
        return (await orders.get_many(reader, [order_id]))[order_id].version


async def captured(shop: Shop, order_ids: Sequence[str]) -> int:
    return sum(one.captured - one.refunded for one in (await shop.payments["sandbox"].find(list(order_ids))).values())


async def goods(shop: Shop, pieces: int) -> str:
    """A new thing to buy."""
    sku = f"S{new_id()}"
    await put_goods(shop, {sku: pieces})
    return sku


# ------------------------------------------------------------------------------------------------------------- buying


async def last_piece(shop: Shop) -> Bout:
    """F-22: one piece, two buyers."""
    sku = await goods(shop, 1)
    commands = [await an_order(shop, await a_cart(shop, {sku: 1})) for _ in range(2)]

    async def judge(shop: Shop, answers: dict[str, Any]) -> None:
        assert len(refusals(answers, OutOfStock)) == 1
        assert await level(shop, sku) == (1, 0, 1)

    return Bout(_placing(commands[0]), _placing(commands[1]), judge)


async def opposite_carts(shop: Shop) -> Bout:
    """F-23: two things in opposite order, one piece of each left."""
    one, two = await goods(shop, 1), await goods(shop, 1)
    commands = [await an_order(shop, await a_cart(shop, dict.fromkeys(skus, 1))) for skus in ((one, two), (two, one))]

    async def judge(shop: Shop, answers: dict[str, Any]) -> None:
        assert len(refusals(answers, OutOfStock)) == 1
        assert (await level(shop, one), await level(shop, two)) == ((1, 0, 1), (1, 0, 1))

    return Bout(_placing(commands[0]), _placing(commands[1]), judge)


async def last_voucher(shop: Shop) -> Bout:
    """F-19: a voucher that may be used once, and both saw the lower price."""
    sku, code = await goods(shop, 5), f"V{new_id()}".upper()
    async with shop.database.write() as unit:
        await pricing.put_vouchers(unit, [Voucher(code=code, kind="percent", percent_ppm=500_000, uses_limit=1)])
    commands = [
        await an_order(shop, await a_cart(shop, {sku: 1}, voucher=code), email=f"{name}@x.org") for name in "ab"
    ]

    async def judge(shop: Shop, answers: dict[str, Any]) -> None:
        assert len(refusals(answers, VoucherRefused, StaleTotal, Conflict)) == 1
        assert await level(shop, sku) == (5, 0, 1)
        async with shop.database.read() as reader:
            assert (await pricing.vouchers(reader, [code]))[code].used == 1

    return Bout(_placing(commands[0]), _placing(commands[1]), judge)


async def gift_card(shop: Shop) -> Bout:
    """F-20: a card that pays for one of two orders."""
    sku = await goods(shop, 5)
    asked = IssueGiftCard(attempt=sku, amount=ONE_WITH_POSTAGE, currency="EUR", paid=True)
    card = (await issue_gift_card(shop, SYSTEM, asked)).card.id
    commands = [
        replace(await an_order(shop, await a_cart(shop, {sku: 1})), gifts=(card,), expected_due=0) for _ in range(2)
    ]

    async def judge(shop: Shop, answers: dict[str, Any]) -> None:
        assert len(refusals(answers, GiftRefused, StaleTotal)) == 1
        assert await level(shop, sku) == (5, 0, 1)
        async with shop.database.read() as reader:
            assert (await gift_store.get_many(reader, [card]))[card].balance == 0

    return Bout(_placing(commands[0]), _placing(commands[1]), judge)


async def let_go_and_hold(shop: Shop) -> Bout:
    """A card is declined, so its voucher and piece are given back, while somebody else takes the same ones."""
    sku, code = await goods(shop, 2), f"V{new_id()}".upper()
    async with shop.database.write() as unit:
        await pricing.put_vouchers(unit, [Voucher(code=code, kind="percent", percent_ppm=500_000, uses_limit=2)])
    carts = [await a_cart(shop, {sku: 1}, voucher=code) for _ in range(2)]
    no, yes = [
        await an_order(shop, cart, token=token, email=f"{token}@x.org")
        for cart, token in zip(carts, ("tok_declined", "tok_ok"), strict=True)
    ]

    async def judge(shop: Shop, answers: dict[str, Any]) -> None:
        assert len(refusals(answers, PaymentDeclined)) == 1
        assert isinstance(answers["b"], PlacedOrder)
        assert await level(shop, sku) == (2, 0, 1)
        async with shop.database.read() as reader:
            assert (await pricing.vouchers(reader, [code]))[code].used == 1

    return Bout(_placing(no), _placing(yes), judge)


async def two_sweeps(shop: Shop) -> Bout:
    """An order whose answer was lost, found by the sweeps of two processes: it is booked once."""
    sku = await goods(shop, 5)
    order = (await buy(shop, {sku: 2}, token="tok_challenge")).order
    await shop.payments["sandbox"].approve(order.id)  # type: ignore[attr-defined]

    async def sweep(shop: Shop) -> None:
        await settle_orders(shop, stale_ms=0)

    async def judge(shop: Shop, answers: dict[str, Any]) -> None:
        refusals(answers)
        assert await level(shop, sku) == (5, 0, 2)
        assert await captured(shop, [order.id]) == order.total
        assert await version(shop, order.id) == order.version + 1

    return Bout(sweep, sweep, judge)


async def sweep_and_pay(shop: Shop) -> Bout:
    """F-25: a sweep that does not wait meets an order that is just being paid: it is booked, or let go, never both."""
    sku = await goods(shop, 5)
    command = await an_order(shop, await a_cart(shop, {sku: 1}))

    async def sweep(shop: Shop) -> None:
        await settle_orders(shop, stale_ms=0)

    async def judge(shop: Shop, answers: dict[str, Any]) -> None:
        refusals({"a": answers["a"]}, PaymentDeclined)
        refusals({"b": answers["b"]})
        placed = isinstance(answers["a"], PlacedOrder) and answers["a"].state == "placed"
        assert await level(shop, sku) == (5, 0, int(placed))
        if placed:
            assert await version(shop, answers["a"].order.id) == 1

    # By itself the sweep finds nothing to do, so where it stops cannot be seen beforehand.
    stops = frozenset({"begin 1", "lock orders 1", "update orders 1", "lock stock 1", "update stock 1", "commit 1"})
    return Bout(_placing(command), sweep, judge, b_stops=stops)


async def cart_twice(shop: Shop) -> Bout:
    """F-14: one cart, two tabs, a key each."""
    sku = await goods(shop, 5)
    cart = await a_cart(shop, {sku: 1})
    commands = [await an_order(shop, cart) for _ in range(2)]

    async def judge(shop: Shop, answers: dict[str, Any]) -> None:
        assert len(refusals(answers, CartOrdered)) == 1
        assert await level(shop, sku) == (5, 0, 1)

    return Bout(_placing(commands[0]), _placing(commands[1]), judge)


async def double_pay(shop: Shop) -> Bout:
    """F-13: the same command twice: one order, and whoever is second is told to wait or gets it."""
    sku = await goods(shop, 5)
    command = await an_order(shop, await a_cart(shop, {sku: 1}))

    async def judge(shop: Shop, answers: dict[str, Any]) -> None:
        refusals(answers, InFlight)
        placed = {one.order.id for one in answers.values() if isinstance(one, PlacedOrder)}
        assert len(placed) == 1
        assert await level(shop, sku) == (5, 0, 1)

    return Bout(_placing(command), _placing(command), judge)


async def cart_edited(shop: Shop) -> Bout:
    """F-15: more is put into the cart while it is paid: what is paid is what was seen."""
    sku = await goods(shop, 9)
    cart = await a_cart(shop, {sku: 1})
    command = await an_order(shop, cart)
    more = replace(cart, lines=tuple(replace(line, quantity=5) for line in cart.lines))

    async def edit(shop: Shop) -> bool:
        return await shop.carts.put(more)

    async def judge(shop: Shop, answers: dict[str, Any]) -> None:
        refusals(answers)
        assert answers["a"].order.total == command.expected_total
        assert await captured(shop, [answers["a"].order.id]) == command.expected_total
        assert await level(shop, sku) == (9, 0, 1)

    return Bout(_placing(command), edit, judge, cart)


async def cart_edited_and_read_late(shop: Shop) -> Bout:
    """The same without what decides it: the cart is read, and priced, when it is paid."""
    seen = await cart_edited(shop)
    cart = seen.cart
    assert cart is not None

    async def place(shop: Shop) -> PlacedOrder:
        now = (await shop.carts.get_many([cart.id]))[cart.id]
        return await place_order(shop, await an_order(shop, now))

    return Bout(place, seen.b, seen.judge)


def _placing(command: Any) -> Act:
    async def place(shop: Shop) -> PlacedOrder:
        return await place_order(shop, command)

    return place


# ----------------------------------------------------------------------------------------------------- after the sale


async def cancel_and_ship(shop: Shop) -> Bout:
    """F-28: one wins; what was sent keeps its money, what was called off gives it back."""
    sku = await goods(shop, 9)
    order = (await buy(shop, {sku: 2})).order

    async def ship(shop: Shop) -> Any:
        return await ship_order(shop, ShipOrder(order_id=order.id))

    async def cancel(shop: Shop) -> Any:
        return await cancel_order(shop, order.id, reason="", actor=SYSTEM)

    async def judge(shop: Shop, answers: dict[str, Any]) -> None:
        assert len(refusals(answers, NotAllowed, NothingToShip, Conflict, Invalid)) == 1
        sent = not isinstance(answers["a"], BaseException)
        assert await captured(shop, [order.id]) == (order.total if sent else 0)
        assert await level(shop, sku) == ((7, 0, 0) if sent else (9, 0, 0))

    return Bout(ship, cancel, judge)


async def two_refunds(shop: Shop) -> Bout:
    """F-26: three of five pieces, twice."""
    return await _refunds(shop, lambda order: RefundOrder(order_id=order.id, lines={1: 3}), of=5, back=3)


async def two_postages(shop: Shop) -> Bout:
    """The same with the postage, which is there once."""
    return await _refunds(shop, lambda order: RefundOrder(order_id=order.id, shipping=order.shipping), of=1, back=0)


async def _refunds(shop: Shop, ask: Callable[[Any], RefundOrder], *, of: int, back: int) -> Bout:
    sku = await goods(shop, 9)
    order = (await buy(shop, {sku: of})).order
    await ship_order(shop, ShipOrder(order_id=order.id))
    command = ask(order)

    async def refund(shop: Shop) -> Any:
        return await refund_order(shop, command)

    async def judge(shop: Shop, answers: dict[str, Any]) -> None:
        assert len(refusals(answers, RefundTooLarge, Conflict, Invalid)) == 1
        given_back = order.total - await captured(shop, [order.id])
        assert given_back == back * order.subtotal // of + command.shipping > 0

    return Bout(refund, refund, judge)


async def piece_by_piece(shop: Shop) -> Bout:
    """Two pieces of three, one at a time and at once, of a line that does not divide: no cent is made or lost."""
    sku = f"S{new_id()}"
    await put_goods(shop, {sku: 9}, euros=333)
    async with shop.database.write() as unit:
        code = f"P{new_id()}".upper()
        await pricing.put_vouchers(unit, [Voucher(code=code, kind="percent", percent_ppm=100_000)])
    order = (await buy(shop, {sku: 3}, voucher=code)).order
    await ship_order(shop, ShipOrder(order_id=order.id))

    async def refund(shop: Shop) -> Any:
        return await refund_order(shop, RefundOrder(order_id=order.id, lines={1: 1}))

    async def judge(shop: Shop, answers: dict[str, Any]) -> None:
        refused = refusals(answers, Conflict, Invalid)
        for _ in range(1 + len(refused)):
            await refund(shop)
        assert await captured(shop, [order.id]) == order.shipping

    return Bout(refund, refund, judge)
