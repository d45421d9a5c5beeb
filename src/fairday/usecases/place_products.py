"""Bring imported products into the shop, only where they differ: one slice in two units of work.

The first unit is the catalogue's (documents and new categories), the second the database's (prices, stock, visibility,
events, books). A refusal inside a slice is found by trying its products one by one.
"""

import time
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from fairday.domain.catalog import Category, Product
from fairday.domain.catalog.errors import DuplicateKey, DuplicateSku, ProductTooLarge
from fairday.domain.inventory import Received, StockChanged, StockLevel, shelves
from fairday.domain.inventory import store as stock
from fairday.domain.ledger import stock_entry
from fairday.domain.ledger import store as ledger
from fairday.domain.pricing import Price
from fairday.domain.pricing import store as pricing
from fairday.domain.pricing.events import ListingsChanged, PricesChanged
from fairday.domain.pricing.model import ListingState
from fairday.kernel.errors import Conflict, Refusal
from fairday.kernel.events import Event, announce
from fairday.kernel.ids import new_id
from fairday.ports.products import BATCH_LIMIT
from fairday.usecases.product_lines import BadRowError, CategoryLine, Imported, category_of
from fairday.usecases.shop import Shop


class Placed(Struct, frozen=True):
    """How many products were written, and how many were there already just so."""

    written: int = 0
    unchanged: int = 0

    def plus(self, other: "Placed") -> "Placed":
        """The sum."""
        return Placed(self.written + other.written, self.unchanged + other.unchanged)


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of a slice: counts, (line, reason) of what failed, and how long the longest unit of work took."""

    placed: Placed = Placed()
    failed: tuple[tuple[int, str], ...] = ()
    longest_unit_s: float = 0.0


class _Present(Struct, frozen=True, kw_only=True):
    """What the shop knows of the products of a slice."""

    documents: Mapping[str, Product]
    prices: Mapping[str, Sequence[Price]]
    levels: Mapping[str, Sequence[StockLevel]]
    visible: set[str]
    owners: Mapping[str, str]


class _Changes(Struct, frozen=True, kw_only=True):
    """What is to be written for one product; empty when nothing is."""

    line: int
    product_id: str
    document: Product | None = None
    prices: tuple[Price, ...] = ()
    gone: tuple[tuple[str, str], ...] = ()
    counts: tuple[Received, ...] = ()
    listing: ListingState | None = None

    @property
    def nothing(self) -> bool:
        """Whether the shop has it just so."""
        return not (self.document or self.prices or self.gone or self.counts or self.listing)


class Catalogue:
    """The shop as an import sees it: its categories by key, those to be added, and the time units of work take."""

    def __init__(self, shop: Shop, *, dry_run: bool) -> None:
        self.shop = shop
        self.dry_run = dry_run
        self._known: dict[str, Category] = {}
        self._waiting: dict[str, Category] = {}

    async def load(self) -> None:
        """Read the tree once."""
        self._known = {node.key: node for node in await self.shop.products.categories()}

    def add_category(self, line: CategoryLine, *, known_stays: bool = False) -> None:
        """Have a category written before the next products. With `known_stays` one that exists is left as it is."""
        known, parent = self._known.get(line.key), self._known.get(line.parent)
        if line.parent and parent is None:
            raise BadRowError(f"there is no category {line.parent!r} to be its parent")
        fresh = category_of(line)
        fresh = replace(fresh, id=known.id if known else fresh.id, parent_id=parent.id if parent else "")
        if known == fresh or (known is not None and known_stays):
            return
        self._known[line.key] = self._waiting[line.key] = fresh

    def category_ids(self, keys: Sequence[str]) -> tuple[str, ...]:
        """Ids of categories; BadRowError for a key that stands nowhere."""
        missing = next((key for key in keys if key not in self._known), None)
        if missing is not None:
            raise BadRowError(f"there is no category {missing!r}")
        return tuple(self._known[key].id for key in keys)

    def take_categories(self) -> list[Category]:
        """Those to be written now."""
        waiting, self._waiting = list(self._waiting.values()), {}
        return waiting


async def place(catalogue: Catalogue, imported: Sequence[Imported]) -> Outcome:
    """Write what differs of a slice, and any category that waits."""
    categories = catalogue.take_categories()
    if categories and not catalogue.dry_run:
        await catalogue.shop.products.put_many(categories=categories)
    if not imported:
        return Outcome()
    present = await _present(catalogue.shop, imported)
    changes, failed = [], []
    taken = dict(present.owners)
    for one in imported:
        try:
            changes.append(_decide(catalogue, one, present, taken))
        except BadRowError as problem:
            failed.append((one.line, str(problem)))
    wanted = [change for change in changes if not change.nothing]
    unchanged = len(changes) - len(wanted)
    if catalogue.dry_run:
        return Outcome(placed=Placed(len(wanted), unchanged), failed=tuple(failed))
    outcome = await _write(catalogue.shop, wanted)
    return Outcome(
        placed=outcome.placed.plus(Placed(0, unchanged)), failed=(*failed, *outcome.failed),
        longest_unit_s=outcome.longest_unit_s,
    )  # fmt: skip


async def _present(shop: Shop, imported: Sequence[Imported]) -> _Present:
    keys = [one.product.key for one in imported]
    skus = [sku for one in imported for sku in one.product.skus]
    ids = await shop.products.find("key", keys)
    documents = await shop.products.get_many(list(ids.values()))
    owners: dict[str, str] = {}
    for start in range(0, len(skus), BATCH_LIMIT):
        owners |= await shop.products.find("sku", skus[start : start + BATCH_LIMIT])
    every_sku = sorted({*skus, *(sku for product in documents.values() for sku in product.skus)})
    async with shop.database.read() as reader:
        levels: dict[str, list[StockLevel]] = {}
        for level in await stock.levels(reader, every_sku):
            levels.setdefault(level.sku, []).append(level)
        return _Present(
            documents={product.key: product for product in documents.values()},
            prices=await pricing.all_prices(reader, every_sku),
            levels=levels,
            visible=await pricing.visible(reader, list(ids.values())),
            owners=owners,
        )


def _decide(catalogue: Catalogue, one: Imported, present: _Present, taken: dict[str, str]) -> _Changes:
    """What differs. Each SKU a product has becomes its own in `taken`, so that the next one cannot have it."""
    before = present.documents.get(one.product.key)
    after = _merged(one, before, catalogue.category_ids(one.categories))
    for sku in after.skus:
        if taken.get(sku, after.id) != after.id:
            raise BadRowError(f"SKU {sku} belongs to another product")
    counts = tuple(_counts(one, present.levels))
    taken |= dict.fromkeys(after.skus, after.id)
    known = {(price.sku, price.currency): price for sku in after.skus for price in present.prices.get(sku, ())}
    fresh = {(price.sku, price.currency): price for price in one.prices}
    dropped = set(before.skus) - set(after.skus) if before else set()
    gone = {(price.sku, price.currency) for sku in dropped for price in present.prices.get(sku, ())}
    gone |= (known.keys() - fresh.keys()) if one.whole_prices else set()
    return _Changes(
        line=one.line,
        product_id=after.id,
        document=None if after == before else after,
        prices=tuple(price for key, price in fresh.items() if known.get(key) != price),
        gone=tuple(sorted(gone)),
        counts=counts,
        listing=None if one.visible == (after.id in present.visible) else ("visible" if one.visible else "hidden"),
    )


def _merged(one: Imported, before: Product | None, category_ids: tuple[str, ...]) -> Product:
    product = replace(one.product, category_ids=category_ids)
    if before is None:
        return product
    kept = {field: getattr(before, field) for field in one.keeps}
    return replace(product, id=before.id, version=before.version, **kept)


def _counts(one: Imported, levels: Mapping[str, Sequence[StockLevel]]) -> list[Received]:
    counts = []
    for shelf in one.shelves:
        level = next((level for level in levels.get(shelf.sku, ()) if level.location == shelf.location), None)
        if level is not None and shelf.on_hand < level.least:
            raise BadRowError(f"SKU {shelf.sku}: {level.least} pieces are promised to orders")
        if level is None or level.on_hand != shelf.on_hand:
            counts.append(Received(shelf.sku, shelf.location, shelf.on_hand, shelf.unit_cost))
    counts += [
        Received(shelf.sku, shelf.location, shelf.on_hand, shelf.unit_cost)
        for shelf in one.new_stock
        if shelf.sku not in levels
    ]
    return counts


async def _write(shop: Shop, wanted: Sequence[_Changes]) -> Outcome:
    """Write a slice; when it is refused, one by one, to find which product it was."""
    if not wanted:
        return Outcome()
    try:
        longest_s = await _write_at_once(shop, wanted)
    except Refusal as refusal:
        if len(wanted) == 1:
            return Outcome(failed=((wanted[0].line, _reason(refusal)),))
        outcomes = [await _write(shop, [one]) for one in wanted]
        return Outcome(
            placed=Placed(sum(outcome.placed.written for outcome in outcomes)),
            failed=tuple(failure for outcome in outcomes for failure in outcome.failed),
        )
    return Outcome(placed=Placed(len(wanted)), longest_unit_s=longest_s)


async def _write_at_once(shop: Shop, wanted: Sequence[_Changes]) -> float:
    begun = time.perf_counter()
    documents = [one.document for one in wanted if one.document]
    if documents:
        await shop.products.put_many(documents, unchanged_since_read=True)
    between = time.perf_counter()
    now_ms = shop.clock.now_ms()
    prices = [price for one in wanted for price in one.prices]
    gone = [key for one in wanted for key in one.gone]
    counts = [count for one in wanted for count in one.counts]
    listings = [(one.product_id, one.listing) for one in wanted if one.listing]
    if prices or gone or counts or listings:
        async with shop.database.write() as unit:
            await pricing.set_prices(unit, prices)
            await pricing.remove_prices(unit, gone)
            if counts:
                ref = new_id()
                worth = await shelves.count_shelves(unit, counts, ref, now_ms)
                await ledger.post(unit, [stock_entry(ref, shop.settings.base_currency, worth, now_ms)])
            await pricing.set_listings(unit, listings)
            priced = (*(price.sku for price in prices), *(sku for sku, _ in gone))
            await announce(unit, _events(priced, counts, [product_id for product_id, _ in listings]), now_ms)
    return max(between - begun, time.perf_counter() - between)


def _events(priced: Sequence[str], counts: Sequence[Received], listed: Sequence[str]) -> list[Event]:
    events: list[Event] = []
    if priced:
        events.append(PricesChanged(subject=priced[0], skus=tuple(dict.fromkeys(priced))))
    if counts:
        events.append(StockChanged(subject=counts[0].sku, skus=tuple(dict.fromkeys(count.sku for count in counts))))
    if listed:
        events.append(ListingsChanged(subject=listed[0], product_ids=tuple(listed)))
    return events


def _reason(refusal: Refusal) -> str:
    details = refusal.details
    if isinstance(refusal, DuplicateSku):
        return f"SKU {details['sku']} belongs to another product"
    if isinstance(refusal, DuplicateKey):
        return f"key {details['key']} belongs to another product"
    if isinstance(refusal, ProductTooLarge):
        return f"larger than the {details['limit_bytes']} bytes a product may have"
    if isinstance(refusal, Conflict):
        return "somebody else changed it meanwhile; import it again"
    return f"refused: {refusal.code} {dict(details)}"
