"""Write the books out: every posting as a line of CSV, or the whole as a Beancount file that `bean-check` accepts.

Both begin with what the accounts held before the first day, so that a part of the books balances too. In Beancount each
closed day is followed by assertions of what each account held at its end.
"""

import csv
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import date, tzinfo
from typing import TextIO

from msgspec import Struct

from fairday.domain.ledger import Entry, Posting, closing
from fairday.domain.ledger.closing import ClosedDay, day_of, end_of, start_of
from fairday.kernel.clock import iso, zone_of
from fairday.kernel.money import decimal_text
from fairday.usecases.shop import Shop

COLUMNS = ("day", "time", "entry", "kind", "ref", "order", "account", "currency", "debit", "credit")
OPENING = "opening"
ROOTS = {
    "asset": "Assets", "liability": "Liabilities", "income": "Income", "expense": "Expenses", "equity": "Equity",
}  # fmt: skip


class Span(Struct, frozen=True):
    """The days to write, both included."""

    first: date
    last: date


async def span_of(shop: Shop, first: date | None, last: date | None) -> Span:
    """The days asked for; from the first entry, and until today, where nothing was said."""
    zone = zone_of(shop.settings.books_zone)
    now_ms = shop.clock.now_ms()
    async with shop.database.read(snapshot=True) as reader:
        began_ms = await closing.first_entry_ms(reader)
        shut_ms = await closing.shut_until(reader)
    began = day_of(now_ms if began_ms is None else began_ms, zone)
    return Span(first or began, last or day_of(max(now_ms, shut_ms), zone))


async def export_csv(shop: Shop, file: TextIO, span: Span) -> int:
    """How many postings were written, the opening balances aside; amounts are decimals, one of debit and credit."""
    zone, written = zone_of(shop.settings.books_zone), 0
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    day = span.first.isoformat()
    for posting in await _opening(shop, span, zone):
        writer.writerow([day, "", "", OPENING, "", "", *_csv_posting(posting)])
    async for page in _entries(shop, span, zone):
        for entry_id, entry in page:
            told = [day_of(entry.at_ms, zone).isoformat(), iso(entry.at_ms), entry_id, entry.kind, entry.ref]
            writer.writerows([*told, entry.order_id, *_csv_posting(posting)] for posting in entry.postings)
            written += len(entry.postings)
    return written


async def export_beancount(shop: Shop, file: TextIO, span: Span) -> int:
    """How many transactions were written, the opening balances aside."""
    zone, written = zone_of(shop.settings.books_zone), 0
    closed = await _closed_days(shop, span, zone)
    async with shop.database.read(snapshot=True) as reader:
        accounts = await closing.balances(reader, end_of(span.last, zone))
    file.write(f'option "title" "{_quoted(shop.settings.name)}"\n')
    file.writelines(f'option "operating_currency" "{one}"\n' for one in sorted({one.currency for one in accounts}))
    file.writelines(
        f"{span.first} open {beancount_account(one)}\n" for one in sorted({one.account for one in accounts})
    )
    opening = await _opening(shop, span, zone)
    if opening:
        file.writelines(_transaction(span.first, "Opening balances", opening, {}))
    async for page in _entries(shop, span, zone):
        for entry_id, entry in page:
            while closed and closed[0].until_ms <= entry.at_ms:
                file.writelines(await _assertions(shop, closed.pop(0), zone))
            told = {"id": entry_id, "ref": entry.ref, "order": entry.order_id, "time": iso(entry.at_ms)}
            file.writelines(_transaction(day_of(entry.at_ms, zone), entry.kind, entry.postings, told))
            written += 1
    for rest in closed:
        file.writelines(await _assertions(shop, rest, zone))
    return written


def beancount_account(account: str) -> str:
    """`asset:provider:sandbox` as Beancount spells it: Assets:Provider:Sandbox."""
    root, *rest = account.split(":")
    return ":".join([ROOTS[root], *(part[:1].upper() + part[1:] for part in rest)])


async def _opening(shop: Shop, span: Span, zone: tzinfo) -> list[Posting]:
    async with shop.database.read(snapshot=True) as reader:
        held = await closing.balances(reader, start_of(span.first, zone))
    return [Posting(one.account, one.currency, one.amount) for one in held if one.amount]


async def _entries(shop: Shop, span: Span, zone: tzinfo) -> AsyncIterator[list[tuple[str, Entry]]]:
    """Page by page, each in a view of its own: a long export keeps no writer waiting."""
    at_ms, after, until_ms = start_of(span.first, zone), "", end_of(span.last, zone)
    while True:
        async with shop.database.read(snapshot=True) as reader:
            page = await closing.journal(reader, at_ms, after, until_ms, closing.ENTRIES_AT_ONCE)
        if not page:
            return
        yield page
        after, at_ms = page[-1][0], page[-1][1].at_ms


async def _closed_days(shop: Shop, span: Span, zone: tzinfo) -> list[ClosedDay]:
    """The closed days inside, oldest first."""
    found, after_ms = list[ClosedDay](), start_of(span.first, zone)
    async with shop.database.read(snapshot=True) as reader:
        while page := await closing.closed_days(reader, after_ms, closing.ENTRIES_AT_ONCE):
            found += [one for one in page if one.until_ms <= end_of(span.last, zone)]
            after_ms = page[-1].until_ms
    return found


async def _assertions(shop: Shop, closed: ClosedDay, zone: tzinfo) -> list[str]:
    """What every account held when the day was closed, to the last minor unit."""
    async with shop.database.read(snapshot=True) as reader:
        totals = await closing.totals_of_day(reader, closed.day)
    next_day = day_of(closed.until_ms, zone)
    return [
        f"{next_day} balance {beancount_account(one.account)} {decimal_text(one.balance, one.currency)} ~ 0"
        f" {one.currency}\n"
        for one in totals
    ]


def _transaction(day: date, told: str, postings: Sequence[Posting], details: dict[str, str]) -> Iterator[str]:
    yield f'{day} * "{_quoted(told)}"\n'
    yield from (f'  {name}: "{_quoted(value)}"\n' for name, value in details.items() if value)
    yield from (
        f"  {beancount_account(one.account)} {decimal_text(one.amount, one.currency)} {one.currency}\n"
        for one in postings
    )


def _csv_posting(posting: Posting) -> Iterable[str]:
    text = decimal_text(abs(posting.amount), posting.currency)
    return posting.account, posting.currency, text if posting.amount > 0 else "", text if posting.amount < 0 else ""


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
