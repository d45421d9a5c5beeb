"""What a program is told when something fails outside the dispatcher: our own mistakes, and what never got that far."""

from http import HTTPStatus
from typing import Any, ClassVar

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import HTTPScope

from fairday.interfaces.api.problems import MEDIA_TYPE, choose_language, headers_of, problem
from fairday.kernel.errors import Invalid, NotFound, Refusal
from fairday.messages import LANGUAGES

OWNED = (b"/api/", b"/healthz", b"/readyz", b"/metrics")
log = structlog.get_logger("fairday.api")


class Internal(Refusal):
    """Our mistake; what happened is in the log, under the request's id. Sending it again with the same key is safe."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500


def owns(scope: HTTPScope) -> bool:
    """Whether a program asked, so that no page is due. The path as it was sent: routing changes the other one."""
    return scope["raw_path"].startswith(OWNED)


def error_answer(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The problem document of whatever went wrong; what was unexpected is logged with its trace, and not shown."""
    if isinstance(error, Refusal):
        refusal: Refusal = error
    elif isinstance(error, HTTPException) and error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
        refusal = NotFound(what="address") if error.status_code == HTTPStatus.NOT_FOUND else Invalid()
    else:
        request_id = structlog.contextvars.get_contextvars().get("request_id", "")
        log.error("unhandled", exc_info=error)
        refusal = Internal(**({"request_id": request_id} if request_id else {}))
    language = choose_language(request.headers.get("accept-language", ""), LANGUAGES)
    headers = {"cache-control": "no-store", **dict(headers_of(refusal))}
    content = msgspec.json.encode(problem(refusal, language))
    return Response(content, status_code=refusal.status, media_type=MEDIA_TYPE, headers=headers)
