"""Markets as the storefront shows them: addresses, names of countries in the reader's language, clocks, states."""

from collections.abc import Iterable, Mapping
from functools import cache
from urllib.parse import quote, urlencode

from babel import Locale
from msgspec import Struct

from fairday.domain.catalog import Category
from fairday.interfaces.storefront.views.shell import Link, MarketLink
from fairday.interfaces.web.templating import Tongue
from fairday.messages import Messages, Sentences
from fairday.messages.formats import Formats, formats_for
from fairday.usecases.shop import Market, ShopSettings

# Whose clock a country's dates are told by.
ZONES = {
    "US": "America/New_York", "DE": "Europe/Berlin", "AT": "Europe/Vienna", "FR": "Europe/Paris",
    "IE": "Europe/Dublin", "NL": "Europe/Amsterdam",
}  # fmt: skip

# Countries where an address needs a state, because tax depends on it.
REGIONS: dict[str, dict[str, str]] = {
    "US": {
        "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
        "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia",
        "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas",
        "KY": "Kentucky", "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts",
        "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri", "MT": "Montana",
        "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico",
        "NY": "New York", "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma",
        "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island", "SC": "South Carolina", "SD": "South Dakota",
        "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia", "WA": "Washington",
        "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
    },
}  # fmt: skip


class Vocabulary:
    """What a language calls attributes, options and their values, as the merchant's categories say."""

    def __init__(self) -> None:
        self._terms: dict[str, str] = {}

    def learn(self, terms: Mapping[str, str]) -> None:
        """These words from now on, and no others."""
        self._terms = dict(terms)

    def term(self, text: str) -> str:
        """The language's word for it, or the one it is known by."""
        return self._terms.get(text, text)

    def terms(self, listed: str) -> str:
        """The same for several, as `CartItem.options` lists them."""
        return ", ".join(self.term(text) for text in listed.split(", ")) if listed else ""


class Place(Struct, frozen=True):
    """A market, and how to speak and link in it."""

    market: Market
    vocabulary: Vocabulary

    @property
    def base(self) -> str:
        """What every address of this market begins with: `/en-de`."""
        return f"/{self.market.slug}"

    @property
    def tag(self) -> str:
        """Its BCP 47 name, `en-DE`."""
        return f"{self.market.language}-{self.market.country}"

    @property
    def tongue(self) -> Tongue:
        """Language, country and clock, for templates."""
        return Tongue(self.market.language, self.market.country, ZONES.get(self.market.country, "UTC"))

    @property
    def words(self) -> Sentences:
        """The catalogue in its language."""
        return Messages.for_language(self.market.language)

    @property
    def formats(self) -> Formats:
        """How it writes money and days."""
        return formats_for(self.tongue.language, self.tongue.country, self.tongue.zone)

    def product(self, slug: str, sku: str = "") -> str:
        """The address of a product, or of one of its variants."""
        return f"{self.base}/p/{quote(slug, safe='')}" + (f"?{urlencode({'sku': sku})}" if sku else "")

    def category(self, slug: str) -> str:
        """The address of a category."""
        return f"{self.base}/c/{quote(slug, safe='')}"

    def search(self, pairs: Iterable[tuple[str, str]] = ()) -> str:
        """The address of a search."""
        query = urlencode(list(pairs))
        return f"{self.base}/search" + (f"?{query}" if query else "")

    def order(self, order_id: str, token: str) -> str:
        """The page of an order, for whoever has the link."""
        return f"{self.base}/orders/{quote(order_id, safe='')}/{quote(token, safe='')}"


class Places:
    """All markets of a shop, by slug."""

    def __init__(self, settings: ShopSettings) -> None:
        self.vocabularies = {language: Vocabulary() for language in settings.languages}
        self.by_slug = {one.slug: Place(one, self.vocabularies[one.language]) for one in settings.markets}
        self.first = next(iter(self.by_slug.values()))

    def learn(self, categories: Iterable[Category]) -> None:
        """Take over the words of all categories."""
        learnt: dict[str, dict[str, str]] = {language: {} for language in self.vocabularies}
        for category in categories:
            for language, terms in category.terms.items():
                learnt.setdefault(language, {}).update(terms)
        for language, vocabulary in self.vocabularies.items():
            vocabulary.learn(learnt[language])

    def links(self, here: Place, path: str) -> tuple[MarketLink, ...]:
        """The page at `path` in every market, each named in its own language."""
        return tuple(
            MarketLink(
                href=f"{place.base}{path}",
                tag=place.tag,
                country=country_name(place.market.country, place.market.language),
                language=language_name(place.market.language),
                currency=place.market.currency,
                current=place == here,
            )
            for place in self.by_slug.values()
        )

    def preferred(self, accept_language: str) -> Place:
        """The market that a browser's languages point to: language and country, then the language, then the first."""
        wanted = [part.partition(";")[0].strip().lower() for part in accept_language.split(",")[:20]]
        for tag in wanted:
            if tag in self.by_slug:
                return self.by_slug[tag]
        for tag in wanted:
            language = tag.partition("-")[0]
            places = [place for place in self.by_slug.values() if place.market.language == language]
            own = [place for place in places if place.market.country.lower() == language]
            if places:
                return (own or places)[0]
        return self.first

    def countries(self, here: Place) -> tuple[Link, ...]:
        """Where goods of this market can be sent: every country with its currency."""
        codes = dict.fromkeys(
            p.market.country for p in self.by_slug.values() if p.market.currency == here.market.currency
        )
        return tuple(Link(code, country_name(code, here.market.language)) for code in codes)


@cache
def country_name(code: str, language: str) -> str:
    """A country as a language calls it."""
    return str(Locale.parse(language).territories.get(code, code))


@cache
def language_name(language: str) -> str:
    """A language as it calls itself."""
    name = Locale.parse(language).display_name or language
    return name[:1].upper() + name[1:]


def regions(country: str) -> tuple[Link, ...]:
    """The states to choose from, or none where a country has no need of them."""
    return tuple(Link(code, name) for code, name in REGIONS.get(country, {}).items())
