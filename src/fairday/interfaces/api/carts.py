"""Carts by the API: begin one, look at it, fill it, use a voucher, say where it goes. Only its token opens it."""

from msgspec.structs import asdict, replace

from fairday.domain.carts import Cart, CartFull, CartGone, CartLine, QuantityRefused, UnknownSku
from fairday.domain.orders import CartOrdered, KeyReused
from fairday.domain.pricing import Quote
from fairday.domain.pricing.errors import PriceMissing, VoucherRefused
from fairday.domain.pricing.model import ShippingOffer
from fairday.interfaces.api.goods import stock_state
from fairday.interfaces.api.operation import Answer, Call, Operation
from fairday.interfaces.api.shapes import (
    CartCreated,
    CartLineItem,
    CartView,
    CartVoucher,
    Money,
    NewCart,
    SetLine,
    SetShipping,
    SetVoucher,
    ShippingMethodItem,
)
from fairday.kernel.clock import iso
from fairday.kernel.errors import Busy, Invalid
from fairday.kernel.money import share
from fairday.usecases.change_cart import (
    KeptCart,
    cart_token,
    change_cart_once,
    create_cart_once,
    open_cart,
    put_lines,
    put_voucher,
    read_cart,
)
from fairday.usecases.quote_cart import PricedCart, estimate
from fairday.usecases.shop import Shop


async def create(call: Call) -> Answer:
    """Begin a cart. An anonymous key is good for its own network address only, so that two callers' keys never meet."""
    body: NewCart = call.body
    once = call.once
    kept = await create_cart_once(
        call.shop,
        currency=body.currency,
        country=body.country,
        language=body.language or call.language,
        region=body.region.upper(),
        lines=[CartLine(line.sku.strip(), line.quantity) for line in body.lines],
        key=once.key if once else "",
        identity=call.caller.server.id if call.caller.server else f"source {call.caller.source}",
        request_hash=once.request_hash if once else "",
    )
    view = await _view(call.shop, kept.cart, call.language)
    answer = CartCreated(**asdict(view), token=cart_token(call.shop, kept.cart.id))
    return Answer(answer, status=201, replayed=kept.replayed, location=f"/carts/{kept.cart.id}")


async def show(call: Call) -> Answer:
    """The cart as it is and what it costs now."""
    return Answer(await _view(call.shop, await require_cart(call), call.language))


async def set_line(call: Call) -> Answer:
    """Have exactly so many of one SKU."""
    body: SetLine = call.body
    cart = await require_cart(call)
    line = CartLine(body.sku.strip(), body.quantity)
    return await _changed(call, await put_lines(call.shop, cart.id, [line], once=call.once))


async def set_voucher(call: Call) -> Answer:
    """Use a voucher."""
    body: SetVoucher = call.body
    cart = await require_cart(call)
    kept = await put_voucher(call.shop, cart.id, body.code, source=call.caller.source, once=call.once)
    return await _changed(call, kept)


async def set_shipping(call: Call) -> Answer:
    """Say where it goes and how."""
    body: SetShipping = call.body
    cart = await require_cart(call)
    if body.country is not None and body.country not in dict(call.shop.settings.countries):
        raise Invalid(field="country", problem="problem-unknown-country")

    def change(now: Cart) -> Cart:
        return replace(
            now,
            country=body.country or now.country,
            region=now.region if body.region is None else body.region.upper(),
            shipping_method=now.shipping_method if body.shipping_method is None else body.shipping_method,
        )

    return await _changed(call, await change_cart_once(call.shop, cart.id, change, call.once))


async def require_cart(call: Call) -> Cart:
    """The cart of the address, for whoever may see it: its token, or a server with the scope."""
    if call.caller.server:
        return await read_cart(call.shop, call.ids["id"])
    return await open_cart(call.shop, call.ids["id"], call.caller.token)


async def _changed(call: Call, kept: KeptCart) -> Answer:
    return Answer(await _view(call.shop, kept.cart, call.language), replayed=kept.replayed)


