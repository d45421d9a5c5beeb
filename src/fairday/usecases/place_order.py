"""Place an order: ask, decide, hold, pay, book.

The order, its stock, its voucher and its idempotency key are held in one unit of work, or nothing is. The provider is
called with no unit open, under the order's own id. What it says is written by `book_order`; what a crash leaves
between the two is finished by `settle_orders`. The same command twice is answered from the order, never done twice.
"""

from typing import Literal

import msgspec
from msgspec import Struct

from fairday.domain.carts import Cart
from fairday.domain.inventory import HoldRequest, OutOfStock
from fairday.domain.inventory import store as stock
from fairday.domain.orders import Address, CartOrdered, Command, InFlight, KeyReused, Order, OrderLine, StaleTotal
from fairday.domain.orders import store as orders
from fairday.domain.orders.errors import EmptyCart
from fairday.domain.payments import (
    Payment,
    PaymentDeclined,
    PaymentOutcome,
    PaymentRequest,
    PaymentUnknown,
    UnknownProvider,
)
from fairday.domain.payments import store as payments
from fairday.domain.pricing import VoucherUse
from fairday.domain.pricing import store as pricing
from fairday.domain.pricing.model import customer_key
from fairday.kernel.errors import Refusal
from fairday.kernel.ids import derived_token, new_id
from fairday.kernel.unit_of_work import Writer
from fairday.usecases.book_order import apply_outcome
from fairday.usecases.quote_cart import PricedCart, quote_cart
from fairday.usecases.shop import Shop

ORDER_TOKEN = "order"  # noqa: S105 - the purpose a token is derived for
IN_FLIGHT_MS = 30_000

PlacedState = Literal["placed", "challenge", "pending"]


class PlaceOrder(Struct, frozen=True, kw_only=True):
    """The command. `identity`, `route` and `key` name it for ever, `request_hash` stands for everything it said.

    The cart is the caller's to give: whoever sends this has shown the cart's token. `expected_total` is what the
    shopper saw, in minor units of the cart's currency. `return_url` is where a challenge sends the shopper back to.
    """

    identity: str
    route: str
    key: str
    request_hash: str
    cart: Cart
    email: str
    address: Address
    shipping_method: str
    provider: str
    payment_token: str
    expected_total: int
    customer_id: str = ""
    return_url: str = ""


class PlacedOrder(Struct, frozen=True, kw_only=True):
    """The answer: `placed`, or a `challenge` to meet at `challenge_url`, or `pending` until the provider is heard."""

    order: Order
    token: str
    state: PlacedState
    challenge_url: str = ""
    replayed: bool = False


async def place_order(shop: Shop, command: PlaceOrder) -> PlacedOrder:
    """Take an order. Refuses with StaleTotal, OutOfStock, PaymentDeclined, CartOrdered, InFlight, KeyReused."""
    earlier = await _earlier(shop, command)
    if earlier:
        return await _again(shop, command, earlier)
    provider = shop.payments.get(command.provider)
    if provider is None:
        raise UnknownProvider(provider=command.provider)
    order = await _begin(shop, command)
    if isinstance(order, Command):
        return await _again(shop, command, order)
    request = PaymentRequest(
        order_id=order.id, token=command.payment_token, amount=order.total, currency=order.currency,
        capture=shop.settings.capture == "at_order", email=order.email, return_url=command.return_url,
    )  # fmt: skip
    try:
        outcome = await provider.pay(request)
    except PaymentUnknown:
        # The money may have moved. The provider's own record decides, now if it knows, or later in the sweep.
        outcome = await _ask_back(shop, order)
    return await _answer(shop, await apply_outcome(shop, order, outcome), replayed=False)


def order_token(shop: Shop, order_id: str) -> str:
    """What opens the order's status page."""
    return derived_token(shop.settings.secret, ORDER_TOKEN, order_id)


async def _earlier(shop: Shop, command: PlaceOrder) -> Command | None:
    async with shop.database.read() as reader:
        return await orders.find_command(reader, command.identity, command.route, command.key)


async def _again(shop: Shop, command: PlaceOrder, earlier: Command) -> PlacedOrder:
    """Answer a command that was sent before from its order; finish it first if whoever began it is gone."""
    if earlier.request_hash != command.request_hash:
        raise KeyReused
    async with shop.database.read() as reader:
        order = (await orders.get_many(reader, [earlier.order_id]))[earlier.order_id]
        payment = (await payments.get_many(reader, [order.id]))[order.id]
    if order.state == "held" and payment.state in {"pending", "unknown"}:
        if shop.clock.now_ms() - order.updated_ms < IN_FLIGHT_MS:
            raise InFlight(retry_after_s=1, order_id=order.id)
        order = await apply_outcome(shop, order, await _ask_back(shop, order))
    if order.state not in {"held", "declined"}:
        # Whoever began it may have gone before its cart did.
        await shop.carts.delete_many([order.cart_id])
    return await _answer(shop, order, replayed=True)


