"""Receive pieces, carry them between locations, say how a SKU is sold when the shelf is empty, keep the locations."""

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import asdict, replace

from fairday.domain.access import SYSTEM, Actor, Change, require
from fairday.domain.inventory import Location, StockChanged, StockLevel, shelves
from fairday.domain.inventory import store as stock
from fairday.domain.inventory.model import POLICIES, Delivery, StockPolicy, Transfer
from fairday.domain.inventory.routing import MAIN
from fairday.domain.inventory.shelves import MOST_PIECES, LocationSums
from fairday.domain.ledger import stock_entry
from fairday.domain.ledger import store as ledger
from fairday.kernel.errors import Invalid, NotFound
from fairday.kernel.events import announce
from fairday.kernel.ids import new_id
from fairday.kernel.unit_of_work import Reader
from fairday.usecases.shop import Shop
from fairday.usecases.write_audit import write_audit

LINES_LIMIT = 1_000
DEAREST = 10**10
LATEST_MS = 4_102_444_800_000  # 2100
PRIORITY_LIMIT = 10_000
PAGE_LIMIT = 200
CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}", re.ASCII)
REGION = re.compile(r"[A-Z0-9-]{0,16}", re.ASCII)
NAME_LENGTH = 100


class ReceiveStock(Struct, frozen=True, kw_only=True):
    """Pieces that came in; `unit_cost` in minor units of the shop's base currency."""

    deliveries: Sequence[Delivery]
    reason: str = ""
    actor: Actor = SYSTEM


class MoveStock(Struct, frozen=True, kw_only=True):
    """Pieces to carry from one location to another."""

    transfers: Sequence[Transfer]
    reason: str = ""
    actor: Actor = SYSTEM


class LocationPage(Struct, frozen=True, kw_only=True):
    """One location with a page of its shelves in SKU order; `cursor` is the SKU to go on after, "" at the end.

    `products` maps SKU to the id of its product.
    """

    location: Location
    sums: LocationSums
    levels: tuple[StockLevel, ...]
    products: Mapping[str, str]
    cursor: str


async def receive_stock(shop: Shop, command: ReceiveStock) -> int:
    """Put pieces on their shelves, their cost in the books; orders that wait get them, the oldest first.

    What they cost in all. Invalid, NotFound (no such SKU or location).
    """
    require(command.actor.role, "stock.edit")
    _bounded(len(command.deliveries))
    for one in command.deliveries:
        _check_quantity(one.quantity, one.sku)
        if not 0 <= one.unit_cost <= DEAREST:
            raise Invalid(field="unit_cost", problem="problem-count-cost", sku=one.sku)
    known = await products_of(shop, [one.sku for one in command.deliveries])
    now_ms, ref = shop.clock.now_ms(), new_id()
    async with shop.database.write() as unit:
        await known_locations(unit, [one.location for one in command.deliveries])
        worth = await shelves.receive(unit, command.deliveries, ref, now_ms)
        await ledger.post(unit, [stock_entry(ref, shop.settings.base_currency, worth, now_ms)])
        await announce(unit, [StockChanged(subject=min(known), skus=tuple(sorted(known)))], now_ms)
        changes = [
            Change("stock.received", "product", known[one.sku], {**asdict(one), "reason": command.reason})
            for one in command.deliveries
        ]
        await write_audit(shop, unit, command.actor, *changes)
    return worth


async def move_stock(shop: Shop, command: MoveStock) -> None:
    """Carry pieces that nobody is promised. Nothing changes in the books. Invalid, NotFound, StockNotFree."""
    require(command.actor.role, "stock.edit")
    _bounded(len(command.transfers))
    for one in command.transfers:
        _check_quantity(one.quantity, one.sku)
        if one.source == one.target:
            raise Invalid(field="target", problem="problem-move-nowhere", sku=one.sku)
    known = await products_of(shop, [one.sku for one in command.transfers])
    now_ms = shop.clock.now_ms()
    async with shop.database.write() as unit:
        await known_locations(unit, [place for one in command.transfers for place in (one.source, one.target)])
        await shelves.transfer(unit, command.transfers, new_id(), now_ms)
        await announce(unit, [StockChanged(subject=min(known), skus=tuple(sorted(known)))], now_ms)
        changes = [
            Change("stock.moved", "product", known[one.sku], {**asdict(one), "reason": command.reason})
            for one in command.transfers
        ]
        await write_audit(shop, unit, command.actor, *changes)


async def set_stock_policy(shop: Shop, policy: StockPolicy, *, actor: Actor = SYSTEM) -> None:
    """How a SKU is sold when a shelf is empty, and how many a customer may have of it.

    Invalid, NotFound; StockRefused when more pieces are promised already than the new limit.
    """
    require(actor.role, "stock.edit")
    _check_policy(policy)
    known = await products_of(shop, [policy.sku])
    now_ms = shop.clock.now_ms()
    async with shop.database.write() as unit:
        await known_locations(unit, [policy.location])
        await shelves.set_policy(unit, policy)
        await announce(unit, [StockChanged(subject=policy.sku, skus=(policy.sku,))], now_ms)
        change = Change("stock.policy-set", "product", known[policy.sku], asdict(policy))
        await write_audit(shop, unit, actor, change)


