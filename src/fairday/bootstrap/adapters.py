"""Which adapter answers which scheme, port by port. A new technology is one line here and one file in `adapters`."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from fairday.adapters.bus.local import LocalBus
from fairday.adapters.cache.memory import MemoryCache
from fairday.adapters.carts.database import DatabaseCarts
from fairday.adapters.database.sqlite import SqliteDatabase
from fairday.adapters.identity.local import LocalIdentity
from fairday.adapters.mail.files import FileMail
from fairday.adapters.media.files import FileMedia
from fairday.adapters.payments.sandbox import SandboxPayments
from fairday.adapters.products.database import DatabaseProducts
from fairday.adapters.search.tantivy import TantivySearch
from fairday.bootstrap.settings import Settings, SettingsError, path_of, scheme_of
from fairday.kernel.clock import Clock
from fairday.ports.database import Database
from fairday.usecases.shop import ShopSettings


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


ADAPTERS: Mapping[str, Mapping[str, Factory]] = {
    "database": {"sqlite": lambda parts, url: SqliteDatabase(path_of(url, parts.state, "fairday.db"))},
    "products": {"database": lambda parts, _: DatabaseProducts(parts.rows, parts.clock)},
    "carts": {"database": lambda parts, _: DatabaseCarts(parts.rows, parts.clock)},
    "cache": {"memory": lambda parts, _: MemoryCache(parts.clock)},
    "search": {"tantivy": lambda parts, url: _tantivy(path_of(url, parts.state, "search"))},
    "media": {"file": lambda parts, url: FileMedia(path_of(url, parts.state, "media"))},
    "bus": {"local": lambda parts, _: LocalBus(parts.rows, parts.clock)},
    "identity": {"local": lambda parts, _: LocalIdentity(parts.rows, parts.clock, context=[parts.settings.name])},
    "payments": {
        "sandbox": lambda parts, url: SandboxPayments(path_of(url, parts.state, "sandbox-payments.db"), parts.clock)
    },
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
            f"FAIRDAY_{port.upper()} is {url!r}; this version knows: {', '.join(f'{name}:' for name in known)}"
        )
    return factory(parts, url)
