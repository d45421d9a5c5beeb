"""Two sides of a race, each stopped before every step until it is let go: all orders in which their steps can happen.

A step is a statement of a unit of work, or its commit. A side that the database makes wait for the other is seen in the
engine's own lock view, so nothing here sleeps or guesses: a turn is over when the side is before its next step, done,
or waiting for a lock. Where only one side can go on there is nothing to choose; every choice there is, is taken once.

    plans = Plans()
    while plans.left():
        await Stage({"a": ..., "b": ...}, waiting).play(plans.next())
"""

import asyncio
import random
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fairday.kernel.errors import Busy
from fairday.kernel.sql import Statement
from fairday.kernel.unit_of_work import Reader, Row, Writer
from fairday.ports.database import Database

Waiting = Callable[[], Awaitable[int]]
Work = Callable[["Side"], Awaitable[Any]]
MOMENT_S = 0.002  # for a step to end by itself, before the lock view is asked
STUCK_S = 20.0
MOST_STEPS = 6
BEGIN, COMMIT = "begin", "commit"
_LOCK = re.compile(r"\bFOR (UPDATE|SHARE|NO KEY)\b|\bLOCK IN SHARE MODE\b", re.IGNORECASE)
_VERB = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE|JOIN)\s+[\"`]?(\w+)", re.IGNORECASE)


class Plans:
    """Every sequence of choices there is, first to last; or, with a seed, so many at random."""

    def __init__(self, *, seed: int | None = None, most: int = 0) -> None:
        self._dice = random.Random(seed) if seed is not None else None
        self._most = most
        self._prefix: list[str] | None = []
        self.played = 0

    def __iter__(self) -> Iterator["Plan"]:
        while self._prefix is not None and not (self._most and self.played >= self._most):
            plan = Plan(self._prefix, self._dice)
            yield plan
            self.played += 1
            self._prefix = [] if self._dice else plan.following()


class Plan:
    """One sequence of choices: as told, then the first each time (or a random one)."""

    def __init__(self, told: Sequence[str], dice: random.Random | None) -> None:
        self._told = list(told)
        self._dice = dice
        self.taken: list[tuple[str, tuple[str, ...]]] = []

    def choose(self, able: Sequence[str]) -> str:
        """Whose turn it is, of those that can go on."""
        if len(able) == 1:
            return able[0]
        number = len(self.taken)
        if number < len(self._told):
            chosen = self._told[number]
        else:
            chosen = self._dice.choice(list(able)) if self._dice else able[0]
        self.taken.append((chosen, tuple(able)))
        return chosen

    def following(self) -> list[str] | None:
        """The choices that come after these in order; None after the last."""
        taken = list(self.taken)
        while taken:
            chosen, able = taken.pop()
            rest = able[able.index(chosen) + 1 :]
            if rest:
                return [one for one, _ in taken] + [rest[0]]
        return None


class Side:
    """One of the two: it stops where `stops` says (everywhere, while that is None), and remembers its steps.

    `undone` counts the units that the database gave up for another: by a deadlock, or after waiting too long.
    """

    def __init__(self, name: str, stops: frozenset[str] | None = None) -> None:
        self.name = name
        self.steps: list[str] = []
        self.undone = 0
        self._stops = stops
        self._counted: dict[str, int] = {}
        self._gate: asyncio.Future[None] | None = None
        self._changed = asyncio.Event()

    @property
    def stands(self) -> bool:
        """Before a step."""
        return self._gate is not None

    async def before(self, step: str) -> None:
        """Stop, if this step is one to stop at, until somebody lets go."""
        number = self._counted[step] = self._counted.get(step, 0) + 1
        key = f"{step} {number}"
        self.steps.append(key)
        if self._stops is not None and key not in self._stops:
            return
        self._gate = asyncio.get_running_loop().create_future()
        self._changed.set()
        await self._gate

    def let_go(self) -> None:
        """One step further."""
        assert self._gate is not None
        gate, self._gate = self._gate, None
        self._changed.clear()
        gate.set_result(None)

    async def news(self) -> None:
        """Until it stands before a step."""
        await self._changed.wait()


