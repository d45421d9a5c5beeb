"""`fairday import`, `fairday export` and `fairday reindex`: goods, orders and customers in and out."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import click
import msgspec

from fairday.bootstrap.running import is_served
from fairday.cli.state import settings_for, state_option, with_shop
from fairday.kernel.money import EXPONENTS
from fairday.usecases.export_orders import export_orders
from fairday.usecases.export_products import export_products
from fairday.usecases.import_orders import OrdersReport, import_orders, order_totals
from fairday.usecases.import_products import ImportProducts, ImportReport, import_products
from fairday.usecases.index_products import rebuild_index
from fairday.usecases.move_customers import CustomersReport, export_customers, import_customers
from fairday.usecases.shop import Shop

SHOWN = 20
READABLE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
WRITABLE = click.Path(dir_okay=False, writable=True, path_type=Path)
CURRENCY = click.Choice(sorted(EXPONENTS))
PERMILLE = 1_000


class Bar(Protocol):
    """What a progress bar is told."""

    def update(self, n_steps: int) -> None: ...


@click.group("import")
def import_group() -> None:
    """Take in products, orders or customers: CSV or JSON Lines, plain or gzipped."""


@click.group("export")
def export_group() -> None:
    """Write products, orders or customers, as `fairday import` reads them back."""


@import_group.command("products")
@click.argument("file", type=READABLE)
@click.option(
    "--map", "mapping", default="fairday", show_default=True, metavar="NAME|FILE",
    help="How columns become products: fairday, icecat, retail-demo, or a TOML file (docs/imports.md).",
)  # fmt: skip
@click.option("--stock", type=click.IntRange(0, 10_000_000), help="Pieces for SKUs the file says nothing about.")
@click.option(
    "--currency", "currencies", multiple=True, default=("EUR",), show_default=True, type=CURRENCY, metavar="CODE",
    help="What a price without a currency is in; give it twice to list the same number in two.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Check everything and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@state_option
def products_in(
    file: Path, mapping: str, stock: int | None, currencies: tuple[str, ...], state: Path | None, **flags: bool
) -> int:
    """Insert or update products by their key. A bad row is reported and left out; running it again changes nothing."""
    command = ImportProducts(
        path=file, mapping=mapping, dry_run=flags["dry_run"], new_stock=stock, currencies=currencies,
        polite=is_served(Path(settings_for(state).state)),
    )  # fmt: skip

    async def work(shop: Shop) -> ImportReport:
        with _bar("Importing products", PERMILLE) as bar:
            done = 0

            def progress(fraction: float, _count: int) -> None:
                nonlocal done
                bar.update(int(fraction * PERMILLE) - done)
                done = int(fraction * PERMILLE)

            return await import_products(shop, command, progress)

    report = with_shop(state, work)
    complaints = [(file.name, failure.line, failure.reason) for failure in report.failed]
    summary = f"{report.read:,} read, {report.written:,} written, {report.unchanged:,} unchanged"
    return _report(report, summary, complaints, report.failed_count, as_json=flags["as_json"])


@import_group.command("orders")
@click.argument("files", type=READABLE, nargs=-1, required=True)
@click.option(
    "--currency", default="GBP", show_default=True, type=CURRENCY, metavar="CODE",
    help="The currency of prices that do not name theirs.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Check everything and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the totals of all past orders as JSON.")
@state_option
def orders_in(files: tuple[Path, ...], currency: str, state: Path | None, *, dry_run: bool, as_json: bool) -> int:
    """Take over an earlier system's invoices. Files may come in any order; docs/imports.md says what rows become."""

    async def work(shop: Shop) -> tuple[OrdersReport, dict[str, object]]:
        with _bar("Importing orders", None) as bar:
            report = await import_orders(shop, files, currency=currency, dry_run=dry_run, progress=bar.update)
        return report, await order_totals(shop)

    report, totals = with_shop(state, work)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(totals)).decode())
        _complain(report.failed, len(report.failed))
        return 1 if report.failed else 0
    summary = (
        f"{report.rows:,} rows read, {report.orders_written:,} orders and {report.lines_written:,} lines written, "
        f"{report.unchanged:,} unchanged; {report.left_out:,} orders left out"
    )
    return _report(report, summary, report.failed, len(report.failed), as_json=False)


