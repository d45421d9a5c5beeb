"""An event loop whose time passes only when nothing else can happen: days in milliseconds, the same every time.

One thread, no sleeping, no sockets: whoever waits for anything but time waits for ever, and that is an error here.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

T = TypeVar("T")


class StuckError(AssertionError):
    """Everybody waits for somebody, and no time will help."""


class _Nobody(selectors.BaseSelector):
    """Files never become ready; waiting for them is waiting for the next timer."""

    def __init__(self) -> None:
        self.now = 0.0
        self._files: dict[Any, selectors.SelectorKey] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        self._files[fileobj] = selectors.SelectorKey(fileobj, -1, events, data)
        return self._files[fileobj]

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._files.pop(fileobj)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise StuckError
        self.now += max(timeout, 0.0)
        return []

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._files


class VirtualLoop(asyncio.SelectorEventLoop):
    """`time` begins at 0 and stands still while anybody can run."""

    def __init__(self) -> None:
        self._nobody = _Nobody()
        super().__init__(self._nobody)

    def time(self) -> float:
        return self._nobody.now

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., T], *args: Any
    ) -> "asyncio.Future[T]":
        """What others do in a thread is done here and now: there is one thread."""
        future: asyncio.Future[T] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as problem:  # noqa: BLE001 - it is whoever waits for it who minds
            future.set_exception(problem)
        return future


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run it to its end on a loop of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
