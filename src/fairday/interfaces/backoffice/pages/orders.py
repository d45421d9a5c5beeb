"""Orders: the list, one of them with everything that happened, and sending, calling off and giving back.

Each action is asked for twice: the first form leads to a page that says what is about to happen.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from msgspec import Struct

from fairday.domain.access import AuditEntry
from fairday.domain.fulfilment import Shipment
from fairday.domain.fulfilment.model import CARRIERS, tracking_url
from fairday.domain.orders.model import part_of
from fairday.interfaces.backoffice.amounts import typed_amount, typed_whole
from fairday.interfaces.backoffice.doors import Answer, Doors
from fairday.interfaces.backoffice.pages.confirm import Fact, Question, ask
from fairday.interfaces.backoffice.visit import Fields, Notice, Visit
from fairday.kernel.errors import Invalid, Refusal
from fairday.kernel.money import Money
from fairday.usecases.cancel_order import cancel_order
from fairday.usecases.list_orders import STATES, list_orders
from fairday.usecases.refund_order import RefundOrder, refund_order
from fairday.usecases.ship_order import ShipOrder, ship_order
from fairday.usecases.view_order import OrderView, view_order
from fairday.usecases.write_audit import read_audit

DOORS = Doors()
AUDIT_ROWS = 50
LINE = "line_"


class Happening(Struct, frozen=True):
    """A line of an order's story; `link` leads to the carrier."""

    at_ms: int
    text: str
    detail: str = ""
    link: str = ""
    bad: bool = False


@DOORS.get("/orders", "orders.view")
async def show_orders(visit: Visit) -> Answer:
    state, search = visit.query("state", 16), visit.query("q")
    found = await list_orders(visit.shop, state=state, search=search, cursor=visit.query("cursor", 26))
    chosen = state if state in STATES else ""
    return visit.page(
        "orders",
        visit.text("office-orders"),
        found=found,
        state=chosen,
        search=search,
        states=[name for name in STATES if found.counts.get(name)],
        all_orders=sum(found.counts.values()),
        here=f"/backoffice/orders?{urlencode({'state': chosen, 'q': search})}",
    )


@DOORS.get("/orders/{order_id:str}", "orders.view")
async def show_order(visit: Visit) -> Answer:
    return await _order_page(visit)


@DOORS.post("/orders/{order_id:str}/ship", "orders.ship")
async def send_order(visit: Visit) -> Answer:
    view = await view_order(visit.shop, visit.path("order_id"))
    try:
        pieces = _pieces(visit, {line.line_no: line.to_ship for line in view.lines})
        if not pieces:
            raise Invalid(field="", problem="problem-ship-nothing")
        carrier, tracking = visit.form.text("carrier", 64), visit.form.text("tracking", 128)
        if not visit.form.has("confirm"):
            return _ask_to_send(visit, view, pieces)
        await ship_order(
            visit.shop,
            ShipOrder(
                order_id=view.order.id,
                lines=pieces,
                carrier=carrier,
                tracking=tracking,
                actor=visit.actor,
                location=visit.form.text("location", 64),
            ),
        )
    except Refusal as refusal:
        return await _order_page(visit, refusal, "ship")
    return visit.go(f"/orders/{view.order.id}", done="shipped")


@DOORS.post("/orders/{order_id:str}/cancel", "orders.cancel")
async def call_off(visit: Visit) -> Answer:
    view = await view_order(visit.shop, visit.path("order_id"))
    reason = visit.form.text("reason", 500)
    try:
        if not visit.form.has("confirm"):
            back = view.refundable
            facts = (_money_fact(visit, "office-goes-back", back, view.order.currency),) if back > 0 else ()
            question = Question(
                title=visit.text("office-cancel-title", reference=view.order.reference),
                sentence=visit.text("office-cancel-sentence"),
                facts=(*facts, Fact(visit.text("office-reason"), reason or "–")),
                button=visit.text("office-cancel-do"),
                back=f"/orders/{view.order.id}",
                danger=True,
            )
            return ask(visit, question, {"reason": reason})
        await cancel_order(visit.shop, view.order.id, reason=reason, actor=visit.actor)
    except Refusal as refusal:
        return await _order_page(visit, refusal, "cancel")
    return visit.go(f"/orders/{view.order.id}", done="cancelled")


