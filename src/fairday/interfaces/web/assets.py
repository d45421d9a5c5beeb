"""Static files under names that carry their content's hash: browsers may keep them for ever. No uploads here."""

import gzip
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from litestar import Request, Response
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct

from fairday.interfaces.web.reading import read

HASH_LENGTH = 10
KEEP_FOREVER = "public, max-age=31536000, immutable"
CONTENT_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".woff2": "font/woff2",
}
COMPRESSIBLE = {".css", ".js", ".svg"}


class Asset(Struct, frozen=True):
    """One static file in memory, and its gzip form where that is smaller."""

    address: str
    content: bytes
    compressed: bytes
    content_type: str


class Assets:
    """All static files of one interface, by plain name; later folders override earlier ones."""

    def __init__(self, folders: Iterable[Path], prefix: str = "/static") -> None:
        """Reads every known file type in `folders`; `prefix` is where `route` serves them."""
        self.prefix = prefix
        self._by_name: dict[str, Asset] = {}
        for folder in folders:
            for path in sorted(folder.iterdir()):
                if path.suffix in CONTENT_TYPES:
                    self._by_name[path.name] = _read(path, prefix)
        self._by_address = {asset.address: asset for asset in self._by_name.values()}

    def url(self, name: str) -> str:
        """Where to find `name`; KeyError when there is no such file."""
        return self._by_name[name].address

    def asset(self, name: str) -> Asset:
        """The file itself, for the few that also live at a fixed address (`/favicon.ico`)."""
        return self._by_name[name]

    def route(self) -> HTTPRouteHandler:
        """The handler that serves these files."""
        by_address = self._by_address
        prefix = self.prefix

        @read(f"{prefix}/{{name:str}}", name=f"static:{prefix}", sync_to_thread=False, include_in_schema=False)
        def serve_asset(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
            asset = by_address.get(f"{prefix}/{name}")
            if asset is None:
                raise NotFoundException
            return asset_response(asset, request.headers, KEEP_FOREVER)

        return serve_asset


def asset_response(asset: Asset, headers: Mapping[str, str], cache_control: str) -> Response[bytes]:
    """`asset` as an answer, compressed when the browser takes gzip."""
    compress = bool(asset.compressed) and "gzip" in headers.get("accept-encoding", "")
    extra = {"cache-control": cache_control, "vary": "accept-encoding"}
    if compress:
        extra["content-encoding"] = "gzip"
    content = asset.compressed if compress else asset.content
    return Response(content, media_type=asset.content_type, headers=extra)


def _read(path: Path, prefix: str) -> Asset:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:HASH_LENGTH]
    compressed = gzip.compress(content, 9, mtime=0) if path.suffix in COMPRESSIBLE else b""
    return Asset(
        address=f"{prefix}/{path.stem}.{digest}{path.suffix}",
        content=content,
        compressed=compressed if len(compressed) < len(content) else b"",
        content_type=CONTENT_TYPES[path.suffix],
    )
