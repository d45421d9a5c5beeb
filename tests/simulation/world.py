"""The world of one seed: a virtual clock, the shop's files, its processes, its provider, and everything that fails.

A process is a whole shop whose ports are wrapped (`tests.watched`): at every point the dice of whatever is going on say
whether it is delayed, refused, answered and the answer lost, or whether the whole process dies there. It starts again
on the same files, as a store does. The provider and the mailboxes are outside: they outlive every process, and what is
under way to them arrives.
"""

import asyncio
import random
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

from msgspec import Struct

from fairday.adapters.payments.sandbox import SandboxPayments
from fairday.bootstrap import wiring
from fairday.bootstrap.adapters import ADAPTERS, Parts, build
from fairday.bootstrap.settings import Settings
from fairday.domain.payments import PaymentUnknown
from fairday.kernel import ids
from fairday.kernel.clock import MINUTE_MS
from fairday.kernel.errors import Busy, CommitUnknown, Refusal
from fairday.ports.bus import Subscription
from fairday.usecases.settle_orders import STALE_MS, settle_orders
from fairday.usecases.shop import Shop
from tests.history import History
from tests.watched import WatchedDatabase, WatchedPayments

BEGIN_MS = 1_790_000_000_000
LEAP_MS = 10 * MINUTE_MS
STRAGGLERS_S = 5.0  # by then everybody has come to a point, and noticed
SECRET = "simulated secret, as long as one has to be"
OUTSIDE = {"search": "none:", "media": "none:", "identity": "none:"}  # threads and hashes: no part of an order
# Refusals after which nobody knows what became of the request.
UNCLEAR = {"busy", "payment_unknown", "commit_unknown"}
LISTENER = "listener"
EVENTS = frozenset({"order_placed", "order_shipped", "order_refunded", "order_cancelled"})

T = TypeVar("T")


class Crashed(BaseException):
    """Whatever this process was doing, it does no more."""


class Lost(Exception):  # noqa: N818 - what a client knows: nothing
    """No answer came. The request may have been carried out."""


class BrokenDisk(sqlite3.OperationalError):
    """A statement failed for a reason that lies below the shop."""


class Weather(Struct, frozen=True, kw_only=True):
    """How often what goes wrong: of all points, of all questions to the provider (`late`), of all answers (`lost`)."""

    fault: float = 0.0
    crash: float = 0.0
    late: float = 0.0
    lost: float = 0.0
    leap: float = 0.0


class Errand:
    """Somebody's business, with dice of its own: leaving another errand out changes nothing in this one."""

    def __init__(self, seed: int, name: str) -> None:
        self.name = name
        self.dice = random.Random(f"{seed}/{name}")


ERRAND: ContextVar[Errand] = ContextVar("errand")


