"""The manual: the contract as one page, rendered here, with the shop's own style and nothing from any other host.

It reads the OpenAPI document and knows nothing else, so page and contract can't differ.
"""

import re
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from fairday.interfaces.api.dispatch import PREFIX, Raw
from fairday.interfaces.api.operation import Answer, Call, Operation
from fairday.interfaces.web.assets import KEEP_FOREVER, Assets
from fairday.interfaces.web.headers import Policy
from fairday.interfaces.web.templating import Templates, Tongue
from fairday.kernel.errors import NotFound

HERE = Path(__file__).parent
SHARED = HERE.parent / "web" / "static"
STATIC = f"{PREFIX}/static"
AGE_S = 60
FIRST_PROBLEM = 400
HTML = "text/html; charset=utf-8"
_SPANS = re.compile(r"(`[^`]+`|\*\*[^*]+\*\*)")
_GROUPS = ("products", "search", "categories", "carts", "orders", "gift-cards")


class Span(Struct, frozen=True):
    """A piece of a sentence: `text`, `code` or `strong`."""

    kind: str
    text: str


class Field(Struct, frozen=True):
    """A parameter or a member of a document; `link` names the schema it is one of."""

    name: str
    kind: str
    link: str
    required: bool
    says: tuple[Span, ...]


class Reply(Struct, frozen=True):
    """An answer: its status, what it means, and the schema of its document."""

    status: str
    says: tuple[Span, ...]
    link: str


class Entry(Struct, frozen=True, kw_only=True):
    """An operation as the page shows it."""

    name: str
    method: str
    path: str
    summary: str
    says: tuple[Span, ...]
    access: tuple[str, ...]
    parameters: tuple[Field, ...]
    body: str
    example: str
    answers: tuple[Reply, ...]
    problems: tuple[str, ...]


class Schema(Struct, frozen=True):
    """A document's members."""

    name: str
    says: tuple[Span, ...]
    fields: tuple[Field, ...]


class Wrong(Struct, frozen=True):
    """A problem code and what it means."""

    code: str
    status: str
    says: tuple[Span, ...]


class Manual(Struct, frozen=True, kw_only=True):
    """The whole page."""

    title: str
    version: str
    paragraphs: tuple[tuple[Span, ...], ...]
    groups: tuple[tuple[str, tuple[Entry, ...]], ...]
    schemas: tuple[Schema, ...]
    problems: tuple[Wrong, ...]


def docs_operations(document: dict[str, Any]) -> tuple[Operation, ...]:
    """The page at `/docs`, and its style."""
    assets = Assets((SHARED, HERE / "static"), STATIC)
    templates = Templates({"api": HERE / "templates"}, assets)
    manual, policy = manual_of(document), Policy().public_page()
    headers = (("cache-control", f"public, max-age={AGE_S}"), ("vary", "accept-language"),
               ("content-security-policy", policy))  # fmt: skip

    async def page(call: Call) -> Answer:
        html = templates.render("api/docs.html", Tongue(call.language, "US"), manual=manual)
        return Answer(Raw(html.encode(), HTML, headers))

    async def style(call: Call) -> Answer:
        for name in ("base.css", "docs.css"):
            asset = assets.asset(name)
            if asset.address == f"{STATIC}/{call.ids['name']}":
                return Answer(Raw(asset.content, asset.content_type, (("cache-control", KEEP_FOREVER),)))
        raise NotFound(what="address")

    return (
        Operation(method="GET", path="/docs", name="docs", summary="", act=page, answers={200: str}),
        Operation(method="GET", path="/static/{name}", name="docsStyle", summary="", act=style, answers={200: str}),
    )


