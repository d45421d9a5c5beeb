"""What a shopper's browser remembers for us, sealed. The customer's epoch revokes it."""

import msgspec

from fairday.kernel.ids import new_token

SESSION_COOKIE = "fairday"
SESSION_LIFE_S = 30 * 86_400


class Session(msgspec.Struct, frozen=True, omit_defaults=True):
    """One browser; no `customer_id`: signed out. `epoch` is the customer's at sign-in, a higher one revokes this.

    `order_id` is an order whose payment this browser is waiting for.
    """

    session_id: str
    issued_ms: int
    customer_id: str = ""
    cart_id: str = ""
    cart_token: str = ""
    order_id: str = ""
    epoch: int = 0


def new_session(now_ms: int) -> Session:
    """A session for a browser we have not met."""
    return Session(session_id=new_token(), issued_ms=now_ms)


def signed_in(session: Session, customer_id: str, epoch: int, now_ms: int) -> Session:
    """The session after sign-in: a new id (so an id planted before is worthless), the same cart."""
    return msgspec.structs.replace(
        session, session_id=new_token(), issued_ms=now_ms, customer_id=customer_id, epoch=epoch
    )


def is_fresh(session: Session, now_ms: int) -> bool:
    """Whether the session is younger than its longest life, and not from the future."""
    return 0 <= now_ms - session.issued_ms + 60_000 <= SESSION_LIFE_S * 1000 + 60_000
