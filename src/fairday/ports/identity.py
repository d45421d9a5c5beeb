"""Who is this: proof of identity, for shoppers and staff alike."""

from typing import Literal, Protocol

Realm = Literal["customer", "staff"]


class Identity(Protocol):
    """Sign-in by password (and whatever else a technology adds).

    `check` takes as long for an unknown login as for a wrong password. After too many failures for one login it raises
    TooMany whatever the password; a subject is the customer's or staff member's id. Logins are compared without case.
    """

    async def create(self, realm: Realm, login: str, password: str, subject: str) -> None:
        """Let `subject` sign in; Conflict when the login is taken, WeakPassword when the password is refused."""
        ...

    async def check(self, realm: Realm, login: str, password: str) -> str | None:
        """The subject whose password this is, or None."""
        ...

    async def change(self, realm: Realm, subject: str, *, login: str | None = None, password: str | None = None) -> None:
        """Set a new login or password (or both) for a subject; forgives its failures."""
        ...

    async def remove(self, realm: Realm, subject: str) -> None:
        """This subject can no longer sign in."""
        ...
