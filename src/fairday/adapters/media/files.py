"""`file:` media as plain files in a folder, at the path their key spells. The MIME type is the extension's.

Writing waits for the disk, in a thread; reading is inline, in pieces.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

from fairday.adapters.files import write_whole
from fairday.kernel.errors import Conflict, NotFound
from fairday.ports.media import MediaFile

PIECE_BYTES = 256 * 1024
KEY_LIMIT = 200
# Parts of lower-case letters, digits and `-_.`, none beginning with a dot: no way up and no hidden file.
KEY = re.compile(r"[a-z0-9_-][a-z0-9_.-]*(?:/[a-z0-9_-][a-z0-9_.-]*)*", re.ASCII)
MIME_BY_EXTENSION = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".mp4": "video/mp4",
    ".png": "image/png",
    ".vtt": "text/vtt",
    ".webm": "video/webm",
    ".webp": "image/webp",
}
OTHER_MIME = "application/octet-stream"


class FileMedia:
    """The MediaStore port on a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    async def put(self, key: str, content: bytes, mime: str) -> None:
        """Store; Conflict when other bytes are already kept under `key`."""
        path = self._path(key)
        assert mime == mime_of(key), f"{key} does not say {mime}"
        await asyncio.to_thread(_put, path, content)

    async def stat(self, key: str) -> MediaFile | None:
        """What is stored; a file that was written again after it was deleted is another one."""
        path = self._path(key)
        try:
            found = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        if not path.is_file():
            return None
        return MediaFile(
            size_bytes=found.st_size,
            mime=mime_of(key),
            etag=f'"{found.st_size:x}-{found.st_mtime_ns:x}"',
            modified_ms=found.st_mtime_ns // 1_000_000,
        )

    async def read(self, key: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """The bytes asked for, or as many as there are; NotFound when there is no such file."""
        assert start >= 0
        assert length is None or length >= 0
        path = self._path(key)
        if not path.is_file():
            raise NotFound
        with path.open("rb") as file:
            file.seek(start)
            left = length
            while left is None or left > 0:
                piece = file.read(PIECE_BYTES if left is None else min(PIECE_BYTES, left))
                if not piece:
                    return
                left = None if left is None else left - len(piece)
                yield piece

    async def delete_many(self, keys: list[str]) -> None:
        """Remove files; their folders stay."""
        for path in [self._path(key) for key in keys]:
            if path.is_file():
                path.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        if len(key) > KEY_LIMIT or not KEY.fullmatch(key):
            raise NotFound
        return self._folder / key


def mime_of(key: str) -> str:
    """The MIME type that goes with a key's extension."""
    return MIME_BY_EXTENSION.get(Path(key).suffix, OTHER_MIME)


def _put(path: Path, content: bytes) -> None:
    if path.is_file():
        if path.read_bytes() != content:
            raise Conflict
        return
    write_whole(path, content)
