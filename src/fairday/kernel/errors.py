"""How the shop says no. A Refusal is expected and carries a sentence for its reader; anything else is our mistake."""

from collections.abc import Mapping
from typing import Any, ClassVar


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """An expected no: `code` for programs, `status` for HTTP, `message_id` for the sentence in the catalogue.

    `details` are the arguments of the sentence and the extension members of a problem document; they are shown to
    whoever asked, so they never hold a secret.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400

    def __init__(self, **details: Any) -> None:  # noqa: ANN401 - members of a JSON document
        super().__init__(self.code, details)
        self.details: Mapping[str, Any] = details

    @property
    def message_id(self) -> str:
        """The sentence in `messages/*/errors.ftl`: `error-` and the code."""
        return f"error-{self.code.replace('_', '-')}"


class Invalid(Refusal):
    """The request does not make sense; `field` says where and `problem` (a message id) what to do."""

    code = "invalid"
    status = 400


class NotFound(Refusal):
    """There is no such thing, or it is not yours: the two look the same from outside."""

    code = "not_found"
    status = 404


class Conflict(Refusal):
    """Somebody else changed it first."""

    code = "conflict"
    status = 409


class TooMany(Refusal):
    """A limit on tries was reached; `retry_after_s` says when to come back."""

    code = "too_many"
    status = 429


class Busy(Refusal):
    """The shop cannot take it right now; nothing happened, and trying again is safe."""

    code = "busy"
    status = 503


class CommitUnknown(Refusal):
    """The connection was lost while a unit was being kept: it was kept whole or not at all, and only asking tells.

    Whoever sent a command with an idempotency key sends it again and is told.
    """

    code = "commit_unknown"
    status = 503
