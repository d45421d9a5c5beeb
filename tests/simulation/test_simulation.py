"""Days of a shop, each by its seed; the same seed is the same day; and days go wrong when a guard is gone."""

import subprocess
import sys
from pathlib import Path

import pytest

from fairday.domain.orders import store as orders
from tests.simulation.simulate import quiet, shrunk, simulate

ROOT = Path(__file__).resolve().parents[2]
SEEDS = 500
A_TEST = 25
SAME = (3, 7)


@pytest.fixture(autouse=True)
def _quiet():
    quiet()


@pytest.mark.parametrize("first", range(0, SEEDS, A_TEST))
def test_days(first):
    """F-01 to F-06, F-13 to F-16, F-19, F-23 to F-28, F-30, F-33, F-43: whatever goes wrong, wherever it does."""
    days = [simulate(seed) for seed in range(first, first + A_TEST)]
    wrong = [f"{day.problems}: make simulate SEED={day.seed}" for day in days if day.problems]
    assert not wrong, "\n".join(wrong)
    assert sum(day.counts["orders"] for day in days) > A_TEST
    assert {"faults", "crashes", "late"} <= {name for day in days for name, count in day.counts.items() if count}


def test_a_seed_is_the_same_day_in_every_process():
    here = [simulate(seed).digest for seed in SAME]
    assert [simulate(seed).digest for seed in SAME] == here
    program = "from tests.simulation.simulate import *; quiet(); print(*(simulate(seed).digest for seed in (3, 7)))"
    there = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True,
        env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PYTHONHASHSEED": "12345"},
    )  # fmt: skip
    assert there.stdout.split() == here
    assert len(set(here)) == len(SAME)


def test_without_the_claim_on_carts_a_day_goes_wrong_and_little_of_it_is_needed(monkeypatch):
    """The control: whoever simulates must be able to find something."""

    async def nobody_has_it(unit, carts):
        return {}

    monkeypatch.setattr(orders, "claim_carts", nobody_has_it)
    day = next(day for day in map(simulate, range(20)) if day.problems)
    assert any("became 2 orders" in problem or "orders-one-per-cart" in problem for problem in day.problems)
    without = shrunk(day.seed, day.problems)
    assert simulate(day.seed, without=without).problems
    assert len(without) > len(day.errands) // 2
