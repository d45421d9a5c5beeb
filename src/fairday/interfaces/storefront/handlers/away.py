"""Out to a payment provider's own page, and giving up a payment that was begun there.

A form must not lead to another site (`form-action 'self'`), so the shopper is led there by a page of ours.
"""

from urllib.parse import urlsplit

from litestar import post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct

from fairday.domain.payments import Payment
from fairday.interfaces.storefront.front import Answer, AnyRequest, Front, Head, Visit
from fairday.interfaces.web.reading import read
from fairday.usecases.settle_orders import settle_order
from fairday.usecases.view_order import view_order


class Leaving(Struct, frozen=True):
    """The way to the provider's page, which begins by itself."""

    href: str
    host: str


def routes(front: Front) -> list[HTTPRouteHandler]:
    """The way there, and the end of it."""

    @read("/{market:str}/checkout/pay")
    async def go(request: AnyRequest, market: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        href = await _page_of(front, visit)
        if not href:
            return front.go(visit, "/checkout/return")
        words = visit.place.words
        head = Head(
            title=words.text("waiting-title", shop=front.shop.settings.name), path="/checkout/pay", indexed=False
        )
        return await front.private(visit, head, "leaving", Leaving(href, urlsplit(href).hostname or ""))

    @post("/{market:str}/checkout/give-up")
    async def give_up(request: AnyRequest, market: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        await front.form(request, visit)
        if visit.session.order_id:
            order = (await view_order(front.shop, visit.session.order_id)).order
            if order.state == "held":
                await settle_order(front.shop, order, give_up=True)
        return front.go(visit, "/checkout/return")

    return [go, give_up]


def outside(payment: Payment | None) -> str:
    """Where at its provider a payment waits for the shopper; "" when it does not, or waits on a page of ours."""
    url = payment.challenge_url if payment is not None and payment.state == "challenge" else ""
    return url if url.startswith("https://") else ""


async def _page_of(front: Front, visit: Visit) -> str:
    if not visit.session.order_id:
        return ""
    view = await view_order(front.shop, visit.session.order_id)
    return outside(view.payment) if view.order.state == "held" else ""
