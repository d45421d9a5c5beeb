"""Staff, their second factors, API keys and audit entries as frozen Structs. Who may do what is in `permissions.py`."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
from msgspec import Struct

from fairday.domain.access.permissions import Role, Scope
from fairday.kernel.clock import MINUTE_MS

ActorKind = Literal["staff", "api_key", "customer", "system"]
ChallengePurpose = Literal["register", "sign_in"]
RECOVERY_CODES = 10
CHALLENGE_LIFE_MS = 5 * MINUTE_MS
PASSKEYS_LIMIT = 20


class Staff(Struct, frozen=True, kw_only=True):
    """Somebody who works here. Sessions of another `epoch` are over; with `temporary_until_ms` the password was given.

    `totp_sealed` is the shared secret, sealed; `totp_step` the last time step that was accepted, so that no code works
    twice. `passkeys` counts theirs.
    """

    id: str
    login: str
    name: str
    role: Role
    created_ms: int
    active: bool = True
    epoch: int = 0
    temporary_until_ms: int = 0
    totp_sealed: str = ""
    totp_step: int = 0
    passkeys: int = 0

    @property
    def has_factor(self) -> bool:
        """Whether a second factor can be asked for."""
        return bool(self.totp_sealed) or self.passkeys > 0

    @property
    def is_ready(self) -> bool:
        """Whether they may leave the page that sets up their own password and second factor."""
        return self.active and self.has_factor and not self.temporary_until_ms


class Passkey(Struct, frozen=True, kw_only=True):
    """A WebAuthn credential: `id` as the browser names it, the public key (COSE), both base64url, and its counter."""

    id: str
    staff_id: str
    public_key: str
    sign_count: int
    name: str
    created_ms: int
    used_ms: int = 0


class Challenge(Struct, frozen=True, kw_only=True):
    """What an authenticator must sign, once, until it expires; base64url."""

    id: str
    staff_id: str
    purpose: ChallengePurpose
    challenge: str
    expires_ms: int


class ApiKey(Struct, frozen=True, kw_only=True):
    """A server's key. The key itself is shown once; `key_hash` is what is kept."""

    id: str
    name: str
    key_hash: str
    scopes: frozenset[Scope]
    created_by: str
    created_ms: int
    used_ms: int = 0
    revoked_ms: int = 0


class Actor(Struct, frozen=True, kw_only=True):
    """Who did something: `id` is of staff, key or customer, `name` as it was then, `source` the network address."""

    kind: ActorKind
    id: str = ""
    name: str = ""
    role: str = ""
    source: str = ""


# The shop itself, or whoever sits at its terminal.
SYSTEM = Actor(kind="system", name="system", role="owner")


class Change(Struct, frozen=True):
    """What was done (`order.refunded`, in the past tense), to what, and the telling details, never a secret."""

    action: str
    subject_kind: str
    subject_id: str
    details: Mapping[str, str | int | bool] = {}


class AuditEntry(Struct, frozen=True):
    """One line of the audit log: the `position`-th of link `number` of a writer's `chain`. `details` is JSON."""

    id: str
    chain: str
    number: int
    position: int
    at_ms: int
    actor_kind: str
    actor_id: str
    actor_name: str
    source: str
    action: str
    subject_kind: str
    subject_id: str
    details: str


class AuditLink(Struct, frozen=True):
    """A batch of entries: `hash` covers them, the number and the previous link's hash, under the shop's secret."""

    chain: str
    number: int
    previous_hash: str
    hash: str
    entries: int
    at_ms: int


class BrokenLink(Struct, frozen=True):
    """A place where the audit log is not what was written; `problem` is in plain words."""

    chain: str
    number: int
    problem: str


def link_hash(key: bytes, link: AuditLink, entries: Sequence[AuditEntry]) -> str:
    """The keyed hash of a link (its own `hash` aside) and its entries in order."""
    head = [link.chain, link.number, link.previous_hash, link.entries, link.at_ms]
    body = msgspec.json.encode([head, [msgspec.structs.astuple(entry) for entry in entries]])
    return hmac.new(key, body, hashlib.sha256).hexdigest()


def broken_links(
    key: bytes, links: Sequence[AuditLink], entries: Sequence[AuditEntry], previous: AuditLink | None
) -> list[BrokenLink]:
    """What is wrong with consecutive `links` of one chain that follow `previous`."""
    by_number: dict[int, list[AuditEntry]] = {}
    for entry in entries:
        by_number.setdefault(entry.number, []).append(entry)
    broken = []
    for link in links:
        expected = previous.number + 1 if previous else 1
        if link.number != expected:
            broken.append(BrokenLink(link.chain, expected, "a link is missing"))
        elif link.previous_hash != (previous.hash if previous else ""):
            broken.append(BrokenLink(link.chain, link.number, "it does not follow the link before it"))
        if not hmac.compare_digest(link.hash, link_hash(key, link, by_number.get(link.number, []))):
            broken.append(BrokenLink(link.chain, link.number, "its entries are not those that were written"))
        previous = link
    return broken
