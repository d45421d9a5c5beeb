"""What was asked of a shop and what it answered, held against what it keeps in the end (I5, I9): the history checker.

Whoever asks writes down an `invoke` before it asks, and `ok`, `fail` (a refusal that says nothing was done) or `info`
(nobody knows) afterwards. A call without an outcome is an `info`: not knowing is never taken for a no.

`complaints` compares with a reference model of plain dicts. It knows nothing of how the shop works, only what a shopper
and an agent were promised: what was acknowledged is there, the same key is the same order, a refusal left nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import select

from fairday.domain.fulfilment.tables import SHIPMENT_LINES, SHIPMENTS
from fairday.domain.inventory.tables import MOVEMENTS, STOCK
from fairday.domain.orders.model import MOVES
from fairday.domain.orders.tables import COMMANDS, LINES, ORDERS
from fairday.domain.payments.tables import REFUNDS
from fairday.kernel.ids import derived_id
from fairday.kernel.sql import Statement
from fairday.usecases.shop import Shop

NEVER = float("inf")
LIVE = ("placed", "part_shipped", "shipped", "cancelled")
# What a command that was answered `placed` may be told when it is sent again: try later, nothing else.
LATER = {"busy", "payment_unknown", "commit_unknown", "too_many"}


class Event(Struct, frozen=True, kw_only=True):
    """One line of a history. `call` ties an outcome to its invoke; `said` is what was asked, or what was answered."""

    at: float
    call: int
    kind: Literal["invoke", "ok", "fail", "info"]
    op: str = ""
    key: str = ""
    said: dict[str, Any] = {}


class History:
    """Events in the order in which they happened."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def invoke(self, at: float, op: str, key: str, said: dict[str, Any]) -> int:
        call = len(self.events)
        self.events.append(Event(at=at, call=call, kind="invoke", op=op, key=key, said=said))
        return call

    def outcome(self, at: float, call: int, kind: Literal["ok", "fail", "info"], **said: Any) -> None:
        self.events.append(Event(at=at, call=call, kind=kind, said=said))


class KeptOrder(Struct, frozen=True, kw_only=True):
    """An order as it is kept. `lines` are (SKU, pieces, of them cancelled)."""

    state: str
    total: int
    version: int
    cart_id: str
    lines: list[tuple[str, int, int]]


class Kept(Struct, frozen=True, kw_only=True):
    """What a shop and its provider keep: by order id, by idempotency key, by the id of a parcel, a refund or a SKU."""

    orders: dict[str, KeptOrder]
    commands: dict[str, str]
    shipments: dict[str, tuple[str, dict[int, int]]]
    refunds: dict[str, tuple[str, int, str]]
    supply: dict[str, int]
    captured: dict[str, list[int]]
    given_back: dict[str, int]
    locations: frozenset[str] = frozenset()


class Asked(Struct):
    """All that was asked under one key: what it was, and the outcomes as (invoked at, answered at, kind, answer)."""

    op: str
    key: str
    said: dict[str, Any]
    outcomes: list[tuple[float, float, str, dict[str, Any]]]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [answer for _, _, had, answer in self.outcomes if had == kind]


async def kept(shop: Shop, provider: Any) -> Kept:
    """Read it all."""
    lines: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    parcels: dict[str, dict[int, int]] = defaultdict(dict)
    supply: Counter[str] = Counter()
    captured: dict[str, list[int]] = defaultdict(list)
    given_back: Counter[str] = Counter()
    async with shop.database.read() as reader:
        places = await reader.rows(_PLACES)
        for order_id, *line in await reader.rows(_LINES):
            lines[order_id].append(tuple(line))
        for shipment_id, line_no, pieces in await reader.rows(_PARCELS):
            parcels[shipment_id][line_no] = pieces
        for sku, pieces in await reader.rows(_SUPPLY):
            supply[sku] += pieces
        orders = {row[0]: row[1:] for row in await reader.rows(_ORDERS)}
        commands = dict(await reader.rows(_COMMANDS))
        shipments = dict(await reader.rows(_SHIPMENTS))
        refunds = {row[0]: row[1:] for row in await reader.rows(_REFUNDS)}
    for move in await provider.record():
        if move.kind == "capture":
            captured[move.order_id].append(move.amount)
        elif move.kind == "refund":
            given_back[move.order_id] += move.amount
    return Kept(
        orders={
            order_id: KeptOrder(state=row[0], total=row[1], version=row[2], cart_id=row[3], lines=lines[order_id])
            for order_id, row in orders.items()
        },
        commands=commands, shipments={one: (order_id, parcels[one]) for one, order_id in shipments.items()},
        refunds=refunds, supply=dict(supply), captured=dict(captured), given_back=dict(given_back),
        locations=frozenset(place for (place,) in places),
    )  # fmt: skip


