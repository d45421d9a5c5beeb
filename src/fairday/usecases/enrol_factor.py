"""Set up, change and take away one's own second factors. Each change ends other sessions and is written down.

Whoever has a factor must have proven it to get here; whoever has none is here for nothing else. What is shown once
(the shared secret, recovery codes) is never stored in the clear.
"""

import secrets

import msgspec
from msgspec import Struct
from webauthn.helpers import bytes_to_base64url

from fairday.domain.access import Change, Passkey, Staff
from fairday.domain.access import store as access
from fairday.domain.access.errors import LastFactor, SignInExpired, WrongFactor
from fairday.domain.access.model import PASSKEYS_LIMIT, RECOVERY_CODES
from fairday.domain.access.totp import matching_step, new_secret, provisioning_uri
from fairday.kernel.clock import MINUTE_MS
from fairday.kernel.errors import NotFound
from fairday.kernel.sealing import seal, unseal
from fairday.kernel.unit_of_work import Reader, Writer
from fairday.usecases.limit_tries import FACTOR_BY_STAFF, limit_tries
from fairday.usecases.prove_passkey import (
    PasskeyOffer,
    keep_challenge,
    registered,
    registration_options,
    take_challenge,
)
from fairday.usecases.shop import Shop
from fairday.usecases.staff_sign_in import TOTP_PURPOSE, acting, recovery_hash
from fairday.usecases.write_audit import write_audit

OFFER_LIFE_MS = 15 * MINUTE_MS
PASSKEY_NAME_LENGTH = 60
_OFFER_PURPOSE = "staff totp offer"
_CODE_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_CODE_LENGTH = 24  # 118 bits: from 112 on, one round of SHA-256 keeps a code as well as a slow hash does


class TotpOffer(Struct, frozen=True):
    """What the page shows once: the secret to type, the address for a QR code; `sealed` returns with the first code."""

    secret: str
    uri: str
    sealed: str


class Enrolled(Struct, frozen=True):
    """The person with the epoch for a new session of this browser, and recovery codes to show once (maybe none)."""

    staff: Staff
    recovery_codes: tuple[str, ...] = ()


class _Offer(Struct, frozen=True):
    staff_id: str
    secret: str
    expires_ms: int


async def begin_totp(shop: Shop, staff_id: str) -> TotpOffer:
    """A new secret for the authenticator app; nothing changes until its first code comes back."""
    async with shop.database.read() as reader:
        staff = await _known(reader, staff_id)
    secret = new_secret()
    offer = _Offer(staff_id, secret, shop.clock.now_ms() + OFFER_LIFE_MS)
    return TotpOffer(
        secret=secret,
        uri=provisioning_uri(secret, staff.login, shop.settings.name),
        sealed=seal(shop.settings.secret, _OFFER_PURPOSE, msgspec.json.encode(offer)),
    )


async def finish_totp(shop: Shop, staff_id: str, sealed: str, code: str, source: str = "") -> Enrolled:
    """The app gives the right code: it is the factor now, in place of an older app. WrongFactor, SignInExpired."""
    await limit_tries(shop, FACTOR_BY_STAFF, staff_id)
    plain = unseal(shop.settings.secret, _OFFER_PURPOSE, sealed)
    offer = msgspec.json.decode(plain, type=_Offer) if plain else None
    now_ms = shop.clock.now_ms()
    if offer is None or offer.staff_id != staff_id or offer.expires_ms <= now_ms:
        raise SignInExpired
    step = matching_step(offer.secret.encode(), code, now_ms)
    if step is None:
        raise WrongFactor
    async with shop.database.write() as unit:
        await access.set_totp(unit, staff_id, seal(shop.settings.secret, TOTP_PURPOSE, offer.secret.encode()), step)
        return await _enrolled(shop, unit, staff_id, Change("totp.enrolled", "staff", staff_id), source)


async def begin_passkey(shop: Shop, staff_id: str) -> PasskeyOffer:
    """A challenge for making a passkey. PasskeysImpossible."""
    async with shop.database.read() as reader:
        staff = await _known(reader, staff_id)
        known = await access.passkeys_of(reader, staff_id)
    challenge, options_json = registration_options(shop, staff, known)
    return PasskeyOffer(await keep_challenge(shop, staff_id, "register", challenge), options_json)


