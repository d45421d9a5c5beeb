"""Orders by the API once they are placed: how one goes, and what a shop's own server does to it (ship, refund, cancel).

Idempotency keys are kept with their effect: `repeat_command` keeps these, `place_order` the order's own.
"""

from collections.abc import Mapping

from msgspec import structs

from fairday.domain.fulfilment import Shipment
from fairday.domain.fulfilment.errors import NothingToShip
from fairday.domain.fulfilment.model import tracking_url
from fairday.domain.inventory.errors import AwaitingStock
from fairday.domain.orders import (
    Command,
    NotAllowed,
    OrderLine,
)
from fairday.domain.payments import PaymentUnknown, Refund, RefundTooLarge
from fairday.interfaces.api.operation import Answer, Call, Operation
from fairday.interfaces.api.orders import ONCE, amount_of, next_action
from fairday.interfaces.api.shapes import (
    AddressItem,
    Cancellation,
    Money,
    NewRefund,
    NewShipment,
    OrderDetail,
    OrderLineItem,
    Pieces,
    RefundItem,
    ShipmentItem,
)
from fairday.kernel.clock import iso
from fairday.kernel.errors import Conflict, NotFound
from fairday.kernel.ids import opens
from fairday.usecases.cancel_order import cancel_order
from fairday.usecases.place_order import ORDER_TOKEN
from fairday.usecases.refund_order import RefundOrder, refund_order
from fairday.usecases.repeat_command import carried_out, effect_id
from fairday.usecases.ship_order import ShipOrder, ship_order
from fairday.usecases.shop import Shop
from fairday.usecases.view_order import OrderView, view_order

_SERVER = (NotFound, NotAllowed, Conflict, RefundTooLarge, PaymentUnknown, *ONCE)


async def show(call: Call) -> Answer:
    """An order, for whoever holds its token, or for a server that may read."""
    order_id, shop = call.ids["id"], call.shop
    if not call.caller.server and not opens(shop.settings.secret, ORDER_TOKEN, order_id, call.caller.token):
        raise NotFound(what="order")
    return Answer(_detail(shop, await view_order(shop, order_id)))


async def ship(call: Call) -> Answer:
    """A parcel leaves."""
    body: NewShipment = call.body
    once = _command(call, "shipments")
    replayed = await carried_out(call.shop, once)
    if not replayed:
        command = ShipOrder(
            order_id=once.order_id, lines=_pieces(body.lines), carrier=body.carrier.strip(),
            tracking=body.tracking.strip(), location=body.location.strip(), actor=call.caller.actor, once=once,
        )  # fmt: skip
        await ship_order(call.shop, command)
    view = await view_order(call.shop, once.order_id)
    shipment = next(one for one in view.shipments if one.id == effect_id(once))
    return Answer(_shipment(shipment), status=201, replayed=replayed)


async def refund(call: Call) -> Answer:
    """Money goes back."""
    body: NewRefund = call.body
    once = _command(call, "refunds")
    replayed = await carried_out(call.shop, once)
    view = await view_order(call.shop, once.order_id)
    if not replayed:
        command = RefundOrder(
            order_id=once.order_id, lines=_pieces(body.lines), restock=body.restock, reason=body.reason.strip(),
            shipping=amount_of(body.shipping, view.order.currency, "shipping"), actor=call.caller.actor, once=once,
        )  # fmt: skip
        await refund_order(call.shop, command)
        view = await view_order(call.shop, once.order_id)
    given = next(one for one in view.refunds if one.id == effect_id(once))
    return Answer(_refund(given, view.order.currency), status=201, replayed=replayed)


async def cancel(call: Call) -> Answer:
    """The order is off."""
    body: Cancellation = call.body
    once = _command(call, "cancel")
    replayed = await carried_out(call.shop, once)
    if not replayed:
        reason = body.reason.strip()
        await cancel_order(call.shop, once.order_id, reason=reason, actor=call.caller.actor, once=once)
    return Answer(_detail(call.shop, await view_order(call.shop, once.order_id)), replayed=replayed)


