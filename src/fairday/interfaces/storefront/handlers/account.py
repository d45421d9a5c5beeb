"""A signed-in customer's own pages. All is asked by the customer of the session, never by an id that was sent alone."""

import msgspec
from litestar import post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct

from fairday.domain.customers import AddressFields, Customer, CustomerAddress
from fairday.domain.customers.errors import TooManyAddresses, WrongPassword
from fairday.domain.orders import Address, Order
from fairday.interfaces.storefront.front import Answer, AnyRequest, Front, Head, Visit
from fairday.interfaces.storefront.places import country_name
from fairday.interfaces.storefront.show_order import address_lines, order_row
from fairday.interfaces.storefront.views.account import AccountPage, AddressCard, OrderRow
from fairday.interfaces.storefront.views.shell import Fields, Link, Notice
from fairday.interfaces.web.forms import Form
from fairday.interfaces.web.pages import leaving, redirect
from fairday.interfaces.web.reading import read
from fairday.interfaces.web.session import new_session, signed_in
from fairday.kernel.errors import Invalid, NotFound, Refusal, TooMany
from fairday.kernel.money import Money
from fairday.ports.identity import WeakPassword
from fairday.usecases.give_store_credit import store_credit
from fairday.usecases.list_customer_orders import list_customer_orders
from fairday.usecases.manage_account import change_password, rename_customer, request_email_change
from fairday.usecases.manage_addresses import add_address, delete_address, edit_address, find_address, list_addresses
from fairday.usecases.place_order import order_token
from fairday.usecases.sign_in import sign_out_everywhere

LATEST = 5
PAGE = 20
FIELDS = ("name", "line1", "line2", "postcode", "city", "country", "region")
SAID = {
    "saved": "account-saved",
    "password": "account-password-done",
    "email": "account-email-sent",
    "address": "address-saved",
    "removed": "address-removed",
}


class Asked(Struct, frozen=True):
    """Something on the account pages that did not work: the fields again, what is wrong, and the status."""

    fields: Fields = Fields()
    notices: tuple[Notice, ...] = ()
    editing: str = ""
    status: int = 200


def routes(front: Front) -> list[HTTPRouteHandler]:
    """The account; signed-out visitors are asked to sign in first."""
    return [*_overview(front), *_changes(front), *_addresses(front)]