async def finish_passkey(
    shop: Shop, staff_id: str, challenge_id: str, response_json: str, name: str, source: str = ""
) -> Enrolled:
    """The browser's answer holds a new passkey: it is a factor from now on. WrongFactor, SignInExpired."""
    challenge = await take_challenge(shop, staff_id, challenge_id, "register")
    credential = registered(shop, challenge, response_json)
    if credential is None:
        raise WrongFactor
    passkey = Passkey(
        id=bytes_to_base64url(credential.credential_id),
        staff_id=staff_id,
        public_key=bytes_to_base64url(credential.credential_public_key),
        sign_count=credential.sign_count,
        name=" ".join(name.split())[:PASSKEY_NAME_LENGTH] or "passkey",
        created_ms=shop.clock.now_ms(),
    )
    async with shop.database.write() as unit:
        if len(await access.passkeys_of(unit, staff_id)) >= PASSKEYS_LIMIT:
            raise WrongFactor
        if not await access.insert_passkey(unit, passkey):
            raise WrongFactor
        change = Change("passkey.enrolled", "staff", staff_id, {"passkey": passkey.name})
        return await _enrolled(shop, unit, staff_id, change, source)


async def list_passkeys(shop: Shop, staff_id: str) -> list[Passkey]:
    """Somebody's own passkeys, oldest first."""
    async with shop.database.read() as reader:
        return await access.passkeys_of(reader, staff_id)


async def remove_passkey(shop: Shop, staff_id: str, passkey_id: str, source: str = "") -> Staff:
    """Forget a passkey of one's own. NotFound, LastFactor."""
    async with shop.database.write() as unit:
        if not await access.delete_passkey(unit, staff_id, passkey_id):
            raise NotFound
        return await _left(shop, unit, staff_id, Change("passkey.removed", "staff", staff_id), source)


async def remove_totp(shop: Shop, staff_id: str, source: str = "") -> Staff:
    """Forget the authenticator app. LastFactor."""
    async with shop.database.write() as unit:
        await access.set_totp(unit, staff_id, "", 0)
        return await _left(shop, unit, staff_id, Change("totp.removed", "staff", staff_id), source)


async def renew_recovery_codes(shop: Shop, staff_id: str, source: str = "") -> Enrolled:
    """New codes in place of the old ones, to show once."""
    async with shop.database.write() as unit:
        codes = await _new_codes(unit, staff_id)
        return await _noted(shop, unit, staff_id, Change("recovery.renewed", "staff", staff_id), source, codes)


async def _enrolled(shop: Shop, unit: Writer, staff_id: str, change: Change, source: str) -> Enrolled:
    """After a factor was added: the first time recovery codes come with it."""
    left = await access.recovery_codes_left(unit, staff_id)
    codes = () if left else await _new_codes(unit, staff_id)
    return await _noted(shop, unit, staff_id, change, source, codes)


async def _left(shop: Shop, unit: Writer, staff_id: str, change: Change, source: str) -> Staff:
    """After a factor was taken away: one must be left, or the unit is rolled back."""
    if not (await _known(unit, staff_id)).has_factor:
        raise LastFactor
    return (await _noted(shop, unit, staff_id, change, source, ())).staff


async def _noted(
    shop: Shop, unit: Writer, staff_id: str, change: Change, source: str, codes: tuple[str, ...]
) -> Enrolled:
    await access.bump_epochs(unit, [staff_id])
    staff = await _known(unit, staff_id)
    await write_audit(shop, unit, acting(staff, source), change)
    return Enrolled(staff, codes)


async def _new_codes(unit: Writer, staff_id: str) -> tuple[str, ...]:
    codes = tuple("".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH)) for _ in range(RECOVERY_CODES))
    await access.replace_recovery_codes(unit, staff_id, [recovery_hash(code) for code in codes])
    return tuple("-".join(code[start : start + 4] for start in range(0, _CODE_LENGTH, 4)) for code in codes)


async def _known(reader: Reader, staff_id: str) -> Staff:
    staff = await access.find_staff(reader, staff_id)
    if staff is None or not staff.active:
        raise NotFound
    return staff
