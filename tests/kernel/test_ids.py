"""Ids sort by time and never meet; tokens open one thing only."""

import time

from hypothesis import given
from hypothesis import strategies as st

from fairday.kernel import ids
from fairday.kernel.ids import derived_id, derived_token, is_id, new_id, new_token, opens, token_hash, token_matches

SECRET = bytes(range(32))
PARTS = st.lists(
    st.text(alphabet=st.characters(exclude_characters="\x1f", exclude_categories=["Cs"]), max_size=20),
    min_size=1,
    max_size=4,
)


def test_ids_differ_and_have_their_shape():
    made = {new_id() for _ in range(10_000)}
    assert len(made) == 10_000
    assert all(is_id(one) for one in made)


def test_ids_sort_by_the_millisecond_they_were_made_in():
    made = []
    for _ in range(20):
        made.append(new_id())
        time.sleep(0.002)
    assert made == sorted(made)


@given(one=PARTS, other=PARTS)
def test_derived_ids_are_the_same_for_the_same_parts_only(one, other):
    assert is_id(derived_id(*one))
    assert (derived_id(*one) == derived_id(*other)) == (one == other)


@given(text=st.text(max_size=30))
def test_nonsense_is_no_id(text):
    assert is_id(text) == (len(text) == 26 and set(text) <= set("0123456789abcdefghjkmnpqrstvwxyz"))


@given(purpose=st.sampled_from(["cart", "order"]), name=st.text(max_size=30), other=st.text(max_size=30))
def test_a_derived_token_opens_its_own_thing_for_its_own_purpose(purpose, name, other):
    token = derived_token(SECRET, purpose, name)
    assert opens(SECRET, purpose, name, token)
    assert opens(SECRET, purpose, other, token) == (name == other)
    assert not opens(SECRET, "another", name, token)
    assert not opens(bytes(32), purpose, name, token)
    assert not opens(SECRET, purpose, name, "ä" + token)


def test_tokens_are_long_and_kept_as_hashes():
    token = new_token()
    assert len(token) * 6 >= 160
    assert token_matches(token, token_hash(token))
    assert not token_matches(token + "x", token_hash(token))
    assert token not in token_hash(token)


def test_ids_of_one_process_sort_as_they_were_made_even_within_a_millisecond_and_when_the_clock_goes_back(monkeypatch):
    begin_ns = time.time_ns() + 10**12
    instants = iter([5_000_000, 5_000_000, 5_000_001, 4_000_000, 6_000_000])
    monkeypatch.setattr("fairday.kernel.ids.time.time_ns", lambda: begin_ns + next(instants))
    sequence = ids._Sequence()
    made = [sequence.next() for _ in range(5)]
    assert made == sorted(set(made))
    assert len({number % 2**64 for number in made}) == 5
