"""Stock levels, and the pure decision of who gets what."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from fairday.domain.inventory.routing import MAIN, Location, rank, route

MovementKind = Literal["counted", "received", "moved", "shipped", "returned"]
Policy = Literal["deny", "backorder", "preorder"]
POLICIES: tuple[Policy, ...] = ("deny", "backorder", "preorder")


class StockLevel(Struct, frozen=True):
    """What is at one location: pieces on hand, held and allocated; `cost` of all on hand in base minor units.

    `policy` says whether pieces may be promised that are not there yet: `beyond` of them at most, expected at
    `expected_ms` (0: nobody knows). `per_customer` (0: any number) holds for the SKU wherever it lies.
    """

    sku: str
    location: str
    on_hand: int
    held: int = 0
    allocated: int = 0
    cost: int = 0
    policy: Policy = "deny"
    beyond: int = 0
    expected_ms: int = 0
    per_customer: int = 0

    @property
    def available(self) -> int:
        """Pieces on the shelf that can still be promised; below zero, how many are promised beyond it."""
        return self.on_hand - self.held - self.allocated

    @property
    def later(self) -> int:
        """Pieces that are not there and can still be promised."""
        return max(min(self.beyond, self.beyond + self.available), 0)

    @property
    def least(self) -> int:
        """As few pieces as the shelf may hold without breaking a promise."""
        return max(self.held + self.allocated - self.beyond, 0)


class Offer(Struct, frozen=True):
    """What a shopper can have of a SKU: pieces `now`, and `later` ones under a policy, expected at `expected_ms`."""

    now: int = 0
    later: int = 0
    policy: Policy = "deny"
    expected_ms: int = 0
    per_customer: int = 0

    @property
    def total(self) -> int:
        """Pieces that may be ordered."""
        return self.now + self.later


class HoldRequest(Struct, frozen=True):
    """An order that wants pieces: SKU to quantity. Where it goes decides from where; who buys, how many at most."""

    order_id: str
    wanted: dict[str, int]
    country: str = ""
    region: str = ""
    customer: str = ""


class Hold(Struct, frozen=True):
    """Pieces of one SKU at one location promised to an order; `customer` where a limit per customer counts them."""

    order_id: str
    sku: str
    location: str
    quantity: int
    customer: str = ""


class Piece(Struct, frozen=True):
    """What an order waits for at one location: of `quantity` pieces `ready` are there and its own, oldest order first.

    The rest is expected at `expected_ms` (0: nobody knows) under `policy`.
    """

    order_id: str
    sku: str
    location: str
    quantity: int
    customer: str
    state: str
    ready: int
    policy: Policy
    expected_ms: int


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


class Delivery(Struct, frozen=True):
    """Pieces that came in, at what each cost in base minor units."""

    sku: str
    location: str
    quantity: int
    unit_cost: int = 0


class Transfer(Struct, frozen=True):
    """Pieces carried from one location to another."""

    sku: str
    source: str
    target: str
    quantity: int


class StockPolicy(Struct, frozen=True, kw_only=True):
    """How a SKU is sold when the shelf at `location` is empty, and how many one customer may have of it."""

    sku: str
    location: str = MAIN
    policy: Policy = "deny"
    beyond: int = 0
    expected_ms: int = 0
    per_customer: int = 0


class HoldPlan(Struct, frozen=True):
    """Who gets what: holds to write, and for every refused order what is left of the SKUs it lacked.

    `over_limit`: orders of customers who have had their share; how many more of each SKU they may have.
    """

    holds: tuple[Hold, ...]
    refused: dict[str, dict[str, int]]
    emptied: tuple[str, ...]
    over_limit: dict[str, dict[str, int]] = {}


def plan_holds(
    requests: Sequence[HoldRequest],
    levels: Sequence[StockLevel],
    locations: Iterable[Location] = (),
    taken: Mapping[tuple[str, str], int] | None = None,
) -> HoldPlan:
    """First come, first served; an order gets everything it wants or nothing.

    What is on a shelf is promised before what is not there yet. `taken` says how many pieces a customer had before,
    by SKU and customer. A location that is not among `locations` is open, and as good as any.
    """
    room = _Room(levels, locations, taken or {})
    holds: list[Hold] = []
    refused: dict[str, dict[str, int]] = {}
    over_limit: dict[str, dict[str, int]] = {}
    emptied: set[str] = set()
    for request in requests:
        whole = room.take_whole(request)
        if whole:
            holds.extend(whole)
            emptied.update(sku for sku in request.wanted if not room.left(sku))
            continue
        over, short = room.over_limit(request), room.shortage(request.wanted)
        if over:
            over_limit[request.order_id] = over
        elif short:
            refused[request.order_id] = short
        else:
            holds.extend(room.take(request))
            emptied.update(sku for sku in request.wanted if not room.left(sku))
    return HoldPlan(tuple(holds), refused, tuple(sorted(emptied)), over_limit)


def offer_of(levels: Sequence[StockLevel]) -> Offer:
    """What shoppers can have of one SKU, from its open locations."""
    promising = next((level for level in levels if level.policy != "deny"), None)
    return Offer(
        sum(max(level.available, 0) for level in levels),
        sum(level.later for level in levels),
        promising.policy if promising else "deny",
        promising.expected_ms if promising else 0,
        max((level.per_customer for level in levels), default=0),
    )


_NOWHERE: Mapping[str, int] = {}


class _Room:
    """What can still be promised while a batch is planned."""

    def __init__(
        self, levels: Sequence[StockLevel], locations: Iterable[Location], taken: Mapping[tuple[str, str], int]
    ) -> None:
        self._locations = {location.code: location for location in locations}
        self._ranked: dict[tuple[str, str], list[str]] = {}
        self._taken = dict(taken)
        self._limits: dict[str, int] = {}
        self._shelf: dict[str, dict[str, int]] = {}
        self._later: dict[str, dict[str, int]] = {}
        for level in levels:
            if level.per_customer:
                self._limits[level.sku] = max(level.per_customer, self._limits.get(level.sku, 0))
            place = self._locations.setdefault(level.location, Location(code=level.location))
            if place.active:
                self._shelf.setdefault(level.sku, {})[level.location] = max(level.available, 0)
                self._later.setdefault(level.sku, {})[level.location] = level.later

    def left(self, sku: str) -> int:
        """Pieces of a SKU that the next one may have."""
        return sum(self._shelf.get(sku, _NOWHERE).values()) + sum(self._later.get(sku, _NOWHERE).values())

    def shortage(self, wanted: Mapping[str, int]) -> dict[str, int]:
        """What is left of every SKU of which there is too little."""
        return {sku: left for sku, quantity in wanted.items() if quantity > (left := self.left(sku))}

    def over_limit(self, request: HoldRequest) -> dict[str, int]:
        """What the customer may still have of every SKU of which they want too much."""
        over = {}
        for sku, quantity in request.wanted.items():
            limit = self._limits.get(sku)
            if limit is not None:
                left = limit - self._taken.get((sku, request.customer), 0)
                if quantity > left:
                    over[sku] = max(left, 0)
        return over

    def take_whole(self, request: HoldRequest) -> list[Hold]:
        """The holds of an order that one shelf fills and no limit concerns, as most are; nothing for any other."""
        if self._limits and not self._limits.keys().isdisjoint(request.wanted):
            return []
        for location in self._order_of(request):
            for sku, quantity in request.wanted.items():
                if self._shelf.get(sku, _NOWHERE).get(location, 0) < quantity:
                    break
            else:
                for sku, quantity in request.wanted.items():
                    self._shelf[sku][location] -= quantity
                return [
                    Hold(request.order_id, sku, location, quantity) for sku, quantity in sorted(request.wanted.items())
                ]
        return []

    def take(self, request: HoldRequest) -> list[Hold]:
        """The holds of an order that lacks nothing: first what must come later, then the shelves nearest to it."""
        pieces: dict[tuple[str, str], int] = {}
        ranked = self._order_of(request)
        here: dict[str, int] = {}
        for sku, quantity in sorted(request.wanted.items()):
            missing = max(quantity - sum(self._shelf[sku].values()), 0)
            here[sku] = quantity - missing
            for location in ranked:
                promised = min(missing, self._later[sku].get(location, 0))
                if promised:
                    self._later[sku][location] -= promised
                    missing -= promised
                    pieces[sku, location] = promised
            if sku in self._limits:
                key = sku, request.customer
                self._taken[key] = self._taken.get(key, 0) + quantity
        for sku, location, quantity in route(here, self._shelf, ranked):
            self._shelf[sku][location] -= quantity
            pieces[sku, location] = pieces.get((sku, location), 0) + quantity
        return [
            Hold(request.order_id, sku, location, quantity, request.customer if sku in self._limits else "")
            for (sku, location), quantity in sorted(pieces.items())
        ]

    def _order_of(self, request: HoldRequest) -> list[str]:
        key = request.country, request.region
        if key not in self._ranked:
            self._ranked[key] = rank(self._locations.values(), *key)
        return self._ranked[key]
