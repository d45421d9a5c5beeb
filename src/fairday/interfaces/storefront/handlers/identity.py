"""Registering, signing in and out, forgotten passwords, the links of account letters. They tell a stranger nothing."""

from litestar import post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from fairday.domain.customers import Customer
from fairday.domain.customers.errors import LinkExpired, WrongCredentials
from fairday.interfaces.storefront.front import Answer, AnyRequest, Front, Head, Visit
from fairday.interfaces.storefront.views.account import FormPage
from fairday.interfaces.storefront.views.shell import Fields, Notice
from fairday.interfaces.web.pages import leaving, local_path
from fairday.interfaces.web.reading import read
from fairday.interfaces.web.session import new_session, signed_in
from fairday.kernel.errors import Conflict, Invalid, Refusal, TooMany
from fairday.ports.identity import WeakPassword
from fairday.usecases.manage_account import confirm_email_change
from fairday.usecases.register_customer import confirm_registration, register_customer
from fairday.usecases.reset_password import check_reset, request_reset, reset_password
from fairday.usecases.sign_in import sign_in

SAID = {
    "signed-out": "signed-out",
    "first": "sign-in-first",
    "password": "password-new-done",
    "email": "email-changed",
}


# Where a page is, if not under its own name; the token of a letter's link follows.
PATHS = {
    "password-reset": "/password/reset",
    "password-new": "/password/new",
    "confirm": "/register/confirm",
    "email-new": "/email/confirm",
}


def routes(front: Front) -> list[HTTPRouteHandler]:
    """Every page that leads into an account, and out of it."""
    return [*_in_and_out(front), *_registration(front), *_letters(front)]


