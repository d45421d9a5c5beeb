"""Pictures and films as browsers ask for them: whole or in ranges, kept for ever, since a stored file never changes.

Nothing served here can act as a page: its type is what the store noted, never guessed, and its policy allows nothing.
"""

import re
from collections.abc import Mapping
from typing import Any

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Stream
from msgspec import Struct

from fairday.interfaces.web.assets import KEEP_FOREVER
from fairday.interfaces.web.headers import NOTHING
from fairday.interfaces.web.pages import etag_matches
from fairday.interfaces.web.reading import read
from fairday.kernel.errors import NotFound
from fairday.ports.media import MediaFile, MediaStore

SHOWN_TYPES = frozenset(
    {"image/avif", "image/webp", "image/jpeg", "image/png", "image/gif", "video/mp4", "video/webm", "text/vtt"}
)
SMALL_BYTES = 512 * 1024
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


class Span(Struct, frozen=True):
    """Part of a file: from the byte `start`, `length` bytes."""

    start: int
    length: int


def media_routes(store: MediaStore, prefix: str = "/media") -> list[HTTPRouteHandler]:
    """What serves `store` under `prefix`."""

    @read(f"{prefix}/{{key:path}}", include_in_schema=False)
    async def serve_media(request: Request[Any, Any, Any], key: FromPath[str]) -> Response[Any]:
        name = key.lstrip("/")
        found = await store.stat(name)
        if found is None:
            raise NotFound(what="file")
        return await answer(store, name, found, request.headers)

    return [serve_media]


async def answer(store: MediaStore, key: str, file: MediaFile, headers: Mapping[str, str]) -> Response[Any]:
    """The file, the part of it that was asked for, 304 for whoever has it, or 416 for a part it does not have."""
    out = {
        "accept-ranges": "bytes",
        "cache-control": KEEP_FOREVER,
        "content-security-policy": NOTHING,
        "cross-origin-resource-policy": "cross-origin",
        "etag": file.etag if file.etag.startswith('"') else f'"{file.etag}"',
    }
    if file.mime not in SHOWN_TYPES:
        out["content-disposition"] = "attachment"
    if etag_matches(headers.get("if-none-match", ""), out["etag"]):
        return Response(b"", status_code=304, headers=out, media_type=file.mime)
    asked = headers.get("range", "")
    if asked and headers.get("if-range", out["etag"]) == out["etag"]:
        span = parse_range(asked, file.size_bytes)
        if span is None:
            out["content-range"] = f"bytes */{file.size_bytes}"
            return Response(b"", status_code=416, headers=out, media_type=file.mime)
        if span.length < file.size_bytes:
            out["content-range"] = f"bytes {span.start}-{span.start + span.length - 1}/{file.size_bytes}"
            return await _send(store, key, span, file.mime, out, 206)
    return await _send(store, key, Span(0, file.size_bytes), file.mime, out, 200)


async def _send(
    store: MediaStore, key: str, span: Span, mime: str, headers: dict[str, str], status: int
) -> Response[Any]:
    pieces = store.read(key, span.start, span.length)
    if span.length <= SMALL_BYTES:
        content = b"".join([piece async for piece in pieces])
        return Response(content, status_code=status, headers=headers, media_type=mime)
    out = {**headers, "content-length": str(span.length)}
    return Stream(pieces, status_code=status, headers=out, media_type=mime)


def parse_range(text: str, size_bytes: int) -> Span | None:
    """One range of a file of that size; the whole file for what is no range we know, None when it lies outside."""
    match = _RANGE.fullmatch(text.strip())
    if match is None or match.groups() == ("", ""):
        return Span(0, size_bytes)
    first, last = match.groups()
    if not first:
        length = min(int(last), size_bytes)
        return Span(size_bytes - length, length) if length else None
    start = int(first)
    end = min(int(last), size_bytes - 1) if last else size_bytes - 1
    if start >= size_bytes:
        return None
    return Span(start, end - start + 1) if end >= start else Span(0, size_bytes)