async def _view(shop: Shop, cart: Cart, language: str) -> CartView:
    priced = await estimate(shop, replace(cart, language=language))
    quote = priced.quote
    return CartView(
        id=cart.id, currency=quote.currency, country=cart.country, region=cart.region,
        lines=_lines(priced), gone=priced.gone, subtotal=Money(quote.subtotal, quote.currency),
        discount=Money(quote.discount, quote.currency), shipping=Money(quote.shipping, quote.currency),
        tax=Money(quote.tax, quote.currency), tax_included=quote.tax_included,
        total=Money(quote.total, quote.currency), shipping_method=quote.method or None,
        shipping_methods=tuple(_method(offer, quote, language) for offer in quote.methods),
        voucher=CartVoucher(cart.voucher_code, bool(quote.voucher_code)) if cart.voucher_code else None,
        expires_at=iso(cart.expires_ms),
    )  # fmt: skip


def _lines(priced: PricedCart) -> tuple[CartLineItem, ...]:
    currency = priced.quote.currency
    return tuple(
        CartLineItem(
            sku=item.sku, product_id=item.product.id, name=item.product.name, options=item.options,
            quantity=item.quantity, unit_price=Money(item.price.amount, currency), total=Money(line.total, currency),
            available=max(item.available, 0), stock=stock_state(item.offer),
        )
        for item, line in zip(priced.items, priced.quote.lines, strict=True)
    )  # fmt: skip


def _method(offer: ShippingOffer, quote: Quote, language: str) -> ShippingMethodItem:
    """The offer, and the total as it would be with it: postage and its tax change, nothing else does."""
    added_tax = 0 if quote.tax_included else share(offer.amount, quote.shipping_tax_rate_ppm) - quote.shipping_tax
    return ShippingMethodItem(
        id=offer.method,
        name=offer.names.get(language) or offer.names.get("en") or offer.method,
        price=Money(offer.amount, quote.currency),
        total=Money(quote.total - quote.shipping + offer.amount + added_tax, quote.currency),
        min_days=offer.min_days,
        max_days=offer.max_days,
    )


_FILLING = (UnknownSku, PriceMissing, QuantityRefused, CartFull, KeyReused, Busy)
CARTS = (
    Operation(
        method="POST", path="/carts", name="createCart", act=create, body=NewCart, key_rule="optional",
        summary="Begin a cart", answers={201: CartCreated}, refusals=(*_FILLING, CartOrdered),
        description="The answer is the only place where the cart's token stands. The total is with the cheapest "
        "shipping method; `shipping_methods` says what it is with each.",
        example={"currency": "EUR", "country": "DE", "lines": [{"sku": "MUG-BLUE", "quantity": 2}]},
        links=("getCart", "setCartLine", "setCartVoucher", "setCartShipping"),
    ),
    Operation(
        method="GET", path="/carts/{id}", name="getCart", act=show, access="cart",
        summary="A cart and what it costs now", answers={200: CartView}, refusals=(CartGone,),
    ),
    Operation(
        method="POST", path="/carts/{id}/lines", name="setCartLine", act=set_line, body=SetLine, access="cart",
        key_rule="optional", summary="Set how many of a SKU are in the cart", answers={200: CartView},
        refusals=(CartGone, *_FILLING), description="Sets, does not add: the same request twice is one change.",
        example={"sku": "MUG-BLUE", "quantity": 3},
    ),
    Operation(
        method="POST", path="/carts/{id}/voucher", name="setCartVoucher", act=set_voucher, body=SetVoucher,
        access="cart", key_rule="optional", summary="Use a voucher", answers={200: CartView},
        refusals=(CartGone, VoucherRefused, KeyReused, Busy), example={"code": "SPRING10"},
        description="A code that can't be used (absent, expired and used up look the same) is refused and changes "
        'nothing. `""` takes the voucher away. After ten wrong codes in an hour no more are heard.',
    ),
    Operation(
        method="POST", path="/carts/{id}/shipping", name="setCartShipping", act=set_shipping, body=SetShipping,
        access="cart", key_rule="optional", summary="Say where the cart goes and how", answers={200: CartView},
        refusals=(CartGone, KeyReused, Busy), example={"country": "DE", "shipping_method": "standard"},
        description="Needed only to see tax and total for an address before ordering; the order says both again.",
    ),
)  # fmt: skip
