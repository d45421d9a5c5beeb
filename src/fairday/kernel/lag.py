"""Whether what is being done may see the shop as it was a few seconds ago, as a replica shows it.

No by default. The web layer says yes for a request that only asks, from somebody who changed nothing lately; which
questions are harmless the use cases say themselves (`read(stale=True)`). It takes both.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_MAY_LAG: ContextVar[bool] = ContextVar("may_lag", default=False)


def may_lag() -> bool:
    """Whether this task may be answered by a replica."""
    return _MAY_LAG.get()


@contextmanager
def lag_allowed() -> Iterator[None]:
    """For what this task, and tasks it starts, ask inside the block."""
    token = _MAY_LAG.set(True)
    try:
        yield
    finally:
        _MAY_LAG.reset(token)
