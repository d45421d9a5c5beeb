"""Import products: rows of a file become documents, prices, stock and listings, in slices, and never by halves.

Order of a slice: document, price, stock, then visibility, so that whatever a crash leaves is not visible. Products are
known by their key, so a second run finds everything as it is and writes nothing. The index hears of it by events.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from fairday.domain.access import SYSTEM, Change
from fairday.kernel.errors import Refusal
from fairday.usecases.place_products import Catalogue, Outcome, Placed, place
from fairday.usecases.product_files import RowFile
from fairday.usecases.product_lines import BadRowError, CategoryLine, Imported, ProductLine, from_line
from fairday.usecases.product_mapping import (
    DEFAULT_LOCATION,
    MappingError,
    ProductMapping,
    Stated,
    category_lines,
    from_rows,
    read_mapping,
)
from fairday.usecases.shop import Shop
from fairday.usecases.write_audit import write_audit

FAILURES_KEPT = 1_000
FIRST_SLICE, LARGEST_SLICE, SMALLEST_SLICE = 50, 400, 16
LONGEST_UNIT_S = 0.035

Progress = Callable[[float, int], None]


class ImportProducts(Struct, frozen=True, kw_only=True):
    """Import `path`, read by a mapping's name or file. Prices without a currency are in `currencies`.

    `new_stock` is what a SKU gets that was never counted and for which the file says nothing. `polite`: rest after
    every slice for as long as it took, because a store is running beside us.
    """

    path: Path
    mapping: str = "fairday"
    dry_run: bool = False
    currencies: tuple[str, ...] = ("EUR",)
    new_stock: int | None = None
    location: str = DEFAULT_LOCATION
    polite: bool = False


class Failure(Struct, frozen=True):
    """A row that was left out: its line in the file, and why."""

    line: int
    reason: str


class ImportReport(Struct, frozen=True, kw_only=True):
    """What became of the products in a file. `failed` holds the first thousand of `failed_count`."""

    read: int
    written: int
    unchanged: int
    failed: tuple[Failure, ...]
    failed_count: int


class ImportRefused(Refusal):
    """The file or the mapping as a whole cannot be used; `reason` says why."""

    code = "import_refused"
    status = 400


async def import_products(shop: Shop, command: ImportProducts, progress: Progress | None = None) -> ImportReport:
    """Read, check and write; ImportRefused when the whole cannot be used. `progress` gets (fraction, products)."""
    run = _Run(shop, command, progress)
    try:
        with RowFile(command.path) as file:
            await run.everything(file)
    except OSError as error:
        raise ImportRefused(reason=f"{command.path}: {error.strerror or error}") from None
    report = run.report()
    if report.written and not command.dry_run:
        async with shop.database.write() as unit:
            counts: dict[str, str | int | bool] = {
                "file": command.path.name,
                "read": report.read,
                "written": report.written,
            }
            await write_audit(shop, unit, SYSTEM, Change("products.imported", "catalogue", "products", counts))
    return report


class _Run:
    """One import under way: what waits to be written, what was counted."""

    def __init__(self, shop: Shop, command: ImportProducts, progress: Progress | None) -> None:
        self._shop = shop
        self._command = command
        self._progress = progress
        self._mapping = _mapping(command.mapping)
        self._stated = Stated(
            currencies=command.currencies, base_currency=shop.settings.base_currency, new_stock=command.new_stock,
            location=command.location,
        )  # fmt: skip
        self._catalogue = Catalogue(shop, dry_run=command.dry_run)
        self._slice: list[Imported] = []
        self._slice_size = FIRST_SLICE
        self._lines: dict[str, int] = {}
        self._read = 0
        self._placed = Placed()
        self._failures: list[Failure] = []
        self._failed_count = 0

    async def everything(self, file: RowFile) -> None:
        """All rows, a slice at a time."""
        own_form = file.is_json and self._command.mapping == "fairday"
        await self._catalogue.load()
        for found in self._own_lines(file) if own_form else self._mapped(file):
            if isinstance(found, Failure):
                self._fail(found)
            else:
                self._slice.append(found)
            if len(self._slice) >= self._slice_size:
                await self._flush(file)
        await self._flush(file)

    def report(self) -> ImportReport:
        """What was counted."""
        return ImportReport(
            read=self._read, written=self._placed.written, unchanged=self._placed.unchanged,
            failed=tuple(sorted(self._failures, key=lambda one: one.line)), failed_count=self._failed_count,
        )  # fmt: skip

    def _own_lines(self, file: RowFile) -> Iterator[Imported | Failure]:
        for number, row in file.rows():
            try:
                if isinstance(row, BadRowError):
                    raise row
                line = _as_line(row)
                if isinstance(line, CategoryLine):
                    self._catalogue.add_category(line)
                    continue
                self._read += 1
                self._once(line.key, number)
                yield from_line(line, number, self._shop.settings.base_currency)
            except BadRowError as problem:
                yield Failure(number, str(problem))

    def _mapped(self, file: RowFile) -> Iterator[Imported | Failure]:
        """Rows of one product stand together, so a product is whole when the next key comes."""
        group: list[tuple[int, Any]] = []
        for number, row in file.rows():
            if isinstance(row, BadRowError):
                yield Failure(number, str(row))
                continue
            alone = not self._mapping.sku  # without SKUs of their own, rows are no variants
            if group and (alone or row.get(self._mapping.key) != group[0][1].get(self._mapping.key)):
                yield self._product(group)
                group = []
            group.append((number, row))
        if group:
            yield self._product(group)

    def _product(self, group: Sequence[tuple[int, Any]]) -> Imported | Failure:
        number, first = group[0]
        self._read += 1
        try:
            product = from_rows(self._mapping, self._stated, number, [row for _, row in group])
            self._once(product.product.key, number)
            for line in category_lines(self._mapping, first):
                self._catalogue.add_category(line, known_stays=True)
        except BadRowError as problem:
            return Failure(number, str(problem))
        return product

    def _once(self, key: str, number: int) -> None:
        before = self._lines.setdefault(key, number)
        if before != number:
            raise BadRowError(f"key {key[:60]} stands in line {before} already")

    async def _flush(self, file: RowFile) -> None:
        waiting, self._slice = self._slice, []
        begun = time.perf_counter()
        outcome = await place(self._catalogue, waiting)
        self._settle(outcome)
        took = time.perf_counter() - begun
        if outcome.longest_unit_s > LONGEST_UNIT_S:
            self._slice_size = max(SMALLEST_SLICE, self._slice_size // 2)
        elif outcome.longest_unit_s < LONGEST_UNIT_S / 3:
            self._slice_size = min(LARGEST_SLICE, self._slice_size * 3 // 2)
        if self._progress:
            self._progress(file.fraction, self._read)
        await asyncio.sleep(took if self._command.polite else 0)

    def _settle(self, outcome: Outcome) -> None:
        self._placed = self._placed.plus(outcome.placed)
        for line, reason in outcome.failed:
            self._fail(Failure(line, reason))

    def _fail(self, failure: Failure) -> None:
        self._failed_count += 1
        if len(self._failures) < FAILURES_KEPT:
            self._failures.append(failure)


def _mapping(name: str) -> ProductMapping:
    try:
        return read_mapping(name)
    except MappingError as error:
        raise ImportRefused(reason=str(error)) from None


def _as_line(row: Any) -> ProductLine | CategoryLine:  # noqa: ANN401 - a JSON document
    try:
        return msgspec.convert({"type": "product", **row}, ProductLine | CategoryLine)
    except msgspec.ValidationError as error:
        raise BadRowError(str(error)) from None
