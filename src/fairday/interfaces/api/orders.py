"""Orders by the API: place one, ask how it goes, and what a shop's own server may do to it (parcels, refunds, the end).

Idempotency keys are kept with their effect: `place_order` keeps the order's, `repeat_command` those of the rest.
"""

from collections.abc import Mapping

from msgspec import structs

from fairday.domain.carts import Cart, CartGone, Remembered
from fairday.domain.fulfilment import Shipment
from fairday.domain.fulfilment.errors import NothingToShip
from fairday.domain.fulfilment.model import tracking_url
from fairday.domain.inventory import CustomerLimit, OutOfStock
from fairday.domain.inventory.errors import AwaitingStock
from fairday.domain.orders import (
    Address,
    CartOrdered,
    Command,
    InFlight,
    KeyReused,
    NotAllowed,
    OrderLine,
    StaleTotal,
)
from fairday.domain.orders import store as order_store
from fairday.domain.orders.errors import EmptyCart
from fairday.domain.payments import PaymentDeclined, PaymentUnknown, Refund, RefundTooLarge, UnknownProvider
from fairday.domain.pricing.errors import GiftRefused, NoShipping, VoucherRefused
from fairday.interfaces.api.operation import Answer, Call, Operation
from fairday.interfaces.api.shapes import (
    AddressBody,
    AddressItem,
    Cancellation,
    Money,
    NewOrder,
    NewRefund,
    NewShipment,
    NextAction,
    OrderAnswer,
    OrderDetail,
    OrderLineItem,
    OrderPending,
    Pieces,
    RefundItem,
    ShipmentItem,
)
from fairday.kernel.clock import iso
from fairday.kernel.errors import Busy, Conflict, Invalid, NotFound
from fairday.kernel.ids import opens
from fairday.usecases.cancel_order import cancel_order
from fairday.usecases.change_cart import CART_TOKEN
from fairday.usecases.offer_gifts import cards_of
from fairday.usecases.place_order import ORDER_TOKEN, PlacedOrder, PlaceOrder, place_order
from fairday.usecases.quote_cart import read_carts
from fairday.usecases.refund_order import RefundOrder, refund_order
from fairday.usecases.repeat_command import carried_out, effect_id
from fairday.usecases.ship_order import ShipOrder, ship_order
from fairday.usecases.shop import Shop
from fairday.usecases.view_order import OrderView, view_order

PLACE = "POST /orders"
WAIT_S = 2
STATUS_BY_STATE = {"placed": 201, "challenge": 202, "pending": 202}


async def place(call: Call) -> Answer:
    """Place an order from a cart whose token (or a server's key) was shown."""
    body: NewOrder = call.body
    shop, once = call.shop, call.once
    assert once is not None, "the operation requires a key"
    server = call.caller.server
    if not server and not opens(shop.settings.secret, CART_TOKEN, body.cart_id, call.caller.token):
        raise CartGone
    if body.gift_codes and body.expected_due is None:
        raise Invalid(field="expected_due", problem="error-field-required")
    identity = f"key:{server.id}" if server else f"cart:{body.cart_id}"
    cart = await shop.batches.ask(read_carts, shop, body.cart_id) or await _stand_in(shop, body.cart_id, identity, once)
    command = PlaceOrder(
        identity=identity, route=PLACE, key=once.key, request_hash=once.request_hash, cart=cart,
        email=body.email.strip(), address=_address(body.address), shipping_method=body.shipping_method,
        provider=body.payment.provider, payment_token=body.payment.token, customer_id=cart.customer_id,
        expected_total=_amount(body.expected_total, cart.currency, "expected_total"),
        return_url=f"{shop.settings.base_url}/",
        gifts=await cards_of(shop, body.gift_codes, call.caller.source),
        expected_due=None if body.expected_due is None else _amount(body.expected_due, cart.currency, "expected_due"),
    )  # fmt: skip
    return _placed(shop, await place_order(shop, command))


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
            shipping=_amount(body.shipping, view.order.currency, "shipping"), actor=call.caller.actor, once=once,
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


async def _stand_in(shop: Shop, cart_id: str, identity: str, once: Remembered) -> Cart:
    """For a cart that became an order: what the same command, sent again, needs of it; else CartOrdered or CartGone."""
    async with shop.database.read() as reader:
        command = await order_store.find_command(reader, identity, PLACE, once.key)
        if command:
            order = (await order_store.get_many(reader, [command.order_id]))[command.order_id]
            return Cart(id=cart_id, currency=order.currency, country=order.country)
        order_id = await order_store.order_of_cart(reader, cart_id)
    if order_id:
        raise CartOrdered(order_id=order_id)
    raise CartGone