def complaints(events: Sequence[Event], found: Kept) -> list[str]:
    """Everything that does not fit; an empty list when all promises were kept."""
    asked = _by_key(events)
    return [
        *(what for one in asked if one.op == "place" for check in (_placed, _refused) for what in check(one, found)),
        *(what for one in asked if one.op in {"ship", "refund", "cancel"} for what in _dealt(one, found)),
        *_nothing_else(asked, found),
        *_one_order_a_cart(found),
        *_money(found),
        *_stock(found),
        *_seen(events, asked, found),
    ]


def _by_key(events: Sequence[Event]) -> list[Asked]:
    asked: dict[tuple[str, str], Asked] = {}
    invoked: dict[int, Event] = {}
    for event in events:
        if event.kind == "invoke":
            invoked[event.call] = event
            asked.setdefault((event.op, event.key), Asked(event.op, event.key, event.said, []))
        else:
            begun = invoked.pop(event.call)
            asked[begun.op, begun.key].outcomes.append((begun.at, event.at, event.kind, event.said))
    for begun in invoked.values():
        asked[begun.op, begun.key].outcomes.append((begun.at, NEVER, "info", {}))
    return list(asked.values())


def _placed(one: Asked, found: Kept) -> Iterator[str]:
    """Same key, same order, as it was acknowledged."""
    refused = {answer["code"] for answer in one.of("fail")}
    order_ids = {answer["order_id"] for answer in one.of("ok")}
    if len(order_ids) > 1:
        yield f"{one.key}: one key, {len(order_ids)} orders"
    for answer in one.of("ok"):
        order = found.orders.get(answer["order_id"])
        if order is None:
            yield f"{one.key}: order {answer['order_id']} was acknowledged and is lost"
        elif order.total != answer["total"] or answer["total"] != one.said["total"]:
            yield f"{one.key}: {one.said['total']} was agreed, {answer['total']} acknowledged, {order.total} kept"
        elif answer["state"] == "placed" and order.state not in LIVE:
            yield f"{one.key}: acknowledged as placed, kept as {order.state}"
        elif answer["state"] == "placed" and "payment_declined" in refused:
            yield f"{one.key}: both placed and declined"
    promised_at = min(
        (at for _, at, kind, had in one.outcomes if kind == "ok" and had["state"] == "placed"), default=NEVER
    )
    for invoked_at, _, kind, answer in one.outcomes:
        if kind == "fail" and invoked_at > promised_at and answer["code"] not in LATER:
            yield f"{one.key}: placed, and {answer['code']} when it was sent again"


def _refused(one: Asked, found: Kept) -> Iterator[str]:
    """A key that was only ever refused left nothing behind, and one that was acknowledged is remembered so."""
    refused = {answer["code"] for answer in one.of("fail")}
    order_ids = {answer["order_id"] for answer in one.of("ok")}
    order_id = found.commands.get(one.key)
    if order_ids and {order_id} != order_ids:
        yield f"{one.key}: acknowledged {order_ids}, remembered {order_id}"
    nothing = {kind for _, _, kind, _ in one.outcomes} == {"fail"} and not refused & {"payment_declined", "in_flight"}
    if nothing and order_id is not None:
        yield f"{one.key}: refused ({refused}), and yet there is order {order_id}"
    if "payment_declined" in refused and order_id in found.orders and found.orders[order_id].state != "declined":
        yield f"{one.key}: declined, and yet order {order_id} is {found.orders[order_id].state}"


def _dealt(one: Asked, found: Kept) -> Iterator[str]:
    """What an agent did with an order is there if it was acknowledged, and not if it was only ever refused."""
    effect = one.said["effect"]
    there = effect in (found.shipments if one.op == "ship" else found.refunds)
    if one.op == "cancel":
        if one.of("ok") and found.orders[one.said["order_id"]].state != "cancelled":
            yield f"{one.key}: the order was called off and is {found.orders[one.said['order_id']].state}"
        return
    if one.of("ok") and not there:
        yield f"{one.key}: {one.op} was acknowledged and is lost"
    if {kind for _, _, kind, _ in one.outcomes} == {"fail"} and there:
        yield f"{one.key}: {one.op} was refused ({one.of('fail')}) and was done"
    if there and one.op == "ship":
        order_id, pieces = found.shipments[effect][0], _sent(effect, found)
        if order_id != one.said["order_id"] or (one.said["lines"] and pieces != one.said["lines"]):
            yield f"{one.key}: {one.said} was to be sent, {pieces} of {order_id} was"


def _sent(effect: str, found: Kept) -> dict[int, int]:
    """What one command sent: a parcel from each location it took pieces of."""
    sent: Counter[int] = Counter()
    for parcel in {effect, *(derived_id(effect, location) for location in found.locations)}:
        sent.update(found.shipments.get(parcel, ("", {}))[1])
    return dict(sent)