@import_group.command("customers")
@click.argument("file", type=READABLE)
@click.option("--dry-run", is_flag=True, help="Check everything and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@state_option
def customers_in(file: Path, state: Path | None, *, dry_run: bool, as_json: bool) -> int:
    """Take in customers (JSON Lines) by e-mail address, without passwords: they ask for a new one."""

    async def work(shop: Shop) -> CustomersReport:
        with _bar("Importing customers", None) as bar:
            return await import_customers(shop, file, dry_run=dry_run, progress=bar.update)

    report = with_shop(state, work)
    complaints = [(file.name, line, reason) for line, reason in report.failed]
    summary = f"{report.read:,} read, {report.written:,} written, {report.unchanged:,} unchanged"
    return _report(report, summary, complaints, len(complaints), as_json=as_json)


@export_group.command("products")
@click.argument("file", type=WRITABLE)
@state_option
def products_out(file: Path, state: Path | None) -> None:
    """Write the catalogue as JSON Lines (gzipped if FILE ends in .gz)."""

    async def work(shop: Shop) -> int:
        with _bar("Exporting products", None) as bar:
            return await export_products(shop, file, bar.update)

    click.echo(f"{with_shop(state, work):,} products written to {file}.")


@export_group.command("orders")
@click.argument("file", type=WRITABLE)
@state_option
def orders_out(file: Path, state: Path | None) -> None:
    """Write all orders, those taken over too, as CSV."""

    async def work(shop: Shop) -> int:
        with file.open("w", encoding="utf-8", newline="") as out:
            return await export_orders(shop, out)

    click.echo(f"{with_shop(state, work):,} orders written to {file}.")


@export_group.command("customers")
@click.argument("file", type=WRITABLE)
@state_option
def customers_out(file: Path, state: Path | None) -> None:
    """Write customers with their addresses and consents as JSON Lines, without passwords."""

    async def work(shop: Shop) -> int:
        with file.open("w", encoding="utf-8") as out:
            return await export_customers(shop, out)

    click.echo(f"{with_shop(state, work):,} customers written to {file}.")


@click.command()
@state_option
def reindex(state: Path | None) -> None:
    """Build the search index anew from the catalogue, while the old one goes on answering."""
    if is_served(Path(settings_for(state).state)):
        raise click.UsageError("a store runs on this state and owns its index; stop it first")

    async def work(shop: Shop) -> int:
        with _bar("Indexing products", None) as bar:
            return await rebuild_index(shop, bar.update)

    click.echo(f"{with_shop(state, work):,} products are in the index.")


@contextmanager
def _bar(label: str, length: int | None) -> Iterator[Bar]:
    """A progress bar on standard error, where a person is watching; standard output stays clean."""
    hidden = not sys.stderr.isatty()
    with click.progressbar(
        length=length or 0, label=label, file=sys.stderr, hidden=hidden, show_pos=length is None
    ) as bar:
        yield bar


def _report(report: object, summary: str, complaints: list[tuple[str, int, str]], failed: int, *, as_json: bool) -> int:
    """Say what was done and what was not; exit code 1 when anything was left out."""
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(report)).decode())
    else:
        click.echo(f"{summary}, {failed:,} failed.")
    _complain(complaints, failed)
    return 1 if failed else 0


def _complain(complaints: list[tuple[str, int, str]], failed: int) -> None:
    for name, line, reason in complaints[:SHOWN]:
        click.echo(f"{name}:{line}: {reason}", err=True)
    if failed > SHOWN:
        click.echo(f"... and {failed - SHOWN:,} more", err=True)
