"""Structured logs: one JSON object a line on standard error, without secrets."""

import json
import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import Any, TextIO

import structlog

# Members of a log line whose values must never be read, whoever put them there: `cart_token` as well as `token`.
SECRET_NAMES = re.compile(
    r"(?:.*[_-])?(?:passwords?|passphrase|tokens?|secrets?|authorization|cookies?|csrf|otp)|(?:api[_-])?key|code",
    re.IGNORECASE,
)

_ENCODER = json.JSONEncoder(default=repr)


def configure_logs(level: str) -> None:
    """Send our own lines straight out, the libraries' through the standard library; both look the same."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_secrets,
    ]
    stream = sys.stderr
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, _as_json],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *names: _Lines(stream, *names),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _as_json,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in ("alembic", "httpx", "stripe"):  # the last two tell every question, and in detail at `debug`
        logging.getLogger(name).setLevel(logging.WARNING)


class _Lines(structlog.WriteLogger):
    """A line a call, whole, on a stream. A request writes one: by way of `logging` it would cost four times as much."""

    def __init__(self, stream: TextIO, name: str = "") -> None:
        super().__init__(stream)
        self.name = name


def _as_json(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> str:  # noqa: ANN401
    return _ENCODER.encode(line)


def without_secrets(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:  # noqa: ANN401
    """Blank every member that is named like a secret, however deep it lies."""
    for name, value in line.items():
        line[name] = _blanked(name, value)
    return line


@lru_cache(512)
def _is_secret(name: str) -> bool:
    return SECRET_NAMES.fullmatch(name) is not None


def _blanked(name: str, value: Any) -> Any:  # noqa: ANN401
    if _is_secret(name):
        return "..."
    if isinstance(value, (str, int, float)):
        return value
    if isinstance(value, Mapping):
        return {inner: _blanked(str(inner), one) for inner, one in value.items()}
    if isinstance(value, list):
        return [_blanked("", one) for one in value]
    return value
