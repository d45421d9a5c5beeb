"""The page of an order, for whoever has its link: its token is made from the id and the shop's secret."""

import msgspec
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from fairday.interfaces.storefront.front import Answer, AnyRequest, Front, Head
from fairday.interfaces.storefront.show_order import order_page
from fairday.interfaces.web.reading import read
from fairday.kernel.errors import NotFound
from fairday.kernel.ids import opens
from fairday.usecases.place_order import ORDER_TOKEN
from fairday.usecases.view_order import view_order

PATH = "/{market:str}/orders/{order_id:str}/{token:str}"


def routes(front: Front) -> list[HTTPRouteHandler]:
    """The order's status, and the same page right after it was placed."""

    @read(PATH)
    async def status(
        request: AnyRequest, market: FromPath[str], order_id: FromPath[str], token: FromPath[str]
    ) -> Answer:
        return await show_order(front, request, market, (order_id, token), fresh=False)

    @read(PATH + "/thanks")
    async def thanks(
        request: AnyRequest, market: FromPath[str], order_id: FromPath[str], token: FromPath[str]
    ) -> Answer:
        return await show_order(front, request, market, (order_id, token), fresh=True)

    return [status, thanks]


async def show_order(front: Front, request: AnyRequest, market: str, link: tuple[str, str], *, fresh: bool) -> Answer:
    """The order; a wrong token and an unknown order look the same."""
    visit = await front.visit(request, market)
    order_id, token = link
    if not opens(front.shop.settings.secret, ORDER_TOKEN, order_id, token):
        raise NotFound(what="order")
    view = await view_order(front.shop, order_id)
    place = visit.place
    products = await front.shop.products.get_many(sorted({line.product_id for line in view.lines}))
    page = order_page(front.web, place, view, products, fresh=fresh and view.order.state != "declined")
    head = Head(
        title=place.words.text("order-title", number=page.number, shop=front.shop.settings.name),
        path=place.order(order_id, token).removeprefix(place.base),
        indexed=False,
    )
    page = msgspec.structs.replace(
        page, status_href=place.order(order_id, token), can_register=page.can_register and visit.customer is None
    )
    return await front.private(visit, head, "order", page)
