"""Media files are whole or not there, and never change."""

import pytest

from fairday.adapters import files
from fairday.adapters.media.files import FileMedia
from fairday.kernel.errors import Conflict


@pytest.fixture
def media(tmp_path) -> FileMedia:
    return FileMedia(tmp_path / "media")


async def test_other_bytes_under_a_key_are_refused(media, tmp_path):
    await media.put("a.jpg", b"1", "image/jpeg")
    with pytest.raises(Conflict):
        await media.put("a.jpg", b"2", "image/jpeg")
    assert (tmp_path / "media" / "a.jpg").read_bytes() == b"1"


async def test_a_full_disk_leaves_nothing_behind(media, tmp_path, monkeypatch):
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        await media.put("a/b.jpg", b"1", "image/jpeg")
    assert [path for path in (tmp_path / "media").rglob("*") if path.is_file()] == []
    assert await media.stat("a/b.jpg") is None


async def test_the_extension_says_what_it_is(media):
    with pytest.raises(AssertionError):
        await media.put("a.jpg", b"<svg>", "image/svg+xml")
    await media.put("a.svg", b"<svg>", "application/octet-stream")
    assert (await media.stat("a.svg")).mime == "application/octet-stream"


async def test_a_file_put_back_is_a_new_one(media):
    await media.put("a.jpg", b"1", "image/jpeg")
    first = await media.stat("a.jpg")
    await media.delete_many(["a.jpg"])
    await media.put("a.jpg", b"2", "image/jpeg")
    assert (await media.stat("a.jpg")).etag != first.etag
