"""Refusals as problem documents (RFC 9457), in the reader's language. A 500 is not made here: it is our mistake."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from fairday.kernel.errors import Invalid, NotFound, Refusal
from fairday.kernel.money import EXPONENTS, Money
from fairday.messages import LANGUAGES, Messages
from fairday.messages.catalogue import Sentences
from fairday.messages.formats import formats_for

MEDIA_TYPE = "application/problem+json"
TYPES = "/api/v1/docs#problem-"
FALLBACK = "error-refused"
LISTED = 20
REPLAYED = "replayed"  # not a member: the same answer twice is the same document
MONEY_MEMBERS = ("total", "due", "expected")


class Problem(Struct, frozen=True):
    """Why something was not done. `code` is for programs, `detail` for people; more members say more, by code."""

    type: Annotated[str, Meta(description="Where this problem is explained.")]
    title: str
    status: Annotated[int, Meta(ge=400, le=599)]
    code: str
    detail: str


def problem(refusal: Refusal, language: str) -> dict[str, Any]:
    """The problem document of a refusal."""
    sentences = Messages.for_language(language if language in LANGUAGES else LANGUAGES[0])
    members = _members(refusal.details, sentences)
    base = Problem(
        type=f"{TYPES}{refusal.code}",
        title=HTTPStatus(refusal.status).phrase,
        status=refusal.status,
        code=refusal.code,
        detail=_detail(refusal, members, sentences),
    )
    return {**members, **msgspec.structs.asdict(base)}


def headers_of(refusal: Refusal) -> list[tuple[str, str]]:
    """The headers that go with a refusal."""
    headers = []
    if "retry_after_s" in refusal.details:
        headers.append(("retry-after", str(refusal.details["retry_after_s"])))
    if refusal.details.get(REPLAYED):
        headers.append(("idempotent-replayed", "true"))
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        headers.append(("www-authenticate", "Bearer"))
    if "allow" in refusal.details:
        headers.append(("allow", ", ".join(refusal.details["allow"])))
    return headers


def choose_language(accept_language: str, offered: Sequence[str]) -> str:
    """The offered language that an Accept-Language header likes best; the first one offered when it likes none."""
    best, best_weight = offered[0], 0.0
    for part in accept_language[:500].split(","):
        name, _, parameter = part.strip().partition(";")
        language = name.strip().lower().partition("-")[0]
        weight = _weight(parameter)
        if language in offered and weight > best_weight:
            best, best_weight = language, weight
    return best


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0


def _members(details: Mapping[str, Any], sentences: Sentences) -> dict[str, Any]:
    """The details, with amounts as Money and sentences as text."""
    members = {name: value for name, value in details.items() if name != REPLAYED}
    currency = members.get("currency")
    if currency in EXPONENTS:
        for name in MONEY_MEMBERS:
            if isinstance(members.get(name), int):
                members[name] = Money(members[name], currency)
    if isinstance(members.get("problem"), str) and sentences.has(members["problem"]):
        members["problem"] = _say(sentences, members["problem"], members)
    return members


def _detail(refusal: Refusal, members: Mapping[str, Any], sentences: Sentences) -> str:
    if isinstance(refusal, Invalid) and members.get("field") and members.get("problem"):
        return f"{members['field']}: {members['problem']}"
    if type(refusal) is NotFound:
        return sentences.text("api-not-found")  # the shopper's sentence speaks of a page
    message_id = refusal.message_id if sentences.has(refusal.message_id) else FALLBACK
    return _say(sentences, message_id, members)


def _say(sentences: Sentences, message_id: str, members: Mapping[str, Any]) -> str:
    """The sentence with the details it asks for; one that is not there is left empty rather than refused."""
    names = sentences.arguments[message_id]
    return sentences.text(message_id, **{name: _plain(members.get(name, ""), sentences.language) for name in names})


def _plain(value: Any, language: str) -> str | int:  # noqa: ANN401 - a member of a JSON document
    if isinstance(value, Money):
        return str(formats_for(language, "").money(value))
    if isinstance(value, int):
        return int(value)
    if isinstance(value, (list, tuple, Mapping)):
        return ", ".join(str(one) for one in list(value)[:LISTED])
    return str(value)
