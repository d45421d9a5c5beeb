"""Signed messages: `t=<seconds>,v1=<HMAC-SHA256 of "t.body">`, with several keys while one replaces another."""

import hashlib
import hmac
from collections.abc import Sequence

from fairday.domain.payments.errors import BadSignature
from fairday.kernel.clock import SECOND_MS

TOLERANCE_S = 300
LONGEST_HEADER = 1_024


def sign(key: bytes, body: bytes, at_ms: int) -> str:
    """The header that goes with `body`."""
    at_s = at_ms // SECOND_MS
    return f"t={at_s},v1={_mac(key, at_s, body)}"


def check_signature(keys: Sequence[bytes], header: str, body: bytes, now_ms: int) -> None:
    """BadSignature unless one of the keys signed this body, within five minutes of now on either side."""
    at_s = check_time(header, now_ms)
    given = [value for name, value in _parts(header) if name == "v1"]
    good = [_mac(key, at_s, body) for key in keys]
    if not any(hmac.compare_digest(one.encode(), other.encode()) for one in given for other in good):
        raise BadSignature


def check_time(header: str, now_ms: int) -> int:
    """The second that a message says it was signed in; BadSignature when that is not one of about now."""
    times = [value for name, value in _parts(header) if name == "t"]
    if len(times) != 1 or not (times[0].isascii() and times[0].isdigit()):
        raise BadSignature
    at_s = int(times[0])
    if abs(now_ms // SECOND_MS - at_s) > TOLERANCE_S:
        raise BadSignature
    return at_s


def _parts(header: str) -> list[tuple[str, str]]:
    if len(header) > LONGEST_HEADER:
        raise BadSignature
    return [(name.strip(), value.strip()) for name, _, value in (part.partition("=") for part in header.split(","))]


def _mac(key: bytes, at_s: int, body: bytes) -> str:
    return hmac.new(key, b"%d." % at_s + body, hashlib.sha256).hexdigest()
