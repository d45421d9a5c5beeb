"""The contract as an OpenAPI 3.1 document, made from the operations themselves, so it can't say anything else.

Nothing here answers a request but for the document; the page for people is in `docs`.
"""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from fairday.domain.access.errors import BadApiKey, MissingScope
from fairday.interfaces.api.errors import (
    BodyTooLarge,
    KeyRequired,
    KeyUnusable,
    MalformedJson,
    NotJson,
    TokenRequired,
)
from fairday.interfaces.api.operation import Operation
from fairday.interfaces.api.problems import MEDIA_TYPE, TYPES, Problem
from fairday.interfaces.api.requests import LONGEST_KEY
from fairday.kernel.errors import Invalid, Refusal, TooMany
from fairday.usecases.shop import ShopSettings

VERSION = "1.0.0"
REFERENCE = "#/components/schemas/{name}"
JSON = "application/json"
DESCRIPTION = """\
Read the catalogue, fill a cart, place an order, ask how it goes; for a shop's own servers also parcels, refunds and
cancellations. Money is `{amount, currency}` in minor units, times are ISO 8601 in UTC, ids are opaque.

**Who may.** Creating a cart or an order answers with its token; send it as `Authorization: Bearer` to whatever belongs
to that cart or order. Servers send an API key (`fk_...`) instead: the scope `read` sees every cart and order, `write`
may do everything. Somebody else's id, and one that does not exist, get the same 404.

**Once.** A POST may be sent again with the same `Idempotency-Key`: the same key and body are answered from what
was done (`Idempotent-Replayed: true`), never done twice; another body is 422 `idempotency_conflict`; one that is still
being done is 409 `in_flight`. Bodies are compared by meaning: key order and `1.0` for `1` do not matter. The key is
required where money moves. Use a random UUID for each.

**No.** Errors are problem documents (RFC 9457): `code` is for programs, `detail` for people, in the language of
`Accept-Language`.
"""
EVERYBODY: tuple[type[Refusal], ...] = (Invalid, TooMany)
WITH_BODY: tuple[type[Refusal], ...] = (MalformedJson, BodyTooLarge, NotJson)
WITH_TOKEN: tuple[type[Refusal], ...] = (TokenRequired, BadApiKey, MissingScope)
WITH_KEY: tuple[type[Refusal], ...] = (KeyUnusable,)
SECURITY = {"cart": ["cartToken", "apiKey"], "order": ["orderToken", "apiKey"], "key": ["apiKey"]}
SCHEMES = {
    "cartToken": "The token of a cart, from the answer that created it.",
    "orderToken": "The token of an order, from the answer that placed it.",
    "apiKey": "An API key of a server: `fk_...`, with the scope `read` for GET and `write` for POST.",
}


def refusals_of(operation: Operation) -> tuple[type[Refusal], ...]:
    """Every refusal the operation can answer with, its own first."""
    found = list(operation.refusals)
    found += EVERYBODY
    if operation.body is not None:
        found += WITH_BODY
    # A bad key is refused even where none is needed: whoever sends one means it.
    found += WITH_TOKEN if operation.access != "public" else (BadApiKey, MissingScope)
    if operation.key_rule != "none":
        found += WITH_KEY
        found.append(KeyRequired)
    return tuple(dict.fromkeys(found))


