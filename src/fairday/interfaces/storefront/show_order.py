"""From an order and all that happened to it to the page its shopper sees."""

from collections.abc import Callable, Mapping

from fairday.domain.catalog import Product
from fairday.domain.fulfilment import Shipment
from fairday.domain.fulfilment.model import tracking_url
from fairday.domain.inventory import Offer
from fairday.domain.orders import Address, Order, OrderLine
from fairday.interfaces.storefront.places import REGIONS, Place, country_name
from fairday.interfaces.storefront.show_goods import picture
from fairday.interfaces.storefront.show_stock import later_text
from fairday.interfaces.storefront.views.account import OrderRow
from fairday.interfaces.storefront.views.buying import GiftLine, LineView, OrderPage, Parcel, RefundView, Step, Sums
from fairday.interfaces.web.surface import Web
from fairday.kernel.money import Money
from fairday.messages import Sentences
from fairday.usecases.view_order import OrderView

KINDS = {"placed": "good", "part_shipped": "good", "shipped": "good", "cancelled": "bad", "declined": "bad"}


def order_page(web: Web, place: Place, view: OrderView, products: Mapping[str, Product], *, fresh: bool) -> OrderPage:
    """The order's page; `fresh` right after it was placed. Its own address is filled in by whoever knows the token."""
    order, words = view.order, place.words
    money = _of(order)
    return OrderPage(
        number=order.reference,
        placed_ms=order.placed_ms,
        state_text=state_text(words, order),
        state_kind=KINDS.get(order.state, "plain"),
        email=order.email,
        lines=tuple(
            _line(web, place, order, line, products.get(line.product_id), later_of(place, view, line))
            for line in view.lines
        ),
        sums=Sums(
            subtotal=money(order.subtotal),
            total=money(order.total),
            tax=money(order.tax),
            tax_included=bool(order.tax_included),
            discount=money(order.discount) if order.discount else None,
            voucher_code=order.voucher_code,
            shipping=money(order.shipping),
            gifts=gift_lines(words, order),
            due=money(order.due) if order.due < order.total else None,
        ),
        address=address_lines(place, order.sent_to),
        timeline=_timeline(words, view),
        parcels=tuple(_parcel(words, shipment, view.lines) for shipment in view.shipments),
        refunds=tuple(
            RefundView(money(refund.amount), refund.at_ms, refund.reason, done=refund.state == "done")
            for refund in view.refunds
            if refund.state in {"requested", "done"}
        ),
        fresh=fresh,
        can_register=not order.customer_id,
    )


def gift_lines(words: Sentences, order: Order) -> tuple[GiftLine, ...]:
    """What gift cards and store credit paid of it."""
    parts = ((words.text("gift-cards"), order.gift), (words.text("gift-credit"), order.credit))
    return tuple(GiftLine(text, Money(amount, order.currency)) for text, amount in parts if amount)


def later_of(place: Place, view: OrderView, line: OrderLine) -> str:
    """When the pieces of a line go out that are not there yet; empty when all are, or nothing waits."""
    waiting = [piece for piece in view.waiting if piece.sku == line.sku]
    missing = next((piece for piece in waiting if piece.ready < piece.quantity), None)
    if missing is None or view.order.state not in {"placed", "part_shipped"}:
        return ""
    ready, wanted = sum(piece.ready for piece in waiting), sum(piece.quantity for piece in waiting)
    promised = Offer(ready, wanted - ready, missing.policy, missing.expected_ms)
    return later_text(place, promised, wanted, view.order.placed_ms)


def order_row(place: Place, order: Order, href: str, count: int) -> OrderRow:
    """An order in the account's list."""
    return OrderRow(
        number=order.reference,
        href=href,
        placed_ms=order.placed_ms,
        state_text=state_text(place.words, order),
        state_kind=KINDS.get(order.state, "plain"),
        total=Money(order.total, order.currency),
        count=count,
    )


def state_text(words: Sentences, order: Order) -> str:
    """How far it got, in a word or two."""
    return words.text(f"order-state-{order.state.replace('_', '-')}")


def address_lines(place: Place, address: Address) -> tuple[str, ...]:
    """An address as it would stand on the parcel."""
    state = REGIONS.get(address.country, {}).get(address.region, address.region)
    town = f"{address.city}, {state} {address.postcode}" if state else f"{address.postcode} {address.city}"
    country = country_name(address.country, place.market.language)
    return tuple(line for line in (address.name, address.line1, address.line2, town, country) if line)


def _line(web: Web, place: Place, order: Order, line: OrderLine, product: Product | None, later: str) -> LineView:
    words = place.words
    notes = []
    if line.shipped and line.shipped < line.quantity:
        notes.append(words.text("order-line-shipped", count=line.shipped))
    if line.refunded:
        notes.append(words.text("order-line-refunded", count=line.refunded))
    if later:
        notes.append(later)
    media = next((one for one in product.media if one.kind == "image"), None) if product else None
    return LineView(
        sku=line.sku,
        name=line.name,
        quantity=line.quantity,
        href=place.product(product.slug, line.sku) if product else "",
        options=place.vocabulary.terms(line.options),
        picture=picture(web, media, line.name, widest_px=320),
        unit=Money(line.unit_amount, order.currency),
        total=Money(line.goods, order.currency),
        note=" · ".join(notes),
    )


def _timeline(words: Sentences, view: OrderView) -> tuple[Step, ...]:
    order, payment = view.order, view.payment
    steps = [Step(words.text("order-step-placed"), order.placed_ms, done=True)]
    if order.state == "declined":
        return (*steps, Step(words.text("order-state-declined"), order.updated_ms, bad=True))
    if order.state == "held":
        return (*steps, Step(words.text("order-state-held")))
    if payment is not None and payment.state == "captured":
        steps.append(Step(words.text("order-step-paid"), done=True))
    steps += [Step(words.text("order-step-shipped"), parcel.at_ms, done=True) for parcel in view.shipments]
    if order.state == "cancelled":
        steps.append(Step(words.text("order-step-cancelled"), order.updated_ms, bad=True))
    elif view.to_ship:
        steps.append(Step(words.text("order-step-to-ship")))
    steps += [
        Step(words.text("order-step-refunded"), one.at_ms, done=True) for one in view.refunds if one.state == "done"
    ]
    return tuple(steps)


def _parcel(words: Sentences, shipment: Shipment, lines: tuple[OrderLine, ...]) -> Parcel:
    names = {line.line_no: line.name for line in lines}
    return Parcel(
        carrier=shipment.carrier,
        tracking=shipment.tracking,
        tracking_href=tracking_url(shipment),
        sent_ms=shipment.at_ms,
        contents=tuple(
            words.text("order-parcel-line", count=line.quantity, name=names.get(line.line_no, ""))
            for line in shipment.lines
        ),
    )


def _of(order: Order) -> Callable[[int], Money]:
    return lambda amount: Money(amount, order.currency)
