"""What customers announce. `subject` is the customer's id; letters find everything else by the ids in here.

A link's token is never in the outbox: whoever writes the letter makes it from the request's id and the shop's secret
(`usecases.issue_account_link`).
"""

from typing import ClassVar

from fairday.kernel.events import Event


class CustomerRegistered(Event, frozen=True, kw_only=True):
    """Somebody registered (again, if the address was never confirmed); the letter holds the link that confirms it."""

    kind: ClassVar[str] = "customer_registered"

    request_id: str


class RegistrationRepeated(Event, frozen=True, kw_only=True):
    """Somebody registered, or moved to, an address that has an account; its owner is told by letter, nobody else."""

    kind: ClassVar[str] = "registration_repeated"


class CustomerConfirmed(Event, frozen=True, kw_only=True):
    """The address was proven: the account is open."""

    kind: ClassVar[str] = "customer_confirmed"


class PasswordResetRequested(Event, frozen=True, kw_only=True):
    """The letter holds the link to choose a new password."""

    kind: ClassVar[str] = "password_reset_requested"

    request_id: str


class PasswordChanged(Event, frozen=True, kw_only=True):
    """The password is another one and every session is over; the owner is told by letter."""

    kind: ClassVar[str] = "password_changed"


class EmailChangeRequested(Event, frozen=True, kw_only=True):
    """The letter to the new address (in the request) holds the link that confirms it."""

    kind: ClassVar[str] = "email_change_requested"

    request_id: str


class EmailChanged(Event, frozen=True, kw_only=True):
    """The account has another address; the previous one (in the request) is told by letter."""

    kind: ClassVar[str] = "email_changed"

    request_id: str