@DOORS.post("/orders/{order_id:str}/refund", "orders.refund")
async def give_back(visit: Visit) -> Answer:
    view = await view_order(visit.shop, visit.path("order_id"))
    try:
        pieces = _pieces(visit, {line.line_no: line.quantity - line.refunded for line in view.lines})
        shipping = typed_amount(visit.form, "shipping", view.order.currency) or 0
        if not pieces and not shipping:
            raise Invalid(field="", problem="problem-refund-nothing")
        command = RefundOrder(
            order_id=view.order.id, lines=pieces, shipping=shipping, restock=visit.form.has("restock"),
            reason=visit.form.text("reason", 500), actor=visit.actor,
        )  # fmt: skip
        if not visit.form.has("confirm"):
            return _ask_to_refund(visit, view, command)
        refund = await refund_order(visit.shop, command)
    except Refusal as refusal:
        return await _order_page(visit, refusal, "refund")
    done = {"done": "refunded", "refused": "refund-refused", "requested": "refund-waits", "released": "released"}[
        refund.state
    ]
    return visit.go(f"/orders/{view.order.id}", done=done)


def _ask_to_send(visit: Visit, view: OrderView, pieces: Mapping[int, int]) -> Answer:
    carrier, tracking = visit.form.text("carrier", 64), visit.form.text("tracking", 128)
    location = visit.form.text("location", 64)
    question = Question(
        title=visit.text("office-ship-title", reference=view.order.reference),
        sentence=visit.text("office-ship-sentence", name=view.order.sent_to.name),
        facts=(
            *_line_facts(view, pieces),
            Fact(visit.text("office-carrier"), carrier or "–"),
            Fact(visit.text("office-tracking"), tracking or "–"),
            Fact(visit.text("office-ship-from"), location or visit.text("office-ship-from-each")),
        ),
        button=visit.text("office-ship-do"),
        back=f"/orders/{view.order.id}",
    )
    return ask(
        visit,
        question,
        {
            **_as_fields(pieces),
            "carrier": carrier,
            "tracking": tracking,
            "location": location,
        },
    )


def _ask_to_refund(visit: Visit, view: OrderView, command: RefundOrder) -> Answer:
    by_number = {line.line_no: line for line in view.lines}
    amount = command.shipping + sum(part_of(by_number[n].total, by_number[n], q) for n, q in command.lines.items())
    facts = [*_line_facts(view, command.lines)]
    if command.shipping:
        facts.append(_money_fact(visit, "office-shipping", command.shipping, view.order.currency))
    facts.append(_money_fact(visit, "office-goes-back", amount, view.order.currency))
    facts.append(Fact(visit.text("office-restock"), visit.text("office-yes" if command.restock else "office-no")))
    question = Question(
        title=visit.text("office-refund-title", reference=view.order.reference),
        sentence=visit.text("office-refund-sentence", email=view.order.email),
        facts=tuple(facts),
        button=visit.text("office-refund-do"),
        back=f"/orders/{view.order.id}",
        danger=True,
    )
    kept = {**_as_fields(command.lines), "shipping": visit.form.text("shipping", 32), "reason": command.reason}
    return ask(visit, question, {**kept, "restock": "1"} if command.restock else kept)


def _pieces(visit: Visit, limits: Mapping[int, int]) -> dict[int, int]:
    """Line number to pieces, of what was typed above nothing; Invalid beyond what there is."""
    pieces = {}
    for number, most in limits.items():
        typed = typed_whole(visit.form, f"{LINE}{number}") or 0
        if typed > most:
            raise Invalid(field=f"{LINE}{number}", problem="problem-pieces", most=most)
        if typed:
            pieces[number] = typed
    return pieces


