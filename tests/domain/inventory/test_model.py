"""Who gets what: first come, first served, whole or not at all, and never more than there is."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from fairday.domain.inventory import HoldRequest, StockLevel, plan_holds
from fairday.domain.inventory.model import Hold

SKUS = ("A", "B", "C")
LEVELS = st.lists(
    st.builds(
        StockLevel, sku=st.sampled_from(SKUS), location=st.sampled_from(("main", "shop", "yard")),
        on_hand=st.integers(0, 12), held=st.integers(0, 5), allocated=st.integers(0, 5),
    ),
    unique_by=lambda level: (level.sku, level.location),
)  # fmt: skip
WANTED = st.lists(st.dictionaries(st.sampled_from(SKUS), st.integers(1, 6), min_size=1), max_size=12)


def free(levels):
    counted = Counter()
    for level in levels:
        counted[level.sku] += max(0, level.available)
    return counted


@given(levels=LEVELS, wanted=WANTED)
def test_everybody_gets_all_or_nothing_and_nobody_what_is_not_there(levels, wanted):
    requests = [HoldRequest(str(n), lines) for n, lines in enumerate(wanted)]
    plan = plan_holds(requests, levels)
    shelves = {(level.sku, level.location): max(0, level.available) for level in levels}
    for hold in plan.holds:
        assert hold.quantity > 0
        shelves[hold.sku, hold.location] -= hold.quantity
    assert min(shelves.values(), default=0) >= 0
    for request in requests:
        got = Counter()
        for hold in plan.holds:
            if hold.order_id == request.order_id:
                got[hold.sku] += hold.quantity
        assert got == ({} if request.order_id in plan.refused else request.wanted)


@given(levels=LEVELS, wanted=WANTED)
def test_who_is_refused_lacked_something_when_their_turn_came(levels, wanted):
    """The same, decided by a model of three lines: sums, not shelves."""
    left = free(levels)
    refused = {}
    for number, lines in enumerate(wanted):
        short = {sku: left[sku] for sku, quantity in lines.items() if quantity > left[sku]}
        if short:
            refused[str(number)] = short
        else:
            left.subtract(lines)
    plan = plan_holds([HoldRequest(str(n), lines) for n, lines in enumerate(wanted)], levels)
    assert plan.refused == refused
    taken = {hold.sku for hold in plan.holds}
    assert set(plan.emptied) == {sku for sku in taken if left[sku] == 0}


def test_a_refusal_does_not_touch_its_neighbours():
    requests = [HoldRequest("1", {"A": 2}), HoldRequest("2", {"A": 2, "B": 1}), HoldRequest("3", {"A": 1})]
    plan = plan_holds(requests, [StockLevel("A", "main", 3), StockLevel("B", "main", 0)])
    assert plan.refused == {"2": {"A": 1, "B": 0}}
    assert plan.holds == (Hold("1", "A", "main", 2), Hold("3", "A", "main", 1))
    assert plan.emptied == ("A",)
