"""Passkeys (WebAuthn): what an authenticator must sign, and whether it did. The `webauthn` library is spoken to here.

A challenge is kept for five minutes and taken by the first answer, right or wrong. The origin is the shop's own
address and the relying party its host; browsers know no passkeys for bare addresses such as 127.0.0.1.
"""

import ipaddress
from urllib.parse import urlsplit

import webauthn
from msgspec import Struct
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from fairday.domain.access import Change, Passkey, Staff
from fairday.domain.access import store as access
from fairday.domain.access.errors import PasskeysImpossible, SignInExpired
from fairday.domain.access.model import CHALLENGE_LIFE_MS, Challenge, ChallengePurpose
from fairday.kernel.ids import new_id
from fairday.usecases.shop import Shop
from fairday.usecases.staff_sign_in import acting, begin_second_step, end_second_step, read_ticket
from fairday.usecases.write_audit import write_audit

LARGEST_RESPONSE = 32_768
# whatever the library says of an answer that is malformed; a deeply nested one exhausts its JSON parser
_NO_PROOF = (WebAuthnException, ValueError, TypeError, KeyError, RecursionError)


class PasskeyOffer(Struct, frozen=True):
    """What the page hands to navigator.credentials, as JSON, and the challenge's id to send back with the answer."""

    challenge_id: str
    options_json: str


async def begin_passkey_proof(shop: Shop, ticket: str) -> PasskeyOffer:
    """A challenge for the second step of signing in. SignInExpired, PasskeysImpossible."""
    staff = await read_ticket(shop, ticket)
    host = relying_party(shop)
    async with shop.database.read() as reader:
        known = await access.passkeys_of(reader, staff.id)
    options = webauthn.generate_authentication_options(
        rp_id=host, allow_credentials=_descriptors(known), user_verification=UserVerificationRequirement.PREFERRED
    )
    challenge_id = await keep_challenge(shop, staff.id, "sign_in", options.challenge)
    return PasskeyOffer(challenge_id, webauthn.options_to_json(options))


async def prove_passkey(shop: Shop, ticket: str, challenge_id: str, response_json: str, source: str = "") -> Staff:
    """The second step with the browser's answer (JSON). WrongFactor, SignInExpired."""
    staff = await begin_second_step(shop, ticket)
    challenge = await take_challenge(shop, staff.id, challenge_id, "sign_in")
    async with shop.database.read() as reader:
        known = await access.passkeys_of(reader, staff.id)
    signed = _signed_by(shop, known, challenge, response_json)
    if signed is not None:
        await _note_use(shop, staff, *signed)
    return await end_second_step(shop, staff, "passkey", source, right=signed is not None)


def registration_options(shop: Shop, staff: Staff, known: list[Passkey]) -> tuple[bytes, str]:
    """The challenge and the options (JSON) for making a passkey. PasskeysImpossible."""
    options = webauthn.generate_registration_options(
        rp_id=relying_party(shop),
        rp_name=shop.settings.name,
        user_id=staff.id.encode(),
        user_name=staff.login,
        user_display_name=staff.name,
        exclude_credentials=_descriptors(known),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    return options.challenge, webauthn.options_to_json(options)


def registered(shop: Shop, challenge: Challenge, response_json: str) -> VerifiedRegistration | None:
    """The new credential, or None when the answer proves nothing."""
    if len(response_json) > LARGEST_RESPONSE:
        return None
    try:
        return webauthn.verify_registration_response(
            credential=response_json,
            expected_challenge=base64url_to_bytes(challenge.challenge),
            expected_rp_id=relying_party(shop),
            expected_origin=origin(shop),
        )
    except _NO_PROOF:
        return None


def relying_party(shop: Shop) -> str:
    """The shop's host name; PasskeysImpossible for a bare address."""
    host = urlsplit(shop.settings.base_url).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if host:
            return host
    raise PasskeysImpossible(host=host)


def passkeys_possible(shop: Shop) -> bool:
    """Whether a page may offer passkeys."""
    try:
        return bool(relying_party(shop))
    except PasskeysImpossible:
        return False


def origin(shop: Shop) -> str:
    """The one origin that answers may come from."""
    parts = urlsplit(shop.settings.base_url)
    return f"{parts.scheme}://{parts.netloc}"


async def keep_challenge(shop: Shop, staff_id: str, purpose: ChallengePurpose, challenge: bytes) -> str:
    """Remember what must be signed; its id."""
    now_ms = shop.clock.now_ms()
    kept = Challenge(
        id=new_id(),
        staff_id=staff_id,
        purpose=purpose,
        challenge=bytes_to_base64url(challenge),
        expires_ms=now_ms + CHALLENGE_LIFE_MS,
    )
    async with shop.database.write() as unit:
        await access.insert_challenge(unit, kept, now_ms)
    return kept.id


async def take_challenge(shop: Shop, staff_id: str, challenge_id: str, purpose: ChallengePurpose) -> Challenge:
    """The challenge, once; SignInExpired when it is gone, too old, somebody else's or for something else."""
    async with shop.database.write() as unit:
        challenge = await access.take_challenge(unit, staff_id, challenge_id)
    if challenge is None or challenge.purpose != purpose or challenge.expires_ms <= shop.clock.now_ms():
        raise SignInExpired
    return challenge


def _signed_by(
    shop: Shop, known: list[Passkey], challenge: Challenge, response_json: str
) -> tuple[Passkey, int] | None:
    """Which of the passkeys signed, and its counter now.

    The counter is not judged here (0): many authenticators do not count, and synced ones go back.
    """
    if len(response_json) > LARGEST_RESPONSE:
        return None
    try:
        response = webauthn.helpers.parse_authentication_credential_json(response_json)
        passkey = next((key for key in known if key.id == bytes_to_base64url(response.raw_id)), None)
        if passkey is None:
            return None
        verified = webauthn.verify_authentication_response(
            credential=response,
            expected_challenge=base64url_to_bytes(challenge.challenge),
            expected_rp_id=relying_party(shop),
            expected_origin=origin(shop),
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=0,
        )
    except _NO_PROOF:
        return None
    return passkey, verified.new_sign_count


async def _note_use(shop: Shop, staff: Staff, passkey: Passkey, sign_count: int) -> None:
    """Remember the counter; one that went back may mean a copied key, so it is written down."""
    async with shop.database.write() as unit:
        await access.use_passkey(unit, passkey, sign_count, shop.clock.now_ms())
        if 0 < sign_count <= passkey.sign_count:
            change = Change("passkey.went_back", "staff", staff.id, {"was": passkey.sign_count, "now": sign_count})
            await write_audit(shop, unit, acting(staff), change)


def _descriptors(known: list[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(passkey.id)) for passkey in known]
