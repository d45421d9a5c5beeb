"""Security headers and the content security policies. Which page gets which policy is decided where it is answered."""

import secrets
from collections.abc import Sequence

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from msgspec import Struct

NONCE_BYTES = 16
HSTS = "max-age=63072000; includeSubDomains"
PERMISSIONS = (
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), "
    "midi=(), payment=(), usb=()"
)
ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": PERMISSIONS,
}
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"


class Policy(Struct, frozen=True):
    """What every page of this store may load; `media` lists further origins for pictures and films."""

    tls: bool = False
    media: tuple[str, ...] = ()

    def public_page(self) -> str:
        """For cacheable pages: own external scripts only, no nonce."""
        return self._page("'self'")

    def private_page(self, nonce: str) -> str:
        """For `no-store` pages: only scripts that carry this answer's nonce."""
        return self._page(f"'nonce-{nonce}'")

    def _page(self, scripts: str) -> str:
        media = " ".join(("'self'", *self.media))
        parts = [
            "default-src 'none'",
            f"script-src {scripts}",
            "style-src 'self'",
            f"img-src {media} data:",
            f"media-src {media}",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "object-src 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        ]
        if self.tls:
            parts.append("upgrade-insecure-requests")
        return "; ".join(parts)


def new_nonce() -> str:
    """A fresh CSP nonce, for one answer."""
    return secrets.token_urlsafe(NONCE_BYTES)


class SecurityHeaders:
    """ASGI middleware: puts the headers above on every answer that does not set them itself.

    An answer without a policy of its own gets one that allows nothing, so a forgotten page is safe, not open.
    """

    def __init__(self, app: ASGIApp, *, tls: bool = False, own_policy: Sequence[str] = ()) -> None:
        """`own_policy` are path prefixes (the API's docs page) that send no default policy.

        `tls`: TLS ends in front of us. Then whatever arrives as plain HTTP was https for whoever sent it.
        """
        self.app = app
        self._tls = tls
        self._own_policy = tuple(own_policy)
        always = {**ALWAYS, "strict-transport-security": HSTS} if tls else ALWAYS
        self._headers = [(name.encode(), value.encode()) for name, value in always.items()]
        self._headers_and_policy = [*self._headers, (b"content-security-policy", NOTHING.encode())]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wraps `send` for HTTP; anything else passes through."""
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        if self._tls:
            scope["scheme"] = "https"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                set_already = {name.lower() for name, _ in headers}
                own_policy = self._own_policy and scope["path"].startswith(self._own_policy)
                wanted = self._headers if own_policy else self._headers_and_policy
                headers += [header for header in wanted if header[0] not in set_already]
                message["headers"] = headers
            await send(message)

        await self.app(scope, receive, send_with_headers)
