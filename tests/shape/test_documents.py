"""What is written to people stays true: commands exist, links lead somewhere, decisions are numbered."""

import re
from pathlib import Path

from tests.shape.tree import report, texts

_MAKE = re.compile(r"(?:^|[`$ ;&])make (?:-\S+ )*([a-z][a-z-]*)", re.MULTILINE)
_TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_DECISION = re.compile(r"(\d{4})-[a-z0-9-]+\.md")
DECISION_LINES = 60
NOUNS = (
    *("account", "address", "capture", "cart", "category", "customer", "facet", "fulfilment", "hold", "invoice"),
    *("ledger", "market", "order", "outbox", "parcel", "payment", "port", "price list", "product", "refund", "return"),
    *("shipment", "SKU", "stock", "tax", "variant", "voucher"),
)


def made(text: str) -> set[str]:
    """The targets of `make` that a page tells its reader to use."""
    return {target for code in _CODE.findall(text) for target in _MAKE.findall(code)}


def targets() -> set[str]:
    return set(_TARGET.findall(texts()[Path("Makefile")]))


def test_commands_of_the_readme_exist() -> None:
    named = made(texts()[Path("README.md")])
    assert "up" in named
    assert not named - targets()


def test_commands_of_the_pages_exist() -> None:
    found = [
        f"{path}: make {target}"
        for path, text in texts().items()
        if path.suffix == ".md"
        for target in sorted(made(text) - targets())
    ]
    assert not found, report(found)


def test_links_between_pages_lead_somewhere() -> None:
    link = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
    known = set(texts())
    folders = {parent for path in known for parent in path.parents}
    found = []
    for path, text in texts().items():
        if path.suffix != ".md":
            continue
        for target in link.findall(text):
            reached = Path(*_resolved(path.parent / target))
            if reached not in known | folders and reached.suffix not in {".png", ".webp", ".avif", ".jpg"}:
                found.append(f"{path}: {target}")
    assert not found, report(found)


def _resolved(path: Path) -> list[str]:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return parts


def test_decisions_are_numbered_and_short() -> None:
    pages = {
        path: text
        for path, text in texts().items()
        if path.parent == Path("docs/decisions") and path.name != "README.md"
    }
    numbers = [int(match[1]) for path in sorted(pages) if (match := _DECISION.fullmatch(path.name))]
    assert numbers == list(range(1, len(pages) + 1)), "decisions are numbered without a gap"
    long = [
        f"{path} has {lines} lines"
        for path, text in pages.items()
        if (lines := len(text.splitlines())) > DECISION_LINES
    ]
    assert not long, report(long)


def test_the_nouns_of_the_shop_are_explained() -> None:
    glossary = texts()[Path("docs/glossary.md")].lower()
    assert not [noun for noun in NOUNS if f"**{noun.lower()}**" not in glossary]


def test_ci_runs_what_the_readme_says() -> None:
    script = texts()[Path(".ci/run")]
    assert script.splitlines()[0] == "#!/usr/bin/env bash"
    assert "set -euo pipefail" in script
    assert script.index("\nmake test\n") < script.index("\nmake test-long\n")
    assert "|| true" not in script


def test_the_rules_can_fail() -> None:
    assert made("Run `make up PORT=9` or\n```\nmake -s test-fast\n```\nto make sense") == {"up", "test-fast"}
