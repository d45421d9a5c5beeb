"""Reading a request: bounded body, strict decoding, idempotency key, and who is calling. Nothing is done here."""

import hashlib
import math
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar.types import HTTPScope, Receive
from msgspec import Struct

from fairday.domain.carts import Remembered
from fairday.interfaces.api.errors import BodyTooLarge, KeyRequired, KeyUnusable, MalformedJson, NotJson, TokenRequired
from fairday.interfaces.api.operation import Caller, Operation
from fairday.kernel.errors import Invalid
from fairday.usecases.manage_api_keys import PREFIX, check_api_key
from fairday.usecases.shop import Shop

LARGEST_BODY = 64 * 1024
LONGEST_KEY = 255
LONGEST_TOKEN = 512
QUERY_FIELDS = 64
LONGEST_QUERY = 8_192
WHOLE_FLOATS = 2.0**63


class Headers:
    """The headers that the API reads, by lower-case name; of several of one name the first counts."""

    def __init__(self, scope: HTTPScope) -> None:
        self._values: dict[str, str] = {}
        for name, value in scope["headers"]:
            self._values.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))

    def get(self, name: str) -> str:
        """The header, or ""."""
        return self._values.get(name, "")

    def __contains__(self, name: str) -> bool:
        return name in self._values


def source_of(scope: HTTPScope) -> str:
    """The network address that the connection comes from; forwarded addresses are the server's business."""
    client = scope.get("client")
    return str(client[0]) if client else ""


async def identify(shop: Shop, headers: Headers, operation: Operation, source: str) -> Caller:
    """Who calls. TokenRequired where nobody may be nobody; a key must be good and have the scope, wherever it goes."""
    scheme, _, token = headers.get("authorization").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > LONGEST_TOKEN:
        token = ""
    if token.startswith(PREFIX):
        scope = "read" if operation.method == "GET" else "write"
        return Caller(source, "", await check_api_key(shop, token, scope, source))
    if operation.access == "key" or (operation.access != "public" and not token):
        raise TokenRequired
    return Caller(source, token)


def read_query(operation: Operation, query_string: bytes) -> Any:  # noqa: ANN401 - the operation's own Struct
    """The query as the operation describes it. Parameters nobody knows are left alone; one given twice is Invalid."""
    if operation.query is None:
        return None
    if len(query_string) > LONGEST_QUERY:
        raise Invalid(field="query", problem="problem-query-too-long")
    try:
        pairs = parse_qsl(query_string.decode("latin-1"), keep_blank_values=True, max_num_fields=QUERY_FIELDS)
    except ValueError:
        raise Invalid(field="query", problem="problem-query-too-long") from None
    given = _by_name(operation.query, pairs)
    try:
        return msgspec.convert(given, operation.query, strict=False)
    except msgspec.ValidationError as error:
        raise _invalid(error) from None


def _by_name(kind: type[Struct], pairs: list[tuple[str, str]]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for parameter, many in _parameters(kind):
        values = [value for name, value in pairs if name == parameter]
        if many:
            given[parameter] = values
        elif len(values) > 1:
            raise Invalid(field=parameter, problem="problem-given-twice")
        elif values:
            given[parameter] = values[0]
    return given


@cache
def _parameters(kind: type[Struct]) -> tuple[tuple[str, bool], ...]:
    """The parameters of a query, and whether each may be given many times."""
    return tuple((field.name, field.default == ()) for field in msgspec.structs.fields(kind))


async def read_json(headers: Headers, receive: Receive) -> Any:  # noqa: ANN401 - any JSON
    """The body as JSON with whole numbers as integers; an empty one is an empty object."""
    content_type = headers.get("content-type").partition(";")[0].strip().lower()
    if content_type and content_type != "application/json" and not content_type.endswith("+json"):
        raise NotJson
    raw = await _read_body(headers, receive)
    if not raw.strip():
        return {}
    try:
        return _JSON.decode(raw)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise MalformedJson from None


async def _read_body(headers: Headers, receive: Receive) -> bytes:
    length = headers.get("content-length")
    if length.isdigit() and int(length) > LARGEST_BODY:
        raise BodyTooLarge(limit_bytes=LARGEST_BODY)
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body)
        body += message.get("body", b"")
        if len(body) > LARGEST_BODY:
            raise BodyTooLarge(limit_bytes=LARGEST_BODY)
        if not message.get("more_body"):
            return bytes(body)


def as_body(operation: Operation, document: Any) -> Any:  # noqa: ANN401 - the operation's own Struct
    """The document as what the operation expects; Invalid says where it is not."""
    try:
        return msgspec.convert(document, operation.body, str_keys=True)
    except msgspec.ValidationError as error:
        raise _invalid(error) from None


def read_key(headers: Headers, operation: Operation, path: str, document: Any) -> Remembered | None:  # noqa: ANN401
    """The idempotency key under this address, hashed so that any length fits, and the hash of what came with it."""
    if operation.key_rule == "none":
        return None
    key = headers.get("idempotency-key")
    if not key:
        if operation.key_rule == "required" or "idempotency-key" in headers:
            raise KeyRequired
        return None
    if len(key) > LONGEST_KEY or not all("!" <= character <= "~" for character in key):
        raise KeyUnusable(limit=LONGEST_KEY)
    named = hashlib.sha256(f"{operation.method} {path}\x1f{key}".encode()).hexdigest()
    return Remembered(named, request_hash(document))


def request_hash(document: Any) -> str:  # noqa: ANN401 - any JSON
    """The same for two documents that mean the same: key order and 1.0 for 1 do not matter, null for absent does."""
    return hashlib.sha256(msgspec.json.encode(document, order="deterministic")).hexdigest()


def _whole(text: str) -> int | float:
    """A number with a point or an exponent."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return int(value) if value.is_integer() and abs(value) < WHOLE_FLOATS else value


_JSON = msgspec.json.Decoder(float_hook=_whole)


def _invalid(error: msgspec.ValidationError) -> Invalid:
    """What msgspec found, and where: `Expected ... - at `$.lines[0].quantity``."""
    text, _, where = str(error).partition(" - at ")
    return Invalid(field=where.strip("`").removeprefix("$").removeprefix(".") or "body", problem=text)
