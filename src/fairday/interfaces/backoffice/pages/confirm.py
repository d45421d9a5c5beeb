"""Asks whether something is really meant and says what will happen; the same form then comes with `confirm`."""

from collections.abc import Mapping

from msgspec import Struct

from fairday.interfaces.backoffice.doors import Answer
from fairday.interfaces.backoffice.visit import Visit
from fairday.kernel.money import Money


class Fact(Struct, frozen=True):
    """A line of what will happen; `money` is written the reader's way."""

    label: str
    value: str = ""
    money: Money | None = None


class Question(Struct, frozen=True, kw_only=True):
    """What is asked; `back` is where a no leads, inside the back office."""

    title: str
    sentence: str
    button: str
    back: str
    facts: tuple[Fact, ...] = ()
    danger: bool = False


def ask(visit: Visit, question: Question, fields: Mapping[str, str]) -> Answer:
    """The page; its form posts `fields` to the address that was just posted to."""
    action = visit.request.url.path
    return visit.page("confirm", question.title, question=question, kept=dict(fields), action=action)