def _as_fields(pieces: Mapping[int, int]) -> dict[str, str]:
    return {f"{LINE}{number}": str(quantity) for number, quantity in pieces.items()}


def _line_facts(view: OrderView, pieces: Mapping[int, int]) -> tuple[Fact, ...]:
    names = {line.line_no: f"{line.name} ({line.sku})" for line in view.lines}
    return tuple(Fact(names[number], f"× {quantity}") for number, quantity in pieces.items())


def _money_fact(visit: Visit, label: str, amount: int, currency: str) -> Fact:
    return Fact(visit.text(label), money=Money(amount, currency))


async def _order_page(visit: Visit, refusal: Refusal | None = None, form: str = "") -> Answer:
    """The page of an order; after a refusal with what was typed in `form`, which is then open."""
    view = await view_order(visit.shop, visit.path("order_id"))
    entries: list[AuditEntry] = []
    if visit.may("audit.view"):
        entries, _ = await read_audit(visit.shop, visit.actor, limit=AUDIT_ROWS, subject=("order", view.order.id))
    typed = visit.form.typed([name for name in visit.form.fields if name not in {"csrf", "confirm"}])
    fields = visit.refused(refusal, typed) if refusal else Fields()
    return visit.page(
        "order",
        visit.text("office-order-title", reference=view.order.reference),
        status=refusal.status if refusal else 200,
        notice=Notice(visit.sentence(refusal), "bad") if refusal else None,
        view=view,
        order=view.order,
        story=_story(visit, view),
        entries=entries,
        carriers=sorted(CARRIERS),
        there=_there(view),
        senders=sorted({piece.location for piece in view.waiting if piece.ready}),
        open_form=form,
        fields=fields,
        can={
            "ship": view.order.state in {"placed", "part_shipped"} and view.to_ship > 0,
            "cancel": view.order.state == "placed",
            "refund": view.order.state in {"placed", "part_shipped", "shipped"}
            and (view.refundable > 0 or (view.payment is not None and view.payment.state == "authorised")),
        },
    )


def _sender(visit: Visit, parcel: Shipment) -> str:
    return visit.text("office-from-location", location=parcel.location) if parcel.location else ""


def _there(view: OrderView) -> dict[str, tuple[int, str]]:
    """For each SKU how many waiting pieces can be sent now, and from where."""
    found: dict[str, tuple[int, str]] = {}
    for piece in view.waiting:
        ready, places = found.get(piece.sku, (0, ""))
        where = f"{piece.location} × {piece.ready}" if piece.ready else ""
        found[piece.sku] = ready + piece.ready, ", ".join(part for part in (places, where) if part)
    return found


def _story(visit: Visit, view: OrderView) -> list[Happening]:
    """What happened, oldest first, from what is stored of the order itself."""
    order, payment = view.order, view.payment
    told = [Happening(order.placed_ms, visit.text("office-story-placed", email=order.email))]
    if payment:
        told.append(
            Happening(
                max(payment.updated_ms if payment.state == "declined" else order.placed_ms, order.placed_ms),
                visit.text(f"office-story-payment-{payment.state}", provider=payment.provider),
                detail=payment.decline_code,
                bad=payment.state == "declined",
            )
        )
    for parcel in view.shipments:
        pieces = sum(line.quantity for line in parcel.lines)
        told.append(
            Happening(
                parcel.at_ms,
                visit.text("office-story-shipped", count=pieces),
                detail=" ".join(part for part in (parcel.carrier, parcel.tracking, _sender(visit, parcel)) if part),
                link=tracking_url(parcel),
            )
        )
    told.extend(
        Happening(
            refund.at_ms,
            visit.text(f"office-story-refund-{refund.state}"),
            detail=refund.reason,
            bad=refund.state == "refused",
        )
        for refund in view.refunds
    )
    if order.state == "cancelled":
        told.append(Happening(order.updated_ms, visit.text("office-story-cancelled"), bad=True))
    return sorted(told, key=lambda one: one.at_ms)
