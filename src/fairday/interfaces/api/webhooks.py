"""The door for payment providers' messages: POST /webhooks/payments/{provider}, outside the API and its contract.

No cookie, key or origin counts here, only the provider's signature over the raw body. 200 means that the message is
kept, durably; it is applied right after, and by the sweep if that fails.
"""

from http import HTTPStatus
from typing import Any

from litestar import Request, Response, post
from litestar.background_tasks import BackgroundTask
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from fairday.kernel.errors import Refusal
from fairday.usecases.apply_payment_events import apply_payment_event
from fairday.usecases.receive_payment_event import receive_payment_event
from fairday.usecases.shop import Shop

BODY_LIMIT_BYTES = 256 * 1024
PATH = "/webhooks/payments/{provider:str}"
NO_STORE = {"cache-control": "no-store"}


def webhook_routes(shop: Shop) -> list[HTTPRouteHandler]:
    """The door."""

    @post(PATH, name="payment-webhook", include_in_schema=False, request_max_body_size=None)
    async def payment_webhook(request: Request[Any, Any, Any], provider: FromPath[str]) -> Response[dict[str, str]]:
        body = await _body(request)
        if body is None:
            return _answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")
        try:
            heard = await receive_payment_event(shop, provider, request.headers, body)
        except Refusal as no:
            return _answer(no.status, no.code)
        task = BackgroundTask(apply_payment_event, shop, heard) if heard and heard.state == "waiting" else None
        return Response({"status": "kept"}, status_code=HTTPStatus.OK, headers=NO_STORE, background=task)

    return [payment_webhook]


async def _body(request: Request[Any, Any, Any]) -> bytes | None:
    """The body as it was sent, which is what is signed; None when there is too much of it."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT_BYTES:
            return None
    return bytes(body)


def _answer(status: int, code: str) -> Response[dict[str, str]]:
    return Response({"status": code}, status_code=status, headers=NO_STORE)