class Stage:
    """Plays one plan. `waiting` says how many of the sides the database makes wait right now."""

    def __init__(self, sides: Sequence[Side], waiting: Waiting) -> None:
        self._sides = {side.name: side for side in sides}
        self._waiting = waiting
        self._tasks: dict[str, asyncio.Task[Any]] = {}
        self.blocked = 0
        self.order: list[str] = []

    async def play(self, works: Mapping[str, Work], plan: Plan) -> dict[str, Any]:
        """What each side answered or raised."""
        self._tasks = {name: asyncio.ensure_future(work(self._sides[name])) for name, work in works.items()}
        try:
            async with asyncio.timeout(STUCK_S):
                while True:
                    await self._settle()
                    able = [name for name in sorted(self._tasks) if self._sides[name].stands]
                    if able:
                        name = plan.choose(able)
                        self.order.append(f"{name}: {self._sides[name].steps[-1]}")
                        self._sides[name].let_go()
                    elif all(task.done() for task in self._tasks.values()):
                        break
        finally:
            for task in self._tasks.values():
                task.cancel()
            answers = await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        return dict(zip(self._tasks, answers, strict=True))

    async def _settle(self) -> None:
        """Until every side stands before a step, is done, or waits for a lock that another side has."""
        while True:
            running = [name for name, task in self._tasks.items() if not (task.done() or self._sides[name].stands)]
            if not running:
                return
            heard = [asyncio.ensure_future(self._sides[name].news()) for name in running]
            await asyncio.wait(
                [*heard, *(self._tasks[name] for name in running)],
                timeout=MOMENT_S, return_when=asyncio.FIRST_COMPLETED,
            )  # fmt: skip
            for one in heard:
                one.cancel()
            still = [name for name in running if not (self._tasks[name].done() or self._sides[name].stands)]
            others_stand = len(still) < len(self._tasks) and any(side.stands for side in self._sides.values())
            if still and others_stand and await self._waiting() >= len(still):
                self.blocked += 1
                return


class StagedDatabase:
    """A database whose units stop before every statement and before they commit."""

    def __init__(self, inner: Database, side: Side, dialect: str) -> None:
        self._inner = inner
        self._side = side
        self._dialect = dialect

    @asynccontextmanager
    async def read(self, **how: bool) -> AsyncIterator[Reader]:
        async with self._inner.read(**how) as reader:
            yield reader

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Writer]:
        async with self._inner.write() as unit:
            yield _StagedWriter(unit, self._side, self._dialect)
            await self._side.before(COMMIT)

    async def close(self) -> None:
        await self._inner.close()


class _StagedWriter:
    def __init__(self, inner: Writer, side: Side, dialect: str) -> None:
        self._inner = inner
        self._side = side
        self._dialect = dialect

    async def rows(self, statement: Statement, /, **parameters: Any) -> list[Row]:
        return await self._step(statement, lambda: self._inner.rows(statement, **parameters))

    async def row(self, statement: Statement, /, **parameters: Any) -> Row | None:
        return await self._step(statement, lambda: self._inner.row(statement, **parameters))

    async def run(self, statement: Statement, /, **parameters: Any) -> int:
        return await self._step(statement, lambda: self._inner.run(statement, **parameters))

    async def run_many(self, statement: Statement, rows: Sequence[Mapping[str, Any]], /) -> int:
        return await self._step(statement, lambda: self._inner.run_many(statement, rows))

    async def _step(self, statement: Statement, work: Callable[[], Awaitable[Any]]) -> Any:
        await self._side.before(label(statement.compiled(self._dialect).text))
        try:
            return await work()
        except Busy:
            self._side.undone += 1
            raise


def label(text: str) -> str:
    """`update stock`: what a statement does first, and to which table. `lock`: it reads what nobody else may change."""
    verb, table = _VERB.search(text), _TABLE.search(text)
    does = "lock" if _LOCK.search(text) else verb[1].lower() if verb else "?"
    return f"{does} {table[1] if table else '?'}"


def stops_of(steps: Sequence[str], contested: frozenset[str]) -> frozenset[str]:
    """At most six of a side's steps to stop at, and where it begins: those where the two can meet.

    Commits before locks and writes, and those before reads.
    """

    def worth(step: str) -> int:
        verb, *table, _ = step.split()
        if verb == COMMIT:
            return 3
        return 0 if not contested.intersection(table) else 1 if verb == "select" else 2

    ranked = sorted((-worth(step), number, step) for number, step in enumerate(steps) if worth(step))
    return frozenset([f"{BEGIN} 1", *(step for _, _, step in ranked[:MOST_STEPS])])
