"""Static files: the name changes with the content, and an old name is gone."""

from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from fairday.interfaces.web.assets import Assets
from fairday.interfaces.web.headers import NOTHING, SecurityHeaders
from fairday.interfaces.web.surface import SHARED_ASSETS


def assets(folder: Path, content: str) -> Assets:
    (folder / "look.css").write_text(content)
    (folder / "notes.md").write_text("not for the web")
    return Assets([folder])


def test_the_name_changes_with_the_content(tmp_path: Path) -> None:
    first = assets(tmp_path, "a { color: red }").url("look.css")
    second = assets(tmp_path, "a { color: blue }").url("look.css")
    assert first != second
    assert first.startswith("/static/look.")
    assert first.endswith(".css")


def test_an_unknown_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        assets(tmp_path, "").url("notes.md")


async def test_it_is_served_for_ever_with_security_headers(tmp_path: Path) -> None:
    served = assets(tmp_path, "a { color: red }" * 100)
    app = Litestar([served.route()], middleware=[lambda app: SecurityHeaders(app, tls=True)], openapi_config=None)
    async with AsyncTestClient(app) as client:
        answer = await client.get(served.url("look.css"))
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.text == "a { color: red }" * 100
        assert answer.headers["content-type"] == "text/css; charset=utf-8"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"
        assert answer.headers["content-security-policy"] == NOTHING
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        for path in (
            "/static/look.css",
            "/static/look.0000000000.css",
            "/static/../pyproject.toml",
            "/static/notes.md",
        ):
            assert (await client.get(path)).status_code == 404


def test_the_shop_s_styles_stay_small() -> None:
    shop = SHARED_ASSETS.parents[1] / "storefront" / "assets"
    assert (SHARED_ASSETS / "base.css").stat().st_size + (shop / "shop.css").stat().st_size < 30 * 1024
    assert (shop / "shop.js").stat().st_size < 10 * 1024
