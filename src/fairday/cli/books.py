"""`fairday books` and `fairday reconcile`: balances, closing, exports, and the books against the providers' records."""

from datetime import date
from pathlib import Path

import click
import msgspec

from fairday.cli.state import in_flight_ms, settings_for, state_option, with_shop
from fairday.domain.access import SYSTEM
from fairday.domain.ledger import closing
from fairday.domain.ledger.closing import ClosedDay, DayTotal
from fairday.kernel.clock import zone_of
from fairday.kernel.money import decimal_text
from fairday.usecases.close_period import close_days, close_month, last_day_over, month_bounds, open_day
from fairday.usecases.export_books import export_beancount, export_csv, span_of
from fairday.usecases.reconcile_payments import Reconciled, is_mended, reconcile_payments
from fairday.usecases.shop import Shop

MONTH_LENGTH = len("2026-11")


class Day(click.ParamType[date]):
    """A day written 2026-11-20."""

    name = "day"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day, or one line that says how to write it."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a day; write it like 2026-11-20", param, ctx)


@click.group()
def books() -> None:
    """The store's double-entry books: balances, closing, exports."""


@books.command()
@click.option("--from", "first", type=Day(), metavar="DAY", help="The first day; the first of the books by default.")
@click.option("--until", "last", type=Day(), metavar="DAY", help="The last day; today by default.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON, amounts in minor units.")
@state_option
def balance(first: date | None, last: date | None, state: Path | None, *, as_json: bool) -> None:
    """Print the trial balance: what moved on every account in these days, and what it held at their end."""

    async def work(shop: Shop) -> list[DayTotal]:
        span, zone = await span_of(shop, first, last), zone_of(shop.settings.books_zone)
        async with shop.database.read(snapshot=True) as reader:
            bounds = closing.start_of(span.first, zone), closing.end_of(span.last, zone)
            return await closing.trial_balance(reader, *bounds)

    found = with_shop(state, work)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
        return
    for currency in sorted({one.currency for one in found}):
        click.echo(f"{currency:<36}{'debit':>18}{'credit':>18}{'balance':>18}")
        rows = [one for one in found if one.currency == currency]
        for one in rows:
            amounts = (decimal_text(amount, currency) for amount in (one.debit, -one.credit, one.balance))
            click.echo(f"  {one.account:<34}" + "".join(f"{text:>18}" for text in amounts))
        sums = (sum(one.debit for one in rows), -sum(one.credit for one in rows), sum(one.balance for one in rows))
        click.echo(f"  {'':<34}" + "".join(f"{decimal_text(amount, currency):>18}" for amount in sums))


@books.command()
@click.argument("period", required=False, default="", metavar="[DAY|MONTH]")
@state_option
def close(period: str, state: Path | None) -> None:
    """Close the books, for good: every open day up to DAY (2026-11-20), or all of MONTH (2026-11).

    Without an argument, every day that is over. What happens later about a closed day is dated when it happens.
    """

    async def work(shop: Shop) -> tuple[list[ClosedDay], date | None]:
        if len(period) == MONTH_LENGTH:
            _, following = month_bounds(period)
            closed = await close_days(shop, SYSTEM, date.fromordinal(following.toordinal() - 1))
            await close_month(shop, SYSTEM, period)
        else:
            closed = await close_days(
                shop, SYSTEM, Day().convert(period, None, None) if period else last_day_over(shop)
            )
        return closed, await open_day(shop)

    closed, following = with_shop(state, work)
    for one in closed:
        click.echo(f"{one.day} closed: {one.entries:,} entries, {one.hash}")
    if len(period) == MONTH_LENGTH:
        click.echo(f"{period} closed.")
    click.echo(f"Next is {following}." if following else "There is nothing in the books yet.")


@books.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--from", "first", type=Day(), metavar="DAY", help="The first day; the first of the books by default.")
@click.option("--until", "last", type=Day(), metavar="DAY", help="The last day; today by default.")
@state_option
def export(file: Path, first: date | None, last: date | None, state: Path | None) -> None:
    """Write the journal to FILE: as Beancount if it ends in .beancount, else as CSV."""

    async def work(shop: Shop) -> str:
        span = await span_of(shop, first, last)
        with file.open("w", encoding="utf-8", newline="") as out:
            if file.suffix == ".beancount":
                return f"{await export_beancount(shop, out, span):,} transactions"
            return f"{await export_csv(shop, out, span):,} postings"

    click.echo(f"{with_shop(state, work)} written to {file}.")


@click.command()
@click.option("--repair", is_flag=True, help="Book what was forgotten, and give back what no order accounts for.")
@click.option("--json", "as_json", is_flag=True, help="Print the differences as JSON.")
@state_option
def reconcile(state: Path | None, *, repair: bool, as_json: bool) -> int:
    """Hold orders, payments and books against the payment providers' own records, and list every difference.

    Exit code 1 when some are left. While a store runs, what is younger than two minutes may be on its way and is left
    out.
    """
    stale_ms = in_flight_ms(settings_for(state))

    async def work(shop: Shop) -> Reconciled:
        return await reconcile_payments(shop, SYSTEM, repair=repair, stale_ms=stale_ms)

    found = with_shop(state, work)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
        return 1 if found.left_over else 0
    for one in found.differences:
        theirs, ours = decimal_text(one.theirs, one.currency), decimal_text(one.ours, one.currency)
        click.echo(
            f"{'mended' if is_mended(one) else 'DIFFERS'} {one.kind} {one.provider} order {one.order_id or '-'}"
            f" ref {one.ref}: theirs {theirs} {one.currency}, ours {ours}"
            + (f"; {one.remedy.replace('_', ' ')}" if one.remedy else "")
        )
    seen, mended, left = found.summary.movements, found.summary.repaired, found.summary.left_over
    click.echo(f"{seen:,} movements compared, {mended:,} differences mended, {left:,} left.")
    return 1 if found.left_over else 0
