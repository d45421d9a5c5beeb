"""F-55: the code before this and this one at work on one database, while this one migrates it."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fairday.adapters.database.migrate import newest_revision
from tests.accounts import audit
from tests.conftest import not_run
from tests.shape.tree import ROOT
from tests.shop import open_shop

BEFORE = "53ff41c"  # the commit that closed the issue before this one
DRIVER = ROOT / "tests" / "compatibility" / "driver.py"
AT_ONCE = 4
# A refund of what was never captured is `released`: that code sells beside it, and its check counts it as given back.
UNKNOWN_THEN = {"refunds-add-up"}


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code of then, with the helpers of its tests."""
    folder = tmp_path_factory.mktemp("before")
    packed = subprocess.run(
        ["git", "archive", "--format=tar", BEFORE, "src", "tests"], cwd=ROOT, capture_output=True, check=False
    )
    if packed.returncode:
        not_run(f"the commit {BEFORE} is not in this clone")
    subprocess.run(["tar", "-x", "-C", str(folder)], input=packed.stdout, check=True)
    return folder


class Driven:
    """One version of the shop, in a process of its own."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.code = str(self.heard())

    def tell(self, *command: Any) -> None:
        assert self._process.stdin
        self._process.stdin.write(msgspec.json.encode(command) + b"\n")
        self._process.stdin.flush()

    def heard(self) -> Any:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "this version gave up; what it said is above"
        return msgspec.json.decode(line)

    def ask(self, *command: Any) -> Any:
        self.tell(*command)
        return self.heard()


@contextmanager
def driven(code: Path, state: Path, capture: str) -> Iterator[Driven]:
    """The code in this folder at work on a state, until the block ends."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FAIRDAY_")}
    with subprocess.Popen(
        [sys.executable, str(DRIVER), str(state), capture], cwd=code, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**environment, "PYTHONPATH": f"{code / 'src'}{os.pathsep}{code}"},
    ) as process:  # fmt: skip
        try:
            yield Driven(process)
        finally:
            assert process.stdin
            process.stdin.close()


async def test_old_code_goes_on_while_new_code_migrates_and_both_take_orders(before, state):
    await live_together(before, state, "at_order", turns=40)


@pytest.mark.long
@pytest.mark.parametrize("capture", ["at_order", "at_ship"])
async def test_old_code_and_new_code_get_along_for_longer(before, state, capture):
    await live_together(before, state, capture, turns=600)


async def live_together(before: Path, state: Path, capture: str, turns: int) -> None:
    """Old opens at its own schema; new migrates under it; both sell, send, give back, on one another's orders."""
    with driven(before, state, capture) as old:
        assert old.code.startswith(str(before))
        assert old.ask("stock", 4 * turns) == "stocked"
        assert revision(state) == "0001"
        old.tell("day", 1, turns, AT_ONCE)
        with driven(ROOT, state, capture) as new:
            assert not new.code.startswith(str(before))
            assert revision(state) == newest_revision() > "0001"
            new.tell("day", 2, turns, AT_ONCE)
            counted = [old.heard(), new.heard()]
            old.tell("day", 3, turns, AT_ONCE)
            new.tell("day", 4, turns, AT_ONCE)
            counted += [old.heard(), new.heard()]
            assert all({"place", "ship", "refund", "cancel"} <= set(done) for done in counted), counted
            assert new.ask("settle") == "settled"
            assert new.ask("check") == []
        assert old.ask("day", 5, turns, AT_ONCE)["place"] > 0
        assert old.ask("settle") == "settled"
        assert {one.partition(":")[0] for one in old.ask("check")} <= UNKNOWN_THEN
    async with open_shop(state, capture=capture) as shop:
        await audit(shop)


def revision(state: Path) -> str:
    with closing(sqlite3.connect(state / "fairday.db")) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
