"""CSRF: a token on every form of a `no-store` page, and an origin check on every request that changes something."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Any, ClassVar

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from fairday.kernel.errors import Refusal

CSRF_FIELD = "csrf"
PAD_BYTES = 32
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class CrossSite(Refusal):
    """The request was sent from somewhere else than our own pages, or its token is not this session's."""

    code: ClassVar[str] = "cross_site"
    status: ClassVar[int] = 403


def csrf_token(key: bytes, session_id: str) -> str:
    """A token for this session, different each time so that compression on the way tells nothing about it."""
    pad = secrets.token_bytes(PAD_BYTES)
    mac = _mac(key, session_id)
    return base64.urlsafe_b64encode(pad + _xor(pad, mac)).rstrip(b"=").decode()


def csrf_matches(key: bytes, session_id: str, token: str) -> bool:
    """Whether `token` was made for this session with this key; compared in constant time."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return False
    if len(raw) != 2 * PAD_BYTES or not session_id:
        return False
    return hmac.compare_digest(_xor(raw[:PAD_BYTES], raw[PAD_BYTES:]), _mac(key, session_id))


def is_same_origin(headers: Mapping[str, str], scheme: str) -> bool:
    """Whether a browser says that this request comes from our own pages.

    Sec-Fetch-Site decides where it is sent; otherwise Origin must name this host. Neither: refused, since every
    browser sends one of them with a POST.
    """
    site = headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    origin = headers.get("origin")
    if origin is None:
        return site == "same-origin"
    ours = f"{scheme}://{headers.get('host', '')}"
    return hmac.compare_digest(origin.lower().encode(), ours.lower().encode())


async def same_origin_guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Litestar guard for whole routers: CrossSite unless the method is safe or the origin is ours."""
    if connection.scope.get("method") in SAFE_METHODS:
        return
    if not is_same_origin(connection.headers, connection.scope["scheme"]):
        raise CrossSite


def _mac(key: bytes, session_id: str) -> bytes:
    return hmac.new(key, f"csrf\x1f{session_id}".encode(), hashlib.sha256).digest()


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))
