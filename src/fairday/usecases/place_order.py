"""Place an order: ask, decide, hold, pay, book.

`hold_order` promises the order everything it needs, or nothing. The provider is called with no unit of work open, under
the order's own id. What it says is written by `book_order`; what a crash leaves between the two is finished by
`settle_orders`. The same command twice is answered from the order, never done twice.

Orders that come at the same moment are read, held and booked together, each with an outcome of its own.
"""

from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from fairday.domain.carts import Cart
from fairday.domain.inventory import OutOfStock
from fairday.domain.orders import Address, Command, InFlight, KeyReused, Order, OrderLine, StaleTotal
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
from fairday.domain.pricing.model import customer_key
from fairday.kernel.errors import Refusal
from fairday.kernel.ids import derived_token, new_id
from fairday.usecases.book_order import Verdict, apply_outcome
from fairday.usecases.hold_order import HeldOrder, Wanted, hold_orders
from fairday.usecases.limit_tries import DECLINES_BY_CART, limit_failures, note_failure
from fairday.usecases.quote_cart import PricedCart, quote_cart
from fairday.usecases.shop import Shop
from fairday.usecases.spend_gifts import PREPAID, GiftShare, for_order, prepaid, share_gifts

ORDER_TOKEN = "order"  # noqa: S105 - the purpose a token is derived for
IN_FLIGHT_MS = 30_000

PlacedState = Literal["placed", "challenge", "pending"]


