"""Plurals, arguments and mistakes of the catalogue. That languages agree is in tests/shape/test_messages.py."""

import pytest

from fairday.messages import LANGUAGES, Messages, MissingMessageError
from fairday.messages.catalogue import Sentences

SAMPLE = """
plain = Hello
counted = { $n ->
    [0] none
    [one] one thing
   *[other] { $n } things
}
named = Hello { $name }
"""


def sample(language: str = "en", **more: str) -> Sentences:
    return Sentences(language, {"sample.ftl": SAMPLE, **more})


def test_static_sentences_are_plain_strings() -> None:
    assert sample().text("plain") == "Hello"


@pytest.mark.parametrize(("n", "said"), [(0, "none"), (1, "one thing"), (2, "2 things"), (5000, "5,000 things")])
def test_plural_forms(n: int, said: str) -> None:
    assert sample().text("counted", n=n) == said


def test_numbers_are_written_the_language_s_way() -> None:
    assert sample("de").text("counted", n=5000) == "5.000 things"


def test_arguments_are_not_wrapped_in_invisible_marks() -> None:
    assert sample().text("named", name="Ada") == "Hello Ada"


def test_an_unknown_sentence_is_an_error() -> None:
    with pytest.raises(MissingMessageError, match="no-such"):
        sample().text("no-such")


def test_a_missing_argument_is_an_error() -> None:
    with pytest.raises(MissingMessageError, match="named"):
        sample().text("named")


def test_a_sentence_defined_twice_is_an_error() -> None:
    with pytest.raises(MissingMessageError, match="plain is defined twice"):
        sample(**{"other.ftl": "plain = Again"})


def test_broken_fluent_is_an_error() -> None:
    with pytest.raises(MissingMessageError, match="not Fluent"):
        sample(**{"other.ftl": "this is { not fluent"})


def test_an_unknown_language_is_an_error() -> None:
    with pytest.raises(MissingMessageError, match="xx"):
        Messages.for_language("xx")


def test_the_catalogue_is_loaded_once() -> None:
    assert all(Messages.for_language(language) is Messages.for_language(language) for language in LANGUAGES)


def test_no_german_sentence_was_left_in_english() -> None:
    """Short words may be the same in both; a sentence of four words may not."""
    english, german = (Messages.for_language(language) for language in ("en", "de"))
    same = [
        name
        for name, arguments in english.arguments.items()
        if not arguments and english.text(name) == german.text(name) and len(english.text(name).split()) > 3
    ]
    assert same == []
