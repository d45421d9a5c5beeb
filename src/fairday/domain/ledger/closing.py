"""Closed days and months: what each day came to, and a hash by which any later change of it shows.

A day is shut first and counted afterwards. Shutting moves the boundary that whoever posts holds until its unit ends, so
once it has moved, every entry of the day is there, and none comes any more.
"""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, timedelta, tzinfo

import msgspec
from msgspec import Struct
from sqlalchemy import and_, bindparam, case, func, insert, select, update

from fairday.domain.ledger.model import Entry
from fairday.domain.ledger.store import BOOKS, Balance, postings_of
from fairday.domain.ledger.tables import BOUNDARY, CLOSED_DAYS, CLOSED_PERIODS, DAY_TOTALS, ENTRIES, POSTINGS
from fairday.kernel.sql import Statement, insert_new
from fairday.kernel.unit_of_work import Reader, Writer

ENTRIES_AT_ONCE = 1_000


class ClosedDay(Struct, frozen=True, kw_only=True):
    """A closed day: entries at or after `from_ms` and before `until_ms`.

    `hash` covers them, the day before it, and `marks`: whatever else whoever closed it wants to find as it was.
    """

    day: str
    from_ms: int
    until_ms: int
    entries: int
    hash: str
    marks: str
    closed_ms: int
    closed_by: str


class Stretch(Struct, frozen=True, kw_only=True):
    """What is counted: the time, what is marked, and the closed day before."""

    from_ms: int
    until_ms: int
    marks: str = ""
    previous: ClosedDay | None = None


class ClosedPeriod(Struct, frozen=True, kw_only=True):
    """A closed month; `hash` is that of its last closed day."""

    month: str
    until_ms: int
    hash: str
    closed_ms: int
    closed_by: str


class DayTotal(Struct, frozen=True, kw_only=True):
    """What moved on an account in a stretch of time (`debit` >= 0 >= `credit`), and its balance at the end."""

    account: str
    currency: str
    debit: int
    credit: int
    balance: int


class DayCount(Struct, frozen=True, kw_only=True):
    """What the entries of a day come to."""

    entries: int
    hash: str
    totals: tuple[DayTotal, ...]


def day_of(at_ms: int, zone: tzinfo) -> date:
    """The day on which an instant falls."""
    return datetime.fromtimestamp(at_ms / 1000, zone).date()


def start_of(day: date, zone: tzinfo) -> int:
    """The first instant of a day, in milliseconds."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)


def end_of(day: date, zone: tzinfo) -> int:
    """The first instant of the day after."""
    return start_of(day + timedelta(days=1), zone)


async def shut(unit: Writer, until_ms: int) -> bool:
    """Let nothing be dated before `until_ms` any more; waits for whoever is posting. False: that was so before."""
    return bool(await unit.run(_SHUT, b_name=BOOKS, b_until_ms=until_ms))


async def shut_until(reader: Reader) -> int:
    """Where the open part of the books begins; 0 when nothing was shut."""
    row = await reader.row(_SHUT_UNTIL, name=BOOKS)
    return int(row[0]) if row else 0


async def first_entry_ms(reader: Reader) -> int | None:
    """When the oldest entry is dated."""
    row = await reader.row(_FIRST)
    return None if row is None or row[0] is None else int(row[0])


async def last_closed(reader: Reader, until_ms: int = 2**62) -> ClosedDay | None:
    """The newest closed day that ended by `until_ms`."""
    row = await reader.row(_LAST_CLOSED, until_ms=until_ms)
    return _closed_day(row) if row else None


async def closed_days(reader: Reader, after_ms: int, limit: int) -> list[ClosedDay]:
    """Closed days that ended after `after_ms`, oldest first."""
    return [_closed_day(row) for row in await reader.rows(_CLOSED_AFTER, after_ms=after_ms, limit=limit)]


async def recent_days(reader: Reader, limit: int) -> list[ClosedDay]:
    """Closed days, newest first."""
    return [_closed_day(row) for row in await reader.rows(_RECENT, limit=limit)]


async def closed_periods(reader: Reader) -> list[ClosedPeriod]:
    """Closed months, newest first."""
    rows = await reader.rows(_PERIODS)
    return [ClosedPeriod(**dict(zip(_PERIOD_COLUMNS, row, strict=True))) for row in rows]


async def write_day(unit: Writer, closed: ClosedDay, totals: Sequence[DayTotal]) -> bool:
    """Keep what a day that was shut came to. False: somebody did so before."""
    if not await unit.run(_INSERT_DAY, **msgspec.structs.asdict(closed)):
        return False
    await unit.run_many(_INSERT_TOTAL, [{"day": closed.day, **msgspec.structs.asdict(total)} for total in totals])
    return True


async def write_period(unit: Writer, closed: ClosedPeriod) -> bool:
    """Keep that a month is closed. False: it was."""
    return bool(await unit.run(_INSERT_PERIOD, **msgspec.structs.asdict(closed)))


async def totals_of_day(reader: Reader, day: str) -> list[DayTotal]:
    """What was kept when the day was closed."""
    return [DayTotal(**dict(zip(_TOTAL_FIELDS, row, strict=True))) for row in await reader.rows(_TOTALS, day=day)]


async def trial_balance(reader: Reader, from_ms: int, until_ms: int) -> list[DayTotal]:
    """Every account: what moved from `from_ms` until before `until_ms`, and its balance then.

    Counted on from the last closed day before each end, so it takes as long as what is open, not as all there is.
    """
    before = await _balances(reader, from_ms)
    moved = await _moved(reader, from_ms, until_ms)
    found = []
    for key in sorted(before.keys() | moved.keys()):
        debit, credit = moved.get(key, (0, 0))
        balance = before.get(key, 0) + debit + credit
        found.append(DayTotal(account=key[0], currency=key[1], debit=debit, credit=credit, balance=balance))
    return found


async def balances(reader: Reader, until_ms: int) -> list[Balance]:
    """Every account's balance before `until_ms`, counted on from the last closed day."""
    return [Balance(*key, amount) for key, amount in sorted((await _balances(reader, until_ms)).items())]


