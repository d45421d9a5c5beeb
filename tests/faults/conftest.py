"""The crew: one process a test module, which forks children, so that each costs milliseconds."""

from collections.abc import Iterator

import pytest

from tests.crew import Crew, hire


@pytest.fixture(scope="module")
def crew() -> Iterator[Crew]:
    with hire() as hired:
        yield hired