async def _answer(shop: Shop, order: Order, *, replayed: bool) -> PlacedOrder:
    """What the shopper is told about an order as it stands."""
    async with shop.database.read() as reader:
        payment = (await payments.get_many(reader, [order.id]))[order.id]
    if order.state == "declined":
        raise PaymentDeclined(decline_code=payment.decline_code or payment.state)
    state: PlacedState = "placed"
    if order.state == "held":
        state = "challenge" if payment.state == "challenge" else "pending"
    token = order_token(shop, order.id)
    return PlacedOrder(order=order, token=token, state=state, challenge_url=payment.challenge_url, replayed=replayed)


async def _ask_back(shop: Shop, order: Order) -> PaymentOutcome:
    unknown = PaymentOutcome(order_id=order.id, state="unknown")
    try:
        return (await shop.payments[order.provider].find([order.id])).get(order.id, unknown)
    except PaymentUnknown:
        return unknown


async def _begin(shop: Shop, command: PlaceOrder) -> Order | Command:
    """The order, held; or the command that came first under the same key."""
    try:
        order, lines = await _decide(shop, command)
        return await _hold(shop, command, order, lines) or order
    except Refusal:
        # What this one lacks may have been taken by itself: the same command, sent twice at once.
        twin = await _earlier(shop, command)
        if twin is None:
            raise
        return twin


async def _decide(shop: Shop, command: PlaceOrder) -> tuple[Order, list[OrderLine]]:
    """Price the cart as it is now; refuse what cannot be sold as the shopper saw it."""
    cart = msgspec.structs.replace(
        command.cart, country=command.address.country, region=command.address.region,
        shipping_method=command.shipping_method,
    )  # fmt: skip
    priced = await quote_cart(shop, cart, customer_key=customer_key(command.email))
    if priced.gone or not priced.items:
        raise EmptyCart(skus=list(priced.gone))
    short = {item.sku: item.available for item in priced.items if item.available < item.quantity}
    if short:
        raise OutOfStock(skus=sorted(short), left=short)
    quote = priced.quote
    if quote.total != command.expected_total:
        raise StaleTotal(total=quote.total, currency=quote.currency, expected=command.expected_total)
    return _order(shop, command, priced)


def _order(shop: Shop, command: PlaceOrder, priced: PricedCart) -> tuple[Order, list[OrderLine]]:
    quote, now_ms = priced.quote, shop.clock.now_ms()
    order = Order(
        id=new_id(), state="held", version=0, cart_id=command.cart.id, customer_id=command.customer_id,
        email=command.email, language=command.cart.language, country=command.address.country,
        region=command.address.region, address=msgspec.json.encode(command.address).decode(),
        currency=quote.currency, subtotal=quote.subtotal, discount=quote.discount, shipping=quote.shipping,
        shipping_tax=quote.shipping_tax, tax=quote.tax, tax_included=int(quote.tax_included), total=quote.total,
        shipping_method=quote.method, voucher_code=quote.voucher_code, provider=command.provider, invoice_number=0,
        placed_ms=now_ms, updated_ms=now_ms,
    )  # fmt: skip
    lines = [
        OrderLine(
            order_id=order.id, line_no=number, product_id=item.product.id, sku=item.sku, name=item.product.name,
            options=item.options, quantity=line.quantity, unit_amount=line.unit_amount, goods=line.goods,
            discount=line.discount, tax=line.tax, tax_rate_ppm=line.tax_rate_ppm, total=line.total,
        )
        for number, (item, line) in enumerate(zip(priced.items, quote.lines, strict=True), start=1)
    ]  # fmt: skip
    return order, lines


async def _hold(shop: Shop, command: PlaceOrder, order: Order, lines: list[OrderLine]) -> Command | None:
    """Unit 1: everything the order needs, or nothing. Returns the command that came first under the same key."""
    now_ms = order.placed_ms
    async with shop.database.write() as unit:
        this = Command(
            identity=command.identity, route=command.route, idempotency_key=command.key,
            request_hash=command.request_hash, order_id=order.id, at_ms=now_ms,
        )  # fmt: skip
        earlier = await orders.first_commands(unit, [this])
        if earlier:
            return earlier[command.key]
        taken = await orders.claim_carts(unit, {order.cart_id: order.id})
        if taken:
            raise CartOrdered(order_id=taken[order.cart_id])
        await _hold_stock(unit, order, lines)
        if order.voucher_code:
            await pricing.redeem_many(
                unit, [VoucherUse(order.voucher_code, order.id, customer_key(order.email), now_ms)]
            )
        await orders.insert_many(unit, [order], lines)
        await payments.insert_many(unit, [
            Payment(order_id=order.id, provider=order.provider, state="pending", currency=order.currency,
                    amount=order.total, updated_ms=now_ms),
        ])  # fmt: skip
    return None


async def _hold_stock(unit: Writer, order: Order, lines: list[OrderLine]) -> None:
    request = HoldRequest(order.id, {line.sku: line.quantity for line in lines})
    plan = await stock.hold_many(unit, [request], order.placed_ms)
    short = plan.refused.get(order.id)
    if short:
        raise OutOfStock(skus=sorted(short), left=short)
