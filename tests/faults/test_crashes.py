"""A process is killed at every point of the order path; what is left is finished, and it all comes to the same.

Each scenario runs once undisturbed, which shows its points and what it comes to. Then it runs again for every point,
on a copy of the state, and is killed there. Afterwards the sweep and whoever asked (who sends the same command again)
must bring the shop to exactly the undisturbed accounts: the same orders, stock, books and money at the provider.
"""

import asyncio
import random
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from msgspec import Struct
from msgspec.structs import replace

from fairday.domain.access import SYSTEM
from fairday.domain.orders import Command, InFlight, NotAllowed
from fairday.domain.payments import PaymentDeclined
from fairday.domain.pricing import Voucher
from fairday.domain.pricing import store as pricing
from fairday.kernel.clock import FixedClock, SystemClock
from fairday.kernel.ids import new_id
from fairday.usecases.issue_gift_card import IssueGiftCard, issue_gift_card
from fairday.usecases.place_order import PlaceOrder, place_order
from fairday.usecases.settle_orders import settle_orders
from fairday.usecases.ship_order import ShipOrder, ship_order
from fairday.usecases.shop import Shop
from tests.accounts import Accounts, accounts, audit
from tests.buying import a_cart, an_order
from tests.crew import KILLED, Crew, Job, Line, Step, take
from tests.goods import put_goods
from tests.shop import open_shop

PATIENCE_MS = 31_000  # after which a shopper who asks again is not told to wait
pytestmark = pytest.mark.store  # every child is a whole shop
FIRSTS = ("shopper", "sweep")
AT_SHIP = {"capture": "at_ship"}
NOTHING_SINCE = {"unit-begins", "find-before", "cart-delete-before"}  # like the point before them
FEW = 1  # statements of each unit that the quick tests are killed at


class Scenario(Struct, frozen=True):
    """What is done, on a shop prepared by `prepare`."""

    prepare: Callable[[Shop], Awaitable[Step]]
    settings: dict[str, str] = {}


async def with_gift(shop: Shop, command: PlaceOrder, amount: int) -> PlaceOrder:
    """The same order, of which a new gift card pays as much as it can."""
    asked = IssueGiftCard(attempt="one", amount=amount, currency="EUR", paid=True)
    card = (await issue_gift_card(shop, SYSTEM, asked)).card.id
    return replace(command, gifts=(card,), expected_due=max(0, command.expected_total - amount))


def placing(token: str, *, voucher: str = "", gift: int = 0) -> Callable[[Shop], Awaitable[Step]]:
    async def prepare(shop: Shop) -> Step:
        async with shop.database.write() as unit:
            await pricing.put_vouchers(unit, [Voucher(code="TEN", kind="percent", percent_ppm=100_000, uses_limit=1)])
        cart = await a_cart(shop, {"MUG": 2, "LAMP": 1}, voucher=voucher)
        command = await an_order(shop, cart, token=token)
        return Step(do="place", place=await with_gift(shop, command, gift) if gift else command)

    return prepare


def after_buying(*, gift: int = 0, **what: object) -> Callable[[Shop], Awaitable[Step]]:
    async def prepare(shop: Shop) -> Step:
        command = await an_order(shop, await a_cart(shop, {"MUG": 3, "LAMP": 1}))
        order = (await place_order(shop, await with_gift(shop, command, gift) if gift else command)).order
        if what["do"] == "refund":
            await ship_order(shop, ShipOrder(order_id=order.id, lines={1: 2}))
        once = Command(
            identity="key:test", route=f"test {order.id}", idempotency_key="one", request_hash="", order_id=order.id,
            at_ms=0,
        )  # fmt: skip
        return Step(order_id=order.id, once=once, **what)

    return prepare


SCENARIOS = {
    "place": Scenario(placing("tok_ok", voucher="TEN")),
    "place-lost-answer": Scenario(placing("tok_lost_ack")),
    "place-time-out": Scenario(placing("tok_timeout")),
    "place-declined": Scenario(placing("tok_declined", voucher="TEN")),
    "place-challenge": Scenario(placing("tok_challenge")),
    "place-at-ship": Scenario(placing("tok_ok"), AT_SHIP),
    "place-gift": Scenario(placing("tok_ok", voucher="TEN", gift=1_000)),
    "place-gift-alone": Scenario(placing("tok_ok", gift=9_000)),
    "place-gift-declined": Scenario(placing("tok_declined", gift=1_000)),
    "ship": Scenario(after_buying(do="ship", lines={1: 1})),
    "ship-at-ship": Scenario(after_buying(do="ship", lines={1: 1, 2: 1}), AT_SHIP),
    "refund": Scenario(after_buying(do="refund", lines={1: 3}, shipping=100, restock=True)),
    "refund-gift": Scenario(after_buying(do="refund", gift=4_000, lines={1: 3}, shipping=100)),
    "cancel": Scenario(after_buying(do="cancel")),
    "cancel-at-ship": Scenario(after_buying(do="cancel"), AT_SHIP),
    "cancel-gift-at-ship": Scenario(after_buying(do="cancel", gift=1_000), AT_SHIP),
}