def _overview(front: Front) -> list[HTTPRouteHandler]:
    @read("/{market:str}/account")
    async def account(request: AnyRequest, market: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        if visit.customer is None:
            return ask_to_sign_in(visit, request)
        said = SAID.get(request.query_params.get("said", ""))
        return await show_account(front, visit, visit.customer, Asked(notices=_say(visit, said)))

    @read("/{market:str}/account/orders")
    async def orders(request: AnyRequest, market: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        if visit.customer is None:
            return ask_to_sign_in(visit, request)
        return await show_orders(front, visit, visit.customer, request.query_params.get("after", ""))

    @read("/{market:str}/account/addresses")
    async def addresses(request: AnyRequest, market: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        if visit.customer is None:
            return ask_to_sign_in(visit, request)
        asked = Asked(notices=_say(visit, SAID.get(request.query_params.get("said", ""))))
        editing = request.query_params.get("edit", "")
        if editing:
            found = await find_address(front.shop, visit.customer.id, editing)
            asked = msgspec.structs.replace(asked, fields=Fields(_typed(found)), editing=found.id)
        return await show_addresses(front, visit, visit.customer, asked)

    return [account, orders, addresses]


def _changes(front: Front) -> list[HTTPRouteHandler]:
    @post("/{market:str}/account/{part:str}")
    async def change(request: AnyRequest, market: FromPath[str], part: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        form = await front.form(request, visit)
        customer = visit.customer
        if customer is None:
            return front.go(visit, "/sign-in?said=first")
        try:
            return await _change(front, visit, customer, part, form)
        except (Invalid, WeakPassword, WrongPassword, TooMany) as no:
            return await show_account(front, visit, customer, _refused(visit, no, form))

    return [change]


async def _change(front: Front, visit: Visit, customer: Customer, part: str, form: Form) -> Answer:
    shop, now_ms = front.shop, front.shop.clock.now_ms()
    if part == "name":
        await rename_customer(shop, customer.id, form.text("name"), visit.place.market.language)
        return front.go(visit, "/account?said=saved")
    if part == "email":
        await request_email_change(shop, customer.id, form.secret("current"), form.text("email", 254))
        return front.go(visit, "/account?said=email")
    if part == "password":
        changed = await change_password(shop, customer.id, form.secret("current"), form.secret("password"))
        session = signed_in(visit.session, changed.id, changed.epoch, now_ms)
        return front.go(front.keep(visit, session), "/account?said=password")
    if part != "sign-out-everywhere":
        raise NotFound(what="page")
    await sign_out_everywhere(shop, customer.id)
    return leaving(front.go(front.keep(visit, new_session(now_ms)), "/sign-in?said=signed-out"))


def _addresses(front: Front) -> list[HTTPRouteHandler]:
    @post("/{market:str}/account/addresses")
    async def add(request: AnyRequest, market: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        form = await front.form(request, visit)
        if visit.customer is None:
            return front.go(visit, "/sign-in?said=first")
        return await save_address(front, visit, visit.customer, "", form)

    @post("/{market:str}/account/addresses/{address_id:str}")
    async def save(request: AnyRequest, market: FromPath[str], address_id: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        form = await front.form(request, visit)
        if visit.customer is None:
            return front.go(visit, "/sign-in?said=first")
        return await save_address(front, visit, visit.customer, address_id, form)

    @post("/{market:str}/account/addresses/{address_id:str}/remove")
    async def remove(request: AnyRequest, market: FromPath[str], address_id: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        await front.form(request, visit)
        if visit.customer is None:
            return front.go(visit, "/sign-in?said=first")
        await delete_address(front.shop, visit.customer.id, address_id)
        return front.go(visit, "/account/addresses?said=removed")

    return [add, save, remove]


def ask_to_sign_in(visit: Visit, request: AnyRequest) -> Answer:
    """To the sign-in page, and back here afterwards."""
    return redirect(f"{visit.place.base}/sign-in?said=first&next={request.url.path}", cookies=visit.cookies)


async def save_address(front: Front, visit: Visit, customer: Customer, address_id: str, form: Form) -> Answer:
    """A new address, or other words for one of this customer's."""
    typed = form.typed(FIELDS)
    fields, main = AddressFields(**typed), form.has("main")
    try:
        if address_id:
            await edit_address(front.shop, customer.id, address_id, fields, make_default=main)
        else:
            await add_address(front.shop, customer.id, fields, make_default=main)
    except (Invalid, TooManyAddresses) as no:
        asked = _refused(visit, no, form)
        shown = msgspec.structs.replace(asked, fields=Fields(typed, asked.fields.problems), editing=address_id)
        return await show_addresses(front, visit, customer, shown)
    return front.go(visit, "/account/addresses?said=address")


async def show_account(front: Front, visit: Visit, customer: Customer, asked: Asked) -> Answer:
    """The overview, with the latest orders and what can be changed."""
    latest = await list_customer_orders(front.shop, customer.id, limit=LATEST)
    credit = await store_credit(front.shop, customer.id)
    typed = {"name": customer.name, **asked.fields.values}
    page = AccountPage(
        name=customer.name,
        email=customer.email,
        orders=tuple(_row(front, visit, order, latest.pieces[order.id]) for order in latest.orders),
        fields=Fields(typed, asked.fields.problems),
        notices=asked.notices,
        credit=tuple(Money(one.balance, one.currency) for one in credit if one.balance),
    )
    return await _answer(front, visit, "account", page, asked.status)


async def show_orders(front: Front, visit: Visit, customer: Customer, cursor: str) -> Answer:
    """All orders, a page at a time."""
    found = await list_customer_orders(front.shop, customer.id, cursor=cursor, limit=PAGE)
    page = AccountPage(
        name=customer.name,
        email=customer.email,
        orders=tuple(_row(front, visit, order, found.pieces[order.id]) for order in found.orders),
        older_href=f"{visit.place.base}/account/orders?after={found.cursor}" if found.cursor else "",
    )
    return await _answer(front, visit, "account-orders", page)


async def show_addresses(front: Front, visit: Visit, customer: Customer, asked: Asked) -> Answer:
    """The address book, and the form for one more or for the one being changed."""
    book = await list_addresses(front.shop, customer.id)
    language = visit.place.market.language
    codes = dict.fromkeys(code for code, _ in front.shop.settings.countries)
    fields = asked.fields
    if not fields.values:
        fields = Fields({"name": customer.name, "country": visit.place.market.country}, fields.problems)
    page = AccountPage(
        name=customer.name,
        email=customer.email,
        addresses=tuple(_card(visit, one) for one in book),
        fields=fields,
        editing=asked.editing,
        countries=tuple(Link(code, country_name(code, language)) for code in codes),
        notices=asked.notices,
    )
    return await _answer(front, visit, "account-addresses", page, asked.status)


async def _answer(front: Front, visit: Visit, name: str, page: AccountPage, status: int = 200) -> Answer:
    head = Head(
        title=visit.place.words.text("account-title", shop=front.shop.settings.name),
        path="/" + name.replace("-", "/"),
        indexed=False,
    )
    return await front.private(visit, head, name, page, status)


def _row(front: Front, visit: Visit, order: Order, pieces: int) -> OrderRow:
    return order_row(visit.place, order, visit.place.order(order.id, order_token(front.shop, order.id)), pieces)


def _card(visit: Visit, address: CustomerAddress) -> AddressCard:
    fields = address.fields
    shown = Address(
        name=fields.name, line1=fields.line1, line2=fields.line2, city=fields.city, postcode=fields.postcode,
        country=fields.country, region=fields.region,
    )  # fmt: skip
    return AddressCard(address.id, address_lines(visit.place, shown), main=address.is_default)


def _typed(address: CustomerAddress) -> dict[str, str]:
    fields = {name: str(value) for name, value in msgspec.structs.asdict(address.fields).items()}
    return {**fields, "main": "1" if address.is_default else ""}


def _say(visit: Visit, message_id: str | None) -> tuple[Notice, ...]:
    return (Notice(visit.place.words.text(message_id)),) if message_id else ()


def _refused(visit: Visit, no: Refusal, form: Form) -> Asked:
    """What was typed, with the problem beside its field where it has one."""
    text = visit.place.words.text
    typed = form.typed([name for name in ("name", "email") if form.has(name)])
    if isinstance(no, WrongPassword):
        return Asked(Fields(typed, {"current": text(no.message_id)}), status=422)
    if isinstance(no, Invalid | WeakPassword):
        return Asked(Fields(typed, {str(no.details["field"]): text(str(no.details["problem"]))}), status=422)
    return Asked(Fields(typed), (Notice(text(no.message_id), "bad"),), status=no.status)
