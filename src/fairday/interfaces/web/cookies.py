"""Sealed cookies: a Struct, encrypted and authenticated, in the shopper's browser. What it holds is not decided here.

Over TLS the name has the `__Host-` prefix; on plain-http loopback it is the same cookie without prefix and Secure.
"""

from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

import msgspec
from litestar.datastructures import Cookie

from fairday.kernel.sealing import seal, unseal

LARGEST = 4_000

Sealed = TypeVar("Sealed", bound=msgspec.Struct)


class SealedCookie(Generic[Sealed]):
    """One kind of cookie. The first secret seals, all open, so a secret can change without signing all out."""

    def __init__(self, name: str, kind: type[Sealed], keys: Sequence[bytes], *, tls: bool, max_age_s: int) -> None:
        """`kind` is what the cookie carries; over TLS its name gets the `__Host-` prefix."""
        self.name = f"__Host-{name}" if tls else name
        self._kind = kind
        self._keys = tuple(keys)
        self._purpose = f"cookie {self.name}"
        self._tls = tls
        self._max_age_s = max_age_s

    def read(self, cookies: Mapping[str, str]) -> Sealed | None:
        """What the browser sent, or None when there is nothing, it was altered, or it is of another kind."""
        text = cookies.get(self.name, "")
        if not text or len(text) > LARGEST:
            return None
        for key in self._keys:
            plain = unseal(key, self._purpose, text)
            if plain is not None:
                return self._decode(plain)
        return None

    def _decode(self, plain: bytes) -> Sealed | None:
        try:
            return msgspec.msgpack.decode(plain, type=self._kind)
        except msgspec.DecodeError:
            return None

    def seal(self, value: Sealed) -> str:
        """`value` as cookie text."""
        return seal(self._keys[0], self._purpose, msgspec.msgpack.encode(value))

    def write(self, value: Sealed) -> Cookie:
        """The cookie to send."""
        return self._cookie(self.seal(value), self._max_age_s)

    def clear(self) -> Cookie:
        """The cookie that makes the browser forget it."""
        return self._cookie("", 0)

    def _cookie(self, value: str, max_age_s: int) -> Cookie:
        return Cookie(
            key=self.name,
            value=value,
            path="/",
            max_age=max_age_s,
            httponly=True,
            secure=self._tls,
            samesite="lax",
        )
