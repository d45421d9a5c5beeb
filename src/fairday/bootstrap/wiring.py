"""Open a shop: settings in, ports out, everything closed again at the end."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from fairday.adapters.database.migrate import Migratable, newest_revision
from fairday.adapters.database.migrate import migrate as bring_up
from fairday.adapters.database.replicated import ReplicatedDatabase
from fairday.bootstrap.adapters import Parts, build, build_from
from fairday.bootstrap.settings import Settings, SettingsError, runs_alone, scheme_of, secret_of
from fairday.kernel.clock import Clock, SystemClock
from fairday.ports.database import Database
from fairday.ports.payment_events import PaymentEvents
from fairday.ports.payment_reports import ProviderReport
from fairday.ports.payments import Payments
from fairday.usecases.seed_rules import seed_rules
from fairday.usecases.shop import Shop, ShopSettings

__all__ = ["DEFAULT_URL", "bring_up", "newest_revision", "open_database", "open_shop", "shop_settings"]

DEFAULT_URL = "http://127.0.0.1:8000"


@asynccontextmanager
async def open_shop(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Shop]:
    """The shop that these settings describe, its schema up to date."""
    state = Path(settings.state)
    state.mkdir(parents=True, exist_ok=True)
    parts = Parts(settings=settings, state=state, clock=clock or SystemClock())
    database = build("database", parts)
    try:
        await bring_up(database)
        database = _with_replicas(database, parts)
        shop = _wire(Parts(settings=settings, state=state, clock=parts.clock, database=database))
        await seed_rules(shop)
        yield shop
        await _close(shop.search, shop.identity, *shop.payments.values())
    finally:
        await database.close()


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Migratable]:
    """The database alone, its schema as it is."""
    state = Path(settings.state)
    state.mkdir(parents=True, exist_ok=True)
    database: Migratable = build("database", Parts(settings=settings, state=state, clock=SystemClock()))
    try:
        yield database
    finally:
        await database.close()


def _with_replicas(primary: Database, parts: Parts) -> Database:
    """The database, with those that follow it if there are any."""
    urls = [url.strip() for url in parts.settings.database_replicas.split(",") if url.strip()]
    scheme = scheme_of(parts.settings.database)
    if not urls:
        return primary
    if runs_alone(parts.settings) or any(scheme_of(url) != scheme for url in urls):
        raise SettingsError(f"FAIRDAY_DATABASE_REPLICAS must be servers like FAIRDAY_DATABASE, which is {scheme}:")
    return ReplicatedDatabase(primary, [build_from("database", url, parts) for url in urls])


def _wire(parts: Parts) -> Shop:
    payments = _payments(parts)
    return Shop(
        settings=shop_settings(parts.settings, parts.state),
        clock=parts.clock,
        database=parts.rows,
        products=build("products", parts),
        carts=build("carts", parts),
        cache=build("cache", parts),
        search=build("search", parts),
        media=build("media", parts),
        mail=build("mail", parts),
        identity=build("identity", parts),
        bus=build("bus", parts),
        payments=payments,
        reports={name: provider for name, provider in payments.items() if isinstance(provider, ProviderReport)},
        payment_events={name: provider for name, provider in payments.items() if isinstance(provider, PaymentEvents)},
    )


def _payments(parts: Parts) -> Mapping[str, Payments]:
    """The list of providers, each under the name of its scheme, in the order given."""
    urls = [url.strip() for url in parts.settings.payments.split(",") if url.strip()]
    return {scheme_of(url): build_from("payments", url, parts) for url in urls}


def shop_settings(settings: Settings, state: Path) -> ShopSettings:
    """The part of the settings that is business."""
    url = (settings.url or DEFAULT_URL).rstrip("/")
    return ShopSettings(
        name=settings.name,
        base_url=url,
        secret=secret_of(settings, state),
        base_currency=settings.currency,
        hold_minutes=int(settings.hold_minutes),
        capture="at_ship" if settings.capture == "at_ship" else "at_order",
        mail_from=settings.mail_from,
        books_zone=settings.books_zone,
        development=not url.startswith("https://"),
        limited=settings.rate_limits != "off",
    )


async def _close(*adapters: object) -> None:
    """Let go of what holds files or threads."""
    for adapter in adapters:
        close = getattr(adapter, "close", None)
        if close is not None:
            await close()
