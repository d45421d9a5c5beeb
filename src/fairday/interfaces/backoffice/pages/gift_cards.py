"""Gift cards: the list, a new one (its code is shown once), all that happened to one, blocking it; store credit."""

from fairday.domain.pricing.gifts import GiftBalance
from fairday.interfaces.backoffice.amounts import typed_amount, typed_moment
from fairday.interfaces.backoffice.doors import Answer, Doors
from fairday.interfaces.backoffice.pages.confirm import Question, ask
from fairday.interfaces.backoffice.visit import ROOT, Fields, Notice, Visit
from fairday.kernel.errors import Invalid, Refusal
from fairday.kernel.ids import is_id, new_token
from fairday.usecases.give_store_credit import GiveStoreCredit, give_store_credit, store_credit
from fairday.usecases.issue_gift_card import IssueGiftCard, issue_gift_card
from fairday.usecases.list_customers import show_customer
from fairday.usecases.manage_gift_cards import list_gift_cards, set_gift_card_active, view_gift_card

DOORS = Doors()
NAMES = ("attempt", "amount", "currency", "paid", "email", "language", "expires")
CREDIT_NAMES = ("attempt", "amount", "currency", "reason")
ASKED_AS = {"expires_ms": "expires"}


@DOORS.get("/gift-cards", "gifts.view")
async def show_gift_cards(visit: Visit) -> Answer:
    search, cursor = visit.query("q", 40), visit.query("cursor", 26)
    found, after = await list_gift_cards(visit.shop, visit.actor, search, cursor if is_id(cursor) else "")
    return visit.page(
        "gift-cards", visit.text("office-gift-cards"), cards=found, state=_state, cursor=after, search=search,
        here=f"{ROOT}/gift-cards?q={search}",
    )  # fmt: skip


@DOORS.get("/gift-cards/new", "gifts.edit")
async def new_gift_card(visit: Visit) -> Answer:
    currency, language = visit.shop.settings.base_currency, visit.language
    return _form(visit, Fields({"attempt": new_token(), "currency": currency, "language": language, "paid": "1"}))


@DOORS.post("/gift-cards/new", "gifts.edit")
async def make_gift_card(visit: Visit) -> Answer:
    form, typed = visit.form, visit.form.typed(NAMES)
    try:
        currency = _currency(visit)
        issued = await issue_gift_card(visit.shop, visit.actor, IssueGiftCard(
            attempt=typed["attempt"], amount=typed_amount(form, "amount", currency) or 0, currency=currency,
            paid=form.has("paid"), email=typed["email"], language=typed["language"],
            expires_ms=typed_moment(form, "expires"),
        ))  # fmt: skip
    except Refusal as refusal:
        return _form(visit, _refused(visit, refusal, typed), refusal)
    return visit.page("gift-card-made", visit.text("office-gift-made"), card=issued.card, code=issued.code)


@DOORS.get("/gift-cards/{card_id:str}", "gifts.view")
async def show_gift_card(visit: Visit) -> Answer:
    view = await view_gift_card(visit.shop, visit.actor, visit.path("card_id"))
    return visit.page(
        "gift-card", _name(visit, view.card), card=view.card, movements=view.movements, state=_state(view.card, visit)
    )


@DOORS.post("/gift-cards/{card_id:str}/block", "gifts.edit")
async def block_gift_card(visit: Visit) -> Answer:
    view = await view_gift_card(visit.shop, visit.actor, visit.path("card_id"))
    if not visit.form.has("confirm"):
        question = Question(
            title=visit.text("office-gift-block-title", name=_name(visit, view.card)),
            sentence=visit.text("office-gift-block-sentence"),
            button=visit.text("office-gift-block"),
            back=f"/gift-cards/{view.card.id}",
            danger=True,
        )
        return ask(visit, question, {})
    await set_gift_card_active(visit.shop, visit.actor, view.card.id, active=False)
    return visit.go(f"/gift-cards/{view.card.id}", done="gift-blocked")


@DOORS.post("/gift-cards/{card_id:str}/unblock", "gifts.edit")
async def unblock_gift_card(visit: Visit) -> Answer:
    card = await set_gift_card_active(visit.shop, visit.actor, visit.path("card_id"), active=True)
    return visit.go(f"/gift-cards/{card.id}", done="saved")


@DOORS.get("/customers/{customer_id:str}/credit", "gifts.view")
async def show_credit(visit: Visit) -> Answer:
    return await _credit(visit, Fields({"attempt": new_token(), "currency": visit.shop.settings.base_currency}))


@DOORS.post("/customers/{customer_id:str}/credit", "gifts.edit")
async def give_credit(visit: Visit) -> Answer:
    customer_id, typed = visit.path("customer_id"), visit.form.typed(CREDIT_NAMES)
    try:
        currency = _currency(visit)
        await give_store_credit(visit.shop, visit.actor, GiveStoreCredit(
            attempt=typed["attempt"], customer_id=customer_id,
            amount=typed_amount(visit.form, "amount", currency) or 0, currency=currency, reason=typed["reason"],
        ))  # fmt: skip
    except Refusal as refusal:
        return await _credit(visit, _refused(visit, refusal, typed), refusal)
    return visit.go(f"/customers/{customer_id}/credit", done="credit-given")


async def _credit(visit: Visit, fields: Fields, refusal: Refusal | None = None) -> Answer:
    customer = (await show_customer(visit.shop, visit.actor, visit.path("customer_id"))).customer
    credit = await store_credit(visit.shop, customer.id)
    moves = [(await view_gift_card(visit.shop, visit.actor, one.id)).movements for one in credit]
    return visit.page(
        "credit", visit.text("office-credit-of", name=customer.name), customer=customer,
        credit=list(zip(credit, moves, strict=True)), fields=fields, status=refusal.status if refusal else 200,
        notice=_notice(visit, fields, refusal),
    )  # fmt: skip


def _currency(visit: Visit) -> str:
    """The currency that was chosen: one the shop sells in."""
    currency = visit.form.text("currency", 3)
    if currency not in {known for _, known in visit.shop.settings.countries}:
        raise Invalid(field="currency", problem="problem-gift-currency")
    return currency


def _name(visit: Visit, card: GiftBalance) -> str:
    return visit.text("office-gift-title", last=card.last4) if card.kind == "card" else visit.text("office-credit")


def _state(card: GiftBalance, visit: Visit) -> str:
    if not card.active:
        return "blocked"
    return "ended" if card.expires_ms and card.expires_ms <= visit.now_ms else "active"


def _refused(visit: Visit, refusal: Refusal, typed: dict[str, str]) -> Fields:
    field = str(refusal.details.get("field", ""))
    if refusal.code == "gift_invalid":
        name = ASKED_AS.get(field, field)
        return Fields(typed, {name: visit.text(f"problem-gift-{name}")})
    return visit.refused(refusal, typed)


def _form(visit: Visit, fields: Fields, refusal: Refusal | None = None) -> Answer:
    return visit.page(
        "gift-card-new", visit.text("office-gift-new"), fields=fields, status=refusal.status if refusal else 200,
        notice=_notice(visit, fields, refusal),
    )  # fmt: skip


def _notice(visit: Visit, fields: Fields, refusal: Refusal | None) -> Notice | None:
    shown = refusal is not None and not fields.problems
    return Notice(visit.sentence(refusal), "bad") if refusal and shown else None
