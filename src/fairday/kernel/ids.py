"""Identifiers and secrets: `new_id` for things we store, `new_token` for what opens them. Nothing sequential leaves."""

import base64
import hashlib
import hmac
import secrets
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
ID_LENGTH = 26
TOKEN_BYTES = 20


class _Sequence:
    """Numbers of 48 bits of milliseconds and 80 random bits, each above the one before it in this process.

    Within a millisecond, or while the clock goes back, the next one is a random step of up to 64 bits further.
    """

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        number = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
        self._last = number if number >> 80 > self._last >> 80 else self._last + 1 + secrets.randbits(64)
        return self._last


_SEQUENCE = _Sequence()


def new_id() -> str:
    """26 characters that sort by creation: exactly within a process, to the millisecond between processes."""
    return _text(_SEQUENCE.next())


def derived_id(*parts: str) -> str:
    """The same 26 characters for the same parts, for things whose natural key decides their id."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return _text(int.from_bytes(digest[:16], "big"))


def new_token() -> str:
    """A URL-safe secret of 160 bits. Show it once; store `token_hash` of it."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def derived_token(secret: bytes, purpose: str, identifier: str) -> str:
    """The token that opens one thing, made from the shop's secret: it can be made again, so it is never stored."""
    digest = hmac.digest(secret, f"{purpose}\x1f{identifier}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:TOKEN_BYTES]).decode().rstrip("=")


def opens(secret: bytes, purpose: str, identifier: str, token: str) -> bool:
    """Whether `token` is the derived token of this thing, in constant time."""
    return hmac.compare_digest(derived_token(secret, purpose, identifier).encode(), token.encode())


def token_hash(token: str) -> str:
    """What is stored in place of a token. Tokens are random, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def token_matches(token: str, stored_hash: str) -> bool:
    """Whether `token` is the one whose hash was stored, in constant time."""
    return hmac.compare_digest(token_hash(token), stored_hash)


def is_id(text: str) -> bool:
    """Whether `text` has the shape of an id; says nothing about its existence."""
    return len(text) == ID_LENGTH and all(character in _ALPHABET for character in text)


def _text(number: int) -> str:
    return "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])


_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_SHIFTS = range(ID_LENGTH * 5 - 10, -1, -10)
