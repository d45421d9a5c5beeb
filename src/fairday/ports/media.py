"""Files people look at: pictures, films, captions, posters."""

from collections.abc import AsyncIterator
from typing import Protocol

from msgspec import Struct


class MediaFile(Struct, frozen=True):
    """What is known of a stored file: bytes in all, MIME type, a strong ETag and when it was written."""

    size_bytes: int
    mime: str
    etag: str
    modified_ms: int


class MediaStore(Protocol):
    """Where files are kept, by a key of lower-case letters, digits, `-`, `_`, `.` and `/`.

    A stored file never changes: a new picture gets a new key. `put` of the same bytes under the same key is harmless.
    A key that leaves the store's folder, or is not of that alphabet, is refused with NotFound.
    """

    async def put(self, key: str, content: bytes, mime: str) -> None:
        """Store whole and durably, or not at all."""
        ...

    async def stat(self, key: str) -> MediaFile | None:
        """What is stored under `key`."""
        ...

    def read(self, key: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start`, in pieces of 256 KB at most."""
        ...

    async def delete_many(self, keys: list[str]) -> None:
        """Remove; unknown keys are no error."""
        ...
