"""Answers, exactly: what may be cached, what may not, and where a redirect may lead."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairday.interfaces.web.headers import Policy
from fairday.interfaces.web.pages import (
    etag_matches,
    local_path,
    private_answer,
    public_answer,
    redirect,
    rendered,
)

PUBLIC = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "object-src 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
LONG = "<p>word</p>" * 500


def test_a_public_page_may_be_cached_and_sets_no_cookie() -> None:
    answer = public_answer(rendered("<p>hi</p>"), {}, Policy())
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=10, stale-while-revalidate=30"
    assert answer.headers["content-security-policy"] == PUBLIC
    assert answer.headers["vary"] == "accept-encoding"
    assert not answer.cookies


def test_whoever_has_it_gets_304() -> None:
    page = rendered("<p>hi</p>")
    answer = public_answer(page, {"if-none-match": page.etag}, Policy())
    assert (answer.status_code, answer.content) == (304, b"")
    assert public_answer(page, {"if-none-match": '"other"'}, Policy()).status_code == 200


def test_another_text_has_another_etag() -> None:
    assert rendered("a").etag != rendered("b").etag
    assert rendered("a").etag == rendered("a").etag


def test_a_public_page_is_compressed_for_whoever_takes_it() -> None:
    page = rendered(LONG)
    answer = public_answer(page, {"accept-encoding": "gzip, br"}, Policy())
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(answer.content).decode() == LONG
    assert "content-encoding" not in public_answer(page, {}, Policy()).headers


def test_a_private_page_is_never_stored_and_has_a_nonce() -> None:
    answer = private_answer("<p>hi</p>", Policy(tls=True), "abc")
    assert answer.headers["cache-control"] == "no-store"
    assert "script-src 'nonce-abc';" in answer.headers["content-security-policy"]
    assert "'self'" not in answer.headers["content-security-policy"].split("script-src")[1].split(";")[0]
    assert answer.headers["content-security-policy"].endswith("upgrade-insecure-requests")


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
        "evil.example", "javascript:alert(1)", "", "/\t/evil.example", "/\n/evil.example", "http:/evil.example",
        " /en-de/", "/a b", "data:text/html,x", "/%0a\r\nset-cookie:x=1",
    ],
)  # fmt: skip
def test_a_redirect_never_leaves_the_store(target: str) -> None:
    assert local_path(target, "/home") == "/home"
    assert redirect(target).headers["location"] == "/"


@pytest.mark.parametrize("target", ["/", "/en-de/cart", "/en-de/search?q=a%20b&sort=price#x", "/en-de//x"])
def test_own_addresses_are_kept(target: str) -> None:
    assert local_path(target, "/home") == target


@given(st.text(max_size=30))
def test_whatever_is_kept_begins_with_one_slash(target: str) -> None:
    kept = local_path(target, "/home")
    assert kept.startswith("/")
    assert not kept.startswith("//")
    assert "\\" not in kept


@pytest.mark.parametrize(
    ("header", "matches"),
    [('W/"a"', True), ('"a"', True), ('"b", W/"a"', True), ("*", True), ('"b"', False), ("", False), ("a", False)],
)
def test_if_none_match(header: str, *, matches: bool) -> None:
    assert etag_matches(header, 'W/"a"') is matches
