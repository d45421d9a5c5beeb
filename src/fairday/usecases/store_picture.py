"""Take a picture somebody sent: look at what it really is, draw it anew in a few sizes, and store those.

Nothing of the file that was sent is kept, so what else it may be (a script, a place, a camera's number) is gone. AVIF
for those who can show it, JPEG for everybody; decoding happens in a thread of its own, two at most at once.
"""

import asyncio
import hashlib
import io
import struct
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from msgspec import Struct
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from fairday.domain.catalog import Media, Rendition
from fairday.domain.catalog.errors import PictureTooLarge, UnsupportedPicture
from fairday.ports.media import MediaStore
from fairday.usecases.shop import Shop

LIMIT_MB = 20
LIMIT_MEGAPIXELS = 50
SIDE_LIMIT_PX = 16_000
WIDTHS_PX = (320, 640, 960, 1280)
FALLBACK_WIDTH_PX = 640  # the width of the smaller JPEG; the other is the widest there is
AVIF = {"quality": 62, "speed": 8, "max_threads": 1}
JPEG = {"quality": 82, "progressive": True, "optimize": True}
WHITE = (255, 255, 255)
WIDE_GRAY_MODES = ("I", "I;16", "I;16L", "I;16B", "I;16N")
BROKEN = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    struct.error,
)

_WORKERS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="pictures")


class StoredFile(Struct, frozen=True):
    """A file to store."""

    key: str
    mime: str
    content: bytes


Drawn = tuple[tuple[Rendition, ...], list[StoredFile]]


async def store_picture(shop: Shop, content: bytes, *, alt: str = "") -> Media:
    """The picture as part of a product document; its `key` is the widest JPEG.

    UnsupportedPicture for anything but a JPEG, PNG, WebP, AVIF or GIF (of which the first frame is taken),
    PictureTooLarge beyond the limits. Then nothing is stored. The same picture twice is stored once.
    """
    renditions, files = await draw_aside(content)
    await put_all(shop.media, files)
    widest = renditions[-1]
    return Media(
        key=widest.key,
        kind="image",
        alt=alt,
        width_px=widest.width_px,
        height_px=widest.height_px,
        renditions=renditions,
        mime="image/jpeg",
    )


async def draw_aside(content: bytes) -> Drawn:
    """`draw_anew` in a thread."""
    return await asyncio.get_running_loop().run_in_executor(_WORKERS, draw_anew, content)


def draw_anew(content: bytes) -> Drawn:
    """The renditions of a picture (AVIF, then JPEG, narrow to wide) and their files. Pure, and slow: use a thread."""
    picture = _decode(content)
    renditions, files = [], []
    for width in _widths(picture.width):
        resized = _resized(picture, width)
        for rendition, file in _encoded(resized, jpeg=width in {FALLBACK_WIDTH_PX, _widths(picture.width)[-1]}):
            renditions.append(rendition)
            files.append(file)
    return tuple(sorted(renditions, key=lambda each: (each.format, each.width_px))), files


async def put_all(media: MediaStore, files: Sequence[StoredFile]) -> None:
    """Store all of these files, or none of those that were not there before."""
    written: list[str] = []
    try:
        for file in files:
            if await media.stat(file.key) is None:
                written.append(file.key)
                await media.put(file.key, file.content, file.mime)
    except BaseException:
        await media.delete_many(written)
        raise


def content_key(folder: str, content: bytes, ending: str) -> str:
    """A key that stands for exactly these bytes."""
    digest = hashlib.sha256(content).hexdigest()[:40]
    return f"{folder}/{digest[:2]}/{digest[2:]}{ending}"


def _format_of(content: bytes) -> str:
    """What the first bytes say it is, in Pillow's names; the decoder of that format and no other then reads it."""
    head = content[:32]
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp" and (b"avif" in head[8:] or b"avis" in head[8:]):
        return "AVIF"
    raise UnsupportedPicture


def _decode(content: bytes) -> Image.Image:
    """The picture upright, in sRGB, with transparency only where there is any, and nothing else of the file."""
    if len(content) > LIMIT_MB * 1024 * 1024:
        raise _too_large()
    kind = _format_of(content)
    try:
        with Image.open(io.BytesIO(content), formats=[kind]) as opened:
            width, height = opened.size
            if width * height > LIMIT_MEGAPIXELS * 1_000_000 or max(width, height) > SIDE_LIMIT_PX:
                raise _too_large()
            opened.draft(None, (WIDTHS_PX[-1], WIDTHS_PX[-1]))  # a JPEG is not decoded larger than it is needed
            opened.load()
            picture = _in_srgb(ImageOps.exif_transpose(opened))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large() from None
    except BROKEN as error:
        raise UnsupportedPicture from error
    picture.info.clear()
    return picture


def _too_large() -> PictureTooLarge:
    return PictureTooLarge(limit_mb=LIMIT_MB, limit_megapixels=LIMIT_MEGAPIXELS)


def _in_srgb(picture: Image.Image) -> Image.Image:
    if picture.mode in WIDE_GRAY_MODES:
        picture = picture.convert("I").point(lambda level: level * (1 / 256)).convert("L")
    profile = picture.info.get("icc_profile")
    alpha = picture.convert("RGBA").getchannel("A") if picture.has_transparency_data else None
    plain = _converted(picture, profile) if profile else picture.convert("RGB")
    if alpha is not None and alpha.getextrema() != (255, 255):
        plain.putalpha(alpha)
    return plain


def _converted(picture: Image.Image, profile: bytes) -> Image.Image:
    """Colours as the file's own profile means them; a broken profile is as good as none."""
    source = picture if picture.mode in {"RGB", "CMYK", "L"} else picture.convert("RGB")
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(source, given, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        converted = None
    return converted if converted is not None else source.convert("RGB")


def _widths(width: int) -> list[int]:
    """The standard widths that are not wider than the picture, and its own if it lies between them."""
    fitting = [each for each in WIDTHS_PX if each <= width]
    return fitting if fitting and (fitting[-1] == width or width > WIDTHS_PX[-1]) else [*fitting, width]


def _resized(picture: Image.Image, width: int) -> Image.Image:
    if width == picture.width:
        return picture
    height = max(1, round(picture.height * width / picture.width))
    return picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _encoded(picture: Image.Image, *, jpeg: bool) -> Iterator[tuple[Rendition, StoredFile]]:
    """The picture as AVIF, and as JPEG on white if that is asked for."""
    yield _file(picture, "avif", AVIF)
    if jpeg:
        opaque = picture
        if picture.mode == "RGBA":
            opaque = Image.new("RGB", picture.size, WHITE)
            opaque.paste(picture, mask=picture.getchannel("A"))
        yield _file(opaque, "jpeg", JPEG)


def _file(picture: Image.Image, kind: str, options: dict[str, int | bool]) -> tuple[Rendition, StoredFile]:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    content = buffer.getvalue()
    key = content_key("pictures", content, f"-{picture.width}.{kind}")
    return Rendition(key, kind, picture.width, picture.height), StoredFile(key, f"image/{kind}", content)
