"""What every handler stands on: who is visiting which market, what stands around a page, and how it is answered."""

from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.datastructures import Cookie
from msgspec import Struct

from fairday.domain.carts import CartGone
from fairday.domain.catalog import Category
from fairday.domain.customers import Customer
from fairday.interfaces.storefront.looks import STOREFRONT
from fairday.interfaces.storefront.places import Place, Places
from fairday.interfaces.storefront.views.shell import Link, Shell
from fairday.interfaces.web.csrf import CSRF_FIELD
from fairday.interfaces.web.forms import Form, read_form
from fairday.interfaces.web.headers import new_nonce
from fairday.interfaces.web.kept import Kept
from fairday.interfaces.web.pages import Rendered, private_answer, public_answer, redirect, rendered
from fairday.interfaces.web.session import SESSION_COOKIE, SESSION_LIFE_S, Session, is_fresh, new_session
from fairday.interfaces.web.surface import Surface, Web
from fairday.kernel.clock import SECOND_MS
from fairday.kernel.errors import NotFound
from fairday.kernel.lag import may_lag
from fairday.usecases.change_cart import open_cart
from fairday.usecases.shop import Shop
from fairday.usecases.sign_in import recognise_customer

AnyRequest = Request[Any, Any, Any]
Answer = Response[bytes]

AISLES_TTL_MS = 5 * SECOND_MS
PAGES_TTL_MS = SECOND_MS
PAGES_LIMIT = 500
AISLES_LIMIT = 14
SLUG_LIMIT = 200


class Head(Struct, frozen=True, kw_only=True):
    """What a page says of itself. `path` is its address inside the market; `image` a full address."""

    title: str
    path: str = "/"
    description: str = ""
    image: str = ""
    indexed: bool = True
    query: str = ""


Build = Callable[[], Awaitable[tuple[Head, str, Struct]]]


class Visit(Struct, frozen=True, kw_only=True):
    """One request to a page that is somebody's own. `cookies` go out with the answer."""

    place: Place
    session: Session
    customer: Customer | None = None
    source: str = ""
    cart_count: int = 0
    cookies: tuple[Cookie, ...] = ()


@lru_cache(maxsize=4)
def surface_of(web: Web) -> Surface[Session]:
    """The storefront's templates, static files and sessions; read from disk once."""
    return Surface(web, STOREFRONT, Session, cookie=SESSION_COOKIE, max_age_s=SESSION_LIFE_S)


class Front:
    """The storefront of one shop."""

    def __init__(self, shop: Shop, web: Web) -> None:
        self.shop = shop
        self.web = web
        self.places = Places(shop.settings)
        self.surface = surface_of(web)
        self._pages = Kept[Rendered](PAGES_TTL_MS, PAGES_LIMIT)
        self._tree: tuple[Category, ...] = ()
        self._tree_until_ms = 0

    def place(self, slug: str) -> Place:
        """The market of this name; NotFound."""
        found = self.places.by_slug.get(slug)
        if found is None:
            raise NotFound(what="market")
        return found

    async def categories(self) -> tuple[Category, ...]:
        """The tree, a few seconds old at most."""
        now_ms = self.shop.clock.now_ms()
        if now_ms >= self._tree_until_ms:
            self._tree = tuple(await self.shop.products.categories())
            self.places.learn(self._tree)
            self._tree_until_ms = now_ms + AISLES_TTL_MS
        return self._tree

    async def shell(self, place: Place, head: Head) -> Shell:
        """What stands around a page that is the same for everybody."""
        here = f"{place.base}{head.path}"
        top = [node for node in await self.categories() if not node.parent_id][:AISLES_LIMIT]
        links = ((place.category(node.slug), category_name(node, place)) for node in top)
        return Shell(
            base=place.base,
            market_tag=place.tag,
            country=place.market.country,
            currency=place.market.currency,
            title=head.title,
            public_url=self.web.public_url,
            path=head.path,
            shop_name=self.shop.settings.name,
            description=head.description or place.words.text("home-description"),
            aisles=tuple(Link(href, name, current=href == here) for href, name in links),
            markets=self.places.links(place, head.path),
            indexed=head.indexed,
            query=head.query,
            image=head.image,
        )

    async def public(self, request: AnyRequest, place: Place, build: Build) -> Answer:
        """A page that is the same for everybody, for caches and for whoever has it already; built once a second."""

        async def make() -> Rendered:
            await self.categories()  # and with them the words of this market
            head, template, page = await build()
            return rendered(self.render(place, template, await self.shell(place, head), page))

        key = f"{may_lag()} {request.url.path}?{request.url.query}"
        return public_answer(await self._pages.get(key, make), request.headers, self.surface.policy)

    def render(self, place: Place, template: str, shell: Shell, page: Struct) -> str:
        """A template's text."""
        return self.surface.templates.render(f"storefront/{template}.html", place.tongue, shell=shell, page=page)

    async def visit(self, request: AnyRequest, market: str) -> Visit:
        """Who is here. A session that is over, or was never ours, begins anew; its cart is kept only if it is ours."""
        place = self.place(market)
        await self.categories()
        sent = self.surface.cookie.read(request.cookies)
        now_ms = self.shop.clock.now_ms()
        session = sent if sent is not None and is_fresh(sent, now_ms) else new_session(now_ms)
        customer = await recognise_customer(self.shop, session.customer_id, session.epoch)
        if session.customer_id and customer is None:
            session = msgspec.structs.replace(
                new_session(now_ms), cart_id=session.cart_id, cart_token=session.cart_token
            )
        visit = Visit(
            place=place,
            session=session,
            customer=customer,
            source=request.client.host if request.client else "",
            cart_count=await self.cart_count(session),
        )
        return visit if session == sent else self.keep(visit, session)

    def keep(self, visit: Visit, session: Session) -> Visit:
        """The visit with another session, to be sent to the browser."""
        return msgspec.structs.replace(visit, session=session, cookies=(self.surface.cookie.write(session),))

    async def cart_count(self, session: Session) -> int:
        """How many things are in the browser's cart."""
        if not session.cart_id:
            return 0
        try:
            return (await open_cart(self.shop, session.cart_id, session.cart_token)).count
        except CartGone:
            return 0

    async def private(self, visit: Visit, head: Head, template: str, page: Struct, status: int = 200) -> Answer:
        """A page for one person only."""
        nonce = new_nonce()
        shell = msgspec.structs.replace(
            await self.shell(visit.place, head),
            private=True,
            nonce=nonce,
            csrf=self.surface.csrf(visit.session.session_id),
            cart_count=visit.cart_count,
            customer_name=visit.customer.name if visit.customer else "",
        )
        text = self.render(visit.place, template, shell, page)
        return private_answer(text, self.surface.policy, nonce, status=status, cookies=visit.cookies)

    def go(self, visit: Visit, path: str) -> Answer:
        """303 to a page of the visit's market; `path` begins with `/`."""
        return redirect(f"{visit.place.base}{path}", cookies=visit.cookies)

    async def form(self, request: AnyRequest, visit: Visit) -> Form:
        """What was posted from one of our private pages; CrossSite when it carries another session's token, or none."""
        form = await read_form(request)
        self.surface.require_csrf(visit.session.session_id, form.text(CSRF_FIELD))
        return form


def category_name(node: Category, place: Place) -> str:
    """What the market's language calls a category."""
    return node.names.get(place.market.language) or node.name
