"""Placing an order by the API. What happens to one afterwards is in `order_care`."""

from fairday.domain.carts import Cart, CartGone, Remembered
from fairday.domain.inventory import CustomerLimit, OutOfStock
from fairday.domain.orders import (
    Address,
    CartOrdered,
    InFlight,
    KeyReused,
    StaleTotal,
)
from fairday.domain.orders import store as order_store
from fairday.domain.orders.errors import EmptyCart
from fairday.domain.payments import PaymentDeclined, UnknownProvider
from fairday.domain.pricing.errors import GiftRefused, NoShipping, VoucherRefused
from fairday.interfaces.api.operation import Answer, Call, Operation
from fairday.interfaces.api.shapes import (
    AddressBody,
    Money,
    NewOrder,
    NextAction,
    OrderAnswer,
    OrderPending,
)
from fairday.kernel.errors import Busy, Invalid
from fairday.kernel.ids import opens
from fairday.usecases.change_cart import CART_TOKEN
from fairday.usecases.offer_gifts import cards_of
from fairday.usecases.place_order import PlacedOrder, PlaceOrder, place_order
from fairday.usecases.quote_cart import read_carts
from fairday.usecases.shop import Shop

PLACE = "POST /orders"
WAIT_S = 2
ONCE = (KeyReused, InFlight, Busy)


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
        expected_total=amount_of(body.expected_total, cart.currency, "expected_total"),
        return_url=f"{shop.settings.base_url}/",
        gifts=await cards_of(shop, body.gift_codes, call.caller.source),
        expected_due=None if body.expected_due is None else amount_of(body.expected_due, cart.currency, "expected_due"),
    )  # fmt: skip
    return _placed(shop, await place_order(shop, command))


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


def _address(body: AddressBody) -> Address:
    """The address, tidied: no blank edges, `region` in capitals."""
    return Address(
        name=body.name.strip(), line1=body.line1.strip(), line2=(body.line2 or "").strip(), city=body.city.strip(),
        postcode=body.postcode.strip(), country=body.country, region=(body.region or "").upper(),
    )  # fmt: skip


def amount_of(given: Money | int, currency: str, field: str) -> int:
    """Minor units of `currency`; Invalid when the amount is of another one."""
    if isinstance(given, int):
        return given
    if given.currency != currency:
        raise Invalid(field=f"{field}.currency", problem="problem-other-currency", currency=currency)
    return given.amount


def _placed(shop: Shop, placed: PlacedOrder) -> Answer:
    order = placed.order
    total = Money(order.total, order.currency)
    location = f"/orders/{order.id}"
    if placed.state == "placed":
        answer = OrderAnswer(id=order.id, token=placed.token, reference=order.reference, state="placed", total=total)
        return Answer(answer, status=201, replayed=placed.replayed, location=location)
    action = next_action(shop, placed.state, placed.challenge_url)
    pending = OrderPending(
        id=order.id, token=placed.token, reference=order.reference, state=placed.state, total=total, next_action=action
    )
    return Answer(pending, status=202, replayed=placed.replayed, location=location)


def next_action(shop: Shop, state: str, challenge_url: str) -> NextAction:
    if state != "challenge":
        return NextAction(type="wait", retry_after_s=WAIT_S)
    url = challenge_url if not challenge_url.startswith("/") else shop.settings.base_url + challenge_url
    return NextAction(type="challenge", url=url)


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
PLACE_ORDER = Operation(
    method="POST",
    path="/orders",
    name="placeOrder",
    act=place,
    body=NewOrder,
    access="cart",
    key_rule="required",
    summary="Place an order",
    answers={201: OrderAnswer, 202: OrderPending},
    example=_EXAMPLE,
    links=("getOrder", "shipOrder", "refundOrder", "cancelOrder"),
    refusals=(
        PaymentDeclined,
        StaleTotal,
        OutOfStock,
        CustomerLimit,
        CartGone,
        CartOrdered,
        EmptyCart,
        NoShipping,
        VoucherRefused,
        GiftRefused,
        UnknownProvider,
        *ONCE,
    ),
    description="Everything is priced again here. The total charged is `expected_total`, or the answer is 409 "
    "`stale_total` with the new `total`. Stock is held before the provider is asked; 409 `out_of_stock` names the "
    "`skus`. 402 `payment_declined` leaves the cart as it was: try again under another key. 202 says what must "
    "happen first. `gift_codes` pay first, in their order; `payment` is charged `expected_due`, or the answer is "
    "409 `stale_total` with the new `due`.",
)
