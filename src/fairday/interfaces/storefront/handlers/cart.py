"""The basket: put in, change, take out, use a voucher. Adding, from cacheable pages, is guarded by origin."""

from collections.abc import Callable

import msgspec
from litestar import post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct

from fairday.domain.carts import Cart, CartGone, CartLine, set_line
from fairday.domain.pricing.errors import VoucherRefused
from fairday.interfaces.storefront import show_cart as show
from fairday.interfaces.storefront.front import Answer, AnyRequest, Front, Head, Visit
from fairday.interfaces.storefront.views.buying import CartPage
from fairday.interfaces.storefront.views.shell import Notice
from fairday.interfaces.web.forms import Form, read_form
from fairday.interfaces.web.pages import json_answer
from fairday.interfaces.web.reading import read
from fairday.usecases.change_cart import (
    cart_token,
    change_cart,
    create_cart,
    open_cart,
    put_lines,
    put_voucher,
    require_sold,
)
from fairday.usecases.quote_cart import estimate

DONE = {"added": "cart-added", "changed": "cart-changed"}


class Personal(Struct, frozen=True):
    """What the small script fills into pages that are the same for everybody."""

    cart_count: int
    name: str


def routes(front: Front) -> list[HTTPRouteHandler]:
    """Everything around the basket."""

    @read("/{market:str}/session.json")
    async def session(request: AnyRequest, market: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        return json_answer(Personal(visit.cart_count, visit.customer.name if visit.customer else ""))

    @read("/{market:str}/cart")
    async def cart(request: AnyRequest, market: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        return await show_cart(front, visit, done=request.query_params.get("done", ""))

    @post("/{market:str}/cart/lines")
    async def add(request: AnyRequest, market: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        return await add_line(front, visit, await read_form(request))

    @post("/{market:str}/cart/quantity")
    async def quantity(request: AnyRequest, market: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        form = await front.form(request, visit)
        return await set_quantity(front, visit, form.text("sku"), max(form.whole("quantity", 1), 0))

    @post("/{market:str}/cart/remove")
    async def remove(request: AnyRequest, market: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        form = await front.form(request, visit)
        return await set_quantity(front, visit, form.text("sku"), 0)

    @post("/{market:str}/cart/voucher")
    async def voucher(request: AnyRequest, market: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        return await use_voucher(front, visit, (await front.form(request, visit)).text("code", 40))

    return [session, cart, add, quantity, remove, voucher]


async def cart_of(front: Front, visit: Visit) -> Cart | None:
    """The visitor's cart, speaking the language and money of the market they are in; None when there is none."""
    if not visit.session.cart_id:
        return None
    try:
        cart = await open_cart(front.shop, visit.session.cart_id, visit.session.cart_token)
    except CartGone:
        return None
    market = visit.place.market
    if (cart.currency, cart.country, cart.language) == (market.currency, market.country, market.language):
        return cart
    return await change_cart(front.shop, cart.id, _moved_to(visit))


def _moved_to(visit: Visit) -> Callable[[Cart], Cart]:
    market = visit.place.market

    def move(cart: Cart) -> Cart:
        return msgspec.structs.replace(
            cart,
            currency=market.currency,
            country=market.country,
            language=market.language,
            region=cart.region if cart.country == market.country else "",
            shipping_method="",
        )

    return move


async def show_cart(front: Front, visit: Visit, *, done: str = "", problem: str = "", typed: str = "") -> Answer:
    """The basket's page; `problem` is what is wrong with the voucher that was typed."""
    cart = await cart_of(front, visit)
    words = visit.place.words
    head = Head(title=words.text("cart-title", shop=front.shop.settings.name), path="/cart")
    if cart is None or not cart.lines:
        return await front.private(visit, head, "cart", CartPage())
    priced = await estimate(front.shop, cart)
    quote = priced.quote
    lines = show.lines(front.web, visit.place, priced, front.shop.clock.now_ms())
    days = show.arrival(quote, front.shop.clock.now_ms())
    code_problem = problem or (words.text(quote.voucher_problem) if quote.voucher_problem else "")
    page = CartPage(
        lines=lines,
        sums=show.sums(visit.place, quote),
        count=cart.count,
        voucher_problem=code_problem,
        voucher_typed=typed or (cart.voucher_code if code_problem else ""),
        notices=(Notice(words.text(DONE[done])),) if done in DONE else (),
        arrives_first=days[0] if days else None,
        arrives_last=days[1] if days else None,
        can_check_out=all(not line.gone and line.short_of is None for line in lines),
    )
    return await front.private(visit, head, "cart", page, status=422 if problem else 200)


async def add_line(front: Front, visit: Visit, form: Form) -> Answer:
    """So many more of a SKU; the first thing begins a cart."""
    sku, more = form.text("sku"), max(form.whole("quantity", 1), 1)
    market = visit.place.market
    cart = await cart_of(front, visit)
    if cart is None:
        cart = await create_cart(
            front.shop,
            currency=market.currency,
            country=market.country,
            language=market.language,
            lines=[CartLine(sku, more)],
            customer_id=visit.customer.id if visit.customer else "",
        )
    else:
        await require_sold(front.shop, cart.currency, [sku])
        await change_cart(front.shop, cart.id, lambda now: set_line(now, sku, _count_of(now, sku) + more))
    token = cart_token(front.shop, cart.id)
    session = msgspec.structs.replace(visit.session, cart_id=cart.id, cart_token=token)
    return front.go(front.keep(visit, session), "/cart?done=added")


def _count_of(cart: Cart, sku: str) -> int:
    return sum(line.quantity for line in cart.lines if line.sku == sku)


async def set_quantity(front: Front, visit: Visit, sku: str, quantity: int) -> Answer:
    """Exactly so many of a SKU that is in the cart; 0 takes it out."""
    cart = await cart_of(front, visit)
    if cart is not None and any(line.sku == sku for line in cart.lines):
        await put_lines(front.shop, cart.id, [CartLine(sku, quantity)])
    return front.go(visit, "/cart?done=changed")


async def use_voucher(front: Front, visit: Visit, code: str) -> Answer:
    """Note a code, or none; the page again when it can't be used."""
    cart = await cart_of(front, visit)
    if cart is None:
        return front.go(visit, "/cart")
    try:
        await put_voucher(front.shop, cart.id, code, source=visit.source)
    except VoucherRefused as no:
        return await show_cart(front, visit, problem=visit.place.words.text(no.message_id), typed=code)
    return front.go(visit, "/cart?done=changed")
