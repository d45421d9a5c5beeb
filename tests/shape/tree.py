"""The tree as the shape tests read it: files that git knows or would add, parsed once. No rules here."""

import ast
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_BINARY = {".avif", ".gz", ".ico", ".jpg", ".mp4", ".png", ".webm", ".webp", ".woff2", ".zst"}


@dataclass(frozen=True)
class Module:
    """A Python file: where it is (relative to the tree), its text and its syntax tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Its dotted name, for modules below src."""
        parts = self.path.with_suffix("").parts
        parts = parts[1:] if parts[0] == "src" else parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def at(self, node: ast.AST) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


def module(text: str, path: str = "src/fairday/sample.py") -> Module:
    """A module from text: the control that shows that a rule can fail."""
    return Module(Path(path), text, ast.parse(text))


@cache
def files() -> tuple[Path, ...]:
    """Every file of the project, relative to the tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = {Path(name) for name in listed.stdout.decode().split("\0") if name}
    return tuple(sorted(path for path in paths if (ROOT / path).is_file()))


@cache
def texts() -> dict[Path, str]:
    """Every file that holds text."""
    return {path: (ROOT / path).read_text(encoding="utf-8") for path in files() if path.suffix not in _BINARY}


@cache
def modules(*tops: str) -> tuple[Module, ...]:
    """Every Python file below the given folders."""
    chosen = [path for path in files() if path.suffix == ".py" and path.parts[0] in tops]
    return tuple(Module(path, texts()[path], ast.parse(texts()[path])) for path in chosen)


def source() -> tuple[Module, ...]:
    """The product."""
    return modules("src")


def everything() -> tuple[Module, ...]:
    """The product, its tests, tools and benchmarks."""
    return modules("src", "tests", "tools", "benchmarks")


def report(complaints: list[str]) -> str:
    """What a failing test shows."""
    return "\n" + "\n".join(complaints)