def _nothing_else(asked: Sequence[Asked], found: Kept) -> Iterator[str]:
    """Nobody does what nobody asked for; and an order is of what was asked."""
    wanted = {one.key: one.said for one in asked if one.op == "place"}
    for key in found.commands.keys() - {one.key for one in asked}:
        yield f"{key} was carried out, and nobody sent it"
    made = {order_id: key for key, order_id in found.commands.items() if key in wanted}
    for order_id, order in found.orders.items():
        if order_id not in made:
            yield f"order {order_id} was made by no command"
            continue
        lines = [(sku, pieces) for sku, pieces, _ in order.lines]
        if lines != [tuple(line) for line in wanted[made[order_id]]["lines"]]:
            yield f"{made[order_id]}: {wanted[made[order_id]]['lines']} was ordered, {lines} is kept"
    for order_id in found.captured.keys() - found.orders.keys():
        yield f"the provider captured {found.captured[order_id]} for {order_id}, which is not there"


def _one_order_a_cart(found: Kept) -> Iterator[str]:
    for cart_id, count in Counter(order.cart_id for order in found.orders.values() if order.state in LIVE).items():
        if count > 1:
            yield f"cart {cart_id} became {count} orders"


def _money(found: Kept) -> Iterator[str]:
    for order_id, order in found.orders.items():
        captured, back = found.captured.get(order_id, []), found.given_back.get(order_id, 0)
        if len(captured) > 1 or sum(captured) > order.total:
            yield f"order {order_id} costs {order.total}, captured was {captured}"
        if back > sum(captured):
            yield f"order {order_id}: {back} given back of {captured}"
        if order.state == "declined" and sum(captured) != back:
            yield f"order {order_id} is off, and the provider keeps {sum(captured) - back}"


def _stock(found: Kept) -> Iterator[str]:
    sold: Counter[str] = Counter()
    for order in found.orders.values():
        for sku, pieces, cancelled in order.lines:
            sold[sku] += pieces - cancelled if order.state in LIVE else 0
    for sku, pieces in sold.items():
        if pieces > found.supply.get(sku, 0):
            yield f"{pieces} {sku} were sold, there were {found.supply.get(sku, 0)}"


def _seen(events: Sequence[Event], asked: Sequence[Asked], found: Kept) -> Iterator[str]:
    """Whoever looks at an order sees it go forward only, and sees it once it was promised."""
    promised = {
        answer["order_id"]: at
        for one in asked if one.op == "place"
        for _, at, kind, answer in one.outcomes if kind == "ok" and answer["state"] == "placed"
    }  # fmt: skip
    looks = {event.call: event for event in events if event.kind == "invoke" and event.op == "look"}
    last: dict[str, tuple[float, str, int]] = {}
    for event in events:
        if event.kind != "ok" or event.call not in looks:
            continue
        begun = looks[event.call]
        if begun.at > promised.get(begun.key, NEVER) and event.said["state"] not in LIVE:
            yield f"order {begun.key} was promised, and is seen as {event.said['state']}"
        before = last.get(begun.key)
        if before and before[0] < begun.at:
            _, state, version = before
            if event.said["version"] < version or not _follows(state, event.said["state"]):
                yield f"order {begun.key} went from {state} {version} to {event.said['state']} {event.said['version']}"
        last[begun.key] = (event.at, event.said["state"], event.said["version"])
    for order_id, (_, state, _) in last.items():
        if order_id in found.orders and not _follows(state, found.orders[order_id].state):
            yield f"order {order_id} was seen as {state} and ended as {found.orders[order_id].state}"


def _follows(before: Any, after: Any) -> bool:
    if before in {"", after}:
        return True
    return any(_follows(between, after) for between in MOVES[before] if between != before)


_ORDERS = Statement(select(ORDERS.c.id, ORDERS.c.state, ORDERS.c.total, ORDERS.c.version, ORDERS.c.cart_id))
_LINES = Statement(
    select(LINES.c.order_id, LINES.c.sku, LINES.c.quantity, LINES.c.cancelled).order_by(
        LINES.c.order_id, LINES.c.line_no
    )
)
_COMMANDS = Statement(select(COMMANDS.c.idempotency_key, COMMANDS.c.order_id))
_SHIPMENTS = Statement(select(SHIPMENTS.c.id, SHIPMENTS.c.order_id))
_PARCELS = Statement(select(SHIPMENT_LINES.c.shipment_id, SHIPMENT_LINES.c.line_no, SHIPMENT_LINES.c.quantity))
_REFUNDS = Statement(select(REFUNDS.c.id, REFUNDS.c.order_id, REFUNDS.c.amount, REFUNDS.c.state))
_PLACES = Statement(select(STOCK.c.location))
_SUPPLY = Statement(select(MOVEMENTS.c.sku, MOVEMENTS.c.quantity).where(MOVEMENTS.c.kind != "shipped"))