class World:
    """One seed's world. `problems` is what must not happen; `trace` is everything that did, in order."""

    def __init__(self, seed: int, folder: Path, weather: Weather, *, capture: str) -> None:
        self.seed = seed
        self.folder = folder
        self.weather = weather
        self.calm = False
        self.skew_ms = 0
        self.trace: list[tuple[float, str, str, str]] = []
        self.problems: list[str] = []
        self.history = History()
        self.heard: list[tuple[str, str]] = []
        self.known: dict[str, None] = {}
        self.counts: dict[str, int] = {}
        self.under_way: list[asyncio.Task[Any]] = []
        self.settings = Settings(state=str(folder), secret=SECRET, capture=capture, **OUTSIDE)
        self.provider = SandboxPayments(folder / "sandbox-payments.db", self)
        self.processes: list[Process] = []

    @property
    def now(self) -> float:
        return asyncio.get_running_loop().time()

    def now_ms(self) -> int:
        """The wall's clock, which may be set while the loop's goes on."""
        return BEGIN_MS + int(self.now * 1000) + self.skew_ms

    def note(self, what: str, where: str = "") -> None:
        errand = ERRAND.get(None)
        self.trace.append((round(self.now, 6), where, errand.name if errand else "", what))

    async def point(self, process: "Process", point: str) -> None:
        """Time passes here, and things go wrong here."""
        if process.gone:
            raise Crashed
        errand = ERRAND.get()
        dice = errand.dice
        if dice.random() < 0.4:
            await asyncio.sleep(dice.random() * (0.004 if dice.random() < 0.98 else 3.0))
            if process.gone:
                raise Crashed
        self.note(point, process.name)
        if self.calm:
            return
        rolled = dice.random()
        if rolled < self.weather.crash:
            self.note(f"crash at {point}", process.name)
            process.crash()
            raise Crashed
        if rolled < self.weather.crash + self.weather.fault:
            self.note(f"fault at {point}", process.name)
            raise _fault(point)
        if rolled > 1 - self.weather.leap:
            self.skew_ms += dice.randint(-LEAP_MS, LEAP_MS)
            self.note(f"clock leaps to {self.skew_ms}")

    async def ask(self, op: str, key: str, said: dict[str, Any], work: Callable[[Shop], Awaitable[Any]]) -> Any:
        """One request of a client to one of the processes: its answer, a Refusal, or Lost. All of it is recorded."""
        dice = ERRAND.get().dice
        call = self.history.invoke(self.now, op, key, said)
        self.note(f"asks {op} {key}")
        try:
            answer = await dice.choice(self.processes).do(work)
            self._may_lose_it(dice)
        except Refusal as no:
            kind = "info" if no.code in UNCLEAR else "fail"
            self.history.outcome(self.now, call, kind, code=no.code)
            self.note(f"{op} {key} is refused: {no.code}")
            raise
        except Lost as nothing:
            self.history.outcome(self.now, call, "info", problem=str(nothing))
            self.note(f"{op} {key} is not answered: {nothing}")
            raise
        self.history.outcome(self.now, call, "ok", **told(answer))
        self.note(f"{op} {key} is answered: {told(answer)}")
        return answer

    def _may_lose_it(self, dice: random.Random) -> None:
        if not self.calm and dice.random() < self.weather.lost:
            raise Lost("the answer")

    def unexpected(self, problem: BaseException, during: str) -> None:
        """Anything that is neither a refusal nor an injected fault is our mistake."""
        for leaf in leaves(problem):
            if not isinstance(leaf, Refusal | BrokenDisk | Crashed | asyncio.CancelledError | OSError):
                self.problems.append(f"{during}: {leaf!r}")


class Process:
    """One process of the store, through all its lives."""

    def __init__(self, world: World, number: int) -> None:
        self.world = world
        self.name = f"p{number}"
        self.gone = True
        self.lives = 0
        self._tasks: dict[asyncio.Task[Any], None] = {}
        self._fell = asyncio.Event()
        self._up = asyncio.Event()
        self.shop: Shop | None = None

    async def live(self) -> None:
        """Open, run until crashed, be away for a while, open again."""
        while True:
            self.lives += 1
            errand = Errand(self.world.seed, f"{self.name}.{self.lives}")
            ERRAND.set(errand)
            self._open()
            background = self._spawn(self._background())
            await self._fell.wait()
            await asyncio.wait([*self._tasks, background])
            await asyncio.sleep(STRAGGLERS_S)
            await self.close()
            await asyncio.sleep(errand.dice.random() * 20)

    def crash(self) -> None:
        """Everything it was doing ends here, at whatever await it had reached."""
        self.gone = True
        self._up.clear()
        self._fell.set()
        for task in list(self._tasks):
            task.cancel()

    async def restart(self) -> None:
        """Die now, and come back."""
        if not self.gone:
            self.crash()
        await self._up.wait()

    async def do(self, work: Callable[[Shop], Awaitable[T]]) -> T:
        """Have a request served; Lost when the process dies meanwhile, or something broke."""
        await self._up.wait()
        assert self.shop
        task = self._spawn(work(self.shop))
        await asyncio.wait([task])
        if task.cancelled() or isinstance(task.exception(), Crashed):
            raise Lost("the process died")
        problem = task.exception()
        if problem is not None and not isinstance(problem, Refusal):
            if not self.gone:
                self.world.unexpected(problem, "a request")
            raise Lost(repr(problem))
        return task.result()

    async def close(self) -> None:
        """Let go of the files."""
        if self.shop:
            await self.shop.database.close()
            await self.shop.payments["sandbox"].close()

    def _open(self) -> None:
        self.gone = False
        self._fell.clear()
        self._tasks.clear()
        self.shop = open_shop(self.world, self)
        self.world.note("opens", self.name)

    def _spawn(self, work: Awaitable[T]) -> "asyncio.Task[T]":
        task = asyncio.ensure_future(work)
        self._tasks[task] = None
        task.add_done_callback(lambda done: self._tasks.pop(done, None))
        return task

    async def _background(self) -> None:
        """What bootstrap does beside answering: settle at the start, sweep, deliver events."""
        shop = self.shop
        assert shop
        alone = len(self.world.processes) == 1
        await self.turn(lambda: settle_orders(shop, stale_ms=0 if alone else STALE_MS), "settle_at_start")
        self._up.set()
        await asyncio.gather(
            self._every(8.0, lambda: settle_orders(shop), "settle_orders"),
            self._every(5.0, lambda: shop.bus.deliver([listener(self.world, self)]), "deliver"),
        )

    async def _every(self, pause_s: float, work: Callable[[], Awaitable[object]], name: str) -> None:
        while True:
            await self.turn(work, name)
            await asyncio.sleep(pause_s)

    async def turn(self, work: Callable[[], Awaitable[object]], name: str) -> None:
        try:
            await work()
        except (Exception, ExceptionGroup) as problem:
            if self.gone:
                raise Crashed from problem
            self.world.unexpected(problem, name)


