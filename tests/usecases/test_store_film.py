"""What becomes of a film, its poster and its captions."""

import io
import struct

import pytest
from PIL import Image

from fairday.domain.catalog.errors import CaptionsRefused, FilmTooLarge, UnsupportedFilm, UnsupportedPicture
from fairday.usecases import store_film as module
from fairday.usecases.store_film import Cue, captions_text, film_mime, read_captions, store_film
from tests.shop import open_shop


@pytest.fixture
async def shop(state):
    async with open_shop(state) as opened:
        yield opened


@pytest.fixture
def stored(state):
    """The files that are in the media folder now."""
    return lambda: sorted(path for path in (state / "media").rglob("*") if path.is_file())


def box(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


FTYP = box(b"ftyp", b"isom\0\0\x02\0isomiso2avc1mp41")
MP4 = FTYP + box(b"moov", bytes(500)) + box(b"mdat", bytes(3_000))
WEBM = b"\x1a\x45\xdf\xa3\xa3\x42\x86\x81\x01\x42\xf7\x81\x01\x42\x82\x84webm" + bytes(1_000)
MATROSKA = WEBM.replace(b"\x84webm", b"\x88matroska")
VTT = b"WEBVTT\n\n00:00.000 --> 00:02.500\nA chair.\n"


def poster() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (1280, 720), "navy").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(("content", "mime"), [(MP4, "video/mp4"), (WEBM, "video/webm")])
async def test_a_film_with_all_that_goes_with_it(shop, content, mime):
    media = await store_film(shop, content, poster=poster(), captions=VTT, alt="A chair, turning")
    assert (media.kind, media.mime, media.alt, media.width_px, media.height_px) == (
        "video",
        mime,
        "A chair, turning",
        1280,
        720,
    )
    for key, kind in ((media.key, mime), (media.poster_key, "image/jpeg"), (media.captions_key, "text/vtt")):
        assert (await shop.media.stat(key)).mime == kind
    assert b"".join([piece async for piece in shop.media.read(media.key)]) == content
    assert b"".join([piece async for piece in shop.media.read(media.key, 100, 50)]) == content[100:150]


async def test_a_film_alone(shop, stored):
    media = await store_film(shop, MP4)
    assert (media.poster_key, media.captions_key, media.width_px) == ("", "", 0)
    assert len(stored()) == 1
    assert await store_film(shop, MP4) == media


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        poster(),
        MATROSKA,
        FTYP,
        FTYP + box(b"moov"),
        MP4 + b"<script>",
        MP4 + b"\0\0\0\0",
        MP4[:-1],
        MP4 + struct.pack(">I4s", 3, b"free"),
        MP4.replace(b"ftypisom", b"ftypavif"),
        MP4.replace(b"ftypisom", b"ftypqt  "),
        b"junk" + MP4,
    ],
)
async def test_anything_else_is_refused_and_leaves_nothing(shop, stored, content):
    with pytest.raises(UnsupportedFilm):
        await store_film(shop, content, poster=poster(), captions=VTT)
    assert stored() == []


def test_long_and_last_boxes():
    long = struct.pack(">I4sQ", 1, b"mdat", 16 + 100) + bytes(100)
    assert film_mime(FTYP + long + box(b"moov")) == "video/mp4"
    assert film_mime(FTYP + box(b"moov") + struct.pack(">I4s", 0, b"mdat") + bytes(100)) == "video/mp4"


async def test_a_film_over_the_limit(shop, stored, monkeypatch):
    monkeypatch.setattr(module, "LIMIT_MB", 0)
    with pytest.raises(FilmTooLarge):
        await store_film(shop, MP4)
    assert stored() == []


async def test_bad_company_leaves_nothing(shop, stored):
    with pytest.raises(UnsupportedPicture):
        await store_film(shop, MP4, poster=b"<svg/>")
    with pytest.raises(CaptionsRefused):
        await store_film(shop, MP4, poster=poster(), captions=b"1\n00:00 --> 00:01\nNot WebVTT")
    assert stored() == []


def test_captions_are_written_anew():
    cues = read_captions(
        "\ufeffWEBVTT - a title\r\nKind: captions\r\n\r\n"
        "STYLE\r\n::cue { background: url(https://evil.example) }\r\n\r\n"
        "NOTE nobody sees this\r\n\r\n"
        "intro\r\n00:00.000 --> 00:02.500 align:start position:10%\r\n<v Ada>Grüße &amp; <b>Küsse</b> &lt;3</v>\r\n\r\n"
        "00:02.500 --> 01:00:04.000\r\n<i>Two</i> <00:03.000>lines\r\n<script>alert(1)</script> 1 < 2 > 0\r\n".encode()
    )
    assert cues == [
        Cue(0, 2_500, "Grüße &amp; <b>Küsse</b> &lt;3"),
        Cue(2_500, 3_604_000, "<i>Two</i> lines\nalert(1) 1 &lt; 2 &gt; 0"),
    ]
    text = captions_text(cues)
    assert text == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:02.500\nGrüße &amp; <b>Küsse</b> &lt;3\n\n"
        "00:00:02.500 --> 01:00:04.000\n<i>Two</i> lines\nalert(1) 1 &lt; 2 &gt; 0\n"
    )
    assert read_captions(text.encode()) == cues


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", 0),
        (b"WEBVTTX\n\n00:00.000 --> 00:01.000\nx", 0),
        (b"WEBVTT", 0),
        (b"WEBVTT\n\nNOTE only\n", 0),
        (b"WEBVTT\n\n00:00.000 --> 00:01.000\n\xff", 0),
        (b"WEBVTT\n\n00:00.000 --> 00:01.000\n\0", 0),
        (b"WEBVTT\n00:00.000 --> 00:01.000\nx", 2),
        (b"WEBVTT\n\n00:00,000 --> 00:01,000\nx", 3),
        (b"WEBVTT\n\n00:00.000 --> 00:61.000\nx", 3),
        (b"WEBVTT\n\n00:02.000 --> 00:01.000\nx", 3),
        (b"WEBVTT\n\n00:01.000 --> 00:01.000\nx", 3),
        (b"WEBVTT\n\n00:00.000-->00:01.000\nx", 3),
        (b"WEBVTT\n\n00:00.000 --> 00:01.000\n", 3),
        (b"WEBVTT\n\n00:00.000 --> 00:01.000\n00:01.000 --> 00:02.000\nx", 3),
        (b"WEBVTT\n\nname\nwords\n", 4),
        (b"WEBVTT\n\nwords\n", 3),
        (b"WEBVTT\n\n00:05.000 --> 00:06.000\nx\n\n00:01.000 --> 00:02.000\ny", 6),
        (b"WEBVTT\n\n00:00.000 --> 00:01.000\n" + b"x" * 600_000, 0),
    ],
)
def test_captions_that_are_none(content, line):
    with pytest.raises(CaptionsRefused) as refused:
        read_captions(content)
    assert refused.value.details == {"line": line}
