"""The books as staff look at them: balances over days, the journal of a day, what is closed, what was reconciled."""

from datetime import date, timedelta

from msgspec import Struct

from fairday.domain.access import Actor, require
from fairday.domain.ledger import Entry, closing, reports
from fairday.domain.ledger.closing import ClosedDay, ClosedPeriod, DayTotal, day_of, end_of, start_of
from fairday.domain.ledger.reports import Difference, Reconciliation
from fairday.kernel.clock import DAY_MS, zone_of
from fairday.usecases.close_period import last_day_over, open_day
from fairday.usecases.shop import Shop

VIEW = "ledger.view"
RECENT = 62
RUNS = 20


class BalanceView(Struct, frozen=True):
    """The trial balance of some days, both included, by currency."""

    first: date
    last: date
    totals: dict[str, list[DayTotal]]


class JournalView(Struct, frozen=True):
    """A page of a day's entries with their ids; `cursor` begins the next one, "" when there is none."""

    day: date
    closed: ClosedDay | None
    entries: list[tuple[str, Entry]]
    cursor: str


class ClosingView(Struct, frozen=True):
    """Closed days and months, newest first; the day that is next, and whether it may be closed by now."""

    days: list[ClosedDay]
    months: list[ClosedPeriod]
    next_day: date | None
    is_over: bool
    next_month: str


class ReconciliationView(Struct, frozen=True):
    """The last runs that were kept, newest first, and what one of them found."""

    runs: list[Reconciliation]
    shown: Reconciliation | None
    differences: list[Difference]
    providers: list[str]


async def view_balance(shop: Shop, actor: Actor, first: date | None, last: date | None) -> BalanceView:
    """Of this month until yesterday, where nothing else is asked for: what is over costs nothing to look at."""
    require(actor.role, VIEW)
    zone = zone_of(shop.settings.books_zone)
    last = last or day_of(shop.clock.now_ms() - DAY_MS, zone)
    first = min(first or last.replace(day=1), last)
    async with shop.database.read(snapshot=True) as reader:
        found = await closing.trial_balance(reader, start_of(first, zone), end_of(last, zone))
    totals: dict[str, list[DayTotal]] = {}
    for one in found:
        totals.setdefault(one.currency, []).append(one)
    return BalanceView(first, last, dict(sorted(totals.items())))


async def view_journal(shop: Shop, actor: Actor, day: date | None, cursor: str, limit: int) -> JournalView:
    """The entries of a day (today, where none is named), oldest first."""
    require(actor.role, VIEW)
    zone = zone_of(shop.settings.books_zone)
    day = day or day_of(shop.clock.now_ms(), zone)
    from_ms, until_ms = start_of(day, zone), end_of(day, zone)
    at_text, _, after = cursor.partition("-")
    at_ms = int(at_text) if at_text.isascii() and at_text.isdigit() and len(at_text) < len(str(2**63)) else from_ms
    async with shop.database.read() as reader:
        entries = await closing.journal(reader, max(at_ms, from_ms), after, until_ms, limit + 1)
        closed = await closing.last_closed(reader, until_ms)
    following = f"{entries[limit - 1][1].at_ms}-{entries[limit - 1][0]}" if len(entries) > limit else ""
    is_closed = closed is not None and closed.day == day.isoformat()
    return JournalView(day, closed if is_closed else None, entries[:limit], following)


async def view_closings(shop: Shop, actor: Actor) -> ClosingView:
    """What is closed, and what comes next."""
    require(actor.role, VIEW)
    async with shop.database.read() as reader:
        days, months = await closing.recent_days(reader, RECENT), await closing.closed_periods(reader)
        first = await closing.closed_days(reader, -1, 1)
    following = await open_day(shop)
    return ClosingView(
        days, months, following, following is not None and following <= last_day_over(shop),
        _next_month(days, months, first[0].day[:7] if first else ""),
    )  # fmt: skip


async def view_reconciliation(shop: Shop, actor: Actor, wanted: str) -> ReconciliationView:
    """The last runs, and the differences of the one named, or of the newest."""
    require(actor.role, VIEW)
    async with shop.database.read() as reader:
        runs = await reports.recent(reader, RUNS)
        shown = next((one for one in runs if one.id == wanted), runs[0] if runs else None)
        differences = await reports.differences_of(reader, shown.id) if shown else []
    return ReconciliationView(runs, shown, differences, sorted(shop.reports))


def _next_month(days: list[ClosedDay], months: list[ClosedPeriod], first: str) -> str:
    """The month that can be closed now, "" when its days are not."""
    if not days:
        return ""
    expected = first
    if months:
        expected = (date.fromisoformat(f"{months[0].month}-01") + timedelta(days=31)).isoformat()[:7]
    following = date.fromisoformat(days[0].day) + timedelta(days=1)
    return expected if following.isoformat()[:7] > expected else ""
