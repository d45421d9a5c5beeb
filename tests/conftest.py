"""What every test may ask for: a state folder, a port, the public data sets, Chromium, a running store.

Marks follow from what a test asks for, so nobody has to remember them: `datasets` -> dataset, `running_store` -> store,
`chromium` or the folder tests/browser -> browser.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import engines
from tests.running import Store, store, unused_port

ROOT = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI", "").lower() not in {"", "0", "false"}
_MARKS = {"datasets": "dataset", "running_store": "store", "chromium": "browser"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what a test needs before `-m` chooses."""
    for item in items:
        for fixture, mark in _MARKS.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(mark)
        if item.path.is_relative_to(ROOT / "tests" / "browser"):
            item.add_marker("browser")


def pytest_report_header() -> list[str]:
    """Which database servers tests will start, so that nobody has to guess what ran."""
    where = {engine: engines.found(engine) or "MISSING" for engine in engines.SERVERS}
    return [
        f"engines: SQLite, PostgreSQL at {where['postgresql']}, MariaDB at {where['mysql']} (started when asked for)"
    ]


def not_run(reason: str) -> None:
    """Say that a test could not run here; where everything must run (CI), that is a failure."""
    if IN_CI:
        pytest.fail(f"not run: {reason} (and in CI it must run)", pytrace=False)
    pytest.skip(f"not run: {reason}")


@pytest.fixture(scope="session")
def datasets() -> Path:
    """The folder of public data sets: FAIRDAY_DATASETS, else ../shared/data."""
    named = os.environ.get("FAIRDAY_DATASETS")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        not_run("no dataset")
    return folder


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """An empty folder for the state of a store."""
    folder = tmp_path / "state"
    folder.mkdir()
    return folder


@pytest.fixture(params=engines.ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated, empty database, on each engine in turn: `open_shop(state, database=engine)`."""
    try:
        with engines.fresh(request.param, tmp_path) as url:
            yield url
    except engines.MissingEngineError as missing:
        not_run(str(missing))


@pytest.fixture
def free_port() -> int:
    """A port of the loopback."""
    return unused_port()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium: FAIRDAY_CHROMIUM, else Debian's."""
    found = os.environ.get("FAIRDAY_CHROMIUM") or shutil.which("chromium")
    if not found:
        not_run("no chromium (apt-get install chromium, or FAIRDAY_CHROMIUM=path)")
    return str(found)


@pytest.fixture(scope="session")
def running_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store with demo goods for all tests of this worker: add to it, but count on nothing others may change."""
    with store(tmp_path_factory.mktemp("store") / "state") as running:
        yield running
