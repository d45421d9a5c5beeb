"""The first page: how the shop is doing, in figures, a chart and short lists."""

from msgspec import Struct

from fairday.interfaces.backoffice.charts import Chart, bar_chart
from fairday.interfaces.backoffice.doors import Answer, Doors
from fairday.interfaces.backoffice.visit import Visit
from fairday.kernel.money import Money
from fairday.usecases.show_dashboard import SalesChart, show_dashboard

DOORS = Doors()


class CurrencyChart(Struct, frozen=True):
    """The sales of a currency as bars, and day by day for those who read rather than look."""

    sales: SalesChart
    bars: Chart
    total: Money


@DOORS.get("/", "dashboard.view")
async def show_first_page(visit: Visit) -> Answer:
    found = await show_dashboard(visit.shop)
    charts = tuple(
        CurrencyChart(sales, bar_chart([day.total for day in sales.days]), _total(sales)) for sales in found.charts
    )
    most = max((seller.quantity for seller in found.best_sellers), default=1)
    return visit.page(
        "dashboard", visit.text("office-dashboard"), found=found, charts=charts, most=most,
        states=[(state, found.states[state]) for state in ORDER_OF_STATES if found.states.get(state)],
    )  # fmt: skip


def _total(sales: SalesChart) -> Money:
    return Money(sum(day.total for day in sales.days), sales.currency)


ORDER_OF_STATES = ("placed", "part_shipped", "shipped", "held", "cancelled", "declined")
