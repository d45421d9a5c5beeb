"""A passkey in software (ES256, no attestation), as a browser and its authenticator would answer together."""

import base64
import hashlib
import json
import secrets
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

USER_PRESENT, USER_VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Authenticator:
    """Answers `navigator.credentials` for one origin. What a test bends is an argument of `create` and `get`."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.credential_id = secrets.token_bytes(32)
        self.sign_count = 0
        self._key = ec.generate_private_key(ec.SECP256R1())

    def create(self, options_json: str, **bent: Any) -> str:
        """The answer to registration options."""
        options = json.loads(options_json)
        client = self._client("webauthn.create", options["challenge"], bent)
        rp_id = bent.get("rp_id", options["rp"]["id"])
        credential = len(self.credential_id).to_bytes(2, "big") + self.credential_id + self._cose()
        data = self._data(rp_id, USER_PRESENT | USER_VERIFIED | ATTESTED) + b"\x00" * 16 + credential
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer({"clientDataJSON": _text(client), "attestationObject": _text(attestation)})

    def get(self, options_json: str, **bent: Any) -> str:
        """The answer to authentication options."""
        options = json.loads(options_json)
        self.sign_count = bent.get("sign_count", self.sign_count + 1)
        client = self._client("webauthn.get", options["challenge"], bent)
        data = self._data(bent.get("rp_id", options["rpId"]), bent.get("flags", USER_PRESENT | USER_VERIFIED))
        key = bent.get("key", self._key)
        signature = key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {"clientDataJSON": _text(client), "authenticatorData": _text(data), "signature": _text(signature)}
        )

    def _client(self, kind: str, challenge: str, bent: dict[str, Any]) -> bytes:
        fields = {
            "type": bent.get("kind", kind),
            "challenge": bent.get("challenge", challenge),
            "origin": bent.get("origin", self.origin),
            "crossOrigin": False,
        }
        return json.dumps(fields).encode()

    def _data(self, rp_id: str, flags: int) -> bytes:
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + self.sign_count.to_bytes(4, "big")

    def _cose(self) -> bytes:
        numbers = self._key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})

    def _answer(self, response: dict[str, str]) -> str:
        name = _text(self.credential_id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
