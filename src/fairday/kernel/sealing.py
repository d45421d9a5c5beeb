"""Small secrets kept where others can see them: sealed (AES-256-GCM) or keyed (HMAC), with a key for each purpose.

Passwords do not belong here (they are hashed by `adapters.identity`), nor do random tokens (`kernel.ids`).
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
LONGEST_CHARACTERS = 16_384


@lru_cache(maxsize=256)
def derive_key(secret: bytes, purpose: str) -> bytes:
    """A key for one purpose, from the shop's one secret, which must have 32 bytes or more."""
    if len(secret) < KEY_BYTES:
        message = f"the shop's secret has {len(secret)} bytes, {KEY_BYTES} are needed"
        raise ValueError(message)
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"fairday {purpose}".encode()).derive(secret)


def seal(secret: bytes, purpose: str, plain: bytes) -> str:
    """`plain` as URL-safe text that only `unseal` with the same secret and purpose opens."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(derive_key(secret, purpose)).encrypt(nonce, plain, purpose.encode())
    return base64.urlsafe_b64encode(nonce + sealed).rstrip(b"=").decode()


def unseal(secret: bytes, purpose: str, text: str) -> bytes | None:
    """What was sealed, or None when it was altered, is for another purpose, or was sealed with another secret."""
    if not text or len(text) > LONGEST_CHARACTERS:
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return AESGCM(derive_key(secret, purpose)).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], purpose.encode())
    except (binascii.Error, InvalidTag, ValueError):
        return None


def keyed_token(secret: bytes, purpose: str, subject: str) -> str:
    """A URL-safe token of 256 bits that the shop can make again from `subject`, and nobody else can."""
    digest = hmac.new(derive_key(secret, purpose), subject.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
