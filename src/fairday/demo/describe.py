"""Sentences about goods, put together from what is written down. No facts are made up here."""

import hashlib
from html import escape

from fairday.demo.shelves import Row
from fairday.domain.catalog.model import Attribute

_LAYOUTS = 5


def describe(
    slug: str,
    row: Row,
    maker: tuple[str, str, str, str],
    material: tuple[str, str, str, str, str, str],
    attributes: tuple[Attribute, ...],
    terms: dict[str, str],
) -> tuple[str, str]:
    """The description in English and German, as HTML."""
    layout = hashlib.blake2b(slug.encode(), digest_size=2).digest()
    which, line = layout[0] % _LAYOUTS, layout[1] % 2
    english = _laid_out(which, row.story, material[2 + 2 * line], maker[2], _facts(attributes, None))
    german = _laid_out(which, row.story_de, material[3 + 2 * line], maker[3], _facts(attributes, terms))
    return english, german


def alt_texts(row: Row, noun: tuple[str, str], paint: tuple[str, str, str], view: str) -> tuple[str, str]:
    """What a picture shows, for those who do not see it."""
    english, german = f"{row.name}, {noun[0]} in {paint[0].lower()}", f"{row.name_de}, {noun[1]} in {paint[1]}"
    if view == "detail":
        return f"{english}, seen up close", f"{german}, aus der Nähe"
    if view == "scene":
        return f"{english}, with others of its kind", f"{german}, mit anderen ihrer Art"
    return english, german


def _laid_out(which: int, story: str, made_of: str, made_by: str, facts: list[str]) -> str:
    story, made_of, made_by = escape(story, quote=False), escape(made_of, quote=False), escape(made_by, quote=False)
    listed = "<ul>" + "".join(f"<li>{escape(fact, quote=False)}</li>" for fact in facts) + "</ul>"
    if which == 0:
        return f"<p>{story}</p><p>{made_of} {made_by}</p>"
    if which == 1:
        return f"<p>{story} {made_of}</p>{listed}"
    if which == 2:
        return f"<p>{story}</p><p>{made_by}</p>{listed}"
    if which == 3:
        return f"<p>{made_by} {story}</p><p>{made_of}</p>"
    return f"<p>{story}</p>{listed}<p><em>{made_of}</em></p>"


def _facts(attributes: tuple[Attribute, ...], terms: dict[str, str] | None) -> list[str]:
    """Two to four short facts: what it measures and what it can do."""
    out = []
    for attribute in attributes:
        name = attribute.name if terms is None else terms[attribute.name]
        if attribute.kind == "number":
            unit = attribute.unit if terms is None else terms.get(attribute.unit, attribute.unit)
            shown = attribute.shown if terms is None else attribute.shown.replace(".", ",")
            out.append(f"{name}: {shown} {unit}".strip())
        elif attribute.kind == "flag" and attribute.flag:
            out.append(name)
    return out[:4]
