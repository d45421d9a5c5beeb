"""Error pages: every no of the shop, and every mistake of ours, as a page a person can go on from."""

import structlog
from litestar import Response
from litestar.exceptions import HTTPException

from fairday.interfaces.storefront.front import Answer, AnyRequest, surface_of
from fairday.interfaces.storefront.places import Place, Places
from fairday.interfaces.storefront.views.account import ErrorPage
from fairday.interfaces.storefront.views.shell import Shell
from fairday.interfaces.web.headers import new_nonce
from fairday.interfaces.web.pages import private_answer
from fairday.interfaces.web.surface import Web
from fairday.kernel.errors import Refusal
from fairday.messages import MissingMessageError
from fairday.usecases.shop import Shop

HEADINGS = (400, 403, 404, 409, 413, 422, 429, 500, 503)
SENTENCES = {404: "error-not-found", 405: "error-not-found", 413: "error-too-large", 429: "error-too-many"}
OURS = 500
log = structlog.get_logger("fairday.storefront")


def error_answer(shop: Shop, web: Web, request: AnyRequest, error: Exception) -> Answer:
    """The page for a refusal, an HTTP error, or our own mistake (which is logged with its trace, and not shown)."""
    places = Places(shop.settings)
    slug = request.url.path.strip("/").partition("/")[0]
    place = places.by_slug.get(slug) or places.preferred(request.headers.get("accept-language", ""))
    page = _page(place, error)
    nonce = new_nonce()
    shell = Shell(
        base=place.base,
        market_tag=place.tag,
        country=place.market.country,
        currency=place.market.currency,
        title=place.words.text("error-title", shop=shop.settings.name),
        public_url=web.public_url,
        path="/",
        shop_name=shop.settings.name,
        markets=places.links(place, "/"),
        indexed=False,
        nonce=nonce,
    )
    surface = surface_of(web)
    text = surface.templates.render("storefront/error.html", place.tongue, shell=shell, page=page)
    return _with_retry(private_answer(text, surface.policy, nonce, status=page.status), error)


def _page(place: Place, error: Exception) -> ErrorPage:
    words = place.words
    status = _status(error)
    reference = ""
    if isinstance(error, Refusal):
        sentence = _sentence(place, error)
    elif status in SENTENCES:
        sentence = words.text(SENTENCES[status])
    elif status < OURS:
        sentence = words.text("error-invalid")
    else:
        reference = str(structlog.contextvars.get_contextvars().get("request_id", ""))
        log.error("unhandled", exc_info=error)
        sentence = words.text("error-internal")
    near = status if status in HEADINGS else 404 if status in {405, 410} else 400 if status < OURS else OURS
    return ErrorPage(status, words.text(f"error-heading-{near}"), sentence, reference)


def _status(error: Exception) -> int:
    if isinstance(error, Refusal):
        return error.status
    return error.status_code if isinstance(error, HTTPException) else OURS


def _sentence(place: Place, error: Refusal) -> str:
    details = {name: value for name, value in error.details.items() if isinstance(value, str | int)}
    try:
        return place.words.text(error.message_id, **details)
    except MissingMessageError:
        return place.words.text("error-refused")


def _with_retry(answer: Response[bytes], error: Exception) -> Response[bytes]:
    if isinstance(error, Refusal) and "retry_after_s" in error.details:
        answer.headers["retry-after"] = str(error.details["retry_after_s"])
    return answer
