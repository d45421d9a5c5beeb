"""The table of guards fits the code and the page about it; what is gone is missed (`make mutants` asks for all)."""

import ast
import re
from pathlib import Path

import msgspec
import pytest

from tests.mutants import mutate
from tests.mutants.mutate import Edit, Guard, RottenError, guards, without

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "correctness.md"
LEAST = 20
_ROW = re.compile(r"^\| (?P<guard>[^|]+) \| \[(?P<name>[^\]]+)\]\(\.\./(?P<test>[^)]+)\) \|$", re.MULTILINE)
TOTAL = Guard(
    name="the total is the one that was seen",
    tests=("tests/kernel/test_money.py", "tests/journeys/test_orders.py"),
    edits=(Edit("src/fairday/usecases/place_order.py", "no such text", ""),),
)


def test_every_guard_stands_where_the_table_says():
    names = [guard.name for guard in guards()]
    assert len(names) == len(set(names)) >= LEAST
    for guard in guards():
        texts = without(guard, ROOT)
        for path, text in texts.items():
            ast.parse(text, path)
        for test in guard.tests:
            assert (ROOT / test.partition("::")[0]).is_file(), test


def test_a_guard_that_is_not_where_it_was_ends_the_run():
    with pytest.raises(RottenError, match="0 times"):
        without(TOTAL, ROOT)
    with pytest.raises(RottenError, match="0 times"):
        mutate.run([TOTAL])


def test_the_page_lists_every_guard_with_who_keeps_watch():
    rows = {row["guard"]: row["test"] for row in _ROW.finditer(PAGE.read_text(encoding="utf-8"))}
    assert rows == {guard.name: guard.tests[0].partition("::")[0] for guard in guards()}


@pytest.mark.long
def test_a_guard_that_is_gone_is_missed_and_one_that_nobody_watches_survives(tmp_path, capsys, monkeypatch):
    """The control: a change that alters nothing has nobody to notice it."""
    path = "src/fairday/usecases/place_order.py"
    seen = next(guard for guard in guards() if guard.name == TOTAL.name)
    idle = Guard(
        name="nobody's", tests=("tests/kernel/test_money.py",),
        edits=(Edit(path, "IN_FLIGHT_MS = 30_000", "IN_FLIGHT_MS = 30_001"),),
    )  # fmt: skip
    monkeypatch.setattr(mutate, "guards", lambda: (seen, idle))
    monkeypatch.setattr("sys.argv", ["mutate", "--json", str(tmp_path / "fates.json")])
    assert mutate.main() == 1
    fates = msgspec.json.decode((tmp_path / "fates.json").read_bytes())
    assert [fate["guard"] for fate in fates] == [seen.name, "nobody's"]
    assert fates[0]["caught_by"].startswith("tests/journeys/test_orders.py::")
    assert fates[1]["caught_by"] == ""
    assert "1 of 2" in capsys.readouterr().out
