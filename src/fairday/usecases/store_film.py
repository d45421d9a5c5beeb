"""Take a film somebody sent, with a poster and captions. It is not transcoded, so its container is looked at closely.

Captions are read strictly and written anew: times, words, and bold, italic and underlined; nothing else gets through.
"""

import asyncio
import html
import re
import struct
from typing import NoReturn

from msgspec import Struct

from fairday.domain.catalog import Media
from fairday.domain.catalog.errors import CaptionsRefused, FilmTooLarge, UnsupportedFilm
from fairday.usecases.shop import Shop
from fairday.usecases.store_picture import StoredFile, content_key, draw_aside, put_all

LIMIT_MB = 64
CAPTIONS_LIMIT_BYTES = 512 * 1024
CUES_LIMIT = 5_000
EBML_MAGIC = b"\x1a\x45\xdf\xa3"
EBML_DOCTYPE_WEBM = b"\x42\x82\x84webm"
EBML_HEAD_BYTES = 64
MP4_BRANDS = frozenset({b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash"})
BOX_HEAD_BYTES = 8
BOXES_LIMIT = 10_000
_TIME = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMES = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t].*)?", re.ASCII)
_TAG = re.compile(r"<(/?)([a-z]+)[^<>]*>|<[0-9][0-9:.]*>", re.IGNORECASE)  # a tag, or a time within the words
_KEPT_TAGS = frozenset({"b", "i", "u"})


class Cue(Struct, frozen=True):
    """What is shown from when to when."""

    start_ms: int
    end_ms: int
    text: str


async def store_film(shop: Shop, content: bytes, *, poster: bytes = b"", captions: bytes = b"", alt: str = "") -> Media:
    """The film as part of a product document, with the size of its poster.

    UnsupportedFilm, FilmTooLarge, CaptionsRefused, and for the poster what `store_picture` refuses. Then nothing is
    stored.
    """
    if len(content) > LIMIT_MB * 1024 * 1024:
        raise FilmTooLarge(limit_mb=LIMIT_MB)
    mime = film_mime(content)
    subtitles = captions_text(read_captions(captions)).encode() if captions else b""
    renditions, files = await draw_aside(poster) if poster else ((), [])
    film = StoredFile(
        await asyncio.to_thread(content_key, "films", content, f".{mime.partition('/')[2]}"), mime, content
    )
    written = StoredFile(content_key("captions", subtitles, ".vtt"), "text/vtt", subtitles)
    await put_all(shop.media, [film, *files, *([written] if subtitles else [])])
    return Media(
        key=film.key,
        kind="video",
        alt=alt,
        width_px=renditions[-1].width_px if renditions else 0,
        height_px=renditions[-1].height_px if renditions else 0,
        renditions=renditions,
        poster_key=renditions[-1].key if renditions else "",
        captions_key=written.key if subtitles else "",
        mime=mime,
    )


def film_mime(content: bytes) -> str:
    """What the bytes are; UnsupportedFilm for anything but a whole MP4 or a WebM."""
    if content.startswith(EBML_MAGIC) and EBML_DOCTYPE_WEBM in content[:EBML_HEAD_BYTES]:
        return "video/webm"
    if content[4:8] == b"ftyp" and content[8:12] in MP4_BRANDS and {b"moov", b"mdat"} <= _boxes(content):
        return "video/mp4"
    raise UnsupportedFilm


def _boxes(content: bytes) -> set[bytes]:
    """The kinds of the boxes that an MP4 file is made of; they must fill it to the last byte."""
    found: set[bytes] = set()
    at = 0
    for _ in range(BOXES_LIMIT):
        if at == len(content):
            return found
        if at + BOX_HEAD_BYTES > len(content):
            break
        size, kind = struct.unpack_from(">I4s", content, at)
        if size == 1 and at + 2 * BOX_HEAD_BYTES <= len(content):  # a long box: its size follows
            (size,) = struct.unpack_from(">Q", content, at + BOX_HEAD_BYTES)
        elif size == 0:  # the last box: to the end
            size = len(content) - at
        if size < BOX_HEAD_BYTES or at + size > len(content):
            break
        found.add(kind)
        at += size
    raise UnsupportedFilm


def read_captions(content: bytes) -> list[Cue]:
    """The cues of a WebVTT file; CaptionsRefused names the first line that is wrong. Notes and styles are left out."""
    try:
        text = content.decode("utf-8-sig") if len(content) <= CAPTIONS_LIMIT_BYTES else ""
    except UnicodeDecodeError:
        text = ""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not re.match(r"WEBVTT(?:[ \t]|$)", lines[0]) or "\0" in text:
        _refuse(0)
    cues: list[Cue] = []
    at = _block_end(lines, 0)
    if any("-->" in line for line in lines[:at]):
        _refuse(2)
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        end = _block_end(lines, at)
        if not re.match(r"(?:NOTE|STYLE|REGION)(?:[ \t]|$)", lines[at]):
            cues.append(_cue(lines, at, end, cues[-1].start_ms if cues else 0))
        at = end
    if not cues or len(cues) > CUES_LIMIT:
        _refuse(0)
    return cues


def captions_text(cues: list[Cue]) -> str:
    """The cues as a WebVTT file of our own."""
    blocks = [f"{_clock(cue.start_ms)} --> {_clock(cue.end_ms)}\n{cue.text}\n" for cue in cues]
    return "\n".join(["WEBVTT\n", *blocks])


def _block_end(lines: list[str], at: int) -> int:
    return next((n for n in range(at, len(lines)) if not lines[n].strip()), len(lines))


def _cue(lines: list[str], at: int, end: int, earliest_ms: int) -> Cue:
    """The cue of a block of lines: perhaps a name, the times, the words."""
    times_at = at if "-->" in lines[at] else at + 1
    times = _TIMES.fullmatch(lines[times_at].strip()) if times_at < end else None
    if times is None:
        _refuse(min(times_at, end - 1) + 1)
    start_ms, end_ms = _milliseconds(times.groups()[:4]), _milliseconds(times.groups()[4:])
    if not earliest_ms <= start_ms < end_ms:
        _refuse(times_at + 1)
    words = [_clean(line) for line in lines[times_at + 1 : end]]
    if not any(words) or any("-->" in line for line in lines[times_at + 1 : end]):
        _refuse(times_at + 1)
    return Cue(start_ms, end_ms, "\n".join(word for word in words if word))


def _clean(line: str) -> str:
    """The words of a line with the few tags that are kept, and everything else as text."""
    pieces, at = [], 0
    for tag in _TAG.finditer(line):
        pieces.append(_escape(line[at : tag.start()]))
        name = (tag[2] or "").lower()
        if name in _KEPT_TAGS:
            pieces.append(f"<{tag[1]}{name}>")
        at = tag.end()
    pieces.append(_escape(line[at:]))
    return "".join(pieces).strip()


def _escape(text: str) -> str:
    return html.escape(html.unescape(text), quote=False)


def _milliseconds(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, rest = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest


def _clock(at_ms: int) -> str:
    seconds, rest = divmod(at_ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"


def _refuse(line: int) -> NoReturn:
    raise CaptionsRefused(line=line)
