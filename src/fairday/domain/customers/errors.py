"""Every no that an account can say. None of them tells a stranger whether an address has an account."""

from typing import ClassVar

from fairday.kernel.errors import Refusal


class WrongCredentials(Refusal):
    """Unknown address, wrong password or an address not confirmed yet: one answer for all three."""

    code: ClassVar[str] = "wrong_credentials"
    status: ClassVar[int] = 401


class WrongPassword(Refusal):
    """A signed-in customer gave the wrong current password; nothing was changed."""

    code: ClassVar[str] = "wrong_password"
    status: ClassVar[int] = 403


class LinkExpired(Refusal):
    """A letter's link was used already, is too old, or never was one."""

    code: ClassVar[str] = "link_expired"
    status: ClassVar[int] = 410


class TooManyAddresses(Refusal):
    """The address book is full; `limit` says how many fit."""

    code: ClassVar[str] = "too_many_addresses"
    status: ClassVar[int] = 409
