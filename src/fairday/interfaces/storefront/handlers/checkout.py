"""Checkout on one page: ask for the address, price it for that place, pay exactly the total that was shown."""

import hashlib
from collections.abc import Mapping

import msgspec
from litestar import post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct

from fairday.domain.carts import Cart
from fairday.domain.customers import AddressFields, checked_address, checked_email
from fairday.domain.inventory import CustomerLimit, OutOfStock
from fairday.domain.orders import Address, CartOrdered, InFlight, StaleTotal
from fairday.domain.orders.errors import EmptyCart
from fairday.domain.payments import Payment, PaymentDeclined
from fairday.domain.pricing.errors import GiftRefused, NoShipping, VoucherRefused
from fairday.domain.pricing.model import customer_key
from fairday.interfaces.storefront import show_cart as show
from fairday.interfaces.storefront.front import Answer, AnyRequest, Front, Head, Visit
from fairday.interfaces.storefront.handlers.away import outside
from fairday.interfaces.storefront.handlers.cart import cart_of
from fairday.interfaces.storefront.handlers.tender import Tender, balances_of, gift_part, read_tender
from fairday.interfaces.storefront.places import REGIONS, country_name, regions
from fairday.interfaces.storefront.views.buying import Checkout, PaymentChoice
from fairday.interfaces.storefront.views.shell import Fields, Notice
from fairday.interfaces.web.forms import Form
from fairday.interfaces.web.pages import redirect
from fairday.interfaces.web.reading import read
from fairday.kernel.errors import Invalid
from fairday.kernel.ids import new_token
from fairday.kernel.money import Money
from fairday.usecases.manage_addresses import list_addresses
from fairday.usecases.place_order import IN_FLIGHT_MS, PlacedOrder, PlaceOrder, order_token, place_order
from fairday.usecases.quote_cart import PricedCart, estimate
from fairday.usecases.settle_orders import settle_order
from fairday.usecases.view_order import view_order

ROUTE = "checkout"
TYPED = ("name", "email", "line1", "line2", "postcode", "city", "country", "region", "shipping", "payment")
ADDRESS = ("name", "line1", "line2", "city", "postcode", "country", "region")
# What stands for a means of payment here: test cards, and a page of the provider's own that asks for it.
TOKENS = {"sandbox": ("tok_ok", "tok_declined", "tok_challenge", "tok_timeout", "tok_lost_ack"), "stripe": ("hosted",)}
POSTCODE_DIGITS = {"DE": 5, "FR": 5, "US": 5, "AT": 4, "NL": 4}


class Sent(Struct, frozen=True, kw_only=True):
    """A checkout as it was sent: what was typed, tidied, what is wrong with it, and what pays before the card does."""

    typed: dict[str, str]
    problems: dict[str, str]
    attempt: str
    expected_total: int
    expected_due: int = 0
    tender: Tender = Tender()


