"""The road of a request through the API: find the operation, limit, identify, read, act, answer, or say why not.

Plain ASGI below `/api/v1`, so that unknown addresses and wrong methods get problem documents too. Cookies are never
read and no origin is ever allowed, so another site's page can't use a visitor's browser against it.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from litestar.types import HTTPScope, Receive, Send
from msgspec import Struct

from fairday.domain.access.errors import BadApiKey
from fairday.interfaces.api.errors import WrongMethod
from fairday.interfaces.api.meters import Meters
from fairday.interfaces.api.operation import Answer, Call, Caller, Operation
from fairday.interfaces.api.problems import MEDIA_TYPE, choose_language, headers_of, problem
from fairday.interfaces.api.requests import Headers, as_body, identify, read_json, read_key, read_query, source_of
from fairday.kernel.clock import MINUTE_MS
from fairday.kernel.errors import NotFound, Refusal
from fairday.usecases.limit_tries import Limit, limit_tries
from fairday.usecases.shop import Shop

PREFIX = "/api/v1"
JSON = "application/json"
IN_DEVELOPMENT = 100
LIFTED = 1_000_000_000


class Limits(Struct, frozen=True):
    """How often one source, or one key, may ask in a minute."""

    reads: int = 1_200
    changes: int = 240
    by_key: int = 12_000
    wrong_keys: int = 30


class Raw(Struct, frozen=True):
    """An answer that is not a JSON document of the contract: the contract itself, its page."""

    content: bytes
    content_type: str
    headers: tuple[tuple[str, str], ...] = ()


def limits_for(shop: Shop) -> Limits:
    """The usual limits; on a developer's machine, where every caller is one source, a hundred times those.

    Where they are lifted, for measuring, tries are counted all the same.
    """
    usual = Limits()
    if not shop.settings.limited:
        return Limits(**dict.fromkeys(Limits.__struct_fields__, LIFTED))
    if not shop.settings.development:
        return usual
    return Limits(**{name: value * IN_DEVELOPMENT for name, value in msgspec.structs.asdict(usual).items()})


class Dispatcher:
    """The operations, by address and method."""

    def __init__(self, shop: Shop, operations: Sequence[Operation], meters: Meters, limits: Limits) -> None:
        self._shop = shop
        self._meters = meters
        self._limits = limits
        self._plain: dict[str, dict[str, Operation]] = {}
        self._patterns: list[tuple[re.Pattern[str], dict[str, Operation]]] = []
        for operation in operations:
            self._by_method(operation.path)[operation.method] = operation

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = Headers(scope)
        language = choose_language(headers.get("accept-language"), self._shop.settings.languages)
        try:
            operation, ids = self._find(scope["path"].rstrip("/"), scope["method"])
            scope["path_template"] = PREFIX + operation.path
            answer = await self._act(operation, ids, (scope, receive, headers), language)
        except Refusal as refusal:
            self._meters.refused(refusal.code)
            await _refuse(send, refusal, language)
            return
        await _answer(send, answer, language)

    def _by_method(self, path: str) -> dict[str, Operation]:
        if "{" not in path:
            return self._plain.setdefault(path, {})
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))
        for known, methods in self._patterns:
            if known.pattern == pattern.pattern:
                return methods
        self._patterns.append((pattern, {}))
        return self._patterns[-1][1]

    def _find(self, path: str, method: str) -> tuple[Operation, Mapping[str, str]]:
        methods, ids = self._plain.get(path), {}
        if methods is None:
            for pattern, candidates in self._patterns:
                match = pattern.fullmatch(path)
                if match:
                    methods, ids = candidates, match.groupdict()
                    break
        if methods is None:
            raise NotFound(what="address")
        operation = methods.get("GET" if method == "HEAD" else method)
        if operation is None:
            raise WrongMethod(allow=sorted(methods))
        return operation, ids

    async def _act(
        self, operation: Operation, ids: Mapping[str, str], asked: tuple[HTTPScope, Receive, Headers], language: str
    ) -> Answer:
        scope, receive, headers = asked
        caller = await self._identify(headers, operation, source_of(scope))
        query = read_query(operation, scope["query_string"])
        body, once = None, None
        if operation.body is not None:
            document = await read_json(headers, receive)
            body = as_body(operation, document)
            once = read_key(headers, operation, scope["path"].rstrip("/"), document)
        return await operation.act(
            Call(shop=self._shop, caller=caller, language=language, ids=ids, query=query, body=body, once=once)
        )

    async def _identify(self, headers: Headers, operation: Operation, source: str) -> Caller:
        """Who calls, unless they call too often. Servers have a limit of their own; so does trying keys."""
        limits = self._limits
        try:
            caller = await identify(self._shop, headers, operation, source)
        except BadApiKey:
            await limit_tries(self._shop, Limit("api/wrong-key", limits.wrong_keys, MINUTE_MS), source)
            raise
        if caller.server:
            await limit_tries(self._shop, Limit("api/key", limits.by_key, MINUTE_MS), caller.server.id)
        elif operation.method == "GET":
            await limit_tries(self._shop, Limit("api/reads", limits.reads, MINUTE_MS), source)
        else:
            await limit_tries(self._shop, Limit("api/changes", limits.changes, MINUTE_MS), source)
        return caller


async def _answer(send: Send, answer: Answer, language: str) -> None:
    if isinstance(answer.body, Raw):
        raw = answer.body
        headers = [("content-type", raw.content_type), *raw.headers]
        await _send(send, answer.status, headers, raw.content)
        return
    headers = [("content-type", JSON), ("content-language", language)]
    if answer.fresh_s:
        headers += [("cache-control", f"public, max-age={answer.fresh_s}"), ("vary", "accept-language")]
    else:
        headers.append(("cache-control", "no-store"))
    if answer.replayed:
        headers.append(("idempotent-replayed", "true"))
    if answer.location:
        headers.append(("location", PREFIX + answer.location))
    await _send(send, answer.status, headers, msgspec.json.encode(answer.body))


async def _refuse(send: Send, refusal: Refusal, language: str) -> None:
    document: Any = problem(refusal, language)
    headers = [("content-type", MEDIA_TYPE), ("content-language", language), ("cache-control", "no-store")]
    await _send(send, refusal.status, headers + headers_of(refusal), msgspec.json.encode(document))


async def _send(send: Send, status: int, headers: Sequence[tuple[str, str]], content: bytes) -> None:
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    encoded.append((b"content-length", str(len(content)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": content, "more_body": False})
