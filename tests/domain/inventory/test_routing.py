"""From where an order is sent: nearest first, fewest parcels, always the same; checked against trying everything."""

from collections import Counter
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from fairday.domain.inventory import HoldRequest, Location, StockLevel, plan_holds
from fairday.domain.inventory.model import Hold
from fairday.domain.inventory.routing import rank, route

SKUS = ("A", "B", "C")
CODES = ("east", "main", "north", "shop", "yard")
SHELVES = st.fixed_dictionaries({sku: st.dictionaries(st.sampled_from(CODES), st.integers(0, 6)) for sku in SKUS})
WANTED = st.dictionaries(st.sampled_from(SKUS), st.integers(1, 8), min_size=1)
LOCATIONS = st.lists(
    st.builds(
        Location, code=st.sampled_from(CODES), country=st.sampled_from(("", "DE", "US")),
        region=st.sampled_from(("", "CA")), priority=st.integers(0, 3), active=st.sampled_from((0, 1, 1, 1)),
    ),
    unique_by=lambda place: place.code,
)  # fmt: skip
LEVELS = st.lists(
    st.builds(
        StockLevel, sku=st.sampled_from(SKUS), location=st.sampled_from(CODES), on_hand=st.integers(0, 8),
        held=st.integers(0, 3), allocated=st.integers(0, 3), policy=st.just("backorder"), beyond=st.integers(0, 6),
        per_customer=st.sampled_from((0, 0, 0, 4)),
    ),
    unique_by=lambda level: (level.sku, level.location),
)  # fmt: skip
ORDERS = st.lists(st.tuples(WANTED, st.sampled_from(("DE", "US")), st.sampled_from(("ada", "bob"))), max_size=10)


def enough(wanted, shelves, codes):
    return all(sum(shelves[sku].get(code, 0) for code in codes) >= quantity for sku, quantity in wanted.items())


@given(wanted=WANTED, shelves=SHELVES, ranked=st.permutations(CODES))
def test_everything_is_sent_from_as_few_places_as_can_be_and_those_first_in_rank(wanted, shelves, ranked):
    if not enough(wanted, shelves, CODES):
        return
    pieces = route(wanted, shelves, ranked)
    total = Counter()
    for sku, code, quantity in pieces:
        assert 0 < quantity <= shelves[sku][code]
        total[sku] += quantity
    assert total == wanted
    used = {code for _, code, _ in pieces}
    fewest = next(
        chosen
        for count in range(1, len(CODES) + 1)
        for chosen in combinations(ranked, count)
        if enough(wanted, shelves, chosen)
    )
    assert used == set(fewest)
    assert route(wanted, shelves, ranked) == pieces


@given(wanted=WANTED, stock=st.lists(st.fixed_dictionaries({sku: st.integers(0, 3) for sku in SKUS}), min_size=9))
def test_among_many_places_the_fullest_are_taken_first_and_nothing_is_missing(wanted, stock):
    codes = [f"place{number:02}" for number in range(len(stock))]
    shelves = {sku: {code: one[sku] for code, one in zip(codes, stock, strict=True)} for sku in SKUS}
    if enough(wanted, shelves, codes):
        total = Counter()
        for sku, code, quantity in route(wanted, shelves, codes):
            assert 0 < quantity <= shelves[sku][code]
            total[sku] += quantity
        assert total == wanted


def test_the_nearest_comes_first_then_priority_then_the_code():
    places = [
        Location(code="far", country="US", priority=1), Location(code="b", country="DE", priority=9),
        Location(code="a", country="DE", priority=9), Location(code="home", country="DE", region="BE", priority=99),
        Location(code="closed", country="DE", active=0), Location(code="main", priority=2),
    ]  # fmt: skip
    assert rank(places, "DE", "BE") == ["home", "a", "b", "far", "main"]
    assert rank(places, "US", "") == ["far", "main", "a", "b", "home"]
    assert rank(places, "", "") == ["far", "main", "a", "b", "home"]


@given(levels=LEVELS, locations=LOCATIONS, wanted=ORDERS, had=st.integers(0, 4))
def test_a_plan_keeps_every_bound_and_refuses_only_who_lacks_something(levels, locations, wanted, had):
    """The same, decided by a model of sums: what is open and free, what may come later, what a customer had."""
    closed = {place.code for place in locations if not place.active}
    still = [level for level in levels if level.location not in closed]
    limits = {level.sku: 4 for level in levels if level.per_customer}
    taken = {(sku, "ada"): had for sku in limits}
    requests = [HoldRequest(str(n), lines, country, "", who) for n, (lines, country, who) in enumerate(wanted)]
    plan = plan_holds(requests, levels, locations, taken)
    room = Counter()
    for level in still:
        room[level.sku] += max(level.available, 0) + level.later
    counted = Counter(taken)
    for request in requests:
        over = {
            sku: max(limits[sku] - counted[sku, request.customer], 0)
            for sku, quantity in request.wanted.items()
            if sku in limits and counted[sku, request.customer] + quantity > limits[sku]
        }
        short = {sku: room[sku] for sku, quantity in request.wanted.items() if quantity > room[sku]}
        got = Counter()
        for hold in plan.holds:
            if hold.order_id == request.order_id:
                got[hold.sku] += hold.quantity
                assert hold.customer == (request.customer if hold.sku in limits else "")
        assert plan.over_limit.get(request.order_id, {}) == over
        assert plan.refused.get(request.order_id, {}) == ({} if over else short)
        assert got == ({} if over or short else request.wanted)
        room.subtract(got)
        counted.update({(sku, request.customer): quantity for sku, quantity in got.items() if sku in limits})
    on_shelf = Counter()
    for hold in plan.holds:
        assert hold.location not in closed
        on_shelf[hold.sku, hold.location] += hold.quantity
    for level in levels:
        promised = level.held + level.allocated + on_shelf[level.sku, level.location]
        assert promised <= max(level.on_hand + level.beyond, level.held + level.allocated)
    keys = [(hold.order_id, hold.sku, hold.location) for hold in plan.holds]
    assert len(keys) == len(set(keys))


def test_what_is_there_goes_before_what_is_not():
    levels = [
        StockLevel("A", "main", 1, policy="backorder", beyond=9),
        StockLevel("A", "north", 2),
        StockLevel("B", "main", 1),
    ]  # fmt: skip
    plan = plan_holds([HoldRequest("1", {"A": 3}), HoldRequest("2", {"A": 2, "B": 1})], levels)
    assert plan.holds == (
        Hold("1", "A", "main", 1), Hold("1", "A", "north", 2), Hold("2", "A", "main", 2), Hold("2", "B", "main", 1),
    )  # fmt: skip


def test_an_order_goes_whole_from_another_country_before_it_goes_in_two_parcels():
    levels = [StockLevel("A", "de", 1), StockLevel("A", "us", 5), StockLevel("B", "de", 1), StockLevel("B", "us", 5)]
    places = [Location(code="de", country="DE"), Location(code="us", country="US")]
    requests = [HoldRequest("1", {"A": 2, "B": 1}, "DE"), HoldRequest("2", {"A": 1, "B": 1}, "DE")]
    plan = plan_holds(requests, levels, places)
    assert [(hold.order_id, hold.location) for hold in plan.holds] == [
        ("1", "us"),
        ("1", "us"),
        ("2", "de"),
        ("2", "de"),
    ]
