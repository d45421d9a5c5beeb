"""docs/security.md keeps its word: every requirement stands there once, and every test that it names exists."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "security.md"
STATUSES = ("test", "by", "n/a", "open")
BUGS = 32
_ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
_BUG = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
_TEST = re.compile(r"`(tests/[\w/.]+)::(\w+)`")
_FILE = re.compile(r"`((?:src|docs|tests|requirements|tools)/[\w/.\-]+|Makefile|pyproject\.toml)`")


def levels() -> dict[str, int]:
    """The ids of ASVS 5.0.0, levels 1 and 2, read from OWASP's own list."""
    text = (Path(__file__).parent / "asvs.toml").read_text(encoding="utf-8")
    return {one: level for level in (1, 2) for one in tomllib.loads(text)[f"level_{level}"]}


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def missing_tests(where: str) -> list[str]:
    """Tests that a cell names and nobody wrote."""
    return [
        f"{file}::{name}"
        for file, name in _TEST.findall(where)
        if not (ROOT / file).is_file()
        or not re.search(rf"^\s*(?:async )?def {name}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
    ]


def test_every_requirement_stands_there_once(page: str) -> None:
    known = levels()
    assert Counter(known.values()) == {1: 70, 2: 183}
    rows = _ROW.findall(page)
    assert sorted(row[0] for row in rows) == sorted(known)
    assert {row[0]: int(row[1]) for row in rows} == known


def test_requirements_are_in_order_and_named_briefly(page: str) -> None:
    rows = _ROW.findall(page)
    order = [tuple(map(int, row[0].split("."))) for row in rows]
    assert order == sorted(order)
    assert not [row[:3] for row in rows if not 1 <= len(row[2].split()) <= 9]


def test_every_status_has_what_it_needs(page: str) -> None:
    for number, _, _, status, where in _ROW.findall(page):
        assert status in STATUSES, (number, status)
        if status == "test":
            assert _TEST.search(where), number
        elif status == "by":
            assert _FILE.search(where), number
        else:
            assert len(where.split()) >= 2, number


def test_every_test_that_is_named_exists(page: str) -> None:
    assert len(_TEST.findall(page)) > 100
    assert not missing_tests(page)
    assert not [name for name in _FILE.findall(page) if not (ROOT / name).exists()]


def test_the_counts_at_the_top_are_right(page: str) -> None:
    counted = Counter((row[3], int(row[1])) for row in _ROW.findall(page))
    for status in STATUSES:
        one, two = counted[status, 1], counted[status, 2]
        assert f"| {status} | {one} | {two} | {one + two} |" in page, (status, one, two)


def test_every_class_of_bug_is_answered(page: str) -> None:
    rows = _BUG.findall(page[page.index("## What other shops were broken by") :])
    assert [int(row[0]) for row in rows] == list(range(1, BUGS + 1))
    for number, _, _, status, where in rows:
        assert status in {"test", "n/a"}, number
        assert _TEST.search(where) if status == "test" else len(where.split()) > 2, number


def test_the_rules_can_fail() -> None:
    assert missing_tests("`tests/security/test_asvs.py::test_nobody_wrote`")
    assert missing_tests("`tests/nowhere.py::test_x`")
    assert not missing_tests("`tests/security/test_asvs.py::test_the_rules_can_fail`")
