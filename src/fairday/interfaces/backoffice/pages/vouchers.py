"""Vouchers: the list, a new one, changing one, ending it, and removing one that nobody used."""

import msgspec

from fairday.domain.pricing import Voucher
from fairday.interfaces.backoffice.amounts import shown_moment, typed_amount, typed_moment, typed_whole
from fairday.interfaces.backoffice.doors import Answer, Doors
from fairday.interfaces.backoffice.pages.confirm import Question, ask
from fairday.interfaces.backoffice.visit import Fields, Notice, Visit
from fairday.kernel.errors import Invalid, Refusal
from fairday.kernel.money import MoneyError, decimal_text, parse_amount
from fairday.usecases.manage_vouchers import (
    change_voucher,
    create_voucher,
    delete_voucher,
    end_voucher,
    list_vouchers,
    view_voucher,
)

DOORS = Doors()
PAGE = 50
NAMES = (
    "code", "kind", "percent", "amount", "currency", "min_total", "starts", "ends", "uses_limit", "customer_limit",
    "active",
)  # fmt: skip
# Fields of a voucher that the form asks under another name.
ASKED_AS = {"percent_ppm": "percent", "starts_ms": "starts", "ends_ms": "ends"}
PERCENT = "BHD"  # any currency of three digits would do: percentages have up to three, and exact


@DOORS.get("/vouchers", "vouchers.view")
async def show_vouchers(visit: Visit) -> Answer:
    found = await list_vouchers(visit.shop, visit.actor, visit.query("cursor", 64), PAGE + 1)
    cursor = found[PAGE - 1].code if len(found) > PAGE else ""
    return visit.page("vouchers", visit.text("office-vouchers"), vouchers=found[:PAGE], cursor=cursor)


@DOORS.get("/vouchers/new", "vouchers.edit")
async def new_voucher(visit: Visit) -> Answer:
    return _form(visit, None, Fields({"kind": "percent", "currency": "", "active": "1"}))


@DOORS.post("/vouchers/new", "vouchers.edit")
async def make_voucher(visit: Visit) -> Answer:
    try:
        voucher = await create_voucher(visit.shop, visit.actor, _typed(visit))
    except Refusal as refusal:
        return _form(visit, None, _refused(visit, refusal), refusal)
    return visit.go(f"/vouchers/{voucher.code}", done="saved")


@DOORS.get("/vouchers/{code:str}", "vouchers.view")
async def show_voucher(visit: Visit) -> Answer:
    voucher = await view_voucher(visit.shop, visit.actor, visit.path("code"))
    return _form(visit, voucher, Fields(_fields(voucher)))


@DOORS.post("/vouchers/{code:str}", "vouchers.edit")
async def save_voucher(visit: Visit) -> Answer:
    voucher = await view_voucher(visit.shop, visit.actor, visit.path("code"))
    try:
        await change_voucher(visit.shop, visit.actor, msgspec.structs.replace(_typed(visit), code=voucher.code))
    except Refusal as refusal:
        return _form(visit, voucher, _refused(visit, refusal), refusal)
    return visit.go(f"/vouchers/{voucher.code}", done="saved")


@DOORS.post("/vouchers/{code:str}/end", "vouchers.edit")
async def stop_voucher(visit: Visit) -> Answer:
    voucher = await end_voucher(visit.shop, visit.actor, visit.path("code"))
    return visit.go(f"/vouchers/{voucher.code}", done="voucher-ended")


@DOORS.post("/vouchers/{code:str}/delete", "vouchers.edit")
async def remove_voucher(visit: Visit) -> Answer:
    voucher = await view_voucher(visit.shop, visit.actor, visit.path("code"))
    if not visit.form.has("confirm"):
        question = Question(
            title=visit.text("office-voucher-delete-title", code=voucher.code),
            sentence=visit.text("office-voucher-delete-sentence"),
            button=visit.text("office-delete"),
            back=f"/vouchers/{voucher.code}",
            danger=True,
        )
        return ask(visit, question, {})
    try:
        await delete_voucher(visit.shop, visit.actor, voucher.code)
    except Refusal as refusal:
        return _form(visit, voucher, Fields(_fields(voucher)), refusal)
    return visit.go("/vouchers", done="deleted")


def _typed(visit: Visit) -> Voucher:
    form = visit.form
    kind = form.text("kind", 10)
    currency = form.text("currency", 3)
    base = currency or visit.shop.settings.base_currency
    try:
        percent = parse_amount(form.text("percent", 10).replace(",", ".") or "0", PERCENT) * 10
    except MoneyError:
        raise Invalid(field="percent", problem="problem-percent") from None
    return Voucher(
        code=form.text("code", 64),
        kind="amount" if kind == "amount" else "percent",
        percent_ppm=0 if kind == "amount" else percent,
        amount=(typed_amount(form, "amount", base) or 0) if kind == "amount" else 0,
        currency=currency,
        min_total=typed_amount(form, "min_total", base) or 0,
        starts_ms=typed_moment(form, "starts"),
        ends_ms=typed_moment(form, "ends"),
        uses_limit=typed_whole(form, "uses_limit") or 0,
        customer_limit=typed_whole(form, "customer_limit") or 0,
        active=int(form.has("active")),
    )


def _fields(voucher: Voucher) -> dict[str, str]:
    """A voucher as the form shows it; the inverse of `_typed`."""
    currency = voucher.currency or "EUR"
    percent = decimal_text(voucher.percent_ppm // 10, PERCENT).rstrip("0").rstrip(".")
    return {
        "code": voucher.code,
        "kind": voucher.kind,
        "percent": percent if voucher.percent_ppm else "",
        "amount": decimal_text(voucher.amount, currency) if voucher.amount else "",
        "currency": voucher.currency,
        "min_total": decimal_text(voucher.min_total, currency) if voucher.min_total else "",
        "starts": shown_moment(voucher.starts_ms),
        "ends": shown_moment(voucher.ends_ms),
        "uses_limit": str(voucher.uses_limit or ""),
        "customer_limit": str(voucher.customer_limit or ""),
        "active": "1" if voucher.active else "",
    }


def _refused(visit: Visit, refusal: Refusal) -> Fields:
    typed = visit.form.typed(NAMES)
    field = str(refusal.details.get("field", ""))
    if refusal.code == "voucher_invalid":
        name = ASKED_AS.get(field, field)
        return Fields(typed, {name: visit.text(f"problem-voucher-{name.replace('_', '-')}")})
    return visit.refused(refusal, typed)


def _form(visit: Visit, voucher: Voucher | None, fields: Fields, refusal: Refusal | None = None) -> Answer:
    title = visit.text("office-voucher-title", code=voucher.code) if voucher else visit.text("office-voucher-new")
    shown = refusal is not None and not fields.problems
    return visit.page(
        "voucher",
        title,
        status=refusal.status if refusal else 200,
        notice=Notice(visit.sentence(refusal), "bad") if refusal and shown else None,
        voucher=voucher,
        fields=fields,
    )
