"""What an interface is given (`Web`) and what it shows itself with (`Surface`)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from fairday.interfaces.web.assets import Assets
from fairday.interfaces.web.cookies import SealedCookie
from fairday.interfaces.web.csrf import CrossSite, csrf_matches, csrf_token
from fairday.interfaces.web.headers import Policy
from fairday.interfaces.web.templating import Templates
from fairday.kernel.sealing import derive_key

SHARED_ASSETS = Path(__file__).parent / "static"

Kind = TypeVar("Kind", bound=msgspec.Struct)


class Web(msgspec.Struct, frozen=True):
    """How the store is reached. `public_url` has no last slash.

    `secrets` are 32 bytes or more each: the first seals, all of them open.
    """

    secrets: tuple[bytes, ...]
    public_url: str
    tls: bool = False
    media_origins: tuple[str, ...] = ()
    media_prefix: str = "/media"

    def __repr__(self) -> str:
        """Without the secrets: what is wired together ends up in tracebacks."""
        return f"Web(public_url={self.public_url!r}, tls={self.tls})"

    @property
    def policy(self) -> Policy:
        """The content security policy of its pages."""
        return Policy(tls=self.tls, media=self.media_origins)


class Looks(msgspec.Struct, frozen=True):
    """Where an interface keeps its templates and static files, and under which address the latter are served."""

    name: str
    templates: Path
    assets: Path
    static_prefix: str = "/static"


class Surface(Generic[Kind]):
    """One interface: templates, static files, sessions of its own kind, CSRF tokens bound to them."""

    def __init__(
        self, web: Web, looks: Looks, kind: type[Kind], *, cookie: str, max_age_s: int,
        extra: Mapping[str, object] | None = None,
    ) -> None:  # fmt: skip
        """`cookie` names the sealed cookie that carries a `kind`; its keys differ with its name."""
        self.web = web
        self.policy = web.policy
        self.assets = Assets((SHARED_ASSETS, looks.assets), looks.static_prefix)
        self.templates = Templates({looks.name: looks.templates}, self.assets, extra)
        self.cookie = SealedCookie(cookie, kind, web.secrets, tls=web.tls, max_age_s=max_age_s)
        self._csrf_keys = [derive_key(secret, f"csrf {cookie}") for secret in web.secrets]

    def csrf(self, session_id: str) -> str:
        """The token for a form on a page of this session."""
        return csrf_token(self._csrf_keys[0], session_id)

    def require_csrf(self, session_id: str, token: str) -> None:
        """CrossSite unless `token` belongs to this session."""
        if not any(csrf_matches(key, session_id, token) for key in self._csrf_keys):
            raise CrossSite
