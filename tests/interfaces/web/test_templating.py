"""Templates: what they may read, and that a mistake in one is loud."""

import pytest
from minijinja import TemplateError

from fairday.interfaces.web.assets import Assets
from fairday.interfaces.web.surface import SHARED_ASSETS
from fairday.interfaces.web.templating import ICON_FOLDER, Templates, Tongue, icon

ENGLISH, GERMAN = Tongue("en", "US"), Tongue("de", "DE")


def templates(folder, **files: str) -> Templates:
    for name, text in files.items():
        (folder / f"{name}.html").write_text(text)
    return Templates({"t": folder}, Assets([SHARED_ASSETS]))


def test_everything_is_escaped(tmp_path) -> None:
    made = templates(tmp_path, page="<p title='{{ x }}'>{{ x }}</p>")
    assert "<b>" not in made.render("t/page.html", ENGLISH, x="<b>'\"")


def test_each_market_has_its_own_words(tmp_path) -> None:
    made = templates(tmp_path, page="{{ t('sign-out-button') }}")
    assert made.render("t/page.html", ENGLISH) == "Sign out"
    assert made.render("t/page.html", GERMAN) == "Abmelden"


@pytest.mark.parametrize(
    "text", ["{{ nothing }}", "{{ t('no-such-sentence') }}", "{{ static('none.css') }}", "{{ icon('none') }}"]
)
def test_a_mistake_is_an_error(tmp_path, text) -> None:
    made = templates(tmp_path, page=text)
    with pytest.raises((TemplateError, LookupError, OSError)):
        made.render("t/page.html", ENGLISH)


@pytest.mark.parametrize("name", ["t/../secret.html", "t//etc/passwd", "other/page.html", "page.html", "t/", ""])
def test_no_template_is_read_from_elsewhere(tmp_path, name) -> None:
    (tmp_path / "secret.html").write_text("secret")
    inside = tmp_path / "inside"
    inside.mkdir()
    assert templates(inside, page="x").source(name) is None


@pytest.mark.parametrize("path", sorted(ICON_FOLDER.glob("*.svg")), ids=lambda path: path.stem)
def test_icons_are_decoration(path) -> None:
    drawing = str(icon(path.stem))
    assert drawing.startswith('<svg class="icon" aria-hidden="true" focusable="false" ')
    assert "script" not in drawing
    assert "style=" not in drawing
