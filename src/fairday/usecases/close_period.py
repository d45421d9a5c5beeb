"""Close a day or a month of the books: what it came to is kept with a hash, and nothing is dated into it any more.

A day is first shut, in a unit of its own that waits for whoever is posting, and counted afterwards. What dies between
the two is finished by closing the same day again.
"""

from datetime import date, timedelta

from fairday.domain.access import Actor, Change, require
from fairday.domain.ledger import closing
from fairday.domain.ledger.closing import ClosedDay, ClosedPeriod, Stretch, day_of, end_of, start_of
from fairday.domain.ledger.errors import (
    DayClosed,
    DayNotOver,
    EarlierDayOpen,
    EarlierMonthOpen,
    MonthClosed,
    UnsettledMoney,
)
from fairday.domain.orders import store as orders
from fairday.domain.payments import store as payments
from fairday.kernel.clock import MINUTE_MS, zone_of
from fairday.kernel.errors import Invalid
from fairday.kernel.sealing import derive_key
from fairday.kernel.unit_of_work import Reader
from fairday.usecases.shop import Shop
from fairday.usecases.write_audit import mark_audit, write_audit

# How far clocks of one shop may be apart.
GRACE_MS = 5 * MINUTE_MS
UNSETTLED_COUNTED = 1_000


async def close_day(shop: Shop, actor: Actor, day: date) -> ClosedDay:
    """Refuses with DayClosed, EarlierDayOpen, DayNotOver, UnsettledMoney."""
    require(actor.role, "ledger.close")
    zone = zone_of(shop.settings.books_zone)
    async with shop.database.read() as reader:
        previous = await closing.last_closed(reader)
        following = await _next_day(shop, reader, previous) or day
        if day < following:
            raise DayClosed(day=day.isoformat())
        if day > following:
            raise EarlierDayOpen(day=following.isoformat())
        from_ms, until_ms = previous.until_ms if previous else start_of(day, zone), end_of(day, zone)
        if shop.clock.now_ms() < until_ms + GRACE_MS:
            raise DayNotOver(day=day.isoformat())
        await _require_settled(reader, until_ms)
    async with shop.database.write() as unit:
        await closing.shut(unit, until_ms)
    marks = await mark_audit(shop, from_ms)
    async with shop.database.read() as reader:
        stretch = Stretch(from_ms=from_ms, until_ms=until_ms, marks=marks, previous=previous)
        count = await closing.count_day(reader, books_key(shop), stretch)
    closed = ClosedDay(
        day=day.isoformat(), from_ms=from_ms, until_ms=until_ms, entries=count.entries, hash=count.hash, marks=marks,
        closed_ms=shop.clock.now_ms(), closed_by=actor.name,
    )  # fmt: skip
    async with shop.database.write() as unit:
        if not await closing.write_day(unit, closed, count.totals):
            raise DayClosed(day=closed.day)
        details: dict[str, str | int | bool] = {"entries": closed.entries, "hash": closed.hash}
        await write_audit(shop, unit, actor, Change("ledger.day_closed", "ledger", closed.day, details))
    return closed


async def close_days(shop: Shop, actor: Actor, until: date) -> list[ClosedDay]:
    """Close every open day up to and with `until`, in order."""
    closed = []
    while (day := await open_day(shop)) is not None and day <= until:
        closed.append(await close_day(shop, actor, day))
    return closed


async def close_month(shop: Shop, actor: Actor, month: str) -> ClosedPeriod:
    """`month` is 2026-11. Refuses with MonthClosed, EarlierMonthOpen, EarlierDayOpen (one of its own is open)."""
    require(actor.role, "ledger.close")
    first, following = month_bounds(month)
    zone = zone_of(shop.settings.books_zone)
    async with shop.database.read() as reader:
        last, periods = await closing.last_closed(reader), await closing.closed_periods(reader)
        beginning = await closing.closed_days(reader, -1, 1)
        expected = _month_after(periods[0].month) if periods else beginning[0].day[:7] if beginning else month
        if month < expected:
            raise MonthClosed(month=month)
        if month > expected:
            raise EarlierMonthOpen(month=expected)
        if last is None or last.until_ms < start_of(following, zone):
            raise EarlierDayOpen(day=(await _next_day(shop, reader, last) or first).isoformat())
        last_of_month = await closing.last_closed(reader, start_of(following, zone))
    assert last_of_month is not None, "days are closed in order"
    closed = ClosedPeriod(
        month=month, until_ms=last_of_month.until_ms, hash=last_of_month.hash, closed_ms=shop.clock.now_ms(),
        closed_by=actor.name,
    )  # fmt: skip
    async with shop.database.write() as unit:
        if not await closing.write_period(unit, closed):
            raise MonthClosed(month=month)
        await write_audit(
            shop, unit, actor, Change("ledger.month_closed", "ledger", month, {"hash": last_of_month.hash})
        )
    return closed


async def open_day(shop: Shop) -> date | None:
    """The day that is closed next; None while there are no entries."""
    async with shop.database.read() as reader:
        return await _next_day(shop, reader, await closing.last_closed(reader))


async def changed_days(shop: Shop) -> list[tuple[str, str]]:
    """Closed days that are not as they were closed, with what is wrong."""
    async with shop.database.read(snapshot=True) as reader:
        return await closing.changed_days(reader, books_key(shop))


def books_key(shop: Shop) -> bytes:
    """What the hashes of closed days are made with."""
    return derive_key(shop.settings.secret, "closed days")


def last_day_over(shop: Shop) -> date:
    """The newest day that may be closed by now."""
    zone = zone_of(shop.settings.books_zone)
    return day_of(shop.clock.now_ms() - GRACE_MS, zone) - timedelta(days=1)


def month_bounds(month: str) -> tuple[date, date]:
    """The first day of a month written 2026-11, and that of the next; Invalid when it is none."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise Invalid(field="month", problem="problem-month") from None
    return first, date.fromisoformat(f"{_month_after(month)}-01")


def _month_after(month: str) -> str:
    return (date.fromisoformat(f"{month}-01") + timedelta(days=31)).isoformat()[:7]


async def _next_day(shop: Shop, reader: Reader, previous: ClosedDay | None) -> date | None:
    zone = zone_of(shop.settings.books_zone)
    if previous:
        return max(date.fromisoformat(previous.day) + timedelta(days=1), day_of(previous.until_ms, zone))
    first_ms = await closing.first_entry_ms(reader)
    return None if first_ms is None else day_of(first_ms, zone)


async def _require_settled(reader: Reader, until_ms: int) -> None:
    """Money that may have moved in the day is written down, one way or the other."""
    held = await orders.held_before(reader, until_ms - 1, "", UNSETTLED_COUNTED)
    refunds = await payments.unfinished_refunds(reader, until_ms, UNSETTLED_COUNTED)
    if held or refunds:
        raise UnsettledMoney(orders=len(held), refunds=len(refunds))
