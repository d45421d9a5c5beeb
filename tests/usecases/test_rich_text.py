"""Rich text: what is kept, what is not, and what it says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairday.usecases.rich_text import from_either, from_plain, plain, sanitise


@pytest.mark.parametrize(("sent", "kept"), [
    ("<p>One</p><script>alert(1)</script>", "<p>One</p>"),
    ("<p style='x' class='y' onclick='z()'>One</p>", "<p>One</p>"),
    ("<a href='javascript:alert(1)'>x</a>", '<a rel="nofollow noopener">x</a>'),
    ("<a href='https://example.org/'>x</a>", '<a href="https://example.org/" rel="nofollow noopener">x</a>'),
    ("<img src=x onerror=alert(1)>", ""), ("<svg onload=alert(1)>", ""), ("<iframe src=x></iframe>", ""),
    ("<form><input></form>", ""), ("<style>*{}</style>", ""), ("<base href=//x>", ""),
    ("<ul><li>One<li>Two</ul>", "<ul><li>One</li><li>Two</li></ul>"), ("a < b & c", "a &lt; b &amp; c"),
    ("<math><mtext><style><img src onerror=alert(1)>", ""),
])  # fmt: skip
def test_an_allow_list_decides(sent, kept):
    assert sanitise(sent) == kept


@given(st.text(alphabet=st.sampled_from(list("<>/=\"' &;abpscrit\n")), max_size=80))
def test_sanitising_twice_is_sanitising_once(text):
    assert sanitise(sanitise(text)) == sanitise(text)


@given(st.text(max_size=200))
def test_plain_text_stays_text(text):
    assert "<script" not in from_plain(text)
    assert plain(from_plain(text)).split() == plain(from_plain(text)).strip().split()


def test_paragraphs_and_lines_are_kept():
    assert from_plain("One\ntwo\n\n  \nThree & <four>\r\n") == "<p>One<br>two</p><p>Three &amp; &lt;four&gt;</p>"
    assert from_either("<p>Markup</p>") == "<p>Markup</p>"
    assert from_either("1 < 2") == "<p>1 &lt; 2</p>"


def test_what_it_says_is_on_one_line():
    assert plain("<p>One</p><p>Two<br>three &amp; <b>four</b></p>") == "One Two three & four"
