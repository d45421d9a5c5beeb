"""Amounts: exact in every currency, and no cent lost."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairday.kernel.money import (
    EXPONENTS,
    LIMIT,
    PPM,
    Money,
    MoneyError,
    decimal_text,
    exponent,
    included_share,
    parse_amount,
    share,
    split,
)

AMOUNTS = st.integers(-LIMIT, LIMIT)


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("19.99", "EUR", 1999),
        (" 0.1 ", "USD", 10),
        ("1999", "JPY", 1999),
        ("1.999", "KWD", 1999),
        ("-0.005", "KWD", -5),
    ],
)
def test_amounts_are_read_to_the_currencys_digits(text, currency, amount):
    assert parse_amount(text, currency) == amount


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("19.999", "EUR"),
        ("1.5", "JPY"),
        ("1.9999", "KWD"),
        ("", "EUR"),
        ("NaN", "EUR"),
        ("Infinity", "EUR"),
        ("1e40", "EUR"),
        ("1,99", "EUR"),
        ("1", "XXX"),
    ],
)
def test_what_a_currency_cannot_say_is_refused(text, currency):
    with pytest.raises(MoneyError):
        parse_amount(text, currency)


@given(amount=AMOUNTS, currency=st.sampled_from(sorted(EXPONENTS)))
def test_text_and_back_is_the_same_amount(amount, currency):
    text = decimal_text(amount, currency)
    assert parse_amount(text, currency) == amount
    assert -Decimal(text).as_tuple().exponent == exponent(currency)


@given(amount=AMOUNTS, weights=st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_splitting_loses_nothing_and_is_fair(amount, weights):
    parts = split(amount, weights)
    assert sum(parts) == amount
    total = sum(weights)
    if total:
        assert all(abs(part * total - amount * weight) < total for part, weight in zip(parts, weights, strict=True))


def test_splitting_over_nothing():
    assert split(0, []) == []
    assert split(5, [0, 0]) == [5, 0]
    with pytest.raises(MoneyError):
        split(1, [])


@given(amount=AMOUNTS, rate=st.integers(0, PPM))
def test_a_share_is_within_half_a_unit(amount, rate):
    assert abs(2 * (share(amount, rate) * PPM - amount * rate)) <= PPM
    assert abs(2 * (included_share(amount, rate) * (PPM + rate) - amount * rate)) <= PPM + rate


@given(left=AMOUNTS, right=AMOUNTS)
def test_money_adds_in_one_currency_only(left, right):
    assert Money(left, "KWD") + Money(right, "KWD") == Money(left + right, "KWD")
    assert Money(left, "KWD") - Money(right, "KWD") == Money(left - right, "KWD")
    with pytest.raises(MoneyError):
        Money(left, "KWD") + Money(right, "JPY")
