"""The shop as shoppers meet it: pages, forms, a small script. Handlers parse, ask one use case, and show.

Every POST of these routes must come from our own pages (`same_origin_guard`); those of private pages carry a token too.
"""

from collections.abc import Sequence

from litestar import Router

from fairday.interfaces.storefront.faults import error_answer
from fairday.interfaces.storefront.front import Front
from fairday.interfaces.storefront.handlers import (
    account,
    away,
    cart,
    checkout,
    gifts,
    goods,
    identity,
    machine,
    orders,
)
from fairday.interfaces.web.csrf import same_origin_guard
from fairday.interfaces.web.media import media_routes
from fairday.interfaces.web.surface import Web
from fairday.usecases.shop import Shop

PARTS = (machine, goods, cart, checkout, away, gifts, orders, identity, account)

__all__ = ["error_answer", "routes"]


def routes(shop: Shop, web: Web) -> Sequence[Router]:
    """Everything the storefront answers, static files included."""
    front = Front(shop, web)
    handlers = [handler for part in PARTS for handler in part.routes(front)]
    return [
        Router(
            path="/",
            route_handlers=[front.surface.assets.route(), *media_routes(shop.media, web.media_prefix), *handlers],
            guards=[same_origin_guard],
            include_in_schema=False,
        )
    ]
