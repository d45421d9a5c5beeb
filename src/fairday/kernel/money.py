"""Amounts: integer minor units with a currency. Nothing here is ever a float, and splitting loses no cent."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from msgspec import Struct

# Digits after the decimal point (ISO 4217). A currency that is not here is refused.
EXPONENTS = {
    "AUD": 2, "BHD": 3, "CAD": 2, "CHF": 2, "CLP": 0, "CZK": 2, "DKK": 2, "EUR": 2, "GBP": 2, "HUF": 2, "ISK": 0,
    "JPY": 0, "KRW": 0, "KWD": 3, "NOK": 2, "NZD": 2, "PLN": 2, "RON": 2, "SEK": 2, "TND": 3, "TRY": 2, "USD": 2,
}  # fmt: skip
PPM = 1_000_000
# An amount fits a signed 64-bit column with room to sum a billion of them.
LIMIT = 10**12


class MoneyError(ValueError):
    """Two currencies met, or an amount is not one."""


class Money(Struct, frozen=True, order=True):
    """`amount` minor units of `currency`, e.g. Money(1999, "EUR") for 19.99 euros."""

    amount: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        """The sum; refuses to add apples to pears."""
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """The difference, under the same rule."""
        return Money(self.amount - self._same(other), self.currency)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            message = f"{self.currency} and {other.currency} do not add"
            raise MoneyError(message)
        return other.amount


def exponent(currency: str) -> int:
    """Digits after the point for `currency`; MoneyError when it is unknown."""
    try:
        return EXPONENTS[currency]
    except KeyError:
        message = f"unknown currency {currency!r}"
        raise MoneyError(message) from None


def parse_amount(text: str, currency: str) -> int:
    """Minor units from a decimal such as "19.99". Refuses what the currency cannot express exactly."""
    try:
        value = Decimal(text.strip())
        scaled = value.scaleb(exponent(currency))
        whole = int(scaled)
    except (InvalidOperation, ValueError, OverflowError):
        message = f"not an amount of money: {text!r}"
        raise MoneyError(message) from None
    if scaled != whole or abs(whole) > LIMIT:
        message = f"{text!r} is not an exact amount of {currency}"
        raise MoneyError(message)
    return whole


def decimal_text(amount: int, currency: str) -> str:
    """The amount as a plain decimal, e.g. "19.99"; the inverse of `parse_amount`."""
    digits = exponent(currency)
    return str(Decimal(amount).scaleb(-digits)) if digits else str(amount)


def share(amount: int, rate_ppm: int) -> int:
    """`rate_ppm` millionths of `amount`, rounded half to even."""
    return _round(Decimal(amount) * rate_ppm / PPM)


def included_share(gross: int, rate_ppm: int) -> int:
    """The part of `gross` that is a tax of `rate_ppm` on the rest, rounded half to even."""
    return _round(Decimal(gross) * rate_ppm / (PPM + rate_ppm))


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Cut `amount` in proportion to `weights` (none negative) by largest remainder; the parts sum to `amount`."""
    total = sum(weights)
    if not weights or total <= 0:
        if amount and not weights:
            message = "an amount cannot be split over nothing"
            raise MoneyError(message)
        return [amount, *([0] * (len(weights) - 1))] if weights else []
    sign = -1 if amount < 0 else 1
    parts, remainders = [], []
    for position, weight in enumerate(weights):
        whole, rest = divmod(abs(amount) * weight, total)
        parts.append(whole)
        remainders.append((-rest, position))
    for _, position in sorted(remainders)[: abs(amount) - sum(parts)]:
        parts[position] += 1
    return [sign * part for part in parts]


def _round(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
