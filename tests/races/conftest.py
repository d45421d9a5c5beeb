"""The crew: one process a test module, which forks children, so that each costs milliseconds.

Races are run on every engine; on the servers one seed is enough but for the long run.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crew import Crew, hire
from tests.engines import SERVERS


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the further seeds on servers, before `-m` chooses."""
    for item in items:
        chosen = getattr(getattr(item, "callspec", None), "params", {})
        if item.path.parent == Path(__file__).parent and chosen.get("engine") in SERVERS and chosen.get("seed", 0):
            item.add_marker("long")


@pytest.fixture(scope="module")
def crew() -> Iterator[Crew]:
    with hire() as hired:
        yield hired
