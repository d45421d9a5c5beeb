"""Letters about orders."""

from msgspec.structs import replace

from fairday.domain.fulfilment import tracking_url
from fairday.domain.orders import Order, OrderLine
from fairday.domain.orders.events import OrderCancelled, OrderPlaced, OrderRefunded, OrderShipped
from fairday.kernel.events import Delivery
from fairday.messages import Messages
from fairday.ports.mail import Letter
from fairday.subscribers.notifications.letters import Draft, Item, money, write
from fairday.usecases.page_links import order_link
from fairday.usecases.shop import Shop
from fairday.usecases.view_order import OrderView, view_order


async def placed(shop: Shop, delivery: Delivery) -> Letter:
    """The order is placed: everything in it, and what it came to."""
    view = await view_order(shop, delivery.as_event(OrderPlaced).subject)
    lines = tuple(_line(view.order, line, line.quantity, line.total) for line in view.lines)
    return write(shop, replace(_draft(shop, view, "placed", view.order.id), items=lines, totals=_totals(view)))


async def shipped(shop: Shop, delivery: Delivery) -> Letter | None:
    """A parcel left: what is in it, and where it can be followed."""
    event = delivery.as_event(OrderShipped)
    view = await view_order(shop, event.subject)
    parcel = next((shipment for shipment in view.shipments if shipment.id == event.shipment_id), None)
    if parcel is None:
        return None
    by_number = {line.line_no: line for line in view.lines}
    items = tuple(_line(view.order, by_number[piece.line_no], piece.quantity, None) for piece in parcel.lines)
    text = Messages.for_language(view.order.language).text
    notes = [text("letter-carrier", carrier=parcel.carrier, tracking=parcel.tracking)] if parcel.tracking else []
    followed = tracking_url(parcel)
    if followed:
        notes.append(followed)
    return write(shop, replace(_draft(shop, view, "shipped", parcel.id), items=items, notes=tuple(notes)))


async def refunded(shop: Shop, delivery: Delivery) -> Letter | None:
    """Money went back."""
    event = delivery.as_event(OrderRefunded)
    view = await view_order(shop, event.subject)
    refund = next((refund for refund in view.refunds if refund.id == event.refund_id), None)
    if refund is None:
        return None
    order = view.order
    amount = money(order.language, order.country, refund.amount, order.currency)
    notes = []
    if refund.gift:
        on_gifts = money(order.language, order.country, refund.gift, order.currency)
        notes.append(Messages.for_language(order.language).text("letter-refund-gift", amount=on_gifts))
    return write(shop, replace(_draft(shop, view, "refunded", refund.id), amount=amount, notes=tuple(notes)))


async def cancelled(shop: Shop, delivery: Delivery) -> Letter:
    """The order is off."""
    view = await view_order(shop, delivery.as_event(OrderCancelled).subject)
    return write(shop, _draft(shop, view, "cancelled", view.order.id))


def _draft(shop: Shop, view: OrderView, letter: str, ref: str) -> Draft:
    """What every letter about an order says; `ref` names the happening."""
    order = view.order
    return Draft(
        key=f"order-{letter}/{ref}", to=order.email, letter=letter, language=order.language, country=order.country,
        name=order.sent_to.name, link=order_link(shop, order), reference=order.reference,
    )  # fmt: skip


def _line(order: Order, line: OrderLine, quantity: int, total: int | None) -> Item:
    chosen = f" ({line.options})" if line.options else ""
    amount = "" if total is None else money(order.language, order.country, total, order.currency)
    return Item(f"{quantity} × {line.name}{chosen}", amount)


def _totals(view: OrderView) -> tuple[Item, ...]:
    order = view.order
    text = Messages.for_language(order.language).text

    def amount(value: int) -> str:
        return money(order.language, order.country, value, order.currency)

    tax = "letter-tax-included" if order.tax_included else "letter-tax-added"
    return (
        Item(text("letter-shipping"), amount(view.postage)),
        Item(text(tax), amount(order.tax)),
        Item(text("letter-total"), amount(order.total)),
        *(
            Item(text(message_id), amount(value))
            for message_id, value in (
                ("gift-cards", -order.gift),
                ("gift-credit", -order.credit),
                ("sums-due", order.due),
            )
            if order.due < order.total and (value or message_id == "sums-due")
        ),
    )
