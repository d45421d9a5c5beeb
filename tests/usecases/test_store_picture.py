"""What becomes of a picture that somebody sends."""

import asyncio
import io
import itertools
import struct
import time
import zlib

import pytest
from PIL import Image, ImageCms, ImageDraw

from fairday.adapters.media.files import FileMedia
from fairday.domain.catalog.errors import PictureTooLarge, UnsupportedPicture
from fairday.usecases import store_picture as module
from fairday.usecases.store_picture import StoredFile, draw_anew, put_all, store_picture
from tests.shop import open_shop

SCRIPT = b"<script>alert(1)</script>"


@pytest.fixture
async def shop(state):
    async with open_shop(state) as opened:
        yield opened


@pytest.fixture
def stored(state):
    """The files that are in the media folder now."""
    return lambda: sorted(path for path in (state / "media").rglob("*") if path.is_file())


def drawing(width: int = 1600, height: int = 1200, mode: str = "RGB") -> Image.Image:
    picture = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    ImageDraw.Draw(picture).rectangle((0, 0, width // 4, height // 4), fill=(255, 0, 0))
    return picture.convert(mode)


def encoded(picture: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF"])
async def test_pictures_become_responsive(shop, kind):
    media = await store_picture(shop, encoded(drawing(), kind), alt="A chair")
    assert [(each.format, each.width_px, each.height_px) for each in media.renditions] == [
        ("avif", 320, 240),
        ("avif", 640, 480),
        ("avif", 960, 720),
        ("avif", 1280, 960),
        ("jpeg", 640, 480),
        ("jpeg", 1280, 960),
    ]
    assert (media.key, media.width_px, media.height_px) == (media.renditions[-1].key, 1280, 960)
    assert (media.kind, media.alt, media.mime) == ("image", "A chair", "image/jpeg")
    for each in media.renditions:
        known = await shop.media.stat(each.key)
        assert known.mime == f"image/{each.format}"
        picture = opened(b"".join([piece async for piece in shop.media.read(each.key)]))
        assert (picture.format.lower(), picture.size) == (each.format, (each.width_px, each.height_px))
        red, green, _blue = picture.convert("RGB").getpixel((5, 5))
        assert red > 230
        assert green < 40


@pytest.mark.parametrize(
    ("width", "expected"), [(1, [1]), (100, [100]), (320, [320]), (800, [320, 640, 800]), (1300, [320, 640, 960, 1280])]
)
def test_nothing_is_blown_up(width, expected):
    renditions, _ = draw_anew(encoded(drawing(width, 90), "PNG"))
    assert [each.width_px for each in renditions if each.format == "avif"] == expected
    assert next(each for each in reversed(renditions) if each.format == "jpeg").width_px == expected[-1]


def test_what_the_camera_wrote_is_gone_and_the_picture_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "SECRETMAKE"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = encoded(
        drawing(800, 400), "JPEG", exif=exif, comment=b"SECRETCOMMENT", icc_profile=profile, xmp=b"SECRETXMP"
    )
    assert content.count(b"SECRET") == 3
    renditions, files = draw_anew(content)
    assert {(each.width_px, each.height_px) for each in renditions} == {(320, 640), (400, 800)}
    for file in files:
        assert b"SECRET" not in file.content
        assert b"Exif" not in file.content
        assert not opened(file.content).getexif()
        assert "icc_profile" not in opened(file.content).info
    upright = opened(files[0].content).convert("RGB")
    assert upright.getpixel((300, 20))[0] > 230  # the red corner went from left to right
    assert upright.getpixel((20, 20)) != upright.getpixel((300, 20))


def test_a_polyglot_is_harmless():
    for content in (
        encoded(drawing(), "JPEG", comment=SCRIPT) + SCRIPT,
        encoded(drawing(), "GIF", comment=SCRIPT) + b"PK\x03\x04" + SCRIPT,
    ):
        _, files = draw_anew(content)
        assert files
        assert all(b"script" not in file.content and b"PK\x03\x04" not in file.content for file in files)


def test_transparency_survives_and_falls_on_white():
    picture = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    ImageDraw.Draw(picture).rectangle((0, 0, 100, 100), fill=(255, 0, 0, 255))
    renditions, files = draw_anew(encoded(picture, "PNG"))
    by_kind = {file.mime: opened(file.content) for file in files if "-400." in file.key}
    assert len(renditions) == 3
    assert by_kind["image/avif"].convert("RGBA").getpixel((300, 300))[3] == 0
    assert min(by_kind["image/jpeg"].getpixel((300, 300))) > 250


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "CMYK", "I;16", "RGBA"])
def test_odd_colour_models(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    source = drawing(400, 300, "L").convert("I;16") if mode == "I;16" else drawing(400, 300, mode)
    if mode == "I;16":
        source = source.point(lambda level: level * 256)
    _, files = draw_anew(encoded(source, kind))
    picture = opened(files[-1].content)
    assert picture.mode == "RGB"
    assert max(picture.getpixel((399, 299))) > max(picture.getpixel((399, 5))) + 100


def test_a_broken_colour_profile_is_ignored():
    _, files = draw_anew(encoded(drawing(400, 300), "JPEG", icc_profile=b"nonsense" * 20))
    assert opened(files[-1].content).size == (400, 300)


def test_only_the_first_frame_is_taken():
    frames = [Image.new("RGB", (50, 50), colour) for colour in ("red", "blue", "green")]
    for kind in ("GIF", "WEBP"):
        _, files = draw_anew(encoded(frames[0], kind, save_all=True, append_images=frames[1:]))
        assert getattr(opened(files[0].content), "n_frames", 1) == 1
        assert opened(files[0].content).convert("RGB").getpixel((25, 25))[0] > 200


def png_header(width: int, height: int) -> bytes:
    """A PNG that says it is this large, in a few bytes: a decompression bomb."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    body = zlib.compress(b"\0" * 100_000, 9)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
        + chunk(b"IDAT", body)
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "content",
    [
        png_header(10_000, 5_001),
        png_header(10_000, 10_000),
        png_header(60_000, 60_000),
        png_header(16_001, 1),
        b"\xff\xd8\xff" + bytes(20 * 1024 * 1024),
    ],
    ids=["over 50 MP", "100 MP", "3600 MP", "too wide", "too many bytes"],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
async def test_bombs_are_refused_before_they_go_off(shop, stored, content):
    begin = time.perf_counter()
    with pytest.raises(PictureTooLarge) as refused:
        await store_picture(shop, content)
    assert time.perf_counter() - begin < 1
    assert refused.value.details == {"limit_mb": 20, "limit_megapixels": 50}
    assert stored() == []


WHOLE = {kind: encoded(drawing(400, 300), kind) for kind in ("JPEG", "PNG", "WEBP", "AVIF", "GIF")}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<?xml version='1.0'?><svg/>",
        b"%PDF-1.7",
        b"II*\0" + bytes(200),
        b"BM" + bytes(200),
        encoded(drawing(40, 30), "TIFF"),
        encoded(drawing(40, 30), "BMP"),
        encoded(drawing(40, 30), "JPEG2000"),
        encoded(drawing(40, 30), "EPS"),
        *(body[: len(body) // 2] for body in WHOLE.values()),
        *(body[:24] for body in WHOLE.values()),
        b"GIF89a" + b"<script>alert(1)</script>" * 20,
        b"\xff\xd8\xff" + WHOLE["PNG"],
        b"\0\0\0\x1cftypavif" + bytes(300),
        b"\0\0\0\x18ftypisom" + bytes(300),
    ],
)
async def test_anything_else_is_refused_and_leaves_nothing(shop, stored, content):
    with pytest.raises(UnsupportedPicture):
        await store_picture(shop, content)
    assert stored() == []


async def test_the_same_picture_is_stored_once(shop, stored):
    content = encoded(drawing(), "PNG")
    first = await store_picture(shop, content)
    before = [(path, path.stat().st_mtime_ns) for path in stored()]
    assert await store_picture(shop, content) == first
    assert [(path, path.stat().st_mtime_ns) for path in stored()] == before
    assert len(before) == 6


class FullDisk(FileMedia):
    """Room for three files."""

    async def put(self, key: str, content: bytes, mime: str) -> None:
        if key.startswith("d"):
            raise OSError(28, "No space left on device")
        await super().put(key, content, mime)


async def test_a_full_disk_leaves_only_what_was_there(tmp_path):
    media = FullDisk(tmp_path)
    await media.put("a.jpg", b"1", "image/jpeg")
    files = [StoredFile(f"{name}.jpg", "image/jpeg", b"1") for name in "abcd"]
    with pytest.raises(OSError, match="No space"):
        await put_all(media, files)
    assert [path.name for path in tmp_path.iterdir()] == ["a.jpg"]


async def test_the_loop_goes_on_meanwhile(shop):
    """A heart that beats every 5 ms never stops for as long as it takes to draw the picture."""
    content = encoded(Image.effect_noise((3_000, 3_000), 80), "PNG")
    begin = time.perf_counter()
    draw_anew(content)
    alone_s = time.perf_counter() - begin
    beats = [time.perf_counter()]

    async def beat() -> None:
        while True:
            await asyncio.sleep(0.005)
            beats.append(time.perf_counter())

    heart = asyncio.create_task(beat())
    await store_picture(shop, content)
    heart.cancel()
    assert max(after - before for before, after in itertools.pairwise(beats)) < alone_s / 2


def test_two_pictures_are_drawn_at_once_at_most():
    assert module._WORKERS._max_workers == 2
