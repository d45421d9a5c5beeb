"""Every sentence exists in every language with the same arguments, and is used; every refusal has its sentence."""

import ast
import re
from functools import cache

from fairday.messages.catalogue import LANGUAGES, Messages
from tests.shape.tree import report, source, texts

# How an id is begun or ended where the rest is a value: f"state-{state}", f"{page}-title", "state-" ~ state in a page.
_BEGUN_IN_PAGE = re.compile(r"""["']([a-z][a-z0-9-]*-)["']\s*~""")
_WORD = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


@cache
def _words() -> frozenset[str]:
    """Everything in the product's own files that could be the id of a sentence."""
    found: set[str] = set()
    for path, text in texts().items():
        if path.parts[0] == "src" and path.suffix != ".ftl":
            found.update(_WORD.findall(text))
    return frozenset(found)


@cache
def _beginnings() -> frozenset[str]:
    found: set[str] = set()
    for one in source():
        for node in ast.walk(one.tree):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                head = str(node.values[0].value)
                if head.endswith("-") and _WORD.fullmatch(head[:-1]):
                    found.add(head)
    for path, text in texts().items():
        if path.parts[0] == "src" and path.suffix in {".html", ".jinja", ".txt", ".xml"}:
            found.update(_BEGUN_IN_PAGE.findall(text))
    return frozenset(found)


@cache
def _endings() -> frozenset[str]:
    found: set[str] = set()
    for one in source():
        for node in ast.walk(one.tree):
            if isinstance(node, ast.JoinedStr) and len(node.values) > 1 and isinstance(node.values[-1], ast.Constant):
                tail = str(node.values[-1].value)
                if tail.startswith("-") and _WORD.fullmatch(tail[1:]):
                    found.add(tail)
    return frozenset(found)


def _is_made(message_id: str) -> bool:
    """Whether some place makes this id of a part and a value; the value must stand somewhere too."""
    return any(message_id.startswith(head) for head in _beginnings() - {"error-"}) or any(
        message_id.endswith(tail) and message_id.removesuffix(tail) in _words() for tail in _endings()
    )


def refusal_codes() -> dict[str, str]:
    """The codes of all refusals, with the class that says them."""
    found: dict[str, str] = {}
    for one in source():
        for node in ast.walk(one.tree):
            if not (isinstance(node, ast.ClassDef) and node.bases):
                continue
            for statement in node.body:
                match statement:
                    case (
                        ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(value=str(code)))
                        | ast.AnnAssign(target=ast.Name(id="code"), value=ast.Constant(value=str(code)))
                    ):
                        found[code] = one.at(node)
    return found


def missing_sentences(by_language: dict[str, dict[str, frozenset[str]]]) -> list[str]:
    """Ids that one language has and another lacks, or that take other arguments there."""
    complaints = []
    first, *others = by_language
    for other in others:
        ours, theirs = by_language[first], by_language[other]
        complaints += [f"{name}: not in both {first} and {other}" for name in sorted(ours.keys() ^ theirs.keys())]
        complaints += [
            f"{name}: takes other arguments in {other}"
            for name in sorted(ours.keys() & theirs.keys())
            if ours[name] != theirs[name]
        ]
    return complaints


def test_every_sentence_is_in_every_language() -> None:
    found = missing_sentences({language: Messages.for_language(language).arguments for language in LANGUAGES})
    assert not found, report(found)


def test_every_sentence_is_used() -> None:
    errors = {f"error-{code.replace('_', '-')}" for code in refusal_codes()} | {"error-refused"}
    written_but_unused = [
        message_id
        for message_id in Messages.for_language(LANGUAGES[0]).arguments
        if message_id not in _words() and message_id not in errors and not _is_made(message_id)
    ]
    assert not written_but_unused, report(written_but_unused)


def test_every_refusal_has_its_sentence() -> None:
    sentences = Messages.for_language(LANGUAGES[0])
    found = [
        f"{where}: error-{code.replace('_', '-')} is not written"
        for code, where in refusal_codes().items()
        if not sentences.has(f"error-{code.replace('_', '-')}")
    ]
    assert refusal_codes()
    assert not found, report(found)


def test_the_rules_can_fail() -> None:
    none: frozenset[str] = frozenset()
    assert missing_sentences({"en": {"a": none, "b": none}, "de": {"a": none}})
    assert missing_sentences({"en": {"a": none}, "de": {"a": frozenset({"name"})}})
    assert not missing_sentences({"en": {"a": none}, "de": {"a": none}})
