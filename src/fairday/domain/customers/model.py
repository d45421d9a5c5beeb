"""Customers, their addresses and the links of their letters as frozen Structs, with the rules for their fields."""

import re
from typing import Literal

from msgspec import Struct

from fairday.kernel.clock import DAY_MS, HOUR_MS
from fairday.kernel.errors import Invalid
from fairday.kernel.folding import folded

EMAIL_LENGTH = 191  # what every engine can index, and more than any mailbox has
NAME_LENGTH = 120
ADDRESSES_LIMIT = 20

ConsentPurpose = Literal["newsletter", "personalisation", "analytics"]
CONSENT_PURPOSES: tuple[ConsentPurpose, ...] = ("newsletter", "personalisation", "analytics")
RequestPurpose = Literal["confirm", "reset", "email"]
REQUEST_LIFE_MS: dict[RequestPurpose, int] = {"confirm": 7 * DAY_MS, "reset": HOUR_MS, "email": DAY_MS}

_MAILBOX = re.compile(
    r"[^\x00-\x20\x7f\s@<>()\[\],;:\\\"]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)*[^\W_](?:[\w-]{0,61}[^\W_])?"
)


class Consent(Struct, frozen=True):
    """A yes or no to one purpose and when it was said; what was never asked is a no."""

    given: bool
    at_ms: int


class Customer(Struct, frozen=True, kw_only=True):
    """A shopper with an account. Sessions of another `epoch` are over; nobody signs in before `confirmed_ms`."""

    id: str
    email: str
    name: str
    language: str
    created_ms: int
    confirmed_ms: int = 0
    epoch: int = 0
    consent: dict[str, Consent] = {}

    def agrees(self, purpose: ConsentPurpose) -> bool:
        """Whether the latest word on `purpose` was yes."""
        said = self.consent.get(purpose)
        return said is not None and said.given


class AddressFields(Struct, frozen=True, kw_only=True):
    """Where a parcel goes. `country` is ISO 3166 alpha-2; `region` a state where a country has them."""

    name: str
    line1: str
    city: str
    postcode: str
    country: str
    line2: str = ""
    company: str = ""
    region: str = ""
    phone: str = ""


class CustomerAddress(Struct, frozen=True, kw_only=True):
    """An address in a customer's book; exactly one of them is the default."""

    id: str
    customer_id: str
    fields: AddressFields
    is_default: bool
    created_ms: int


class AccountRequest(Struct, frozen=True, kw_only=True):
    """A link in a letter: works once, until it expires. `email` is the mailbox the letter goes to.

    A request without a customer is a decoy: it keeps a stranger's question from being answered faster than a
    customer's, and opens nothing. `previous_email` is where the notice goes after a change of address.
    """

    id: str
    customer_id: str
    purpose: RequestPurpose
    email: str
    created_ms: int
    expires_ms: int
    previous_email: str = ""
    used_ms: int = 0

    def is_open(self, now_ms: int) -> bool:
        """Whether its link still works."""
        return bool(self.customer_id) and not self.used_ms and now_ms < self.expires_ms


def checked_email(text: str) -> str:
    """The address without outer spaces; Invalid when nothing could be sent there. Header characters cannot pass."""
    email = text.strip()
    if len(email) > EMAIL_LENGTH or len(folded(email)) > EMAIL_LENGTH or not _MAILBOX.fullmatch(email):
        raise Invalid(field="email", problem="error-email-shape")
    return email


def checked_name(text: str) -> str:
    """A person's name; Invalid when it is empty or too long."""
    return _checked("name", text, required=True)


def checked_address(fields: AddressFields, countries: frozenset[str]) -> AddressFields:
    """The fields, tidied; Invalid for the first that will not do."""
    if fields.country not in countries:
        raise Invalid(field="country", problem="error-country-not-served")
    return AddressFields(
        name=_checked("name", fields.name, required=True),
        line1=_checked("line1", fields.line1, required=True),
        city=_checked("city", fields.city, required=True),
        postcode=_checked("postcode", fields.postcode, required=True),
        country=fields.country,
        line2=_checked("line2", fields.line2, required=False),
        company=_checked("company", fields.company, required=False),
        region=_checked("region", fields.region, required=False),
        phone=_checked("phone", fields.phone, required=False),
    )


def _checked(field: str, text: str, *, required: bool) -> str:
    tidy = " ".join("".join(character for character in text if character.isprintable()).split())
    if required and not tidy:
        raise Invalid(field=field, problem="error-field-required")
    if len(tidy) > NAME_LENGTH:
        raise Invalid(field=field, problem="error-field-too-long")
    return tidy
