"""Structured logs: one JSON object a line on standard error, without secrets."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

# Members of a log line whose values must never be read, whoever put them there: `cart_token` as well as `token`.
SECRET_NAMES = re.compile(
    r"(?:.*[_-])?(?:passwords?|passphrase|tokens?|secrets?|authorization|cookies?|csrf|otp)|(?:api[_-])?key|code",
    re.IGNORECASE,
)


def configure_logs(level: str) -> None:
    """Send everything, the libraries' lines too, through one formatter."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    logging.getLogger("alembic").setLevel(logging.WARNING)


def without_secrets(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:  # noqa: ANN401
    """Blank every member that is named like a secret, however deep it lies."""
    for name, value in line.items():
        line[name] = _blanked(name, value)
    return line


def _blanked(name: str, value: Any) -> Any:  # noqa: ANN401
    if SECRET_NAMES.fullmatch(name):
        return "..."
    if isinstance(value, Mapping):
        return {inner: _blanked(str(inner), one) for inner, one in value.items()}
    if isinstance(value, list):
        return [_blanked("", one) for one in value]
    return value
