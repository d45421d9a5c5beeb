"""The books: balances, the journal of a day, closing days and months, and the providers' records against them."""

from datetime import date

from fairday.interfaces.backoffice.doors import Answer, Doors
from fairday.interfaces.backoffice.pages.confirm import Fact, Question, ask
from fairday.interfaces.backoffice.visit import Fields, Notice, Visit
from fairday.kernel.clock import MINUTE_MS
from fairday.kernel.errors import Invalid, Refusal
from fairday.usecases.close_period import close_day, close_month
from fairday.usecases.reconcile_payments import reconcile_payments
from fairday.usecases.view_books import view_balance, view_closings, view_journal, view_reconciliation

DOORS = Doors()
PAGE = 50
DAY_LENGTH = len("2026-11-20")
CURSOR_LENGTH = 64
ON_THE_WAY_MS = 2 * MINUTE_MS


@DOORS.get("/books", "ledger.view")
async def show_balance(visit: Visit) -> Answer:
    refusal: Refusal | None = None
    try:
        first, last = _asked_day(visit, "from"), _asked_day(visit, "until")
    except Invalid as wrong:
        first, last, refusal = None, None, wrong
    found = await view_balance(visit.shop, visit.actor, first, last)
    fields = Fields({"from": found.first.isoformat(), "until": found.last.isoformat()})
    return visit.page(
        "books", visit.text("office-books"), found=found, fields=fields, notice=_complaint(visit, refusal),
        status=refusal.status if refusal else 200,
    )  # fmt: skip


@DOORS.get("/books/journal", "ledger.view")
async def show_journal(visit: Visit) -> Answer:
    refusal: Refusal | None = None
    try:
        day = _asked_day(visit, "day")
    except Invalid as wrong:
        day, refusal = None, wrong
    found = await view_journal(visit.shop, visit.actor, day, visit.query("cursor", CURSOR_LENGTH), PAGE)
    return visit.page(
        "books-journal", visit.text("office-journal"), found=found, fields=Fields({"day": found.day.isoformat()}),
        notice=_complaint(visit, refusal), status=refusal.status if refusal else 200,
    )  # fmt: skip


@DOORS.get("/books/closing", "ledger.view")
async def show_closings(visit: Visit) -> Answer:
    return await _closings_page(visit)


@DOORS.post("/books/closing/day", "ledger.close")
async def shut_day(visit: Visit) -> Answer:
    try:
        day = _day(visit.form.text("day", DAY_LENGTH), "day")
        if not visit.form.has("confirm"):
            return ask(visit, _question(visit, day.isoformat()), {"day": day.isoformat()})
        await close_day(visit.shop, visit.actor, day)
    except Refusal as refusal:
        return await _closings_page(visit, refusal)
    return visit.go("/books/closing", done="closed")


@DOORS.post("/books/closing/month", "ledger.close")
async def shut_month(visit: Visit) -> Answer:
    month = visit.form.text("month", DAY_LENGTH)
    try:
        if month and not visit.form.has("confirm"):
            return ask(visit, _question(visit, month), {"month": month})
        await close_month(visit.shop, visit.actor, month)
    except Refusal as refusal:
        return await _closings_page(visit, refusal)
    return visit.go("/books/closing", done="closed")


@DOORS.get("/books/reconciliation", "ledger.view")
async def show_reconciliation(visit: Visit) -> Answer:
    found = await view_reconciliation(visit.shop, visit.actor, visit.query("run", 26))
    return visit.page("books-reconciliation", visit.text("office-reconciliation"), found=found)


@DOORS.post("/books/reconciliation", "ledger.reconcile")
async def reconcile(visit: Visit) -> Answer:
    """Look again; with `repair`, once confirmed, mend what differs."""
    repair = visit.form.has("repair")
    if repair and not visit.form.has("confirm"):
        question = Question(
            title=visit.text("office-repair-title"), sentence=visit.text("office-repair-sentence"),
            button=visit.text("office-repair"), back="/books/reconciliation", danger=True,
        )  # fmt: skip
        return ask(visit, question, {"repair": "1"})
    found = await reconcile_payments(visit.shop, visit.actor, repair=repair, stale_ms=ON_THE_WAY_MS)
    return visit.go(f"/books/reconciliation?run={found.summary.id}", done="reconciled")


async def _closings_page(visit: Visit, refusal: Refusal | None = None) -> Answer:
    return visit.page(
        "books-closing", visit.text("office-closing"), found=await view_closings(visit.shop, visit.actor),
        notice=_complaint(visit, refusal), status=refusal.status if refusal else 200,
    )  # fmt: skip


def _question(visit: Visit, period: str) -> Question:
    return Question(
        title=visit.text("office-close-title", period=period), sentence=visit.text("office-close-sentence"),
        button=visit.text("office-close"), back="/books/closing",
        facts=(Fact(visit.text("office-zone"), visit.shop.settings.books_zone),), danger=True,
    )  # fmt: skip


def _complaint(visit: Visit, refusal: Refusal | None) -> Notice | None:
    return Notice(visit.sentence(refusal), "bad") if refusal else None


def _asked_day(visit: Visit, name: str) -> date | None:
    text = visit.query(name, DAY_LENGTH)
    return _day(text, name) if text else None


def _day(text: str, field: str) -> date:
    """Dates that a calendar has, within a few hundred years: beyond them arithmetic ends."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Invalid(field=field, problem="problem-day") from None
    if not 1970 < day.year < 3000:  # noqa: PLR2004 - nobody keeps books there
        raise Invalid(field=field, problem="problem-day")
    return day
