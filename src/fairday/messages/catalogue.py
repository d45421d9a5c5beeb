"""Reads the Fluent files once and answers by message id. Amounts and dates arrive formatted; plurals are Fluent's."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax import FluentParser
from fluent.syntax import ast as fluent_ast

LANGUAGES = ("en", "de")


class MissingMessageError(LookupError):
    """A sentence that nobody wrote, or one that lacks an argument: our mistake, so it is loud."""


class Sentences:
    """The catalogue in one language. Sentences without arguments are plain strings, resolved at load."""

    def __init__(self, language: str, sources: dict[str, str]) -> None:
        """`sources` maps a file's name to its Fluent text; two files may not define the same id."""
        self.language = language
        self._bundle = FluentBundle([language], use_isolating=False)
        self._static: dict[str, str] = {}
        self.arguments: dict[str, frozenset[str]] = {}
        for name, source in sources.items():
            self._load(name, source)

    def _load(self, name: str, source: str) -> None:
        for entry in FluentParser().parse(source).body:
            if isinstance(entry, fluent_ast.Junk):
                message = f"{self.language}/{name}: not Fluent: {entry.content!r}"
                raise MissingMessageError(message)
            if not isinstance(entry, fluent_ast.Message) or entry.value is None:
                continue
            if entry.id.name in self.arguments:
                message = f"{self.language}/{name}: {entry.id.name} is defined twice"
                raise MissingMessageError(message)
            self.arguments[entry.id.name] = frozenset(_variables(entry.value))
        self._bundle.add_resource(FluentResource(source))
        for message_id, variables in self.arguments.items():
            if not variables and message_id not in self._static:
                self._static[message_id] = self._format(message_id, {})

    def text(self, message_id: str, **arguments: str | int) -> str:
        """The sentence `message_id`; numbers choose the plural form and are written the language's way."""
        static = self._static.get(message_id)
        return static if static is not None else self._format(message_id, arguments)

    def has(self, message_id: str) -> bool:
        """Whether there is such a sentence."""
        return message_id in self.arguments

    def _format(self, message_id: str, arguments: dict[str, str | int]) -> str:
        if message_id not in self.arguments:
            message = f"{self.language}: there is no sentence {message_id!r}"
            raise MissingMessageError(message)
        pattern = self._bundle.get_message(message_id).value
        assert pattern is not None, message_id
        text, problems = self._bundle.format_pattern(pattern, arguments)
        if problems:
            message = f"{self.language}: {message_id}: {problems[0]}"
            raise MissingMessageError(message)
        return str(text)


class Messages:
    """The door to the catalogue: `Messages.for_language("de").text("cart-empty")`."""

    @staticmethod
    @cache
    def for_language(language: str) -> Sentences:
        """The sentences of `language` (one of LANGUAGES), read from disk the first time."""
        if language not in LANGUAGES:
            message = f"no catalogue in {language!r}"
            raise MissingMessageError(message)
        folder = files(__package__) / language
        names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".ftl"))
        return Sentences(language, {name: (folder / name).read_text(encoding="utf-8") for name in names})


def _variables(node: fluent_ast.BaseNode) -> Iterator[str]:
    if isinstance(node, fluent_ast.VariableReference):
        yield node.id.name
        return
    for value in vars(node).values():
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, fluent_ast.BaseNode):
                yield from _variables(child)
