"""Stock levels, and the pure decision of who gets what."""

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

MovementKind = Literal["counted", "shipped", "returned"]


class StockLevel(Struct, frozen=True):
    """What is at one location: pieces on hand, held and allocated; `cost` of all on hand in base minor units."""

    sku: str
    location: str
    on_hand: int
    held: int = 0
    allocated: int = 0
    cost: int = 0

    @property
    def available(self) -> int:
        """Pieces that can still be promised."""
        return self.on_hand - self.held - self.allocated


class HoldRequest(Struct, frozen=True):
    """An order that wants pieces: SKU to quantity."""

    order_id: str
    wanted: dict[str, int]


class Hold(Struct, frozen=True):
    """Pieces of one SKU at one location promised to an order."""

    order_id: str
    sku: str
    location: str
    quantity: int


class Movement(Struct, frozen=True, kw_only=True):
    """Pieces that came or went: signed quantity and cost."""

    id: str
    sku: str
    location: str
    kind: MovementKind
    quantity: int
    cost: int
    ref: str
    at_ms: int


class Received(Struct, frozen=True):
    """A count of the shelf: there are `on_hand` pieces now; those that are new cost `unit_cost` each."""

    sku: str
    location: str
    on_hand: int
    unit_cost: int = 0


class HoldPlan(Struct, frozen=True):
    """Who gets what: holds to write, and for every refused order what is left of the SKUs it lacked."""

    holds: tuple[Hold, ...]
    refused: dict[str, dict[str, int]]
    emptied: tuple[str, ...]


def plan_holds(requests: Sequence[HoldRequest], levels: Sequence[StockLevel]) -> HoldPlan:
    """First come, first served; an order gets everything it wants or nothing. Locations are used in the order given."""
    left: dict[str, dict[str, int]] = {}
    for level in levels:
        left.setdefault(level.sku, {})[level.location] = max(level.available, 0)
    holds: list[Hold] = []
    refused: dict[str, dict[str, int]] = {}
    emptied: set[str] = set()
    for request in requests:
        short = _shortage(request.wanted, left)
        if short:
            refused[request.order_id] = short
            continue
        for sku, quantity in sorted(request.wanted.items()):
            holds.extend(_take(request.order_id, sku, quantity, left[sku]))
            if not any(left[sku].values()):
                emptied.add(sku)
    return HoldPlan(tuple(holds), refused, tuple(sorted(emptied)))


def _shortage(wanted: Mapping[str, int], left: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    totals = {sku: sum(left.get(sku, {}).values()) for sku in wanted}
    return {sku: totals[sku] for sku, quantity in wanted.items() if quantity > totals[sku]}


def _take(order_id: str, sku: str, quantity: int, shelf: dict[str, int]) -> list[Hold]:
    taken = []
    for location, there in shelf.items():
        piece = min(there, quantity)
        if piece:
            shelf[location] -= piece
            quantity -= piece
            taken.append(Hold(order_id, sku, location, piece))
    return taken