async def list_locations(shop: Shop, actor: Actor) -> list[tuple[Location, LocationSums]]:
    """Every location, the first to be asked first, with what it holds."""
    require(actor.role, "stock.view")
    async with shop.database.read() as reader:
        sums = await shelves.sums_by_location(reader)
        return [(place, sums.get(place.code, LocationSums(place.code))) for place in await stock.locations(reader)]


async def view_location(shop: Shop, actor: Actor, code: str, *, after: str = "", limit: int = 50) -> LocationPage:
    """One location and a page of its shelves; NotFound."""
    require(actor.role, "stock.view")
    limit = max(1, min(limit, PAGE_LIMIT))
    async with shop.database.read() as reader:
        place = await _location(reader, code)
        sums = (await shelves.sums_by_location(reader)).get(code, LocationSums(code))
        levels = await shelves.levels_at(reader, code, after, limit + 1)
    shown = levels[:limit]
    products = await shop.products.find("sku", [level.sku for level in shown])
    cursor = shown[-1].sku if len(levels) > limit else ""
    return LocationPage(location=place, sums=sums, levels=tuple(shown), products=products, cursor=cursor)


async def add_location(shop: Shop, actor: Actor, location: Location) -> Location:
    """A new place that stocks and sends. Invalid, LocationTaken."""
    require(actor.role, "stock.edit")
    location = _tidy(location)
    if not CODE.fullmatch(location.code):
        raise Invalid(field="code", problem="problem-location-code")
    async with shop.database.write() as unit:
        await shelves.add_location(unit, location)
        await write_audit(shop, unit, actor, Change("location.added", "location", location.code, asdict(location)))
    return location


async def change_location(shop: Shop, actor: Actor, location: Location) -> Location:
    """Everything but its code. A closed location sends what it promised, and promises nothing more. NotFound."""
    require(actor.role, "stock.edit")
    location = _tidy(location)
    async with shop.database.write() as unit:
        before = await _location(unit, location.code)
        await shelves.save_location(unit, location)
        if before.active != location.active:
            skus = [level.sku for level in await shelves.levels_at(unit, location.code, "", LINES_LIMIT)]
            if skus:
                await announce(unit, [StockChanged(subject=skus[0], skus=tuple(skus))], shop.clock.now_ms())
        await write_audit(shop, unit, actor, Change("location.changed", "location", location.code, asdict(location)))
    return location


async def products_of(shop: Shop, skus: Sequence[str]) -> dict[str, str]:
    """SKU to the id of its product; NotFound when there is no such SKU."""
    known = await shop.products.find("sku", sorted(set(skus)))
    if set(skus) - set(known):
        raise NotFound(what="sku")
    return dict(known)


async def known_locations(reader: Reader, codes: Sequence[str]) -> None:
    """NotFound unless there is such a location; `main` is always there."""
    if set(codes) - {MAIN} - {place.code for place in await stock.locations(reader)}:
        raise NotFound(what="location")


async def _location(reader: Reader, code: str) -> Location:
    for place in await stock.locations(reader):
        if place.code == code:
            return place
    raise NotFound(what="location")


def _bounded(count: int) -> None:
    if not 0 < count <= LINES_LIMIT:
        raise Invalid(field="quantity", problem="problem-count-nothing")


def _check_quantity(quantity: int, sku: str) -> None:
    if not 0 < quantity <= MOST_PIECES:
        raise Invalid(field="quantity", problem="problem-count-pieces", sku=sku)


def _check_policy(policy: StockPolicy) -> None:
    if policy.policy not in POLICIES:
        raise Invalid(field="policy", problem="problem-policy")
    if policy.policy == "deny" and policy.beyond:
        raise Invalid(field="beyond", problem="problem-policy-deny")
    if policy.policy != "deny" and not 0 <= policy.beyond <= MOST_PIECES:
        raise Invalid(field="beyond", problem="problem-count-pieces", sku=policy.sku)
    if not 0 <= policy.expected_ms <= LATEST_MS or (policy.policy == "preorder" and not policy.expected_ms):
        raise Invalid(field="expected", problem="problem-policy-expected")
    if not 0 <= policy.per_customer <= MOST_PIECES:
        raise Invalid(field="per_customer", problem="problem-count-pieces", sku=policy.sku)


def _tidy(location: Location) -> Location:
    location = replace(
        location, name=location.name.strip() or location.code, country=location.country.strip().upper(),
        region=location.region.strip().upper(),
    )  # fmt: skip
    if len(location.name) > NAME_LENGTH or not location.name.isprintable():
        raise Invalid(field="name", problem="problem-location-name")
    if location.country and not re.fullmatch(r"[A-Z]{2}", location.country):
        raise Invalid(field="country", problem="problem-location-country")
    if not REGION.fullmatch(location.region):
        raise Invalid(field="region", problem="problem-location-region")
    if not 0 <= location.priority <= PRIORITY_LIMIT:
        raise Invalid(field="priority", problem="problem-location-priority")
    if location.code == MAIN and not location.active:
        raise Invalid(field="active", problem="problem-location-main")
    return location