class Rehearsed(Struct, frozen=True):
    """A prepared state, the step, its points in order, and what it comes to undisturbed."""

    state: Path
    job: Job
    points: list[str]
    accounts: Accounts


def rehearse(crew: Crew, folder: Path, name: str) -> Rehearsed:
    scenario, before = SCENARIOS[name], folder / "before"
    step = asyncio.run(_prepare(before, scenario))
    job = Job(state=str(folder / "through"), log=str(folder / "through.log"), steps=(step,), settings=scenario.settings)
    shutil.copytree(before, job.state)
    assert crew.run([job]) == [0]
    points = [line.point for line in crew.logged(job) if line.point]
    return Rehearsed(before, job, points, asyncio.run(_end(job, [], "sweep")))


async def _prepare(state: Path, scenario: Scenario) -> Step:
    async with open_shop(state, **scenario.settings) as shop:
        await put_goods(shop, {"MUG": 10, "LAMP": 3}, euros=1_299)
        return await scenario.prepare(shop)


def crash(crew: Crew, rehearsed: Rehearsed, kill_at: int, first: str) -> Accounts:
    """Kill it there, and pick up the pieces: the sweep first, or the shopper first."""
    folder = rehearsed.state.parent / f"{kill_at}-{first}"
    job = replace(rehearsed.job, state=str(folder), log=f"{folder}.log", kill_at=kill_at)
    shutil.copytree(rehearsed.state, folder)
    assert crew.run([job]) == [KILLED], f"it was to die at {rehearsed.points[kill_at]}"
    ended = asyncio.run(_end(job, crew.logged(job), first))
    shutil.rmtree(folder)
    return ended


async def _end(job: Job, logged: list[Line], first: str) -> Accounts:
    clock = FixedClock(SystemClock().now_ms() + PATIENCE_MS)
    async with open_shop(Path(job.state), clock=clock, **job.settings) as shop:
        if first == "sweep":
            await settle_orders(shop, stale_ms=0)
            await audit(shop)
        (step,) = job.steps
        order_ids = {await _again(shop, step) for _ in range(2)}
        await settle_orders(shop, stale_ms=0)
        if step.do == "place":
            order_ids.add(await _insist(shop, step))
        promised = {line.order_id for line in logged if line.answer in {"placed", "done"}}
        assert promised <= order_ids, "an acknowledged order was lost"
        await audit(shop)
        return await accounts(shop)


async def _again(shop: Shop, step: Step) -> str:
    """The same command, as a client sends it again that never heard the answer."""
    try:
        return (await take(shop, step))[1]
    except (PaymentDeclined, NotAllowed, InFlight):
        return step.order_id


async def _insist(shop: Shop, step: Step) -> str:
    """A shopper who was told that nothing was taken tries again under a new key, if it was not their card."""
    assert step.place
    try:
        return (await place_order(shop, step.place)).order.id
    except PaymentDeclined:
        if step.place.payment_token not in {"tok_ok", "tok_lost_ack", "tok_challenge"}:
            return ""
        return (await place_order(shop, replace(step.place, key=new_id()))).order.id


def some(points: list[str]) -> list[int]:
    """Every point but the inner statements of units, of which a few stand for all."""
    dice, chosen, inner = random.Random(7), [], []
    for number, point in enumerate(points):
        if point == "statement":
            inner.append(number)
        elif point not in NOTHING_SINCE:
            chosen += [*dice.sample(inner, min(FEW, len(inner))), number]
            inner = []
    return sorted(chosen)


@pytest.mark.parametrize("name", SCENARIOS)
def test_killed_anywhere_it_comes_to_the_same(crew, tmp_path, name):
    """F-01 F-02 F-04 F-05 F-06 F-27: before and after the provider, between the units, and in the middle of one."""
    rehearsed = rehearse(crew, tmp_path, name)
    for turn, kill_at in enumerate(some(rehearsed.points)):
        first = FIRSTS[turn % 2]
        assert crash(crew, rehearsed, kill_at, first) == rehearsed.accounts, (first, rehearsed.points[: kill_at + 1])


@pytest.mark.long
@pytest.mark.parametrize("first", FIRSTS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_killed_at_every_single_statement_it_comes_to_the_same(crew, tmp_path, name, first):
    rehearsed = rehearse(crew, tmp_path, name)
    for kill_at in range(len(rehearsed.points)):
        assert crash(crew, rehearsed, kill_at, first) == rehearsed.accounts, rehearsed.points[: kill_at + 1]
