"""Sealing: opens with its own secret and purpose only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairday.kernel.sealing import keyed_token, seal, unseal

SECRET = bytes(range(32))
OTHER = bytes(range(1, 33))


@given(st.binary(max_size=2_000))
def test_opens_what_it_sealed(plain):
    assert unseal(SECRET, "a cookie", seal(SECRET, "a cookie", plain)) == plain


def test_opens_with_nothing_else():
    text = seal(SECRET, "totp", b"JBSWY3DP")
    assert unseal(OTHER, "totp", text) is None
    assert unseal(SECRET, "cookie", text) is None
    flipped = text[:20] + ("A" if text[20] != "A" else "B") + text[21:]
    assert unseal(SECRET, "totp", flipped) is None
    assert unseal(SECRET, "totp", text[:-2]) is None


@pytest.mark.parametrize("text", ["", "a", "äöü", "....", "A" * 20_000, "AAAA"])
def test_nonsense_opens_to_nothing(text):
    assert unseal(SECRET, "totp", text) is None


def test_the_same_words_seal_differently_every_time():
    assert seal(SECRET, "totp", b"x") != seal(SECRET, "totp", b"x")


def test_a_short_secret_is_refused():
    with pytest.raises(ValueError, match="32 are needed"):
        seal(b"short", "totp", b"x")


def test_keyed_tokens_repeat_for_the_same_subject_and_purpose_only():
    token = keyed_token(SECRET, "reset", "01")
    assert token == keyed_token(SECRET, "reset", "01")
    others = {
        keyed_token(SECRET, "reset", "02"),
        keyed_token(SECRET, "letter", "01"),
        keyed_token(OTHER, "reset", "01"),
    }
    assert len(others) == 3
    assert token not in others
    assert len(token) == 43