class PlaceOrder(Struct, frozen=True, kw_only=True):
    """The command. `identity`, `route` and `key` name it for ever, `request_hash` stands for everything it said.

    The cart is the caller's to give: whoever sends this has shown the cart's token. `expected_total` is what the
    shopper saw, in minor units of the cart's currency. `return_url` is where a challenge sends the shopper back to.
    `gifts` are balances that pay first: whoever sends this has shown their codes, or is their customer. `expected_due`
    is what the shopper saw left to pay by `provider`; without it, all of the total.
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
    gifts: tuple[str, ...] = ()
    expected_due: int | None = None


class PlacedOrder(Struct, frozen=True, kw_only=True):
    """The answer: `placed`, or a `challenge` to meet at `challenge_url`, or `pending` until the provider is heard."""

    order: Order
    token: str
    state: PlacedState
    challenge_url: str = ""
    replayed: bool = False


async def place_order(shop: Shop, command: PlaceOrder) -> PlacedOrder:
    """Take an order, or refuse.

    With StaleTotal, OutOfStock, GiftRefused, PaymentDeclined, CartOrdered, InFlight, KeyReused, or what pricing says.
    """
    held = await _begin(shop, command)
    if isinstance(held, Command):
        return await _again(shop, command, held)
    order = held.order
    outcome = await _pay(shop, order, command)
    order = await apply_outcome(shop, Verdict(order, outcome, held.lines, held.holds))
    if order.state == "declined":
        await note_failure(shop, DECLINES_BY_CART, order.cart_id)
    return _answer(shop, order, outcome, replayed=False)


async def _pay(shop: Shop, order: Order, command: PlaceOrder) -> PaymentOutcome:
    """Have the provider take what is due, if anything is."""
    if order.provider == PREPAID:
        return prepaid(order)
    request = PaymentRequest(
        order_id=order.id, token=command.payment_token, amount=order.due, currency=order.currency,
        capture=shop.settings.capture == "at_order", email=order.email, return_url=command.return_url,
    )  # fmt: skip
    try:
        return await shop.payments[order.provider].pay(request)
    except PaymentUnknown:
        # The money may have moved. The provider's own record decides, now if it knows, or later in the sweep.
        return await _ask_back(shop, order)


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
    order, payment = await _stored(shop, earlier.order_id)
    if order.state == "held" and payment.state in {"pending", "unknown"}:
        if shop.clock.now_ms() - order.updated_ms < IN_FLIGHT_MS:
            raise InFlight(retry_after_s=1, order_id=order.id)
        await apply_outcome(shop, Verdict(order, await _ask_back(shop, order)))
        order, payment = await _stored(shop, order.id)
    if order.state not in {"held", "declined"}:
        # Whoever began it may have gone before its cart did.
        await shop.carts.delete_many([order.cart_id])
    return _answer(shop, order, payment, replayed=True)


async def _stored(shop: Shop, order_id: str) -> tuple[Order, Payment]:
    async with shop.database.read() as reader:
        order = (await orders.get_many(reader, [order_id]))[order_id]
        return order, (await payments.get_many(reader, [order_id]))[order_id]


def _answer(shop: Shop, order: Order, payment: Payment | PaymentOutcome, *, replayed: bool) -> PlacedOrder:
    """What the shopper is told about an order as it stands."""
    if order.state == "declined":
        raise PaymentDeclined(decline_code=payment.decline_code or payment.state, replayed=replayed)
    state: PlacedState = "placed"
    if order.state == "held":
        state = "challenge" if payment.state == "challenge" else "pending"
    token = order_token(shop, order.id)
    return PlacedOrder(order=order, token=token, state=state, challenge_url=payment.challenge_url, replayed=replayed)


async def _ask_back(shop: Shop, order: Order) -> PaymentOutcome:
    if order.provider == PREPAID:
        return prepaid(order)
    unknown = PaymentOutcome(order_id=order.id, state="unknown")
    try:
        return (await shop.payments[order.provider].find([order.id])).get(order.id, unknown)
    except PaymentUnknown:
        return unknown


async def _begin(shop: Shop, command: PlaceOrder) -> HeldOrder | Command:
    """The order, held; or the command that came first under the same key."""
    decided: HeldOrder | None = None
    try:
        await limit_failures(shop, DECLINES_BY_CART, command.cart.id)
        if command.provider not in shop.payments and not command.gifts:
            raise UnknownProvider(provider=command.provider)
        decided = await _decide(shop, command)
        return await shop.batches.ask(hold_orders, shop, Wanted(_command(command, decided.order), decided))
    except Refusal:
        # What this one lacks may have been taken by itself: the same command, sent before, or twice at once.
        twin = await _earlier(shop, command)
        if twin is None:
            raise
        # Its own order means that the unit was committed and only the answer to that was lost.
        return decided if decided and twin.order_id == decided.order.id else twin


async def _decide(shop: Shop, command: PlaceOrder) -> HeldOrder:
    """Price the cart as it is now; refuse what cannot be sold as the shopper saw it."""
    cart = replace(
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
    gifts = await share_gifts(shop, command.gifts, quote.total, quote.currency, command.customer_id)
    held = _order(shop, command, priced, gifts)
    due, expected = held.order.due, command.expected_total if command.expected_due is None else command.expected_due
    if due != expected:
        raise StaleTotal(total=quote.total, due=due, currency=quote.currency, expected=expected)
    if held.order.provider not in shop.payments and (due or held.order.provider != PREPAID):
        raise UnknownProvider(provider=command.provider)
    return held


def _order(shop: Shop, command: PlaceOrder, priced: PricedCart, gifts: GiftShare) -> HeldOrder:
    quote, now_ms = priced.quote, shop.clock.now_ms()
    order = Order(
        id=new_id(), state="held", version=0, cart_id=command.cart.id, customer_id=command.customer_id,
        email=command.email, language=command.cart.language, country=command.address.country,
        region=command.address.region, address=msgspec.json.encode(command.address).decode(),
        currency=quote.currency, subtotal=quote.subtotal, discount=quote.discount, shipping=quote.shipping,
        shipping_tax=quote.shipping_tax, tax=quote.tax, tax_included=int(quote.tax_included), total=quote.total,
        shipping_method=quote.method, voucher_code=quote.voucher_code, invoice_number=0, placed_ms=now_ms,
        updated_ms=now_ms, gift=gifts.gift, credit=gifts.credit,
        provider=PREPAID if gifts.uses and gifts.gift + gifts.credit == quote.total else command.provider,
    )  # fmt: skip
    lines = tuple(
        OrderLine(
            order_id=order.id, line_no=number, product_id=item.product.id, sku=item.sku, name=item.product.name,
            options=item.options, quantity=line.quantity, unit_amount=line.unit_amount, goods=line.goods,
            discount=line.discount, tax=line.tax, tax_rate_ppm=line.tax_rate_ppm, total=line.total,
        )
        for number, (item, line) in enumerate(zip(priced.items, quote.lines, strict=True), start=1)
    )  # fmt: skip
    return HeldOrder(order, lines, gifts=for_order(gifts.uses, order.id))


def _command(command: PlaceOrder, order: Order) -> Command:
    return Command(
        identity=command.identity, route=command.route, idempotency_key=command.key,
        request_hash=command.request_hash, order_id=order.id, at_ms=order.placed_ms,
    )  # fmt: skip