def _in_and_out(front: Front) -> list[HTTPRouteHandler]:
    @read("/{market:str}/sign-in")
    async def ask(request: AnyRequest, market: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        said = SAID.get(request.query_params.get("said", ""))
        notices = (Notice(visit.place.words.text(said)),) if said else ()
        page = FormPage(notices=notices, next_path=_next(visit, request.query_params.get("next", "")))
        return await show(front, visit, "sign-in", page)

    @post("/{market:str}/sign-in")
    async def enter(request: AnyRequest, market: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        form = await front.form(request, visit)
        next_path = _next(visit, form.text("next"))
        try:
            customer = await sign_in(front.shop, form.text("email", 254), form.secret("password"), visit.source)
        except (WrongCredentials, TooMany) as no:
            page = FormPage(fields=Fields(form.typed(["email"])), notices=_no(visit, no), next_path=next_path)
            return await show(front, visit, "sign-in", page, no.status if no.status != 401 else 422)  # noqa: PLR2004
        return _welcome(front, visit, customer, next_path)

    @post("/{market:str}/sign-out")
    async def leave(request: AnyRequest, market: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        await front.form(request, visit)
        anew = front.keep(visit, new_session(front.shop.clock.now_ms()))
        return leaving(front.go(anew, "/sign-in?said=signed-out"))

    return [ask, enter, leave]


def _registration(front: Front) -> list[HTTPRouteHandler]:
    @read("/{market:str}/register")
    async def ask(request: AnyRequest, market: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        return await show(front, visit, "register", FormPage())

    @post("/{market:str}/register")
    async def register(request: AnyRequest, market: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        form = await front.form(request, visit)
        typed = form.typed(["name", "email"])
        try:
            await register_customer(
                front.shop, typed["email"], form.secret("password"), typed["name"], visit.place.market.language,
                visit.source,
            )  # fmt: skip
        except (Invalid, WeakPassword, TooMany) as no:
            page = FormPage(fields=Fields(typed, _problem(visit, no)), notices=_notices(visit, no))
            return await show(front, visit, "register", page, _status(no))
        return await show(front, visit, "register", FormPage(done=True))

    @read("/{market:str}/register/confirm/{token:str}")
    async def ask_password(request: AnyRequest, market: FromPath[str], token: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        return await show(front, visit, "confirm", FormPage(token=token))

    @post("/{market:str}/register/confirm/{token:str}")
    async def confirm(request: AnyRequest, market: FromPath[str], token: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        form = await front.form(request, visit)
        try:
            customer = await confirm_registration(front.shop, token, form.secret("password"), visit.source)
        except (LinkExpired, WrongCredentials, TooMany) as no:
            return await show(front, visit, "confirm", FormPage(token=token, notices=_no(visit, no)), _status(no))
        return _welcome(front, visit, customer, "")

    return [ask, register, ask_password, confirm]


def _letters(front: Front) -> list[HTTPRouteHandler]:
    return [*_forgotten(front), *_moved(front)]


def _forgotten(front: Front) -> list[HTTPRouteHandler]:
    @read("/{market:str}/password/reset")
    async def ask_reset(request: AnyRequest, market: FromPath[str]) -> Answer:
        return await show(front, await front.visit(request, market), "password-reset", FormPage())

    @post("/{market:str}/password/reset")
    async def send_reset(request: AnyRequest, market: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        form = await front.form(request, visit)
        try:
            await request_reset(front.shop, form.text("email", 254), visit.source)
        except (Invalid, TooMany) as no:
            page = FormPage(fields=Fields(form.typed(["email"]), _problem(visit, no)), notices=_notices(visit, no))
            return await show(front, visit, "password-reset", page, _status(no))
        return await show(front, visit, "password-reset", FormPage(done=True))

    @read("/{market:str}/password/new/{token:str}")
    async def ask_new(request: AnyRequest, market: FromPath[str], token: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        try:
            await check_reset(front.shop, token)
        except LinkExpired as no:
            return await show(front, visit, "password-reset", FormPage(notices=_no(visit, no)), no.status)
        return await show(front, visit, "password-new", FormPage(token=token))

    @post("/{market:str}/password/new/{token:str}")
    async def set_new(request: AnyRequest, market: FromPath[str], token: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        form = await front.form(request, visit)
        try:
            await reset_password(front.shop, token, form.secret("password"), visit.source)
        except WeakPassword as no:
            page = FormPage(token=token, fields=Fields({}, _problem(visit, no)))
            return await show(front, visit, "password-new", page, 422)
        except (LinkExpired, TooMany) as no:
            return await show(front, visit, "password-reset", FormPage(notices=_no(visit, no)), no.status)
        return front.go(visit, "/sign-in?said=password")

    return [ask_reset, send_reset, ask_new, set_new]


def _moved(front: Front) -> list[HTTPRouteHandler]:
    @read("/{market:str}/email/confirm/{token:str}")
    async def ask_email(request: AnyRequest, market: FromPath[str], token: FromPath[str]) -> Answer:
        return await show(front, await front.visit(request, market), "email-new", FormPage(token=token))

    @post("/{market:str}/email/confirm/{token:str}")
    async def set_email(request: AnyRequest, market: FromPath[str], token: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        await front.form(request, visit)
        try:
            await confirm_email_change(front.shop, token, visit.source)
        except (LinkExpired, Conflict, TooMany) as no:
            return await show(front, visit, "email-new", FormPage(token=token, notices=_no(visit, no)), no.status)
        anew = front.keep(visit, new_session(front.shop.clock.now_ms()))
        return front.go(anew, "/sign-in?said=email")

    return [ask_email, set_email]


async def show(front: Front, visit: Visit, name: str, page: FormPage, status: int = 200) -> Answer:
    """One of the pages that are mostly a form; those behind a letter's link stay out of indexes."""
    path = PATHS.get(name, f"/{name}") + (f"/{page.token}" if page.token else "")
    title = visit.place.words.text(f"{name}-title", shop=front.shop.settings.name)
    return await front.private(visit, Head(title=title, path=path, indexed=not page.token), name, page, status)


def _welcome(front: Front, visit: Visit, customer: Customer, next_path: str) -> Answer:
    session = signed_in(visit.session, customer.id, customer.epoch, front.shop.clock.now_ms())
    return front.go(front.keep(visit, session), next_path.removeprefix(visit.place.base) or "/account")


def _next(visit: Visit, target: str) -> str:
    """Where to go after signing in: a page of this market, or nowhere in particular."""
    path = local_path(target, "")
    return path if path.startswith(f"{visit.place.base}/") else ""


def _no(visit: Visit, no: Refusal) -> tuple[Notice, ...]:
    return (Notice(visit.place.words.text(no.message_id), "bad"),)


def _notices(visit: Visit, no: Refusal) -> tuple[Notice, ...]:
    """What cannot be said beside a field."""
    return () if isinstance(no, Invalid | WeakPassword) else _no(visit, no)


def _problem(visit: Visit, no: Refusal) -> dict[str, str]:
    """What can."""
    if isinstance(no, Invalid | WeakPassword):
        return {str(no.details["field"]): visit.place.words.text(str(no.details["problem"]))}
    return {}


def _status(no: Refusal) -> int:
    return 422 if isinstance(no, Invalid | WeakPassword | WrongCredentials) else no.status
