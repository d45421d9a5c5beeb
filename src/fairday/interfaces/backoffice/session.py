"""What a staff member's browser remembers for us, sealed. Their epoch revokes it; rights are not in it."""

from typing import Literal

import msgspec

from fairday.kernel.clock import HOUR_MS, MINUTE_MS
from fairday.kernel.ids import new_token

SESSION_COOKIE = "fairday-office"
LIFE_MS = 12 * HOUR_MS
IDLE_MS = HOUR_MS
PROVING_MS = 10 * MINUTE_MS
RESEAL_MS = MINUTE_MS

# `stranger`: nobody yet. `password`: knows the password, owes the second factor. `full`: signed in.
Stage = Literal["stranger", "password", "full"]


class StaffSession(msgspec.Struct, frozen=True, omit_defaults=True):
    """One browser. Between password and second factor `pending` is what the sign-in use case wants back."""

    session_id: str
    issued_ms: int
    seen_ms: int
    stage: Stage = "stranger"
    staff_id: str = ""
    epoch: int = 0
    pending: str = ""
    language: str = ""

    def is_live(self, now_ms: int) -> bool:
        """Whether it is neither too old nor idle for too long, nor from the future."""
        life = PROVING_MS if self.stage == "password" else LIFE_MS
        return -MINUTE_MS <= now_ms - self.issued_ms < life and now_ms - self.seen_ms < IDLE_MS


def stranger(now_ms: int, language: str = "") -> StaffSession:
    """A session for a browser that has shown nothing yet."""
    return StaffSession(session_id=new_token(), issued_ms=now_ms, seen_ms=now_ms, language=language)


def raised(
    session: StaffSession, stage: Stage, now_ms: int, *, staff_id: str, epoch: int, pending: str = ""
) -> StaffSession:
    """The session after a step of signing in: always under a new id, so one planted before is worthless."""
    return StaffSession(
        session_id=new_token(), issued_ms=now_ms, seen_ms=now_ms, stage=stage, staff_id=staff_id, epoch=epoch,
        pending=pending, language=session.language,
    )  # fmt: skip