def _command(call: Call, verb: str) -> Command:
    """This request as a command that is remembered with what it does."""
    once, server = call.once, call.caller.server
    assert once is not None, "the operation requires a key"
    assert server is not None, "the operation is for servers"
    return Command(
        identity=f"key:{server.id}", route=f"{verb} {call.ids['id']}"[:64], idempotency_key=once.key,
        request_hash=once.request_hash, order_id=call.ids["id"], at_ms=call.shop.clock.now_ms(),
    )  # fmt: skip


def _pieces(lines: tuple[Pieces, ...]) -> Mapping[int, int]:
    """Line number to pieces; a line that is named twice means both."""
    pieces: dict[int, int] = {}
    for piece in lines:
        pieces[piece.line_no] = pieces.get(piece.line_no, 0) + piece.quantity
    return pieces


def _detail(shop: Shop, view: OrderView) -> OrderDetail:
    order, payment = view.order, view.payment
    waiting = order.state == "held" and payment is not None
    return OrderDetail(
        id=order.id, reference=order.reference, state=order.state, placed_at=iso(order.placed_ms), email=order.email,
        address=AddressItem(**structs.asdict(order.sent_to)),
        lines=tuple(_line(line, order.currency) for line in view.lines),
        subtotal=Money(order.subtotal, order.currency), discount=Money(order.discount, order.currency),
        shipping=Money(order.shipping, order.currency), tax=Money(order.tax, order.currency),
        tax_included=bool(order.tax_included), total=Money(order.total, order.currency),
        due=Money(order.due, order.currency), refunded=Money(view.refunded, order.currency),
        shipping_method=order.shipping_method,
        shipments=tuple(_shipment(shipment) for shipment in view.shipments),
        refunds=tuple(_refund(refund, order.currency) for refund in view.refunds),
        next_action=next_action(shop, payment.state, payment.challenge_url) if waiting and payment else None,
    )  # fmt: skip


def _line(line: OrderLine, currency: str) -> OrderLineItem:
    return OrderLineItem(
        line_no=line.line_no, sku=line.sku, product_id=line.product_id, name=line.name, options=line.options,
        quantity=line.quantity, unit_price=Money(line.unit_amount, currency), total=Money(line.total, currency),
        shipped=line.shipped, cancelled=line.cancelled, refunded=line.refunded,
    )  # fmt: skip


def _shipment(shipment: Shipment) -> ShipmentItem:
    return ShipmentItem(
        id=shipment.id, carrier=shipment.carrier, tracking=shipment.tracking,
        tracking_url=tracking_url(shipment) or None, at=iso(shipment.at_ms),
        lines=tuple(Pieces(line.line_no, line.quantity) for line in shipment.lines),
        location=shipment.location or None,
    )  # fmt: skip


def _refund(refund: Refund, currency: str) -> RefundItem:
    return RefundItem(refund.id, refund.state, Money(refund.amount, currency), iso(refund.at_ms))


ORDER_CARE = (
    Operation(
        method="GET", path="/orders/{id}", name="getOrder", act=show, access="order",
        summary="An order and all that happened to it", answers={200: OrderDetail}, refusals=(NotFound,),
    ),
    Operation(
        method="POST", path="/orders/{id}/shipments", name="shipOrder", act=ship, body=NewShipment, access="key",
        key_rule="required", summary="Send an order, whole or in part", answers={201: ShipmentItem},
        refusals=(NothingToShip, AwaitingStock, *_SERVER),
        example={"carrier": "DHL", "tracking": "00340434161094042557"},
    ),
    Operation(
        method="POST", path="/orders/{id}/refunds", name="refundOrder", act=refund, body=NewRefund, access="key",
        key_rule="required", summary="Give money back, whole or in part", answers={201: RefundItem},
        refusals=_SERVER, example={"lines": [{"line_no": 1, "quantity": 1}], "reason": "broken"},
        description="Pieces that were not sent yet are taken off the order.",
    ),
    Operation(
        method="POST", path="/orders/{id}/cancel", name="cancelOrder", act=cancel, body=Cancellation, access="key",
        key_rule="required", summary="Call an order off before anything was sent", answers={200: OrderDetail},
        refusals=_SERVER, example={"reason": "the shopper asked"},
    ),
)  # fmt: skip
