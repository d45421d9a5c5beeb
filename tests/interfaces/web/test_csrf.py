"""Tokens belong to one session, and requests come from our own pages."""

import pytest

from fairday.interfaces.web.csrf import csrf_matches, csrf_token, is_same_origin

KEY, OTHER = b"k" * 32, b"o" * 32
HOST = {"host": "shop.example"}


def test_a_token_matches_its_session_only() -> None:
    token = csrf_token(KEY, "session")
    assert csrf_matches(KEY, "session", token)
    assert not csrf_matches(KEY, "another", token)
    assert not csrf_matches(OTHER, "session", token)


def test_a_token_looks_different_each_time() -> None:
    assert csrf_token(KEY, "session") != csrf_token(KEY, "session")


@pytest.mark.parametrize("token", ["", "x", "A" * 86, "ä" * 10, "!" * 86, "A" * 4000])
def test_rubbish_is_no_token(token: str) -> None:
    assert not csrf_matches(KEY, "session", token)


def test_no_session_has_no_token() -> None:
    assert not csrf_matches(KEY, "", csrf_token(KEY, ""))


@pytest.mark.parametrize(
    ("headers", "scheme", "ours"),
    [
        ({"sec-fetch-site": "same-origin", "origin": "https://shop.example"}, "https", True),
        ({"sec-fetch-site": "same-origin"}, "https", True),
        ({"origin": "https://shop.example"}, "https", True),
        ({"origin": "https://SHOP.example"}, "https", True),
        ({}, "https", False),
        ({"sec-fetch-site": "same-site", "origin": "https://shop.example"}, "https", False),
        ({"sec-fetch-site": "cross-site"}, "https", False),
        ({"sec-fetch-site": "none"}, "https", False),
        ({"sec-fetch-site": "same-origin", "origin": "https://evil.example"}, "https", False),
        ({"origin": "https://evil.example"}, "https", False),
        ({"origin": "http://shop.example"}, "https", False),
        ({"origin": "https://shop.example:444"}, "https", False),
        ({"origin": "https://shop.example.evil.example"}, "https", False),
        ({"origin": "null"}, "https", False),
        ({"origin": "https://shöp.example"}, "https", False),
    ],
)
def test_where_a_request_comes_from(headers: dict[str, str], scheme: str, *, ours: bool) -> None:
    assert is_same_origin({**HOST, **headers}, scheme) is ours
