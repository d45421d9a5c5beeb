"""Numbers as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairday.interfaces.backoffice.amounts import shown_moment, typed_amount, typed_moment, typed_whole
from fairday.interfaces.web import Form
from fairday.kernel.errors import Invalid
from fairday.kernel.money import decimal_text

MINUTE_MS = 60_000


def form(text: str) -> Form:
    return Form({"x": (text,)})


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("19.99", 1_999), ("19,99", 1_999), ("1.234,50", 123_450), ("1,234.50", 123_450), (" 7 ", 700), ("0", 0),
        ("", None), ("1 234,50", 123_450), ("-3", -300),
    ],
)  # fmt: skip
def test_amounts(text: str, amount: int | None) -> None:
    assert typed_amount(form(text), "x", "EUR") == amount


@pytest.mark.parametrize("text", ["a lot", "1.999", "nan", "inf", "1e99", "0x10", "1..2", "€5"])
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        typed_amount(form(text), "x", "EUR")
    assert refused.value.details == {"field": "x", "problem": "problem-amount"}


@given(st.integers(-(10**11), 10**11))
def test_what_is_shown_reads_back(amount: int) -> None:
    assert typed_amount(form(decimal_text(amount, "EUR")), "x", "EUR") == amount
    assert typed_amount(form(decimal_text(amount, "JPY")), "x", "JPY") == amount


@given(st.integers(0, 4_102_444_800_000))
def test_moments_read_back_to_the_minute(at_ms: int) -> None:
    whole = at_ms - at_ms % MINUTE_MS
    assert typed_moment(form(shown_moment(whole)), "x") == whole


@pytest.mark.parametrize("text", ["-1", "1.5", "x", "٣", "1" * 13, "²"])
def test_what_is_no_whole_number(text: str) -> None:
    with pytest.raises(Invalid):
        typed_whole(form(text), "x")


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01T00:00", "2026-01-01"])
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(Invalid):
        typed_moment(form(text), "x")
