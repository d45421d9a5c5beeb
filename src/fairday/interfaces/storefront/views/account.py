"""Signing in, the account, footer pages and errors."""

from msgspec import Struct

from fairday.interfaces.storefront.views.shell import Fields, Link, Notice
from fairday.kernel.money import Money


class FormPage(Struct, frozen=True, kw_only=True):
    """A page that is mostly one form: sign in, register, passwords."""

    fields: Fields = Fields()
    notices: tuple[Notice, ...] = ()
    next_path: str = ""
    done: bool = False
    token: str = ""


class OrderRow(Struct, frozen=True, kw_only=True):
    """An order in a list."""

    number: str
    href: str
    placed_ms: int
    state_text: str
    state_kind: str
    total: Money
    count: int


class AddressCard(Struct, frozen=True):
    """A stored address: its lines as they would stand on a parcel."""

    id: str
    lines: tuple[str, ...]
    main: bool = False


class AccountPage(Struct, frozen=True, kw_only=True):
    """A customer's own pages; each shows the part it is about."""

    name: str
    email: str
    orders: tuple[OrderRow, ...] = ()
    older_href: str = ""
    addresses: tuple[AddressCard, ...] = ()
    fields: Fields = Fields()
    editing: str = ""
    countries: tuple[Link, ...] = ()
    notices: tuple[Notice, ...] = ()
    credit: tuple[Money, ...] = ()


class GiftPage(Struct, frozen=True, kw_only=True):
    """What is left on a gift card, once its code was typed; `until_ms` 0 means for ever."""

    fields: Fields = Fields()
    notices: tuple[Notice, ...] = ()
    last4: str = ""
    left: Money | None = None
    until_ms: int = 0


class TextPage(Struct, frozen=True):
    """A page of plain words; `sections` are (heading, paragraph)."""

    heading: str
    lead: str
    sections: tuple[tuple[str, str], ...]


class ErrorPage(Struct, frozen=True):
    """Something went wrong, said so that a person can go on."""

    status: int
    heading: str
    sentence: str
    reference: str = ""
