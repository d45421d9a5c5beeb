"""Customers: shoppers who have an account.

Keeps who they are, their address books, their consents and the one-use links of their letters. Announces what
`events.py` lists. Passwords are not here: `ports.identity` keeps them. Orders name a customer by id.
"""

from fairday.domain.customers.model import (
    CONSENT_PURPOSES,
    AccountRequest,
    AddressFields,
    Consent,
    ConsentPurpose,
    Customer,
    CustomerAddress,
    checked_address,
    checked_email,
    checked_name,
)

__all__ = [
    "CONSENT_PURPOSES",
    "AccountRequest",
    "AddressFields",
    "Consent",
    "ConsentPurpose",
    "Customer",
    "CustomerAddress",
    "checked_address",
    "checked_email",
    "checked_name",
]
