"""The demo goods' pictures: drawn when somebody first looks, and meanwhile one after the other until all are there.

Drawing takes long, so painters are processes of their own that give way to the shop. What is drawn is stored like any
picture; once all are, nothing of this is in the way any more.
"""

import asyncio
import multiprocessing
import os
import re
import signal
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import structlog

from fairday.demo import DemoItem, Picture, goods, raster
from fairday.domain.catalog import Media, Rendition
from fairday.ports.media import MediaFile, MediaStore
from fairday.usecases.store_picture import draw_anew

FOLDER = "demo"
UNFINISHED = "demo.unfinished"  # stands in the state folder while pictures are missing
WIDTHS_PX = (320, 640, 960)
JPEG_WIDTHS_PX = (640, 960)
MIMES = {"avif": "image/avif", "jpeg": "image/jpeg"}
ENDINGS = {"avif": "avif", "jpeg": "jpg"}
PAINTERS = 2
NICENESS = 10
_KEY = re.compile(rf"{FOLDER}/([a-z0-9_-]+)-({'|'.join(map(str, WIDTHS_PX))})\.(?:avif|jpg)")
log = structlog.get_logger(__name__)


def is_unfinished(state: Path) -> bool:
    """Whether demo pictures may still be missing."""
    return (state / UNFINISHED).exists()


def media_of(item: DemoItem) -> tuple[Media, ...]:
    """A demo product's pictures as its document names them, drawn or not."""
    return tuple(_media(picture) for picture in item.pictures)


class Gallery:
    """The media store of a shop whose demo pictures are still being drawn."""

    def __init__(self, store: MediaStore, state: Path) -> None:
        self._store = store
        self._state = state
        self._pictures = {picture.name: picture for item in goods().items for picture in item.pictures}
        self._painting: dict[tuple[str, int], asyncio.Task[None]] = {}
        context = multiprocessing.get_context("spawn")
        self._painters = ProcessPoolExecutor(PAINTERS, mp_context=context, initializer=_give_way)

    async def put(self, key: str, content: bytes, mime: str) -> None:
        """As the store does."""
        await self._store.put(key, content, mime)

    async def stat(self, key: str) -> MediaFile | None:
        """What is stored, after drawing it if it is a demo picture that nobody looked at yet."""
        found = await self._store.stat(key)
        wanted = _KEY.fullmatch(key) if found is None else None
        picture = self._pictures.get(wanted[1]) if wanted else None
        if wanted is None or picture is None:
            return found
        await self._painted(picture, int(wanted[2]))
        return await self._store.stat(key)

    def read(self, key: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """As the store does."""
        return self._store.read(key, start, length)

    async def delete_many(self, keys: list[str]) -> None:
        """As the store does."""
        await self._store.delete_many(keys)

    async def fill(self) -> None:
        """Draw whatever is missing, first pictures first, then let the painters go."""
        try:
            pictures = sorted(self._pictures.values(), key=lambda picture: picture.view != "main")
            for picture in pictures:
                if await self._store.stat(_key(picture, WIDTHS_PX[-1], "jpeg")) is None:
                    await self._painted(picture, WIDTHS_PX[-1])
            (self._state / UNFINISHED).unlink(missing_ok=True)
            log.info("demo_pictures_drawn", count=len(pictures))
        finally:
            self._painters.shutdown(wait=False, cancel_futures=True)

    async def _painted(self, picture: Picture, width_px: int) -> None:
        """Have it drawn, once, however many look at the same time."""
        name = (picture.name, width_px)
        task = self._painting.get(name)
        if task is None:
            task = self._painting[name] = asyncio.ensure_future(self._paint(picture, width_px))
            task.add_done_callback(lambda _: self._painting.pop(name, None))
        await asyncio.shield(task)

    async def _paint(self, picture: Picture, width_px: int) -> None:
        drawn = await asyncio.get_running_loop().run_in_executor(self._painters, paint, picture, width_px)
        for key, content, mime in drawn:
            if await self._store.stat(key) is None:
                await self._store.put(key, content, mime)


def paint(picture: Picture, width_px: int) -> list[tuple[str, bytes, str]]:
    """A picture up to a width, as files: key, bytes, MIME type. Pure, and slow: painters do this."""
    renditions, files = draw_anew(raster(picture, width_px))
    content_of = {file.key: file.content for file in files}
    return [
        (_key(picture, rendition.width_px, rendition.format), content_of[rendition.key], MIMES[rendition.format])
        for rendition in renditions
        if rendition.format == "avif" or rendition.width_px in JPEG_WIDTHS_PX
    ]


def _media(picture: Picture) -> Media:
    sizes = [("avif", width) for width in WIDTHS_PX] + [("jpeg", width) for width in JPEG_WIDTHS_PX]
    widest = WIDTHS_PX[-1]
    return Media(
        key=_key(picture, widest, "jpeg"), alt=picture.alt, width_px=widest, height_px=widest, mime="image/jpeg",
        renditions=tuple(Rendition(_key(picture, width, kind), kind, width, width) for kind, width in sizes),
    )  # fmt: skip


def _key(picture: Picture, width_px: int, kind: str) -> str:
    return f"{FOLDER}/{picture.name}-{width_px}.{ENDINGS[kind]}"


def _give_way() -> None:
    os.nice(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole terminal; the store ends its painters
