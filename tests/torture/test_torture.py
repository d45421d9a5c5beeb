"""A store is killed twenty times under load, from within and from outside; every promise it made is kept."""

import pytest

from tests.torture.torture import torture

KILLS = 20

pytestmark = pytest.mark.store


def test_killed_twenty_times_it_keeps_every_promise(tmp_path):
    """F-01 F-02 F-03 F-04 F-27: no acknowledged order is lost, none is made twice, no letter is missing."""
    came = torture(tmp_path, kills=KILLS, seed=11)
    assert came.problems == []
    assert came.deaths.total() == KILLS
    assert came.deaths.total() - came.deaths["any moment"] > KILLS // 4, "too few died at a named point"
    assert came.orders > KILLS
