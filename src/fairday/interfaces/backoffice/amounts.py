"""Numbers as people type them into the back office. Whether an amount makes sense is for the use cases."""

from datetime import UTC, datetime

from fairday.interfaces.web import Form
from fairday.kernel.clock import iso
from fairday.kernel.errors import Invalid
from fairday.kernel.money import MoneyError, parse_amount

DATE = "%Y-%m-%dT%H:%M"
DAY = "%Y-%m-%d"
DATE_LENGTH = len("2026-11-24T09:00")


def typed_amount(form: Form, name: str, currency: str) -> int | None:
    """Minor units of what was typed (`1.234,50` and `1,234.50` both read), None when nothing was; Invalid."""
    text = "".join(form.text(name, 32).split())
    if not text:
        return None
    if "," in text:
        decimal_comma = text.rfind(",") > text.rfind(".")
        text = text.replace(".", "").replace(",", ".") if decimal_comma else text.replace(",", "")
    try:
        return parse_amount(text, currency)
    except MoneyError:
        raise Invalid(field=name, problem="problem-amount") from None


def typed_whole(form: Form, name: str) -> int | None:
    """A whole number, None when nothing was typed; Invalid when it is none."""
    text = form.text(name, 13)
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 12:  # noqa: PLR2004 - a million million
        raise Invalid(field=name, problem="problem-whole")
    return int(text)


def typed_moment(form: Form, name: str) -> int:
    """Milliseconds of a `datetime-local` field, read as UTC; 0 when nothing was typed; Invalid."""
    text = form.text(name, 40)
    if not text:
        return 0
    try:
        at = datetime.strptime(text[:DATE_LENGTH], DATE).replace(tzinfo=UTC)
    except ValueError:
        raise Invalid(field=name, problem="problem-moment") from None
    return int(at.timestamp()) * 1000


def typed_day(form: Form, name: str) -> int:
    """The first millisecond (UTC) of a `date` field; 0 when nothing was typed; Invalid."""
    text = form.text(name, 40)
    if not text:
        return 0
    try:
        at = datetime.strptime(text, DAY).replace(tzinfo=UTC)
    except ValueError:
        raise Invalid(field=name, problem="problem-day") from None
    return int(at.timestamp()) * 1000


def shown_moment(at_ms: int) -> str:
    """The inverse of `typed_moment`."""
    return iso(at_ms)[:DATE_LENGTH] if at_ms else ""
