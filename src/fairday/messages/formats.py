"""Money, numbers and dates the way a market writes them, through Babel. Words are in the catalogue."""

from datetime import UTC, date, datetime, tzinfo
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal

from fairday.kernel.money import Money, decimal_text

REMEMBERED = 16_384


class Formats:
    """How one market writes amounts and days. Obtain with `formats_for`, which keeps one for each market."""

    def __init__(self, language: str, country: str, zone: str) -> None:
        """`zone` is an IANA name; where the machine knows no zones, days are counted in UTC."""
        self.locale = _locale(language, country)
        self._zone = _zone(zone)
        self.money = lru_cache(REMEMBERED)(self._money)
        self.day = lru_cache(REMEMBERED)(self._day)

    def _money(self, value: Money) -> str:
        return format_currency(decimal_text(value.amount, value.currency), value.currency, locale=self.locale)

    def _day(self, when: int | date, style: str = "long") -> str:
        """A day, or that of an instant: `long`, `medium`, `short`, or a CLDR skeleton such as `MMMEd`."""
        day = when if isinstance(when, date) else datetime.fromtimestamp(when / 1000, UTC).astimezone(self._zone).date()
        pattern = style if style in {"full", "long", "medium", "short"} else self.locale.datetime_skeletons[style]
        return format_date(day, str(pattern), locale=self.locale)

    def moment(self, at_ms: int) -> str:
        """Day and time of an instant, in the market's own zone."""
        moment = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(self._zone)
        return format_datetime(moment.replace(tzinfo=None), "medium", locale=self.locale)

    def number(self, value: float) -> str:
        """A plain number with the market's separators."""
        return format_decimal(value, locale=self.locale)


@cache
def formats_for(language: str, country: str, zone: str = "UTC") -> Formats:
    """The one Formats of a market."""
    return Formats(language, country, zone)


def _locale(language: str, country: str) -> Locale:
    for name in (f"{language}_{country.upper()}", language):
        try:
            return Locale.parse(name)
        except UnknownLocaleError:
            continue
    return Locale.parse("en")


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return UTC
