"""The API, version 1: JSON for programs under `/api/v1`, with health and metrics beside it. One page: its manual.

`OPERATIONS` is all it can do; the contract, the dispatcher and the tests are made from that one table. `routes` is what
the composition root mounts, `Measured` what it wraps around every route so that /metrics knows them all, `error_answer`
who speaks for it when something fails outside.
"""

from litestar import asgi
from litestar.enums import ScopeType
from litestar.handlers import ASGIRouteHandler, HTTPRouteHandler
from litestar.types import Receive, Scope, Send

from fairday.interfaces.api.carts import CARTS
from fairday.interfaces.api.contract import openapi
from fairday.interfaces.api.dispatch import PREFIX, Dispatcher, Limits, limits_for
from fairday.interfaces.api.docs import docs_operations
from fairday.interfaces.api.faults import error_answer, owns
from fairday.interfaces.api.gifts import GIFTS
from fairday.interfaces.api.goods import GOODS
from fairday.interfaces.api.meters import Measured, Meters
from fairday.interfaces.api.operation import Operation
from fairday.interfaces.api.order_care import ORDER_CARE
from fairday.interfaces.api.orders import PLACE_ORDER
from fairday.interfaces.api.service import contract_operation, health_routes, metrics_route
from fairday.interfaces.api.webhooks import webhook_routes
from fairday.usecases.shop import Shop

__all__ = ["OPERATIONS", "PREFIX", "Limits", "Measured", "Meters", "error_answer", "owns", "routes"]

OPERATIONS: tuple[Operation, ...] = (*GOODS, *CARTS, PLACE_ORDER, *ORDER_CARE, *GIFTS)


def routes(
    shop: Shop, *, meters: Meters | None = None, metrics_token: str = "", limits: Limits | None = None
) -> list[ASGIRouteHandler | HTTPRouteHandler]:
    """Everything to mount. Without `meters` of their own, the metrics count refusals but no requests."""
    meters = meters or Meters()
    document = openapi(OPERATIONS, shop.settings)
    operations = (*OPERATIONS, contract_operation(document), *docs_operations(document))
    dispatcher = Dispatcher(shop, operations, meters, limits or limits_for(shop))

    @asgi(PREFIX, is_mount=True, copy_scope=False, name="api-v1")
    async def api(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            await dispatcher(scope, receive, send)

    return [api, *health_routes(shop), *webhook_routes(shop), metrics_route(shop, meters, metrics_token)]
