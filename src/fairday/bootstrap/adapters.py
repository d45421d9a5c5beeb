"""Which adapter answers which scheme, port by port. A new technology is one line here and one file in `adapters`."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from fairday.adapters.bus.horizon import WAYS
from fairday.adapters.bus.local import LocalBus
from fairday.adapters.cache.memory import MemoryCache
from fairday.adapters.carts.database import DatabaseCarts
from fairday.adapters.database.address import Address, AddressError, address_of
from fairday.adapters.database.sqlite import SqliteDatabase
from fairday.adapters.identity.local import LocalIdentity
from fairday.adapters.mail.files import FileMail
from fairday.adapters.media.files import FileMedia
from fairday.adapters.payments.sandbox import SandboxPayments
from fairday.adapters.products.database import DatabaseProducts
from fairday.adapters.search.tantivy import TantivySearch
from fairday.bootstrap.settings import Settings, SettingsError, path_of, runs_alone, scheme_of, secret_of
from fairday.kernel.clock import SECOND_MS, Clock
from fairday.kernel.sealing import derive_key, keyed_token
from fairday.ports.database import Database
from fairday.ports.payments import Payments
from fairday.usecases.shop import ShopSettings

SHOP_MARK = 16
SHARED_TTL_MS = 5 * SECOND_MS  # how old what another process changed may get in a cache of our own


class Parts(Struct, frozen=True, kw_only=True):
    """What a factory may build on: the settings, the state folder, the clock, and the database once it is open."""

    settings: Settings
    state: Path
    clock: Clock
    database: Database | None = None

    @property
    def rows(self) -> Database:
        """The database; asking before it is open is our mistake."""
        assert self.database is not None, "the database is opened first"
        return self.database


Factory = Callable[[Parts, str], Any]


def _tantivy(folder: Path) -> TantivySearch:
    business = ShopSettings()
    return TantivySearch(folder, business.languages, sorted({market.currency for market in business.markets}))


def _memory_cache(parts: Parts) -> MemoryCache:
    if runs_alone(parts.settings):
        return MemoryCache(parts.clock)
    return MemoryCache(parts.clock, tagged_ttl_ms=SHARED_TTL_MS)


def _local_bus(parts: Parts) -> LocalBus:
    return LocalBus(parts.rows, parts.clock, ended=WAYS[scheme_of(parts.settings.database)]())


def _address(url: str) -> Address:
    try:
        return address_of(url)
    except AddressError as error:
        raise SettingsError(f"FAIRDAY_DATABASE: {error}") from None


def _postgresql(_parts: Parts, url: str) -> Database:
    from fairday.adapters.database.postgresql import PostgresDatabase  # noqa: PLC0415 - its driver takes time to load

    return PostgresDatabase(_address(url))


def _mysql(_parts: Parts, url: str) -> Database:
    from fairday.adapters.database.mysql import MysqlDatabase  # noqa: PLC0415 - its driver takes time to load

    return MysqlDatabase(_address(url))


def _sandbox(parts: Parts, url: str) -> SandboxPayments:
    key = derive_key(secret_of(parts.settings, parts.state), "sandbox messages")
    return SandboxPayments(path_of(url, parts.state, "sandbox-payments.db"), parts.clock, key)


def _stripe(parts: Parts, _url: str) -> Payments:
    from fairday.adapters.payments.stripe import (  # noqa: PLC0415 - its SDK takes time to load
        API_BASE,
        StripeKeys,
        StripePayments,
        is_safe_base,
    )

    given = parts.settings
    secrets = tuple(one.strip() for one in given.stripe_webhook_secrets.split(",") if one.strip())
    base = given.stripe_api_base.rstrip("/") or API_BASE
    if not given.stripe_secret_key or not secrets:
        raise SettingsError("stripe: needs FAIRDAY_STRIPE_SECRET_KEY and FAIRDAY_STRIPE_WEBHOOK_SECRETS")
    if not is_safe_base(base):
        raise SettingsError(
            "FAIRDAY_STRIPE_API_BASE begins with https://, or with http:// and an address of this machine"
        )
    keys = StripeKeys(
        secret_key=given.stripe_secret_key, webhook_secrets=secrets, api_base=base, shop_name=given.name,
        shop=keyed_token(secret_of(given, parts.state), "stripe", "shop")[:SHOP_MARK],
    )  # fmt: skip
    return StripePayments(parts.rows, parts.clock, keys)


ADAPTERS: Mapping[str, Mapping[str, Factory]] = {
    "database": {
        "sqlite": lambda parts, url: SqliteDatabase(path_of(url, parts.state, "fairday.db")),
        "postgresql": _postgresql,
        "mysql": _mysql,
    },
    "products": {"database": lambda parts, _: DatabaseProducts(parts.rows, parts.clock)},
    "carts": {"database": lambda parts, _: DatabaseCarts(parts.rows, parts.clock)},
    "cache": {"memory": lambda parts, _: _memory_cache(parts)},
    "search": {"tantivy": lambda parts, url: _tantivy(path_of(url, parts.state, "search"))},
    "media": {"file": lambda parts, url: FileMedia(path_of(url, parts.state, "media"))},
    "bus": {"local": lambda parts, _: _local_bus(parts)},
    "identity": {"local": lambda parts, _: LocalIdentity(parts.rows, parts.clock, context=[parts.settings.name])},
    "payments": {"sandbox": _sandbox, "stripe": _stripe},
    "mail": {
        "file": lambda parts, url: FileMail(path_of(url, parts.state, "mail"), parts.settings.mail_from, parts.clock)
    },
}


def build(port: str, parts: Parts) -> Any:  # noqa: ANN401 - the port's Protocol, checked where it is wired
    """The adapter that the setting of `port` names."""
    return build_from(port, str(getattr(parts.settings, port)), parts)


def build_from(port: str, url: str, parts: Parts) -> Any:  # noqa: ANN401
    """The adapter that answers `url`; SettingsError names the schemes there are."""
    known = ADAPTERS[port]
    factory = known.get(scheme_of(url))
    if factory is None:
        raise SettingsError(
            f"FAIRDAY_{port.upper()} begins with {scheme_of(url)}:; this version knows: "
            f"{', '.join(f'{name}:' for name in known)}"
        )
    return factory(parts, url)
