"""A test that lacks its data set says so aloud, and in CI it fails: nothing is left out in silence."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ASKS = '"""Asks for the data sets."""\n\n\ndef test_asks(datasets):\n    assert datasets.is_dir()\n'


def run(folder: Path, datasets: Path, *options: str, ci: str) -> subprocess.CompletedProcess[str]:
    """One test that asks for the data sets, in a pytest of its own."""
    (folder / "test_asks.py").write_text(ASKS)
    environment = {**os.environ, "CI": ci, "FAIRDAY_DATASETS": str(datasets)}
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", *options]
    return subprocess.run(
        [*command, "--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml"), str(folder / "test_asks.py")],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_the_data_sets_it_is_reported(tmp_path: Path) -> None:
    done = run(tmp_path, tmp_path / "nowhere", ci="")
    assert done.returncode == 0
    assert "not run: no dataset" in done.stdout
    assert "1 skipped" in done.stdout


def test_in_ci_that_is_a_failure(tmp_path: Path) -> None:
    done = run(tmp_path, tmp_path / "nowhere", ci="true")
    assert done.returncode == 1
    assert "not run: no dataset (and in CI it must run)" in done.stdout


def test_with_them_it_runs(tmp_path: Path) -> None:
    assert "1 passed" in run(tmp_path, tmp_path, ci="true").stdout


def test_the_mark_follows_from_what_is_asked_for(tmp_path: Path) -> None:
    assert "1 deselected" in run(tmp_path, tmp_path, "-m", "not dataset", ci="").stdout
