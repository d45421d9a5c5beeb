"""The dashboard's figures, order by order."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fairday.domain.access import SYSTEM
from fairday.kernel.clock import DAY_MS, FixedClock
from fairday.kernel.errors import Refusal
from fairday.kernel.money import Money
from fairday.usecases.cancel_order import cancel_order
from fairday.usecases.list_orders import list_orders
from fairday.usecases.shop import Shop
from fairday.usecases.show_dashboard import DAYS, show_dashboard
from tests.buying import buy
from tests.goods import put_goods
from tests.shop import open_shop

NOON_MS = 1_790_000_000_000 - 1_790_000_000_000 % DAY_MS + DAY_MS // 2


@pytest.fixture
async def shop(state: Path) -> AsyncIterator[Shop]:
    async with open_shop(state, clock=FixedClock(NOON_MS)) as opened:
        await put_goods(opened, {"MUG": 40, "LAMP": 7})
        yield opened


async def sell(shop: Shop, days_ago: int, wanted: dict[str, int]) -> int:
    """Sold then; what it came to."""
    assert isinstance(shop.clock, FixedClock)
    shop.clock.at_ms = NOON_MS - days_ago * DAY_MS
    placed = await buy(shop, wanted)
    shop.clock.at_ms = NOON_MS
    return placed.order.total


async def test_an_empty_shop_has_an_empty_dashboard(shop: Shop) -> None:
    found = await show_dashboard(shop)
    assert [(period.days, period.orders, period.totals) for period in found.periods] == [
        (1, 0, ()),
        (7, 0, ()),
        (30, 0, ()),
    ]
    assert [(chart.currency, len(chart.days)) for chart in found.charts] == [("EUR", DAYS)]
    assert found.states == {}
    assert found.low_stock == ()


async def test_periods_days_and_best_sellers(shop: Shop) -> None:
    today = await sell(shop, 0, {"MUG": 1})
    last_week = await sell(shop, 6, {"LAMP": 3})
    last_month = await sell(shop, 29, {"MUG": 4})
    await sell(shop, 30, {"MUG": 9})
    with pytest.raises(Refusal):
        await buy(shop, {"MUG": 1}, token="tok_declined")
    cancelled = await buy(shop, {"MUG": 2})
    await cancel_order(shop, cancelled.order.id, reason="", actor=SYSTEM)
    found = await show_dashboard(shop)
    assert [(period.orders, period.totals) for period in found.periods] == [
        (1, (Money(today, "EUR"),)),
        (2, (Money(today + last_week, "EUR"),)),
        (3, (Money(today + last_week + last_month, "EUR"),)),
    ]
    (chart,) = found.charts
    assert [day.total for day in chart.days if day.total] == [last_month, last_week, today]
    assert chart.days[-1].total == today
    assert chart.days[0].total == last_month
    assert [(seller.name, seller.quantity) for seller in found.best_sellers] == [("Thing MUG", 5), ("Thing LAMP", 3)]
    assert found.states == {"placed": 4, "declined": 1, "cancelled": 1}
    assert [(row.sku, row.available) for row in found.low_stock] == [("LAMP", 4)]
    assert len(found.recent) == 6


async def test_the_list_in_pages(shop: Shop) -> None:
    for _ in range(5):
        await buy(shop, {"MUG": 1})
    first = await list_orders(shop, limit=3)
    rest = await list_orders(shop, limit=3, cursor=first.cursor)
    ids = [order.id for order in (*first.orders, *rest.orders)]
    assert ids == sorted(ids, reverse=True)
    assert (len(first.orders), len(rest.orders), rest.cursor) == (3, 2, "")
    assert (await list_orders(shop, search=first.orders[0].reference.lower())).orders == (first.orders[0],)
    assert len((await list_orders(shop, search="ada@")).orders) == 5
    assert (await list_orders(shop, search="nobody@")).orders == ()
    assert (await list_orders(shop, state="shipped")).orders == ()
    assert first.counts == {"placed": 5}
    assert len((await list_orders(shop, limit=10**6)).orders) == 5