async def entries_between(reader: Reader, from_ms: int, until_ms: int) -> AsyncIterator[list[tuple[str, Entry]]]:
    """All entries of a stretch of time with their ids, oldest first, page by page."""
    at_ms, after = from_ms, ""
    while page := await journal(reader, at_ms, after, until_ms, ENTRIES_AT_ONCE):
        yield page
        after, at_ms = page[-1][0], page[-1][1].at_ms


async def journal(reader: Reader, at_ms: int, after: str, until_ms: int, limit: int) -> list[tuple[str, Entry]]:
    """At most `limit` entries with their ids, from `at_ms` on (there: those with an id above `after`)."""
    heads = await reader.rows(_JOURNAL, at_ms=at_ms, after=after, until_ms=until_ms, limit=limit)
    postings = await postings_of(reader, [head[0] for head in heads])
    return [
        (entry_id, Entry(kind, ref, order_id, entry_ms, tuple(postings.get(entry_id, ()))))
        for entry_id, kind, ref, order_id, entry_ms in heads
    ]


async def count_day(reader: Reader, key: bytes, day: Stretch) -> DayCount:
    """What a day comes to after the one before it: reads every entry, in pages that keep nobody waiting.

    The hash is keyed, so whoever can write to the database still cannot make one.
    """
    previous, count = day.previous, 0
    digest = hmac.new(key, msgspec.json.encode([previous.hash if previous else "", day.marks]), hashlib.sha256)
    known = await totals_of_day(reader, previous.day) if previous else []
    sums = {(total.account, total.currency): [0, 0, total.balance] for total in known}
    async for page in entries_between(reader, day.from_ms, day.until_ms):
        digest.update(msgspec.json.encode([[entry_id, *msgspec.structs.astuple(entry)] for entry_id, entry in page]))
        count += len(page)
        for posting in (posting for _, entry in page for posting in entry.postings):
            moved = sums.setdefault((posting.account, posting.currency), [0, 0, 0])
            moved[posting.amount < 0] += posting.amount
            moved[2] += posting.amount
        await asyncio.sleep(0)
    totals = tuple(DayTotal(account=key[0], currency=key[1], debit=moved[0], credit=moved[1], balance=moved[2])
                   for key, moved in sorted(sums.items()))  # fmt: skip
    return DayCount(entries=count, hash=digest.hexdigest(), totals=totals)


async def changed_days(reader: Reader, key: bytes) -> list[tuple[str, str]]:
    """Closed days that are not what they were, with what is wrong: every one is counted again."""
    wrong: list[tuple[str, str]] = []
    previous: ClosedDay | None = None
    while days := await closed_days(reader, previous.until_ms if previous else -1, ENTRIES_AT_ONCE):
        for closed in days:
            day = Stretch(from_ms=closed.from_ms, until_ms=closed.until_ms, marks=closed.marks, previous=previous)
            found = await count_day(reader, key, day)
            if found.entries != closed.entries:
                wrong.append((closed.day, f"{found.entries} entries instead of {closed.entries}"))
            elif not hmac.compare_digest(found.hash, closed.hash):
                wrong.append((closed.day, "its entries are not those that were closed"))
            elif list(found.totals) != await totals_of_day(reader, closed.day):
                wrong.append((closed.day, "its totals are not what its entries come to"))
            previous = closed
    return wrong


