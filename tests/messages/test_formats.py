"""Money and days as each market writes them."""

import pytest

from fairday.kernel.money import Money
from fairday.messages.formats import formats_for

NEW_YEAR_MS = 1_798_759_800_000  # 2026-12-31 23:30 UTC


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("language", "country", "money", "said"),
    [
        ("en", "US", Money(123_456, "USD"), "$1,234.56"),
        ("de", "DE", Money(123_456, "EUR"), "1.234,56 €"),
        ("de", "AT", Money(5, "EUR"), "€ 0,05"),
        ("en", "IE", Money(0, "EUR"), "€0.00"),
        ("en", "FR", Money(100, "EUR"), "1,00 €"),
        ("de", "FR", Money(-100, "EUR"), "-1,00 €"),
        ("en", "US", Money(500, "JPY"), "¥500"),
    ],
)
def test_money(language: str, country: str, money: Money, said: str) -> None:
    assert plain(formats_for(language, country).money(money)) == said


def test_the_day_is_that_of_the_market() -> None:
    assert formats_for("de", "DE", "Europe/Berlin").day(NEW_YEAR_MS) == "1. Januar 2027"
    assert formats_for("en", "US", "America/New_York").day(NEW_YEAR_MS) == "December 31, 2026"
    assert formats_for("en", "US", "No/Where").day(NEW_YEAR_MS) == "December 31, 2026"


def test_a_short_day_has_its_weekday() -> None:
    assert formats_for("en", "US", "UTC").day(NEW_YEAR_MS, "MMMEd") == "Thu, Dec 31"


def test_numbers() -> None:
    assert formats_for("de", "DE").number(4.5) == "4,5"
    assert formats_for("en", "US").number(12_345) == "12,345"
