"""Every no that only the API can say. What a use case refuses is told as it is."""

from typing import ClassVar

from fairday.kernel.errors import Refusal


class MalformedJson(Refusal):
    """The body is not JSON."""

    code: ClassVar[str] = "malformed_json"
    status: ClassVar[int] = 400


class TokenRequired(Refusal):
    """This needs `Authorization: Bearer` with a cart's or order's token, or an API key."""

    code: ClassVar[str] = "token_required"
    status: ClassVar[int] = 401


class KeyRequired(Refusal):
    """This needs an `Idempotency-Key` header: it does something that must not be done twice."""

    code: ClassVar[str] = "idempotency_key_required"
    status: ClassVar[int] = 400


class KeyUnusable(Refusal):
    """The `Idempotency-Key` is longer than `limit` characters, or not printable ASCII."""

    code: ClassVar[str] = "idempotency_key_unusable"
    status: ClassVar[int] = 400


class WrongMethod(Refusal):
    """The address exists, but not for this method; `allow` says for which."""

    code: ClassVar[str] = "method_not_allowed"
    status: ClassVar[int] = 405


class BodyTooLarge(Refusal):
    """More than `limit_bytes` was sent; the rest was not read."""

    code: ClassVar[str] = "body_too_large"
    status: ClassVar[int] = 413


class NotJson(Refusal):
    """The body says it is something else than `application/json`."""

    code: ClassVar[str] = "unsupported_media_type"
    status: ClassVar[int] = 415
