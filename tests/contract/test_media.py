"""What every place for media promises, whichever answers."""

import pytest

from fairday.adapters.media.files import FileMedia
from fairday.kernel.errors import NotFound

BIG = bytes(range(256)) * 3_000


@pytest.fixture(params=["file:"])
def media(request: pytest.FixtureRequest, tmp_path):
    assert request.param == "file:"
    return FileMedia(tmp_path / "media")


async def read(media, *arguments) -> bytes:
    return b"".join([piece async for piece in media.read(*arguments)])


async def test_stored_files_come_back(media):
    await media.put("pictures/ab/320.webp", b"picture", "image/webp")
    known = await media.stat("pictures/ab/320.webp")
    assert (known.size_bytes, known.mime) == (7, "image/webp")
    assert known.etag.startswith('"')
    assert known.modified_ms > 1_600_000_000_000
    assert await read(media, "pictures/ab/320.webp") == b"picture"


async def test_ranges(media):
    await media.put("film.mp4", BIG, "video/mp4")
    assert await read(media, "film.mp4") == BIG
    assert await read(media, "film.mp4", 300_000) == BIG[300_000:]
    assert await read(media, "film.mp4", 5, 10) == BIG[5:15]
    assert await read(media, "film.mp4", 0, 0) == b""
    assert await read(media, "film.mp4", len(BIG) - 3, 99) == BIG[-3:]
    assert await read(media, "film.mp4", len(BIG) + 1) == b""


async def test_pieces_are_small(media):
    await media.put("film.mp4", BIG, "video/mp4")
    assert max([len(piece) async for piece in media.read("film.mp4")]) <= 256 * 1024


async def test_putting_the_same_bytes_again_changes_nothing(media):
    await media.put("a.jpg", b"1", "image/jpeg")
    first = await media.stat("a.jpg")
    await media.put("a.jpg", b"1", "image/jpeg")
    assert await media.stat("a.jpg") == first


async def test_two_files_have_two_etags(media):
    await media.put("a.jpg", b"1", "image/jpeg")
    await media.put("b.jpg", b"22", "image/jpeg")
    assert (await media.stat("a.jpg")).etag != (await media.stat("b.jpg")).etag


async def test_deleted_files_are_gone(media):
    await media.put("a/b.jpg", b"1", "image/jpeg")
    await media.put("a/c.jpg", b"1", "image/jpeg")
    await media.delete_many(["a/b.jpg", "unknown.jpg", "a"])
    assert await media.stat("a/b.jpg") is None
    assert await media.stat("a/c.jpg") is not None
    with pytest.raises(NotFound):
        await read(media, "a/b.jpg")


@pytest.mark.parametrize(
    "key",
    [
        "", "/", "/etc/passwd", "../secret", "a/../../secret", "a//b", "a/", "a/./b", ".hidden", "a/.hidden", "A.jpg",
        "a b.jpg", "a\x00.jpg", "a\\b.jpg", "a%2e%2e/b", "ä.jpg", "a.jpg\n", "x" * 201,
    ],
)  # fmt: skip
async def test_keys_that_are_not_keys_are_not_found(media, key):
    with pytest.raises(NotFound):
        await media.put(key, b"1", "image/jpeg")
    with pytest.raises(NotFound):
        await media.stat(key)
    with pytest.raises(NotFound):
        await read(media, key)
    with pytest.raises(NotFound):
        await media.delete_many([key])


async def test_a_folder_is_not_a_file(media):
    await media.put("a/b.jpg", b"1", "image/jpeg")
    assert await media.stat("a") is None
    assert await media.stat("a/b.jpg/c") is None
    with pytest.raises(NotFound):
        await read(media, "a")
