"""Pictures and films: exact ranges, kept for ever, and never a page."""

import pytest
from litestar import Litestar, Response
from litestar.testing import AsyncTestClient

from fairday.adapters.media.files import FileMedia, mime_of
from fairday.interfaces.web.headers import NOTHING
from fairday.interfaces.web.media import Span, media_routes, parse_range
from fairday.kernel.errors import NotFound

FILM = bytes(range(256)) * 4096  # a megabyte


@pytest.fixture
async def client(tmp_path):
    store = FileMedia(tmp_path)
    await store.put("films/a.mp4", FILM, "video/mp4")
    await store.put("odd/page.html", b"<script>alert(1)</script>", mime_of("odd/page.html"))
    app = Litestar(media_routes(store), openapi_config=None, exception_handlers={NotFound: _not_found})
    async with AsyncTestClient(app) as opened:
        yield opened


def _not_found(_request, _error):
    return Response(b"", status_code=404)


async def test_a_whole_file(client):
    answer = await client.get("/media/films/a.mp4")
    assert answer.status_code == 200
    assert answer.content == FILM
    assert answer.headers["content-length"] == str(len(FILM))
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["content-security-policy"] == NOTHING


@pytest.mark.parametrize(
    ("asked", "shown", "part"),
    [
        ("bytes=0-99", "bytes 0-99/1048576", FILM[:100]),
        ("bytes=1048570-", "bytes 1048570-1048575/1048576", FILM[-6:]),
        ("bytes=-10", "bytes 1048566-1048575/1048576", FILM[-10:]),
        ("bytes=100-9999999", "bytes 100-1048575/1048576", FILM[100:]),
    ],
    ids=["first", "from", "last", "beyond"],
)
async def test_a_part_of_it(client, asked, shown, part):
    answer = await client.get("/media/films/a.mp4", headers={"range": asked})
    assert answer.status_code == 206
    assert answer.headers["content-range"] == shown
    assert answer.content == part


async def test_a_part_it_does_not_have(client):
    answer = await client.get("/media/films/a.mp4", headers={"range": "bytes=2000000-"})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == "bytes */1048576"


async def test_whoever_has_it_and_whoever_has_another(client):
    etag = (await client.get("/media/films/a.mp4")).headers["etag"]
    assert (await client.get("/media/films/a.mp4", headers={"if-none-match": etag})).status_code == 304
    other = await client.get("/media/films/a.mp4", headers={"range": "bytes=0-1", "if-range": '"old"'})
    assert other.status_code == 200


async def test_what_could_be_a_page_is_only_downloaded(client):
    answer = await client.get("/media/odd/page.html")
    assert answer.headers["content-disposition"] == "attachment"
    assert answer.headers["content-security-policy"] == NOTHING


@pytest.mark.parametrize("path", ["none", "../pyproject.toml", "..%2f..%2fetc/passwd", "%", "films"])
async def test_nothing_else(client, path):
    assert (await client.get(f"/media/{path}")).status_code in {400, 404}


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("bytes=0-0", Span(0, 1)), ("bytes=5-2", Span(0, 10)), ("bytes=-0", None), ("bytes=10-", None),
        ("items=0-1", Span(0, 10)), ("bytes=0-1,3-4", Span(0, 10)), ("bytes=-", Span(0, 10)),
        ("bytes=-99", Span(0, 10)),
    ],
)  # fmt: skip
def test_ranges(text, span):
    assert parse_range(text, 10) == span
