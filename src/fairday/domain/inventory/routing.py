"""From where an order is sent. Pure, and the same answer for the same question."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from msgspec import Struct

MAIN = "main"  # where stock is when nobody says where
MIDDLE_PRIORITY = 100
EXACT_LOCATIONS = 8  # among so many the fewest parcels are found by trying; among more by taking most first


class Location(Struct, frozen=True, kw_only=True):
    """A place that stocks and sends. Lower `priority` is asked sooner; one that is not active sells nothing more."""

    code: str
    name: str = ""
    country: str = ""
    region: str = ""
    priority: int = MIDDLE_PRIORITY
    active: int = 1


def rank(locations: Iterable[Location], country: str, region: str) -> list[str]:
    """The codes of open locations, nearest first: same region, same country, then by priority and code."""

    def key(place: Location) -> tuple[int, int, str]:
        near = bool(country) and place.country == country
        here = near and bool(region) and place.region == region
        return 0 if here else 1 if near else 2, place.priority, place.code

    return [place.code for place in sorted((place for place in locations if place.active), key=key)]


def route(
    wanted: Mapping[str, int], shelves: Mapping[str, Mapping[str, int]], ranked: Sequence[str]
) -> list[tuple[str, str, int]]:
    """(SKU, location, pieces) for an order that the shelves (SKU to location to pieces) can fill.

    From the first location that has everything; where none has, from as few as can be, the first of those in rank.
    """
    wanted = {sku: quantity for sku, quantity in wanted.items() if quantity}
    for code in ranked:
        if all(shelves[sku].get(code, 0) >= quantity for sku, quantity in wanted.items()):
            return [(sku, code, quantity) for sku, quantity in wanted.items()]
    chosen = _fewest(wanted, shelves, ranked)
    pieces = []
    for sku, quantity in wanted.items():
        missing = quantity
        for code in chosen:
            taken = min(missing, shelves[sku].get(code, 0))
            if taken:
                missing -= taken
                pieces.append((sku, code, taken))
        if missing:
            message = f"{missing} pieces of {sku} are on no shelf"
            raise AssertionError(message)
    return pieces


def _fewest(
    wanted: Mapping[str, int], shelves: Mapping[str, Mapping[str, int]], ranked: Sequence[str]
) -> Sequence[str]:
    useful = [code for code in ranked if any(shelves[sku].get(code, 0) for sku in wanted)]
    if len(useful) > EXACT_LOCATIONS:
        return _most_first(wanted, shelves, useful)
    for count in range(2, len(useful)):
        for chosen in combinations(useful, count):
            if all(sum(shelves[sku].get(code, 0) for code in chosen) >= n for sku, n in wanted.items()):
                return chosen
    return useful


def _most_first(
    wanted: Mapping[str, int], shelves: Mapping[str, Mapping[str, int]], useful: Sequence[str]
) -> Sequence[str]:
    missing = dict(wanted)
    chosen: list[str] = []

    def filled(code: str) -> int:
        return sum(min(quantity, shelves[sku].get(code, 0)) for sku, quantity in missing.items())

    while any(missing.values()) and len(chosen) < len(useful):
        best = max((code for code in useful if code not in chosen), key=filled)
        chosen.append(best)
        missing = {sku: quantity - min(quantity, shelves[sku].get(best, 0)) for sku, quantity in missing.items()}
    return chosen
