"""The shop as a use case gets it: every port it may ask, and the settings that are business."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec import Struct

from fairday.domain.payments import CaptureWhen
from fairday.domain.payments.errors import ProviderMissing
from fairday.kernel.batch import Batches
from fairday.kernel.clock import Clock
from fairday.ports.bus import Bus
from fairday.ports.cache import Cache
from fairday.ports.carts import Carts
from fairday.ports.database import Database
from fairday.ports.identity import Identity
from fairday.ports.mail import Mail
from fairday.ports.media import MediaStore
from fairday.ports.payment_events import PaymentEvents
from fairday.ports.payment_reports import ProviderReport
from fairday.ports.payments import Payments
from fairday.ports.products import Products
from fairday.ports.search import Search


class Market(Struct, frozen=True):
    """A language and a country, and the currency that goes with it; `slug` is how it stands in addresses."""

    language: str
    country: str
    currency: str

    @property
    def slug(self) -> str:
        """`en-us`, `de-at`."""
        return f"{self.language}-{self.country.lower()}"


class ShopSettings(Struct, frozen=True, kw_only=True):
    """Settings that are business. `base_url` is how shoppers reach the shop, `secret` seals cookies and links.

    An order whose shopper does not finish paying is let go after `hold_minutes`, and its stock with it.
    `books_zone` is the IANA time zone in which a day of the books begins and ends.
    """

    name: str = "Fairday"
    base_url: str = "http://127.0.0.1:8000"
    secret: bytes = b""
    base_currency: str = "EUR"
    languages: tuple[str, ...] = ("en", "de")
    countries: tuple[tuple[str, str], ...] = (
        ("US", "USD"), ("DE", "EUR"), ("AT", "EUR"), ("FR", "EUR"), ("IE", "EUR"), ("NL", "EUR"),
    )  # fmt: skip
    capture: CaptureWhen = "at_order"
    hold_minutes: int = 15
    mail_from: str = "shop@localhost"
    books_zone: str = "UTC"
    development: bool = True
    limited: bool = True

    def __repr__(self) -> str:
        """Without the secret: settings end up in logs and tracebacks."""
        return f"ShopSettings(name={self.name!r}, base_url={self.base_url!r})"

    @property
    def markets(self) -> tuple[Market, ...]:
        """Every language in every country."""
        return tuple(Market(lang, country, cur) for lang in self.languages for country, cur in self.countries)


@dataclass(frozen=True)
class Shop:
    """One shop, wired. Everything is shared by all requests of a process."""

    settings: ShopSettings
    clock: Clock
    database: Database
    products: Products
    carts: Carts
    cache: Cache
    search: Search
    media: MediaStore
    mail: Mail
    identity: Identity
    bus: Bus
    payments: Mapping[str, Payments]
    reports: Mapping[str, ProviderReport] = field(default_factory=dict)
    payment_events: Mapping[str, PaymentEvents] = field(default_factory=dict)
    # Not taken over by `replace`: what is asked of a shop is done through that shop's own ports.
    batches: Batches = field(init=False, default_factory=Batches, compare=False, repr=False)

    def provider(self, name: str) -> Payments:
        """Where an order's money is; ProviderMissing when this shop was started without it."""
        found = self.payments.get(name)
        if found is None:
            raise ProviderMissing(provider=name)
        return found
