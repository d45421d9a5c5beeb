"""Take away each guard of the shop in turn (`guards.toml`), and see that a test of its own notices.

    python -m tests.mutants.mutate [--json FILE] [--only NAME]... [--sample N]

Nothing is changed in this tree: the edits are made in copies of it, one a worker. First all tests that will be asked
must pass on a copy as it is. A guard whose text is not found, once, ends the run: the table must not rot.
"""

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import msgspec
from msgspec import Struct

ROOT = Path(__file__).resolve().parents[2]
TABLE = Path(__file__).with_name("guards.toml")
COPIED = ("src", "tests", "pyproject.toml")
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own below it
DEADLINE_S = 120  # whoever waits for ever without its guard is caught too
GREEN_DEADLINE_S = 900
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


class RottenError(AssertionError):
    """The table does not fit the code, or a test is red without any mutation."""


class Edit(Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in a file, exactly once, and what stands there instead."""

    file: str
    old: str
    new: str


class Guard(Struct, frozen=True, forbid_unknown_fields=True):
    """What is watched over, the edits that take it away, and the tests of which one must fail then."""

    name: str
    tests: tuple[str, ...]
    edits: tuple[Edit, ...]


class Table(Struct, frozen=True, forbid_unknown_fields=True):
    """The file of guards."""

    guards: tuple[Guard, ...]


class Fate(Struct, frozen=True):
    """A guard, and the first test that noticed it was gone; "" when none did."""

    guard: str
    caught_by: str


def guards() -> tuple[Guard, ...]:
    """The table."""
    return msgspec.toml.decode(TABLE.read_bytes(), type=Table).guards


def without(guard: Guard, tree: Path) -> dict[Path, str]:
    """The files of a tree without this guard; RottenError when what stands there is something else."""
    texts: dict[Path, str] = {}
    for edit in guard.edits:
        path = tree / edit.file
        text = texts.get(path) or path.read_text(encoding="utf-8")
        if (found := text.count(edit.old)) != 1:
            raise RottenError(f"{guard.name}: its text is {found} times in {edit.file}")
        texts[path] = text.replace(edit.old, edit.new)
    return texts


def run(chosen: Sequence[Guard], *, workers: int = 2, tell: Callable[[Fate], None] = lambda _: None) -> list[Fate]:
    """The fate of each, in the order given; told as soon as it is known."""
    for guard in chosen:
        without(guard, ROOT)
    shared = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="fairday-mutants-", dir=shared) as folder:
        copies = [_copy(Path(folder) / f"tree-{number}") for number in range(workers)]
        trees: SimpleQueue[Path] = SimpleQueue()
        for tree in copies:
            trees.put(tree)

        def on_a_tree(guard: Guard) -> Fate:
            tree = trees.get()
            try:
                fate = Fate(guard.name, _without(tree, guard))
            finally:
                trees.put(tree)
            tell(fate)
            return fate

        with ThreadPoolExecutor(workers) as pool:
            _must_be_green(pool, copies, chosen)
            return list(pool.map(on_a_tree, chosen))


def _must_be_green(pool: ThreadPoolExecutor, trees: Sequence[Path], chosen: Sequence[Guard]) -> None:
    """RottenError when a test that will be asked is red as it is: its answer would mean nothing."""
    tests = sorted({test for guard in chosen for test in guard.tests})
    shares = [tests[number :: len(trees)] for number in range(len(trees))]
    answers = [
        pool.submit(_asked, tree, share, GREEN_DEADLINE_S) for tree, share in zip(trees, shares, strict=True) if share
    ]
    if red := [answer.result() for answer in answers if answer.result()]:
        raise RottenError(f"red as it is: {', '.join(red)}")


def _copy(tree: Path) -> Path:
    tree.mkdir(parents=True)
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, tree / name)
    return tree


def _without(tree: Path, guard: Guard) -> str:
    texts = without(guard, tree)
    whole = {path: path.read_text(encoding="utf-8") for path in texts}
    try:
        for path, text in texts.items():
            path.write_text(text, encoding="utf-8")
        return _asked(tree, guard.tests)
    finally:
        for path, text in whole.items():
            path.write_text(text, encoding="utf-8")


def _asked(tree: Path, tests: Sequence[str], deadline_s: int = DEADLINE_S) -> str:
    """The first test that fails there, "" for none."""
    # On SQLite alone: the servers would take longer to start than all of this takes.
    chosen = ["-p", "no:cacheprovider", "-k", "not postgresql and not mysql", *tests]
    command = [sys.executable, "-m", "pytest", "-q", "-x", *chosen]
    environment = {**os.environ, "PYTHONPATH": f"{tree / 'src'}:{tree}", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        ran = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, text=True, timeout=deadline_s, check=False
        )
    except subprocess.TimeoutExpired:
        return f"{tests[0]} (no end)"
    if ran.returncode == 0:
        return ""
    found = _FAILED.search(ran.stdout)
    if ran.returncode != 1 or found is None:
        raise RottenError(f"{' '.join(tests)} could not be run:\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}")
    return found.group(1)


def _tell(fate: Fate) -> None:
    sys.stdout.write(f"{fate.guard:54} {fate.caught_by or 'SURVIVES'}\n")
    sys.stdout.flush()


def main() -> int:
    """0 when every guard is missed by somebody."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", type=Path)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--sample", type=int, default=0)
    asked = parser.parse_args()
    chosen = [guard for guard in guards() if not asked.only or guard.name in asked.only]
    if asked.sample:
        chosen = random.Random(time.time_ns()).sample(chosen, min(asked.sample, len(chosen)))
    begun = time.monotonic()
    try:
        fates = run(chosen, tell=_tell)
    except RottenError as rotten:
        sys.stderr.write(f"{rotten}\n")
        return 1
    survivors = [fate.guard for fate in fates if not fate.caught_by]
    took_s = time.monotonic() - begun
    sys.stdout.write(f"{len(fates) - len(survivors)} of {len(fates)} guards are missed when gone ({took_s:.0f} s)\n")
    if asked.json:
        asked.json.write_bytes(msgspec.json.format(msgspec.json.encode(fates)))
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
