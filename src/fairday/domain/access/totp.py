"""Codes of authenticator apps (RFC 6238: SHA-1, six digits, thirty seconds). That a code works once is `store.py`."""

import hmac
import secrets

import pyotp

STEP_MS = 30_000
SECRET_LENGTH = 32  # base32 characters: 160 bits
DRIFT_STEPS = 1  # a phone's clock may be this far off, either way


def new_secret() -> str:
    """A shared secret in base32."""
    return "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(SECRET_LENGTH))


def matching_step(secret: bytes, code: str, now_ms: int) -> int | None:
    """The time step that `code` belongs to, if it is near now. Looks at every near step, so time tells nothing."""
    typed = "".join(character for character in code if character.isascii() and character.isdigit())
    one = pyotp.TOTP(secret.decode())
    now_step = now_ms // STEP_MS
    near = range(now_step - DRIFT_STEPS, now_step + DRIFT_STEPS + 1)
    matching = [step for step in near if hmac.compare_digest(one.generate_otp(step), typed)]
    return max(matching, default=None)


def provisioning_uri(secret: str, login: str, shop_name: str) -> str:
    """The `otpauth:` address that an app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=shop_name)
