"""Every no the books can say. An entry that does not balance is our mistake instead and stops the unit that made it."""

from typing import ClassVar

from fairday.kernel.errors import Refusal


class DayNotOver(Refusal):
    """`day` still runs, or ended so lately that a slower clock may still be in it."""

    code: ClassVar[str] = "day_not_over"
    status: ClassVar[int] = 409


class DayClosed(Refusal):
    """`day` is closed; nothing in it changes any more."""

    code: ClassVar[str] = "day_closed"
    status: ClassVar[int] = 409


class EarlierDayOpen(Refusal):
    """Days are closed in their order, and `day` is next."""

    code: ClassVar[str] = "earlier_day_open"
    status: ClassVar[int] = 409


class MonthClosed(Refusal):
    """`month` is closed."""

    code: ClassVar[str] = "month_closed"
    status: ClassVar[int] = 409


class EarlierMonthOpen(Refusal):
    """Months are closed in their order, and `month` is next."""

    code: ClassVar[str] = "earlier_month_open"
    status: ClassVar[int] = 409


class UnsettledMoney(Refusal):
    """`orders` and `refunds` of the day still wait for a provider's word."""

    code: ClassVar[str] = "unsettled_money"
    status: ClassVar[int] = 409
