"""Who is this: proof of identity by password, for shoppers and staff alike. Second factors are `domain.access`."""

from typing import ClassVar, Literal, Protocol

from fairday.kernel.errors import Refusal

Realm = Literal["customer", "staff"]


class WeakPassword(Refusal):
    """Too easy to guess; `reason` is `too_short`, `too_long`, `common` or `context`, `problem` a message id."""

    code: ClassVar[str] = "weak_password"
    status: ClassVar[int] = 400


class LoginTaken(Refusal):
    """Somebody else signs in with this login."""

    code: ClassVar[str] = "login_taken"
    status: ClassVar[int] = 409


class Identity(Protocol):
    """Sign-in by password (and whatever else a technology adds).

    `check` takes as long for an unknown login as for a wrong password. After too many failures for one login it raises
    TooMany whatever the password, known login or not; Busy when too many passwords are being checked already. A
    subject is the customer's or staff member's id. Logins are compared without case. Each call is a unit of its own.
    """

    def refuse_weak(self, login: str, password: str) -> None:
        """Raise WeakPassword when `create` and `change` would; costs nothing."""
        ...

    async def create(self, realm: Realm, login: str, password: str, subject: str) -> None:
        """Let `subject` sign in. LoginTaken (after as much work as if it were free) or WeakPassword."""
        ...

    async def check(self, realm: Realm, login: str, password: str) -> str | None:
        """The subject whose password this is, or None."""
        ...

    async def change(
        self, realm: Realm, subject: str, *, login: str | None = None, password: str | None = None
    ) -> None:
        """Set a new login or password for a subject (who needs none before, when both are given); forgives failures."""
        ...

    async def remove(self, realm: Realm, subject: str) -> None:
        """This subject can no longer sign in."""
        ...
