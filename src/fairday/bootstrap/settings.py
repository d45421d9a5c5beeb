"""Settings, from the environment: one URL a port, and a little business. `to_environment` is the inverse of reading."""

import contextlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import asdict

from fairday.kernel.clock import zone_of

PREFIX = "FAIRDAY_"
SECRET_FILE = "secret.key"  # noqa: S105 - a file's name
SECRET_BYTES = 32
LONGEST_HOLD_MINUTES = 24 * 60
CAPTURES = ("at_order", "at_ship")
RATE_LIMITS = ("on", "off")


class SettingsError(ValueError):
    """A setting that cannot be understood; the text says which, and what would be."""


class Settings(Struct, frozen=True, kw_only=True):
    """What the environment says. Relative paths in URLs are inside `state`; `scheme:///x` is absolute.

    `secret` is text of 32 characters or more that seals cookies and links; empty: one is made and kept in the state
    folder. `metrics_token` opens /metrics to others than the loopback. `url` is how shoppers reach the shop.
    `hold_minutes` is how long stock is kept for an order whose shopper does not finish paying.
    `stripe_webhook_secrets` is a list, so that a new one is known before the old one goes.
    `rate_limits` is `off` for measuring only: whoever would be served beyond the loopback then is refused a start.
    """

    state: str = "var"
    database: str = "sqlite:fairday.db"
    database_replicas: str = ""
    products: str = "database:"
    carts: str = "database:"
    cache: str = "memory:"
    search: str = "tantivy:search"
    media: str = "file:media"
    bus: str = "local:"
    identity: str = "local:"
    payments: str = "sandbox:"
    mail: str = "file:mail"
    mail_from: str = "shop@localhost"
    name: str = "Fairday"
    url: str = ""
    secret: str = ""
    capture: str = "at_order"
    currency: str = "EUR"
    hold_minutes: str = "15"
    books_zone: str = "UTC"
    stripe_secret_key: str = ""
    stripe_webhook_secrets: str = ""
    stripe_api_base: str = ""
    metrics_token: str = ""
    rate_limits: str = "on"
    log_level: str = "info"

    def __repr__(self) -> str:
        """Without secrets, and without passwords in URLs: settings end up in logs and tracebacks."""
        return f"Settings(state={self.state!r})"

    def to_environment(self) -> dict[str, str]:
        """The variables that `from_environment` reads back as these settings."""
        return {f"{PREFIX}{name.upper()}": str(value) for name, value in asdict(self).items() if value != ""}


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Read every FAIRDAY_ variable that is a setting; SettingsError when one makes no sense."""
    given = os.environ if environment is None else environment
    names = Settings.__struct_fields__
    found = {name: given[f"{PREFIX}{name.upper()}"] for name in names if given.get(f"{PREFIX}{name.upper()}")}
    settings = Settings(**found)
    if settings.capture not in CAPTURES:
        raise SettingsError(f"FAIRDAY_CAPTURE is {settings.capture!r}; it is one of: {', '.join(CAPTURES)}")
    if settings.rate_limits not in RATE_LIMITS:
        raise SettingsError(f"FAIRDAY_RATE_LIMITS is {settings.rate_limits!r}; it is one of: {', '.join(RATE_LIMITS)}")
    minutes = settings.hold_minutes
    if not (minutes.isascii() and minutes.isdigit() and 0 < int(minutes) <= LONGEST_HOLD_MINUTES):
        raise SettingsError(f"FAIRDAY_HOLD_MINUTES is {minutes!r}; it is between 1 and {LONGEST_HOLD_MINUTES}")
    try:
        zone_of(settings.books_zone)
    except (ValueError, LookupError, OSError):
        raise SettingsError(f"FAIRDAY_BOOKS_ZONE is {settings.books_zone!r}; it is like UTC or Europe/Berlin") from None
    if settings.secret and len(settings.secret) < SECRET_BYTES:
        raise SettingsError(f"FAIRDAY_SECRET has {len(settings.secret)} characters; it needs {SECRET_BYTES} or more")
    if settings.url and urlsplit(settings.url).scheme not in {"http", "https"}:
        raise SettingsError(f"FAIRDAY_URL is {settings.url!r}; it begins with http:// or https://")
    return settings


def scheme_of(url: str) -> str:
    """What stands before the first colon."""
    scheme, colon, _ = url.partition(":")
    if not colon:
        raise SettingsError(f"{url!r} has no scheme; write it like sqlite:fairday.db")
    return scheme


def runs_alone(settings: Settings) -> bool:
    """Whether the database is a file with one writer, so that one process serves it."""
    return scheme_of(settings.database) == "sqlite"


def path_of(url: str, state: Path, default: str) -> Path:
    """The file or folder a URL names: `scheme:name` inside the state folder, `scheme:///name` anywhere."""
    rest = url.partition(":")[2]
    if rest.startswith("///"):
        return Path(rest[2:])
    return state / (rest.lstrip("/") or default)


def secret_of(settings: Settings, state: Path) -> bytes:
    """The shop's secret: the setting, else the one in the state folder, made on first use and readable by us alone."""
    if settings.secret:
        return settings.secret.encode()
    path = state / SECRET_FILE
    if not path.exists():
        state.mkdir(parents=True, exist_ok=True)
        _make_secret(path)
    return path.read_bytes()


def _make_secret(path: Path) -> None:
    """Written whole under another name first: of several processes one gives it its name, and none reads half."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(SECRET_BYTES).encode())
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(part, path)
    finally:
        part.unlink()
