"""How a letter is put together: words from the catalogue, one frame for all, the same content as text and as HTML."""

from functools import cache
from pathlib import Path

from minijinja import Environment
from msgspec import Struct

from fairday.kernel.money import Money
from fairday.messages import Messages
from fairday.messages.formats import formats_for
from fairday.ports.mail import Letter
from fairday.usecases.shop import Shop

TEMPLATES = Path(__file__).parent


class Item(Struct, frozen=True):
    """A row of a letter's table: how many of what, and what it comes to ("" when that is not said)."""

    text: str
    amount: str = ""


class Draft(Struct, frozen=True, kw_only=True):
    """What a letter says. `letter` names its sentences (`letter-NAME-subject`, `-lead`, `-button`)."""

    key: str
    to: str
    letter: str
    language: str
    country: str
    name: str = ""
    link: str = ""
    reference: str = ""
    amount: str = ""
    items: tuple[Item, ...] = ()
    totals: tuple[Item, ...] = ()
    notes: tuple[str, ...] = ()


def write(shop: Shop, draft: Draft) -> Letter:
    """The letter, ready to go."""
    text = Messages.for_language(draft.language).text
    about: dict[str, str | int] = {
        "shop": shop.settings.name, "name": draft.name, "reference": draft.reference, "amount": draft.amount,
    }  # fmt: skip
    words = {
        "subject": text(f"letter-{draft.letter}-subject", **about),
        "lead": text(f"letter-{draft.letter}-lead", **about),
        "button": text(f"letter-{draft.letter}-button", **about) if draft.link else "",
        "hello": text("letter-hello", **about) if draft.name else text("letter-hello-nobody", **about),
        "regards": text("letter-regards", **about),
    }
    frame = _environment()
    context = {"words": words, "draft": draft, "language": draft.language, "shop": shop.settings.name}
    return Letter(
        key=draft.key,
        to=draft.to,
        subject=words["subject"],
        text=frame.render_template("letter.txt", **context),
        html=frame.render_template("letter.html", **context),
        language=draft.language,
    )


def money(draft_language: str, country: str, amount: int, currency: str) -> str:
    """An amount as the reader writes it."""
    return formats_for(draft_language, country).money(Money(amount, currency))


@cache
def _environment() -> Environment:
    return Environment(
        loader=lambda name: (TEMPLATES / name).read_text(encoding="utf-8"),
        undefined_behavior="strict",
        auto_escape_callback=lambda name: name.endswith(".html"),
        trim_blocks=True,
        lstrip_blocks=True,
    )
