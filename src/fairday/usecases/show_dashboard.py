"""How the shop is doing: sales, orders, what sells, what runs out, what waits. Reads only."""

from collections.abc import Sequence

from msgspec import Struct

from fairday.domain.inventory import shelves
from fairday.domain.orders import Order, queries
from fairday.domain.orders.queries import BestSeller, DaySales
from fairday.domain.payments import Refund
from fairday.domain.payments import store as payments
from fairday.domain.pricing import store as pricing
from fairday.kernel.clock import DAY_MS, iso
from fairday.kernel.money import Money
from fairday.usecases.shop import Shop

PERIODS = (1, 7, 30)
DAYS = max(PERIODS)
SCARCE_AT = 5
ROWS = 8


class Period(Struct, frozen=True):
    """Sales of the last `days` (today counts as one): how many orders, and what they came to in each currency."""

    days: int
    orders: int
    totals: tuple[Money, ...]


class DayOfSales(Struct, frozen=True):
    """A day (`YYYY-MM-DD`, and its first instant), with nothing sold too."""

    day: str
    at_ms: int
    orders: int
    total: int


class SalesChart(Struct, frozen=True):
    """Every day of the last 30 in one currency, oldest first."""

    currency: str
    days: tuple[DayOfSales, ...]


class LowStock(Struct, frozen=True):
    """A SKU that shoppers may see and that is nearly, or quite, gone."""

    sku: str
    product_id: str
    name: str
    available: int


class Dashboard(Struct, frozen=True, kw_only=True):
    """All of it, as it was at `at_ms`. Days are days in UTC."""

    at_ms: int
    periods: tuple[Period, ...]
    charts: tuple[SalesChart, ...]
    states: dict[str, int]
    best_sellers: tuple[BestSeller, ...]
    low_stock: tuple[LowStock, ...]
    recent: tuple[Order, ...]
    waiting_refunds: tuple[Refund, ...]


async def show_dashboard(shop: Shop) -> Dashboard:
    """One read for everything, so that its figures belong together."""
    now_ms = shop.clock.now_ms()
    today_ms = now_ms - now_ms % DAY_MS
    async with shop.database.read(snapshot=True) as reader:
        sales = await queries.sales_by_day(reader, today_ms - (DAYS - 1) * DAY_MS, today_ms + DAY_MS)
        states = await queries.counts_by_state(reader)
        best = await queries.best_sellers(reader, today_ms - (DAYS - 1) * DAY_MS, ROWS)
        recent = await queries.orders_page(reader, state="", search="", before="", limit=ROWS)
        waiting = await payments.unfinished_refunds(reader, now_ms + 1, ROWS)
        scarce = await shelves.scarce(reader, SCARCE_AT, ROWS * 4)
    return Dashboard(
        at_ms=now_ms,
        periods=tuple(_period(sales, days, today_ms) for days in PERIODS),
        charts=_charts(sales, today_ms, shop.settings.base_currency),
        states=states,
        best_sellers=tuple(best),
        low_stock=await _low_stock(shop, scarce),
        recent=tuple(recent),
        waiting_refunds=tuple(waiting),
    )


def _period(sales: Sequence[DaySales], days: int, today_ms: int) -> Period:
    first = _day(today_ms - (days - 1) * DAY_MS)
    counted = [sold for sold in sales if sold.day >= first]
    totals: dict[str, int] = {}
    for sold in counted:
        totals[sold.currency] = totals.get(sold.currency, 0) + sold.total
    return Period(days, sum(sold.orders for sold in counted), tuple(Money(totals[c], c) for c in sorted(totals)))


def _charts(sales: Sequence[DaySales], today_ms: int, base_currency: str) -> tuple[SalesChart, ...]:
    """One chart a currency in which something was sold, the shop's own first; that one even when nothing was."""
    currencies = sorted({base_currency, *(sold.currency for sold in sales)}, key=lambda c: (c != base_currency, c))
    return tuple(SalesChart(currency, _days(sales, currency, today_ms)) for currency in currencies)


def _days(sales: Sequence[DaySales], currency: str, today_ms: int) -> tuple[DayOfSales, ...]:
    sold = {one.day: one for one in sales if one.currency == currency}
    days = []
    for ago in reversed(range(DAYS)):
        at_ms = today_ms - ago * DAY_MS
        found = sold.get(_day(at_ms))
        days.append(DayOfSales(_day(at_ms), at_ms, found.orders if found else 0, found.total if found else 0))
    return tuple(days)


def _day(at_ms: int) -> str:
    return iso(at_ms)[:10]


async def _low_stock(shop: Shop, scarce: dict[str, int]) -> tuple[LowStock, ...]:
    product_of = await shop.products.find("sku", list(scarce))
    documents = await shop.products.get_many(sorted(set(product_of.values())))
    async with shop.database.read() as reader:
        shown = await pricing.visible(reader, sorted(documents))
    rows = [
        LowStock(sku, product_of[sku], documents[product_of[sku]].name, available)
        for sku, available in scarce.items()
        if product_of.get(sku) in shown
    ]
    return tuple(rows[:ROWS])
