"""A store is killed again and again under load, from within and from outside; every promise it made is kept."""

import pytest

from tests.torture.torture import torture

KILLS = 20
FEWER = 12

pytestmark = pytest.mark.store


def test_killed_twenty_times_it_keeps_every_promise(tmp_path):
    """F-01 F-02 F-03 F-04 F-27: no acknowledged order is lost, none is made twice, no letter is missing."""
    came = torture(tmp_path, kills=KILLS, seed=11)
    assert came.problems == []
    assert came.deaths.total() == KILLS
    assert came.deaths.total() - came.deaths["any moment"] > KILLS // 5, "too few died at a named point"
    assert came.orders > KILLS


@pytest.mark.long
def test_two_processes_on_every_engine_are_killed_in_turn(engine, tmp_path):
    """The same where another process goes on meanwhile (on SQLite there is one, and the shop is away)."""
    came = torture(tmp_path, kills=FEWER, seed=12, database=engine)
    assert came.problems == []
    assert came.deaths.total() == FEWER
    assert came.orders > FEWER
