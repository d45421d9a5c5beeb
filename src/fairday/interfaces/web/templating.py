"""Templates: one minijinja environment for each market, with autoescape, sentences, amounts, dates and icons.

View models are frozen Structs; a template reads them and decides nothing but how it looks.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from minijinja import Environment, safe
from msgspec import Struct

from fairday.interfaces.web.assets import Assets
from fairday.messages import Messages
from fairday.messages.formats import formats_for

ICON_FOLDER = Path(__file__).parent / "icons"
SHARED_TEMPLATES = Path(__file__).parent / "templates"


class Tongue(Struct, frozen=True):
    """How a page speaks: its language, and whose money, dates and clock it uses."""

    language: str
    country: str
    zone: str = "UTC"


class Templates:
    """The templates of one interface. `web/...` names are shared ones; the rest live in the folders given."""

    def __init__(self, folders: Mapping[str, Path], assets: Assets, extra: Mapping[str, object] | None = None) -> None:
        """`folders` maps the first part of a template's name to its folder; `extra` adds globals."""
        self._folders = {"web": SHARED_TEMPLATES, **folders}
        self._assets = assets
        self._extra = dict(extra or {})
        self._environments: dict[Tongue, Environment] = {}

    def render(self, name: str, tongue: Tongue, **context: object) -> str:
        """The page `name`, in `tongue`. An unknown template, sentence or field is an error."""
        return self.environment(tongue).render_template(name, **context)

    def environment(self, tongue: Tongue) -> Environment:
        """The environment of a market, made on first use; there are only as many as there are markets."""
        found = self._environments.get(tongue)
        if found is None:
            found = self._environments[tongue] = self._make(tongue)
        return found

    def names(self) -> Sequence[str]:
        """Every template there is, for tests that render or scan them all."""
        return sorted(
            f"{prefix}/{path.relative_to(folder).as_posix()}"
            for prefix, folder in self._folders.items()
            for path in folder.rglob("*")
            if path.suffix in {".html", ".xml", ".txt"}
        )

    def source(self, name: str) -> str | None:
        """A template's text, or None."""
        prefix, _, rest = name.partition("/")
        folder = self._folders.get(prefix)
        path = (folder / rest).resolve() if folder else None
        if folder is None or path is None or not path.is_relative_to(folder.resolve()) or not path.is_file():
            return None
        return path.read_text(encoding="utf-8")

    def _make(self, tongue: Tongue) -> Environment:
        formats = formats_for(tongue.language, tongue.country, tongue.zone)
        functions: dict[str, Callable[..., object]] = {
            "t": Messages.for_language(tongue.language).text,
            "money": formats.money,
            "date": formats.day,
            "moment": formats.moment,
            "number": formats.number,
            "static": self._assets.url,
            "icon": icon,
        }
        return Environment(
            loader=self.source,
            globals={**functions, **self._extra, "language": tongue.language},
            undefined_behavior="strict",
            auto_escape_callback=_escape_kind,
            trim_blocks=True,
            lstrip_blocks=True,
        )


@cache
def icon(name: str) -> object:
    """The drawing `icons/NAME.svg`, inline. It is decoration: whatever it stands for is also said in words."""
    drawing = (ICON_FOLDER / f"{name}.svg").read_text(encoding="utf-8").strip()
    return safe(drawing.replace("<svg ", '<svg class="icon" aria-hidden="true" focusable="false" ', 1))


def _escape_kind(name: str) -> str:
    return "none" if name.endswith(".txt") else "html"