def routes(front: Front) -> list[HTTPRouteHandler]:
    """The checkout and the way back from a challenge."""

    @read("/{market:str}/checkout")
    async def checkout(request: AnyRequest, market: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        cart = await cart_of(front, visit)
        if cart is None or not cart.lines:
            return front.go(visit, "/cart")
        notices = ("error-payment-declined",) if request.query_params.get("declined") else ()
        return await show_checkout(front, visit, cart, await _begin(front, visit), notices=notices)

    @post("/{market:str}/checkout")
    async def send(request: AnyRequest, market: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        form = await front.form(request, visit)
        cart = await cart_of(front, visit)
        if cart is None or not cart.lines:
            return front.go(visit, "/cart")
        sent = _read(front, visit, form, cart)
        sent = msgspec.structs.replace(sent, tender=await read_tender(front, visit, form, cart.currency))
        if form.text("do") == "quote" or sent.tender.asked:
            problem = sent.tender.problem
            problems = {"gift_code": visit.place.words.text(problem)} if problem else {}
            asked = msgspec.structs.replace(sent, problems=problems)
            return await show_checkout(front, visit, cart, asked, status=422 if problem else 200)
        if sent.problems:
            return await show_checkout(front, visit, cart, sent, status=422)
        return await pay(front, visit, cart, sent)

    @read("/{market:str}/checkout/return")
    async def come_back(request: AnyRequest, market: FromPath[str]) -> Answer:
        return await returned(front, await front.visit(request, market))

    return [checkout, send, come_back]


async def show_checkout(
    front: Front, visit: Visit, cart: Cart, sent: Sent, *, status: int = 200, notices: tuple[str, ...] = ()
) -> Answer:
    """The page, priced for the place that was typed; `notices` are message ids of what went wrong."""
    place, words = visit.place, visit.place.words
    priced = await price_for(front, cart, sent.typed)
    lines = show.lines(front.web, place, priced, front.shop.clock.now_ms())
    if any(line.gone or line.short_of is not None for line in lines):
        return front.go(visit, "/cart")
    quote = priced.quote
    gift = await gift_part(front, visit, sent.tender, quote)
    sums = show.sums(place, quote, gift)
    country = sent.typed["country"]
    page = Checkout(
        fields=Fields({**sent.typed, "gift_code": sent.tender.typed}, sent.problems),
        gift=gift,
        lines=lines,
        sums=sums,
        methods=show.ways(place, quote, front.shop.clock.now_ms()),
        payments=_payments(front, sent.typed.get("payment", "")),
        payment_hint="checkout-payment-hint" if "sandbox" in front.shop.payments else "checkout-payment-hosted",
        countries=front.places.countries(place),
        regions=regions(country),
        country=country,
        country_text=country_name(country, place.market.language),
        expected_total=quote.total,
        attempt=sent.attempt,
        signed_in=visit.customer is not None,
        notices=tuple(Notice(_sentence(visit, one, gift.due), "bad") for one in notices),
    )
    head = Head(title=words.text("checkout-title", shop=front.shop.settings.name), path="/checkout")
    return await front.private(visit, head, "checkout", page, status=status)


async def price_for(front: Front, cart: Cart, typed: Mapping[str, str]) -> PricedCart:
    """The cart's price where it is to be sent, and how."""
    there = msgspec.structs.replace(
        cart, country=typed["country"], region=typed.get("region", ""), shipping_method=typed.get("shipping", "")
    )
    key = customer_key(typed["email"]) if "@" in typed.get("email", "") else ""
    return await estimate(front.shop, there, customer_key=key)


async def pay(front: Front, visit: Visit, cart: Cart, sent: Sent) -> Answer:
    """Place the order; every no shows the page again, with what was typed and what it costs now."""
    again = msgspec.structs.replace(sent, attempt=new_token())
    try:
        placed = await place_order(front.shop, _command(front, visit, cart, sent))
    except (StaleTotal, GiftRefused):
        return await show_checkout(front, visit, cart, again, status=409, notices=("checkout-stale",))
    except (OutOfStock, EmptyCart):
        return front.go(visit, "/cart")
    except (CartOrdered, InFlight) as no:
        # Another click or another tab was first: follow its order, however far that is.
        return _follow(front, visit, str(no.details["order_id"]))
    except (PaymentDeclined, NoShipping, CustomerLimit, VoucherRefused) as no:
        return await show_checkout(front, visit, cart, again, status=no.status, notices=(no.message_id,))
    return _after(front, visit, placed)


def _after(front: Front, visit: Visit, placed: PlacedOrder) -> Answer:
    if placed.state == "placed":
        return _leave(front, visit, placed.order.id)
    if placed.state == "challenge" and placed.challenge_url.startswith("/"):
        return redirect(placed.challenge_url, cookies=_waiting(front, visit, placed.order.id).cookies)
    if placed.state == "challenge":
        return front.go(_waiting(front, visit, placed.order.id), "/checkout/pay")
    return _follow(front, visit, placed.order.id)


def _waiting(front: Front, visit: Visit, order_id: str) -> Visit:
    return front.keep(visit, msgspec.structs.replace(visit.session, order_id=order_id))


def _follow(front: Front, visit: Visit, order_id: str) -> Answer:
    return front.go(_waiting(front, visit, order_id), "/checkout/return")


def _leave(front: Front, visit: Visit, order_id: str) -> Answer:
    """The order is placed: forget its cart, and show it."""
    session = msgspec.structs.replace(visit.session, cart_id="", cart_token="", order_id="")
    path = visit.place.order(order_id, order_token(front.shop, order_id)).removeprefix(visit.place.base)
    return front.go(front.keep(visit, session), f"{path}/thanks")


async def returned(front: Front, visit: Visit) -> Answer:
    """Back from a challenge, or waiting for a provider that did not answer: look how the payment stands now."""
    order_id = visit.session.order_id
    if not order_id:
        return front.go(visit, "/cart")
    view = await view_order(front.shop, order_id)
    order = view.order
    under_way = view.payment is not None and view.payment.state == "pending"
    if order.state == "held" and not (under_way and front.shop.clock.now_ms() - order.updated_ms < IN_FLIGHT_MS):
        order = await settle_order(front.shop, order)
    if order.state == "held":
        return await _wait(front, visit, view.payment)
    if order.state == "declined":
        session = msgspec.structs.replace(visit.session, order_id="")
        return front.go(front.keep(visit, session), "/checkout?declined=1")
    return _leave(front, visit, order.id)


async def _wait(front: Front, visit: Visit, payment: Payment | None) -> Answer:
    head = Head(
        title=visit.place.words.text("waiting-title", shop=front.shop.settings.name),
        path="/checkout/return",
        indexed=False,
    )
    asks = payment is not None and payment.state == "challenge"
    pay_href = f"{visit.place.base}/checkout/pay" if outside(payment) else payment.challenge_url if payment else ""
    page = Waiting(f"{visit.place.base}/checkout/return", pay_href if asks else "")
    return await front.private(visit, head, "waiting", page)


class Waiting(Struct, frozen=True):
    """A payment that is not decided yet, and where to look again. `pay_href`: it waits for the shopper there."""

    status_href: str
    pay_href: str = ""


def _command(front: Front, visit: Visit, cart: Cart, sent: Sent) -> PlaceOrder:
    typed = sent.typed
    provider, _, token = typed["payment"].partition(":")
    gifts = balances_of(visit, sent.tender, cart.currency)
    totals = [sent.expected_total, sent.expected_due] if gifts else sent.expected_total
    said = msgspec.json.encode([typed, totals, [(line.sku, line.quantity) for line in cart.lines], *gifts])
    return PlaceOrder(
        identity=f"cart:{cart.id}",
        route=ROUTE,
        key=sent.attempt,
        request_hash=hashlib.sha256(said).hexdigest(),
        cart=cart,
        email=typed["email"],
        address=Address(**{name: typed[name] for name in ADDRESS}),
        shipping_method=typed["shipping"],
        provider=provider,
        payment_token=token,
        expected_total=sent.expected_total,
        customer_id=visit.customer.id if visit.customer else "",
        return_url=f"{front.web.public_url}{visit.place.base}/checkout/return",
        gifts=gifts,
        expected_due=sent.expected_due if gifts else None,
    )


async def _begin(front: Front, visit: Visit) -> Sent:
    """An empty checkout, or one filled from the customer's own address."""
    typed = dict.fromkeys(TYPED, "")
    typed["country"] = visit.place.market.country
    if visit.customer is not None:
        typed["name"], typed["email"] = visit.customer.name, visit.customer.email
        here = {link.href for link in front.places.countries(visit.place)}
        for address in await list_addresses(front.shop, visit.customer.id):
            if address.fields.country in here:
                fields = msgspec.structs.asdict(address.fields)
                typed.update({name: fields[name] for name in TYPED if name in fields})
                break
    return Sent(typed=typed, problems={}, attempt=new_token(), expected_total=0)


def _read(front: Front, visit: Visit, form: Form, cart: Cart) -> Sent:
    typed = form.typed(TYPED)
    allowed = {link.href for link in front.places.countries(visit.place)}
    typed["country"] = typed["country"] if typed["country"] in allowed else cart.country
    typed["region"] = typed["region"] if typed["region"] in REGIONS.get(typed["country"], {}) else ""
    return Sent(
        typed=typed,
        problems=_problems(front, visit, typed, frozenset(allowed), due=form.whole("expected_due", -1)),
        attempt=form.text("attempt", 64) or new_token(),
        expected_total=form.whole("expected_total", -1),
        expected_due=form.whole("expected_due", -1),
    )


def _problems(
    front: Front, visit: Visit, typed: Mapping[str, str], allowed: frozenset[str], *, due: int
) -> dict[str, str]:
    """What is wrong, field by field, in the order of the page. Where nothing is left to pay, no way of paying is."""
    text = visit.place.words.text
    found: dict[str, str] = {}
    for name in ("name", "email", "line1", "postcode", "city"):
        if not typed[name]:
            found[name] = text("error-field-required")
    try:
        checked_email(typed["email"] or "a@example.com")
        checked_address(_fields(typed), allowed)
    except Invalid as no:
        found.setdefault(str(no.details["field"]), text(str(no.details["problem"])))
    digits = sum(character.isdigit() for character in typed["postcode"])
    if "postcode" not in found and digits < POSTCODE_DIGITS.get(typed["country"], 0):
        found["postcode"] = text("form-postcode")
    if typed["country"] in REGIONS and not typed["region"]:
        found["region"] = text("form-choose")
    if not typed["shipping"]:
        found["shipping"] = text("form-choose")
    if due and typed["payment"] not in {choice.value for choice in _payments(front, "")}:
        found["payment"] = text("form-choose")
    return {name: found[name] for name in TYPED if name in found}


def _fields(typed: Mapping[str, str]) -> AddressFields:
    """The address with a letter in every empty field: what is missing is said once, above."""
    names = ("name", "line1", "city", "postcode", "country")
    return AddressFields(**{name: typed[name] or "-" for name in names}, line2=typed["line2"], region=typed["region"])


def _payments(front: Front, chosen: str) -> tuple[PaymentChoice, ...]:
    """The ways of paying, in the order of the setting; the sandbox's are its test tokens."""
    return tuple(
        PaymentChoice(f"{provider}:{token}", f"payment-{token.replace('_', '-')}", f"{provider}:{token}" == chosen)
        for provider in front.shop.payments
        for token in TOKENS.get(provider, ())
    )


def _sentence(visit: Visit, message_id: str, total: Money) -> str:
    if message_id == "checkout-stale":
        return visit.place.words.text(message_id, total=visit.place.formats.money(total))
    return visit.place.words.text(message_id)