def openapi(operations: Sequence[Operation], settings: ShopSettings) -> dict[str, Any]:
    """The document."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, settings)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{settings.name} API",
            "version": VERSION,
            "summary": "The shop, for programs.",
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/api/v1"}],
        "paths": paths,
        "components": {
            "schemas": _schemas(operations, settings),
            "securitySchemes": {
                name: {"type": "http", "scheme": "bearer", "description": text} for name, text in SCHEMES.items()
            },
        },
    }


def _operation(operation: Operation, settings: ShopSettings) -> dict[str, Any]:
    document: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.path.split("/")[1]],
        "parameters": list(_parameters(operation, settings)),
        "responses": {**_answers(operation), **_problems(operation)},
        "security": [{scheme: []} for scheme in SECURITY.get(operation.access, [])] or [{}],
    }
    if operation.description:
        document["description"] = operation.description
    if operation.body is not None:
        content: dict[str, Any] = {"schema": {"$ref": REFERENCE.format(name=operation.body.__name__)}}
        if operation.example is not None:
            content["example"] = operation.example
        optional = not any(field.required for field in msgspec.structs.fields(operation.body))
        document["requestBody"] = {"required": not optional, "content": {JSON: content}}
    return document


def _parameters(operation: Operation, settings: ShopSettings) -> Iterable[dict[str, Any]]:
    if "{id}" in operation.path:
        yield {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9a-z]{26}$"}}
    if operation.query is not None:
        _, components = msgspec.json.schema_components([operation.query], ref_template=REFERENCE)
        for name, schema in components[operation.query.__name__]["properties"].items():
            yield _query_parameter(name, dict(schema), settings)
    yield {
        "name": "Accept-Language",
        "in": "header",
        "required": False,
        "description": "The language of names and of `detail`.",
        "schema": {"type": "string"},
    }
    if operation.key_rule != "none":
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": operation.key_rule == "required",
            "description": "Names this request for ever; a random UUID.",
            "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
        }


def _query_parameter(name: str, schema: dict[str, Any], settings: ShopSettings) -> dict[str, Any]:
    if "anyOf" in schema:
        schema = next(dict(one) for one in schema["anyOf"] if one.get("type") != "null")
    if schema.get("default") in ("", [], None):
        schema.pop("default", None)
    if name in {"currency", "language"}:
        schema = {"type": "string", "enum": list(_known(name, settings)), "description": schema.get("description", "")}
    parameter: dict[str, Any] = {"name": name, "in": "query", "required": False}
    if schema.get("description"):
        parameter["description"] = schema.pop("description")
    return {**parameter, "schema": schema}


def _known(name: str, settings: ShopSettings) -> Sequence[str]:
    """The values a shop takes for these names."""
    if name == "language":
        return settings.languages
    if name == "country":
        return sorted(dict(settings.countries))
    return sorted(set(dict(settings.countries).values()))


def _answers(operation: Operation) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if operation.key_rule != "none":
        headers["Idempotent-Replayed"] = {
            "description": "`true` when this key was answered before.",
            "schema": {"type": "string", "enum": ["true"]},
        }
    answers = {}
    for status, kind in operation.answers.items():
        answers[str(status)] = {
            "description": _first_line(kind),
            "headers": headers,
            "content": {JSON: {"schema": {"$ref": REFERENCE.format(name=kind.__name__)}}},
            "links": {
                name: {"operationId": name, "parameters": {"id": "$response.body#/id"}} for name in operation.links
            },
        }
    return answers


def _problems(operation: Operation) -> dict[str, Any]:
    by_status: dict[int, list[type[Refusal]]] = {}
    for refusal in refusals_of(operation):
        by_status.setdefault(refusal.status, []).append(refusal)
    return {str(status): _problem(status, refusals) for status, refusals in sorted(by_status.items())}


def _problem(status: int, refusals: Sequence[type[Refusal]]) -> dict[str, Any]:
    codes = {refusal.code: refusal for refusal in refusals}
    answer: dict[str, Any] = {
        "description": " ".join(f"`{code}`: {_first_line(refusal)}" for code, refusal in codes.items()),
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": REFERENCE.format(name="Problem")},
                "examples": {code: {"value": _example(code, status)} for code in codes},
            }
        },
    }
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.CONFLICT, HTTPStatus.SERVICE_UNAVAILABLE}:
        answer["headers"] = {
            "Retry-After": {"description": "Seconds, where waiting helps.", "schema": {"type": "string"}}
        }
    return answer


def _example(code: str, status: int) -> dict[str, Any]:
    title = HTTPStatus(status).phrase
    return {"type": TYPES + code, "title": title, "status": status, "code": code, "detail": "..."}


def _schemas(operations: Sequence[Operation], settings: ShopSettings) -> dict[str, Any]:
    kinds: list[Any] = [Problem]
    for operation in operations:
        kinds += operation.answers.values()
        kinds += [operation.body] if operation.body is not None else []
    _, components = msgspec.json.schema_components(list(dict.fromkeys(kinds)), ref_template=REFERENCE)
    schemas: dict[str, Any] = {name: _tidy(schema) for name, schema in components.items()}
    for kind in ("NewCart", "SetShipping"):
        for name, schema in schemas[kind]["properties"].items():
            if name in {"country", "currency", "language"}:
                _only(schema, _known(name, settings))
    return schemas


def _only(schema: dict[str, Any], values: Sequence[str]) -> None:
    """Where the schema says text, let it say which."""
    for one in (schema, *schema.get("anyOf", ())):
        if one.get("type") == "string":
            one["enum"] = list(values)


def _tidy(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema without defaults of answers, and without titles that only repeat the name."""
    return {name: value for name, value in schema.items() if name != "title"}


def _first_line(kind: Any) -> str:  # noqa: ANN401 - a Struct or a Refusal
    return (kind.__doc__ or "").strip().split("\n")[0]
