"""A payment only goes forward, whatever words come, how often, and in which order."""

import itertools

import pytest

from fairday.domain.payments.model import MOVES, OFF, OPEN, advance

STATES = tuple(MOVES)


def after(words, state="pending"):
    for word in words:
        state = word if advance(state, word) == "forward" else state
    return state


@pytest.mark.parametrize("known", STATES)
def test_the_same_word_again_is_nothing_new(known):
    assert advance(known, known) == "same"


@pytest.mark.parametrize(("known", "word"), list(itertools.product(STATES, STATES)))
def test_no_step_can_be_taken_back(known, word):
    if advance(known, word) == "forward" and not {known, word} <= OPEN:
        assert advance(word, known) != "forward"


@pytest.mark.parametrize("ended", ["captured", "declined", "voided"])
def test_what_has_ended_stays_ended(ended):
    for words in itertools.permutations(STATES, 3):
        assert after(words, ended) == ended


def test_money_after_the_end_is_late_and_never_lost():
    late = {(known, word) for known in STATES for word in STATES if advance(known, word) == "late"}
    assert late == {(known, word) for known in OFF for word in ("authorised", "captured")}


def test_an_old_word_is_not_followed():
    assert {advance("captured", word) for word in STATES if word != "captured"} == {"back"}
    assert advance("authorised", "challenge") == "back"
    assert advance("authorised", "declined") == "back"


def test_words_of_one_life_come_to_the_same_in_every_order():
    """With repetitions: what counts is the furthest word."""
    life = ("challenge", "authorised", "captured")
    for words in itertools.product(life, repeat=4):
        if "captured" in words:
            assert after(words) == "captured"