def manual_of(document: dict[str, Any]) -> Manual:
    """The contract, arranged for reading."""
    entries = [
        _entry(method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    by_group = [(group, tuple(one for one in entries if one.path.split("/")[1] == group)) for group in _GROUPS]
    schemas = [_schema(name, schema) for name, schema in sorted(document["components"]["schemas"].items())]
    return Manual(
        title=document["info"]["title"],
        version=document["info"]["version"],
        paragraphs=tuple(spans(text) for text in document["info"]["description"].strip().split("\n\n")),
        groups=tuple((group, found) for group, found in by_group if found),
        schemas=tuple(schemas),
        problems=tuple(_problems(document)),
    )


def spans(text: str) -> tuple[Span, ...]:
    """A sentence with `code` and **strong** in it, in pieces that a template escapes."""
    pieces = []
    for piece in _SPANS.split(" ".join(text.split())):
        if piece.startswith("`"):
            pieces.append(Span("code", piece.strip("`")))
        elif piece.startswith("**"):
            pieces.append(Span("strong", piece.strip("*")))
        elif piece:
            pieces.append(Span("text", piece))
    return tuple(pieces)


def _entry(method: str, path: str, operation: dict[str, Any]) -> Entry:
    body: dict[str, Any] = next(iter(operation.get("requestBody", {}).get("content", {}).values()), {})
    replies = [(int(status), answer) for status, answer in operation["responses"].items()]
    codes = [code for status, answer in replies if status >= FIRST_PROBLEM for code in _codes(answer)]
    return Entry(
        name=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        says=spans(operation.get("description", "")),
        access=tuple(scheme for one in operation["security"] for scheme in one),
        parameters=tuple(_field(one["name"], one["schema"], one) for one in operation["parameters"]),
        body=_link(body.get("schema", {})),
        example=_pretty(body["example"]) if "example" in body else "",
        answers=tuple(_reply(status, answer) for status, answer in replies if status < FIRST_PROBLEM),
        problems=tuple(codes),
    )


def _reply(status: int, answer: dict[str, Any]) -> Reply:
    schema = next(iter(answer["content"].values()))["schema"]
    return Reply(str(status), spans(answer["description"]), _link(schema))


def _codes(answer: dict[str, Any]) -> list[str]:
    return list(next(iter(answer["content"].values()))["examples"])


def _problems(document: dict[str, Any]) -> list[Wrong]:
    found: dict[str, Wrong] = {}
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                if int(status) >= FIRST_PROBLEM:
                    says = dict(re.findall(r"`(\w+)`: (.*?)(?= `\w+`: |$)", answer["description"]))
                    for code in _codes(answer):
                        found[code] = Wrong(code, status, spans(says.get(code, "")))
    return [found[code] for code in sorted(found)]


def _schema(name: str, schema: dict[str, Any]) -> Schema:
    required = set(schema.get("required", ()))
    fields = [
        _field(member, described, {"required": member in required, **described})
        for member, described in schema.get("properties", {}).items()
    ]
    return Schema(name, spans(schema.get("description", "")), tuple(fields))


def _field(name: str, schema: dict[str, Any], around: dict[str, Any]) -> Field:
    says = spans(str(around.get("description", "")))
    return Field(name, _kind(schema), _link(schema), bool(around.get("required")), says)


def _kind(schema: dict[str, Any]) -> str:
    """A type in a word or two: `string`, `array of Money`, `integer or Money`."""
    if "$ref" in schema:
        return _link(schema)
    if "anyOf" in schema:
        return " | ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    kind = str(schema.get("type", "any"))
    return f"{kind} of {_kind(schema['items'])}" if isinstance(schema.get("items"), dict) else kind


def _link(schema: dict[str, Any]) -> str:
    """The name of the schema this is, or is a list of, or may be."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    inner = schema.get("items")
    nested = [*schema.get("anyOf", ()), *([inner] if isinstance(inner, dict) else [])]
    return next((found for found in map(_link, nested) if found), "")


def _pretty(example: Any) -> str:  # noqa: ANN401 - any JSON
    return msgspec.json.format(msgspec.json.encode(example), indent=2).decode()