def _command(call: Call, verb: str) -> Command:
    """This request as a command that is remembered with what it does."""
    once, server = call.once, call.caller.server
    assert once is not None, "the operation requires a key"
    assert server is not None, "the operation is for servers"
    return Command(
        identity=f"key:{server.id}", route=f"{verb} {call.ids['id']}"[:64], idempotency_key=once.key,
        request_hash=once.request_hash, order_id=call.ids["id"], at_ms=call.shop.clock.now_ms(),
    )  # fmt: skip


def _address(body: AddressBody) -> Address:
    """The address, tidied: no blank edges, `region` in capitals."""
    return Address(
        name=body.name.strip(), line1=body.line1.strip(), line2=(body.line2 or "").strip(), city=body.city.strip(),
        postcode=body.postcode.strip(), country=body.country, region=(body.region or "").upper(),
    )  # fmt: skip


def _amount(given: Money | int, currency: str, field: str) -> int:
    """Minor units of `currency`; Invalid when the amount is of another one."""
    if isinstance(given, int):
        return given
    if given.currency != currency:
        raise Invalid(field=f"{field}.currency", problem="problem-other-currency", currency=currency)
    return given.amount


def _pieces(lines: tuple[Pieces, ...]) -> Mapping[int, int]:
    """Line number to pieces; a line that is named twice means both."""
    pieces: dict[int, int] = {}
    for piece in lines:
        pieces[piece.line_no] = pieces.get(piece.line_no, 0) + piece.quantity
    return pieces


def _placed(shop: Shop, placed: PlacedOrder) -> Answer:
    order = placed.order
    total = Money(order.total, order.currency)
    location = f"/orders/{order.id}"
    if placed.state == "placed":
        answer = OrderAnswer(id=order.id, token=placed.token, reference=order.reference, state="placed", total=total)
        return Answer(answer, status=201, replayed=placed.replayed, location=location)
    action = _next_action(shop, placed.state, placed.challenge_url)
    pending = OrderPending(
        id=order.id, token=placed.token, reference=order.reference, state=placed.state, total=total, next_action=action
    )
    return Answer(pending, status=202, replayed=placed.replayed, location=location)


def _next_action(shop: Shop, state: str, challenge_url: str) -> NextAction:
    if state != "challenge":
        return NextAction(type="wait", retry_after_s=WAIT_S)
    url = challenge_url if not challenge_url.startswith("/") else shop.settings.base_url + challenge_url
    return NextAction(type="challenge", url=url)


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
        next_action=_next_action(shop, payment.state, payment.challenge_url) if waiting and payment else None,
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


_ADDRESS = {
    "name": "Ada Example", "line1": "Lindenallee 1", "city": "Berlin", "postcode": "10115", "country": "DE",
}  # fmt: skip
_EXAMPLE = {
    "cart_id": "0k3f9a1zqv7m2x8c4b6n5t1h0r",
    "email": "ada@shop.example",
    "address": _ADDRESS,
    "shipping_method": "standard",
    "payment": {"provider": "sandbox", "token": "tok_ok"},
    "expected_total": {"amount": 4490, "currency": "EUR"},
}
_ONCE = (KeyReused, InFlight, Busy)
_SERVER = (NotFound, NotAllowed, Conflict, RefundTooLarge, PaymentUnknown, *_ONCE)
ORDERS = (
    Operation(
        method="POST", path="/orders", name="placeOrder", act=place, body=NewOrder, access="cart", key_rule="required",
        summary="Place an order", answers={201: OrderAnswer, 202: OrderPending}, example=_EXAMPLE,
        links=("getOrder", "shipOrder", "refundOrder", "cancelOrder"),
        refusals=(PaymentDeclined, StaleTotal, OutOfStock, CustomerLimit, CartGone, CartOrdered, EmptyCart, NoShipping,
                  VoucherRefused, GiftRefused, UnknownProvider, *_ONCE),
        description="Everything is priced again here. The total charged is `expected_total`, or the answer is 409 "
        "`stale_total` with the new `total`. Stock is held before the provider is asked; 409 `out_of_stock` names the "
        "`skus`. 402 `payment_declined` leaves the cart as it was: try again under another key. 202 says what must "
        "happen first. `gift_codes` pay first, in their order; `payment` is charged `expected_due`, or the answer is "
        "409 `stale_total` with the new `due`.",
    ),
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