class SlowPayments(WatchedPayments):
    """The provider over a network: answers come late, and some questions arrive after whoever asked is gone."""

    def __init__(self, inner: Any, world: World, process: Process) -> None:
        super().__init__(inner, lambda point: world.point(process, point))
        self._world = world

    async def _call(self, name: str, *arguments: Any) -> Any:
        world, dice = self._world, ERRAND.get().dice
        if not world.calm and dice.random() < world.weather.late:
            if dice.random() < 0.5 and name != "find":
                world.note(f"{name} is under way")
                world.under_way.append(asyncio.ensure_future(_arrives(world, name, arguments, dice.random() * 200)))
                await asyncio.sleep(dice.random() * 30)
                raise PaymentUnknown(order_id="")
            await asyncio.sleep(dice.random() * 100)
        return await super()._call(name, *arguments)


async def _arrives(world: World, name: str, arguments: tuple[Any, ...], after_s: float) -> None:
    await asyncio.sleep(after_s)
    world.note(f"{name} arrives")
    with suppress(PaymentUnknown):
        await getattr(world.provider, name)(*arguments)


def open_shop(world: World, process: Process) -> Shop:
    """The shop as bootstrap wires it, with every port but those that need threads, and the database watched below."""

    async def watch(point: str) -> None:
        await world.point(process, point)

    parts = Parts(settings=world.settings, state=world.folder, clock=world)
    database = WatchedDatabase(build("database", parts), watch)
    with patch.dict(ADAPTERS, {name: {"none": lambda *_: None} for name in OUTSIDE}):
        shop = wiring._wire(Parts(settings=world.settings, state=world.folder, clock=world, database=database))
    return replace(shop, payments={name: SlowPayments(one, world, process) for name, one in shop.payments.items()})


def listener(world: World, process: Process) -> Subscription:
    """Hears of orders; what it heard is outside, as a letter is."""

    async def hear(deliveries: Any) -> None:
        for delivery in deliveries:
            await world.point(process, "send-before")
            world.heard.append((delivery.kind, delivery.subject))
            await world.point(process, "send-after")

    return Subscription(LISTENER, EVENTS, hear)


def told(answer: Any) -> dict[str, Any]:
    """What a client makes of an answer."""
    return answer if isinstance(answer, dict) else {}


def leaves(problem: BaseException) -> Iterator[BaseException]:
    """The problems of a group, one by one."""
    if isinstance(problem, BaseExceptionGroup):
        for inner in problem.exceptions:
            yield from leaves(inner)
    else:
        yield problem


def _fault(point: str) -> Exception:
    if point in {"unit-begins", "read"}:
        return Busy(retry_after_s=1)
    if point == "committed":
        return CommitUnknown(retry_after_s=1)
    if point in {"statement", "question", "unit-ends"}:
        return BrokenDisk("disk I/O error")
    if point.startswith("send-"):
        return OSError("no mail today")
    return PaymentUnknown(order_id="")


@contextmanager
def seeded(seed: int, now_ms: Callable[[], int] = lambda: BEGIN_MS) -> Iterator[None]:
    """Ids and tokens by the seed, for as long as the block lasts."""
    dice = random.Random(f"ids/{seed}")
    last = 0

    def next_number() -> int:
        nonlocal last
        last = max(now_ms() << 80 | dice.getrandbits(80), last + 1)
        return last

    random.seed(seed)
    with patch.object(ids._SEQUENCE, "next", next_number):
        yield


def copied(template: Path, folder: Path) -> None:
    """A seed's own files."""
    folder.mkdir(parents=True)
    for file in template.iterdir():
        shutil.copyfile(file, folder / file.name)
