"""Every no that access can say. Strangers get one answer whatever was wrong; staff are told what they may not do."""

from typing import ClassVar

from fairday.kernel.errors import Refusal


class Forbidden(Refusal):
    """Signed in, but this role may not do that; nothing was done."""

    code: ClassVar[str] = "forbidden"
    status: ClassVar[int] = 403


class WrongStaffCredentials(Refusal):
    """Unknown login, wrong password, or somebody who no longer works here: one answer for all."""

    code: ClassVar[str] = "wrong_staff_credentials"
    status: ClassVar[int] = 401


class WrongFactor(Refusal):
    """The second factor did not prove anything: a wrong or used code, or a passkey that is not theirs."""

    code: ClassVar[str] = "wrong_factor"
    status: ClassVar[int] = 401


class SignInExpired(Refusal):
    """Too long since the password, or since the challenge; begin again."""

    code: ClassVar[str] = "sign_in_expired"
    status: ClassVar[int] = 401


class LastFactor(Refusal):
    """Nobody may be left without a second factor; add another first."""

    code: ClassVar[str] = "last_factor"
    status: ClassVar[int] = 409


class LastOwner(Refusal):
    """The shop must keep an owner who can sign in."""

    code: ClassVar[str] = "last_owner"
    status: ClassVar[int] = 409


class PasskeysImpossible(Refusal):
    """Browsers offer passkeys only for names: not for `host`, which is a bare address."""

    code: ClassVar[str] = "passkeys_impossible"
    status: ClassVar[int] = 409


class BadApiKey(Refusal):
    """No such key, or a revoked one."""

    code: ClassVar[str] = "bad_api_key"
    status: ClassVar[int] = 401


class MissingScope(Refusal):
    """The key is good but lacks the scope; `scope` names it."""

    code: ClassVar[str] = "missing_scope"
    status: ClassVar[int] = 403
