"""Posted forms: bounded, tidied, and never anything but text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairday.interfaces.web.forms import MOST_FIELDS, NotAForm, parse_form


def test_text_is_tidied_and_cut() -> None:
    form = parse_form(b"name=%20Ada%00%0d%0aL%20&long=" + b"x" * 300)
    assert form.text("name") == "Ada\nL"
    assert len(form.text("long")) == 200
    assert form.text("absent") == ""


def test_a_secret_is_kept_exactly_or_not_at_all() -> None:
    form = parse_form(b"password=%20pass%20word%20&long=" + b"x" * 300)
    assert form.secret("password") == " pass word "
    assert form.secret("long") == ""


@pytest.mark.parametrize(
    ("text", "number"),
    [("3", 3), ("-1", -1), ("", 7), ("3.5", 7), ("x", 7), ("9" * 20, 7), ("²", 7), ("--1", 7), ("-", 7)],
)
def test_whole_numbers(text: str, number: int) -> None:
    assert parse_form(f"n={text}".encode("ascii", "ignore") if text.isascii() else b"n=%C2%B2").whole("n", 7) == number


def test_too_many_fields_are_no_form() -> None:
    with pytest.raises(NotAForm):
        parse_form(b"&".join(b"a=1" for _ in range(MOST_FIELDS + 1)))


def test_bytes_that_are_no_text_are_no_form() -> None:
    with pytest.raises(NotAForm):
        parse_form(b"a=\xff")


@given(st.binary(max_size=200))
def test_any_body_is_a_form_or_refused(body: bytes) -> None:
    try:
        form = parse_form(body)
    except NotAForm:
        return
    for name in form.fields:
        assert "\x00" not in form.text(name)