async def _balances(reader: Reader, until_ms: int) -> dict[tuple[str, str], int]:
    closed = await last_closed(reader, until_ms)
    known = {}
    if closed:
        known = {(t.account, t.currency): t.balance for t in await totals_of_day(reader, closed.day)}
    from_ms = closed.until_ms if closed else -(2**62)
    for key, (debit, credit) in (await _moved(reader, from_ms, until_ms)).items():
        known[key] = known.get(key, 0) + debit + credit
    return known


async def _moved(reader: Reader, from_ms: int, until_ms: int) -> dict[tuple[str, str], tuple[int, int]]:
    """What moved, from what was kept of the closed days inside, which follow each other, and entries on either side."""
    row = await reader.row(_DAYS_INSIDE, from_ms=from_ms, until_ms=until_ms)
    inside = (int(row[0]), int(row[1])) if row and row[0] is not None else (until_ms, until_ms)
    rows = await reader.rows(_KEPT, from_ms=from_ms, until_ms=until_ms)
    for start, end in ((from_ms, inside[0]), (inside[1], until_ms)):
        if start < end:
            rows += await reader.rows(_MOVED, from_ms=start, until_ms=end)
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for account, currency, debit, credit in rows:
        before = found.get((account, currency), (0, 0))
        found[account, currency] = (before[0] + int(debit), before[1] + int(credit))
    return found


def _closed_day(row: tuple[object, ...]) -> ClosedDay:
    return ClosedDay(**dict(zip(_DAY_COLUMNS, row, strict=True)))  # type: ignore[arg-type]


_B, _D, _E, _P, _T = BOUNDARY.c, CLOSED_DAYS.c, ENTRIES.c, POSTINGS.c, DAY_TOTALS.c
_DAY_COLUMNS = tuple(CLOSED_DAYS.columns.keys())
_PERIOD_COLUMNS = tuple(CLOSED_PERIODS.columns.keys())
_TOTAL_FIELDS = DayTotal.__struct_fields__
_SHUT = Statement(
    update(BOUNDARY)
    .where(_B.name == bindparam("b_name"), _B.shut_until_ms < bindparam("b_until_ms"))
    .values(shut_until_ms=bindparam("b_until_ms"))
)
_SHUT_UNTIL = Statement(select(_B.shut_until_ms).where(_B.name == bindparam("name")))
_FIRST = Statement(select(func.min(_E.at_ms)))
_LAST_CLOSED = Statement(
    select(CLOSED_DAYS).where(_D.until_ms <= bindparam("until_ms")).order_by(_D.until_ms.desc()).limit(1)
)
_CLOSED_AFTER = Statement(
    select(CLOSED_DAYS).where(_D.until_ms > bindparam("after_ms")).order_by(_D.until_ms).limit(bindparam("limit"))
)
_RECENT = Statement(select(CLOSED_DAYS).order_by(_D.until_ms.desc()).limit(bindparam("limit")))
_PERIODS = Statement(select(CLOSED_PERIODS).order_by(CLOSED_PERIODS.c.month.desc()))
_INSERT_DAY = insert_new(CLOSED_DAYS)
_INSERT_TOTAL = Statement(insert(DAY_TOTALS))
_INSERT_PERIOD = insert_new(CLOSED_PERIODS)
_TOTALS = Statement(
    select(_T.account, _T.currency, _T.debit, _T.credit, _T.balance)
    .where(_T.day == bindparam("day"))
    .order_by(_T.account, _T.currency)
)
_INSIDE = (_D.from_ms >= bindparam("from_ms"), _D.until_ms <= bindparam("until_ms"))
_DAYS_INSIDE = Statement(select(func.min(_D.from_ms), func.max(_D.until_ms)).where(*_INSIDE))
_KEPT = Statement(
    select(_T.account, _T.currency, func.sum(_T.debit), func.sum(_T.credit))
    .select_from(CLOSED_DAYS.join(DAY_TOTALS, _T.day == _D.day))
    .where(*_INSIDE)
    .group_by(_T.account, _T.currency)
)
_MOVED = Statement(
    select(
        _P.account,
        _P.currency,
        func.sum(case((_P.amount > 0, _P.amount), else_=0)),
        func.sum(case((_P.amount < 0, _P.amount), else_=0)),
    )
    .select_from(ENTRIES.join(POSTINGS, _P.entry_id == _E.id))
    .where(_E.at_ms >= bindparam("from_ms"), _E.at_ms < bindparam("until_ms"))
    .group_by(_P.account, _P.currency)
)
_JOURNAL = Statement(
    select(_E.id, _E.kind, _E.ref, _E.order_id, _E.at_ms)
    .where(
        _E.at_ms >= bindparam("at_ms"),
        _E.at_ms < bindparam("until_ms"),
        (_E.at_ms > bindparam("at_ms")) | and_(_E.at_ms == bindparam("at_ms"), _E.id > bindparam("after")),
    )
    .order_by(_E.at_ms, _E.id)
    .limit(bindparam("limit"))
)
