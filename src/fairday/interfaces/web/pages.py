"""Answers: cacheable pages with ETag, private pages that nobody may store, redirects, small JSON. No templates here."""

import gzip
import hashlib
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import msgspec
from litestar import Response
from litestar.datastructures import Cookie
from msgspec import Struct

from fairday.interfaces.web.headers import Policy

HTML = "text/html"
NO_STORE = "no-store"
PUBLIC_AGE_S = 10
STALE_S = 30
WORTH_COMPRESSING_BYTES = 1_000
REDIRECT = 303


class Rendered(Struct, frozen=True):
    """A cacheable answer, ready to send any number of times."""

    content: bytes
    compressed: bytes
    etag: str
    media_type: str
    max_age_s: int


def rendered(text: str, media_type: str = HTML, max_age_s: int = PUBLIC_AGE_S) -> Rendered:
    """`text` as a cacheable answer. It must be the same for everybody who may see its address."""
    content = text.encode()
    digest = hashlib.blake2b(content, digest_size=12).hexdigest()
    worth = len(content) >= WORTH_COMPRESSING_BYTES
    compressed = gzip.compress(content, 5, mtime=0) if worth else b""
    return Rendered(content, compressed, f'W/"{digest}"', media_type, max_age_s)


def public_answer(page: Rendered, headers: Mapping[str, str], policy: Policy, status: int = 200) -> Response[bytes]:
    """Sends `page`, or 304 when the asker has it. Never sets a cookie, or an edge could hand it to somebody else."""
    out = {
        "cache-control": f"public, max-age={page.max_age_s}, stale-while-revalidate={STALE_S}",
        "etag": page.etag,
        "vary": "accept-encoding",
        "content-security-policy": policy.public_page(),
    }
    if status == 200 and etag_matches(headers.get("if-none-match", ""), page.etag):  # noqa: PLR2004 - HTTP
        return Response(b"", status_code=304, headers=out, media_type=page.media_type)
    content = page.content
    if page.compressed and "gzip" in headers.get("accept-encoding", ""):
        out["content-encoding"] = "gzip"
        content = page.compressed
    return Response(content, status_code=status, media_type=page.media_type, headers=out)


def private_answer(
    text: str, policy: Policy, nonce: str, *, status: int = 200, cookies: Sequence[Cookie] = ()
) -> Response[bytes]:
    """A page for one person: not stored, not compressed (it carries secrets), scripts by nonce only."""
    headers = {"cache-control": NO_STORE, "content-security-policy": policy.private_page(nonce)}
    return Response(text.encode(), status_code=status, media_type=HTML, headers=headers, cookies=list(cookies))


def redirect(path: str, *, cookies: Sequence[Cookie] = ()) -> Response[bytes]:
    """303 to one of our own addresses, after a POST that did what was asked."""
    headers = {"cache-control": NO_STORE, "location": local_path(path, "/")}
    return Response(b"", status_code=REDIRECT, headers=headers, cookies=list(cookies), media_type=HTML)


def leaving(answer: Response[bytes]) -> Response[bytes]:
    """The answer that ends a session: the browser drops what pages kept (caches never had any)."""
    answer.headers["clear-site-data"] = '"storage"'
    return answer


def moved(path: str) -> Response[bytes]:
    """301 to the address a thing now has."""
    headers = {"cache-control": f"public, max-age={PUBLIC_AGE_S}", "location": local_path(path, "/")}
    return Response(b"", status_code=301, headers=headers, media_type=HTML)


def json_answer(value: object, *, cache_control: str = NO_STORE, cookies: Sequence[Cookie] = ()) -> Response[bytes]:
    """Any Struct as JSON, for our own small script."""
    headers = {"cache-control": cache_control}
    content = msgspec.json.encode(value)
    return Response(content, media_type="application/json", headers=headers, cookies=list(cookies))


def local_path(target: str, fallback: str) -> str:
    r"""`target` when it is an address on this site, else `fallback`: a redirect never leaves the store.

    Browsers read `//host`, `/\host` and control characters as another site, so those are refused too.
    """
    if not target.startswith("/") or target.startswith("//") or "\\" in target:
        return fallback
    if any(ord(character) <= 32 or ord(character) == 127 for character in target):  # noqa: PLR2004 - ASCII controls
        return fallback
    parts = urlsplit(target)
    return fallback if parts.scheme or parts.netloc else target


def etag_matches(if_none_match: str, etag: str) -> bool:
    """Whether the header names `etag`; weak comparison, as for GET."""
    if if_none_match.strip() == "*":
        return True
    wanted = etag.removeprefix("W/")
    return any(part.strip().removeprefix("W/") == wanted for part in if_none_match.split(","))
