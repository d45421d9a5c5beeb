"""The back office: where the shop is run, at its own path, server-rendered, for those who work here.

`doors.py` says what a route must declare, `desk.py` opens it (session, rights, CSRF), `pages/` has a file a part. Every
change goes through a use case, which writes the audit log. What shoppers see is `interfaces.storefront`.
"""

from litestar.handlers import BaseRouteHandler

from fairday.interfaces.backoffice.desk import Desk
from fairday.interfaces.backoffice.doors import Door, Doors
from fairday.interfaces.backoffice.pages import (
    account,
    api_keys,
    audit,
    books,
    categories,
    customers,
    dashboard,
    gift_cards,
    letters,
    locations,
    media,
    orders,
    products,
    settings,
    sign_in,
    staff,
    stock,
    vouchers,
)
from fairday.interfaces.web import Web
from fairday.usecases.shop import Shop

PARTS: tuple[Doors, ...] = (
    sign_in.DOORS,
    account.DOORS,
    dashboard.DOORS,
    orders.DOORS,
    products.DOORS,
    media.DOORS,
    categories.DOORS,
    stock.DOORS,
    locations.DOORS,
    customers.DOORS,
    vouchers.DOORS,
    gift_cards.DOORS,
    staff.DOORS,
    api_keys.DOORS,
    books.DOORS,
    audit.DOORS,
    settings.DOORS,
)


def all_doors(*, development: bool) -> list[Door]:
    """Every door there is; the page with the letters only in development."""
    parts = (*PARTS, letters.DOORS) if development else PARTS
    return [door for part in parts for door in part.all]


def routes(shop: Shop, web: Web) -> list[BaseRouteHandler]:
    """The handlers to mount: one a door, and the static files."""
    desk = Desk(shop, web)
    handlers: list[BaseRouteHandler] = [desk.surface.assets.route()]
    return handlers + [desk.handler(door) for door in all_doors(development=shop.settings.development)]


__all__ = ["all_doors", "routes"]
