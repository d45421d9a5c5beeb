"""What is left on a gift card: a page for whoever has its code. Paying with one is part of the checkout."""

from litestar import post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from fairday.domain.pricing.errors import GiftRefused
from fairday.interfaces.storefront.front import Answer, AnyRequest, Front, Head, Visit
from fairday.interfaces.storefront.views.account import GiftPage
from fairday.interfaces.storefront.views.shell import Fields, Notice
from fairday.interfaces.web.reading import read
from fairday.kernel.errors import TooMany
from fairday.kernel.money import Money
from fairday.usecases.offer_gifts import open_gift_card

CODE_LENGTH = 80


def routes(front: Front) -> list[HTTPRouteHandler]:
    """Asking, and the answer."""

    @read("/{market:str}/gift-card")
    async def ask(request: AnyRequest, market: FromPath[str]) -> Answer:
        return await _show(front, await front.visit(request, market), GiftPage())

    @post("/{market:str}/gift-card")
    async def look(request: AnyRequest, market: FromPath[str]) -> Answer:
        visit = await front.visit(request, market)
        form = await front.form(request, visit)
        text, code = visit.place.words.text, form.text("code", CODE_LENGTH)
        if not code:
            page = GiftPage(fields=Fields({}, {"code": text("error-field-required")}))
            return await _show(front, visit, page, 422)
        try:
            card = await open_gift_card(front.shop, code, visit.source)
        except GiftRefused as no:
            page = GiftPage(fields=Fields({"code": code}, {"code": text(no.message_id)}))
            return await _show(front, visit, page, 422)
        except TooMany as no:
            page = GiftPage(fields=Fields({"code": code}), notices=(Notice(text(no.message_id), "bad"),))
            return await _show(front, visit, page, no.status)
        page = GiftPage(last4=card.last4, left=Money(card.balance, card.currency), until_ms=card.expires_ms)
        return await _show(front, visit, page)

    return [ask, look]


async def _show(front: Front, visit: Visit, page: GiftPage, status: int = 200) -> Answer:
    title = visit.place.words.text("gift-title", shop=front.shop.settings.name)
    return await front.private(visit, Head(title=title, path="/gift-card"), "gift-card", page, status)
