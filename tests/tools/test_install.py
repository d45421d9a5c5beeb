"""`make up` on a machine that lacks something: one line says what, and nothing half-made is left."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NEEDED = ("awk", "cat", "cmp", "dirname", "env", "grep", "make", "pwd", "rm", "sed", "sh")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A tree with a space in its path, beside a `bin` that holds make and the shell's tools but no Python."""
    tree = tmp_path / "a tree"
    tree.mkdir()
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tree)
    shutil.copytree(ROOT / "requirements", tree / "requirements")
    shutil.copytree(ROOT / "tools", tree / "tools", ignore=shutil.ignore_patterns("node_modules"))
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in NEEDED:
        (tools / name).symlink_to(str(shutil.which(name)))
    return tree


def make(tree: Path, target: str) -> subprocess.CompletedProcess[str]:
    tools = tree.parent / "bin"
    environment = {"PATH": str(tools), "HOME": str(tree.parent)}
    return subprocess.run(
        [str(tools / "make"), target], cwd=tree, env=environment, capture_output=True, text=True, check=False
    )


def python(tree: Path, script: str) -> None:
    """Put a python3 on the PATH."""
    path = tree.parent / "bin" / "python3"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def said(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Its lines, less make's own last one."""
    return [line for line in (done.stdout + done.stderr).splitlines() if not line.startswith("make: ***")]


def test_without_python_one_line_says_so(bare: Path) -> None:
    done = make(bare, "up")
    assert done.returncode == 2
    assert len(said(done)) == 1
    assert "needs Python 3.11 or newer" in said(done)[0]
    assert not (bare / ".venv").exists()


def test_an_old_python_is_no_python(bare: Path) -> None:
    python(bare, "exit 1")
    done = make(bare, "up")
    assert done.returncode == 2
    assert "needs Python 3.11 or newer" in said(done)[0]


def test_without_the_venv_module_one_line_names_the_package(bare: Path) -> None:
    python(bare, f'case "$*" in *ensurepip*) exit 1;; esac\nexec "{sys.executable}" "$@"')
    done = make(bare, "up")
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    assert done.returncode == 2
    assert said(done) == [
        f"{version} has no venv module; on Debian and Ubuntu: apt-get install {version}-venv",
    ]
    assert not (bare / ".venv").exists()


def test_an_installation_that_fails_leaves_nothing(bare: Path) -> None:
    python(bare, f'exec "{sys.executable}" "$@"')
    lock = bare / "requirements" / "run.txt"
    lock.write_text("fairday-is-not-there==1 --hash=sha256:00\n")
    done = make(bare, "install")
    assert done.returncode == 2
    assert not (bare / ".venv").exists()
    assert said(done)[-1] == "Not finished, so .venv was taken away again."


def test_make_alone_lists_what_there_is(bare: Path) -> None:
    listed = [line.split()[0] for line in make(bare, "help").stdout.splitlines()[1:]]
    assert {"up", "test", "test-fast", "test-long", "lighthouse", "check"} <= set(listed)
