"""All SQL of customers. Whatever belongs to a customer is found by the customer's id as well as its own."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, case, delete, func, insert, or_, select, update

from fairday.domain.customers.model import AccountRequest, AddressFields, Consent, Customer, CustomerAddress
from fairday.domain.customers.tables import ADDRESSES, CUSTOMERS, REQUESTS
from fairday.kernel.folding import folded
from fairday.kernel.sql import KEY_LENGTH, Statement, within
from fairday.kernel.unit_of_work import Reader, Row, Writer

_BEYOND = "\U0010ffff"  # sorts after every text that begins with the same prefix


async def insert_many(unit: Writer, customers: Sequence[Customer]) -> None:
    """New customers; the caller has asked in this unit that their addresses are free."""
    await unit.run_many(_INSERT, [_row(customer) for customer in customers])


async def find_many(reader: Reader, customer_ids: Sequence[str]) -> list[Customer]:
    """Those of the customers that exist, by id."""
    return [_customer(row) for row in await reader.rows(_FIND, ids=list(customer_ids))]


async def find(reader: Reader, customer_id: str) -> Customer | None:
    """One customer."""
    return next(iter(await find_many(reader, [customer_id])), None)


async def lock(unit: Writer, customer_id: str) -> bool:
    """Let no other unit change what this customer has, as long as this one runs; whether there is such a customer."""
    return await unit.row(_LOCK, id=customer_id) is not None


async def find_by_email(reader: Reader, email: str) -> Customer | None:
    """Whose address this is, compared without case."""
    row = await reader.row(_FIND_BY_EMAIL, email_key=folded(email))
    return _customer(row) if row else None


async def page(reader: Reader, prefix: str, before_id: str, limit: int) -> list[Customer]:
    """Customers, newest first, whose address or name begins with `prefix`; `before_id` "" begins at the newest."""
    start = folded(prefix)
    before = before_id or _BEYOND
    if not start:
        rows = await reader.rows(_PAGE, before=before, limit=limit)
    else:
        rows = await reader.rows(_PAGE_BY_PREFIX, before=before, limit=limit, start=start, beyond=start + _BEYOND)
    return [_customer(row) for row in rows]


async def count(reader: Reader) -> int:
    """How many accounts there are, confirmed or not."""
    row = await reader.row(_COUNT)
    return int(row[0]) if row else 0


async def bump_epochs(unit: Writer, customer_ids: Sequence[str]) -> None:
    """Every session of these customers is over."""
    await unit.run_many(_BUMP_EPOCH, [{"b_id": customer_id} for customer_id in customer_ids])


async def confirm(unit: Writer, customer_id: str, at_ms: int) -> bool:
    """The address is proven; False when it was already."""
    return await unit.run(_CONFIRM, b_id=customer_id, b_at_ms=at_ms) == 1


async def rename(unit: Writer, customer_id: str, name: str, language: str) -> None:
    """Another name and language for letters."""
    await unit.run(_RENAME, b_id=customer_id, b_name=name, b_name_key=_key(name), b_language=language)


async def move(unit: Writer, customer_id: str, email: str) -> None:
    """Another address; the caller has asked in this unit that it is free."""
    await unit.run(_MOVE, b_id=customer_id, b_email=email, b_email_key=folded(email))


async def set_consent(unit: Writer, customer_id: str, consent: dict[str, Consent]) -> None:
    """The latest word on every purpose."""
    await unit.run(_SET_CONSENT, b_id=customer_id, b_consent=_json(consent))


async def addresses_of(reader: Reader, customer_ids: Sequence[str]) -> list[CustomerAddress]:
    """The address books of these customers, the default first, then the oldest."""
    return [_address(row) for row in await reader.rows(_ADDRESSES, customer_ids=list(customer_ids))]


async def insert_addresses(unit: Writer, addresses: Sequence[CustomerAddress]) -> None:
    """New addresses; the caller sees to the default."""
    await unit.run_many(
        _INSERT_ADDRESS,
        [
            {
                "id": address.id,
                "customer_id": address.customer_id,
                "fields": _json(address.fields),
                "is_default": int(address.is_default),
                "created_ms": address.created_ms,
            }
            for address in addresses
        ],
    )


async def edit_address(unit: Writer, customer_id: str, address_id: str, fields: AddressFields) -> bool:
    """False when this customer has no such address."""
    return await unit.run(_EDIT_ADDRESS, b_id=address_id, b_customer_id=customer_id, b_fields=_json(fields)) == 1


async def delete_address(unit: Writer, customer_id: str, address_id: str) -> bool:
    """False when this customer has no such address."""
    return await unit.run(_DELETE_ADDRESS, b_id=address_id, b_customer_id=customer_id) == 1


async def set_default(unit: Writer, customer_id: str, address_id: str) -> None:
    """This address of the customer is the default and no other is."""
    await unit.run(_SET_DEFAULT, b_customer_id=customer_id, b_id=address_id)


async def insert_requests(unit: Writer, requests: Sequence[AccountRequest]) -> None:
    """Links that will stand in letters, and decoys."""
    await unit.run_many(_INSERT_REQUEST, [msgspec.structs.asdict(request) for request in requests])


async def find_requests(reader: Reader, request_ids: Sequence[str]) -> list[AccountRequest]:
    """Those of the requests that exist."""
    return [AccountRequest(**dict(zip(_REQUEST_NAMES, row, strict=True)))
            for row in await reader.rows(_FIND_REQUESTS, ids=list(request_ids))]  # fmt: skip


async def use_request(unit: Writer, request_id: str, at_ms: int) -> bool:
    """Spend a link; False when somebody did before, or it expired."""
    return await unit.run(_USE_REQUEST, b_id=request_id, b_at_ms=at_ms) == 1


async def give_back_request(unit: Writer, request_id: str, used_ms: int) -> None:
    """A link that was spent for nothing (the shop was busy) works again."""
    await unit.run(_GIVE_BACK_REQUEST, b_id=request_id, b_used_ms=used_ms)


async def close_requests(unit: Writer, customer_id: str, purposes: Sequence[str]) -> None:
    """The customer's open links for these purposes stop working."""
    await unit.run(_CLOSE_REQUESTS, customer_id=customer_id, purposes=list(purposes))


async def forget_requests(unit: Writer, expired_before_ms: int) -> int:
    """Delete links, and decoys, that expired before; how many."""
    return await unit.run(_FORGET_REQUESTS, before_ms=expired_before_ms)


def _customer(row: Row) -> Customer:
    fields = dict(zip(_NAMES, row, strict=True))
    fields["consent"] = msgspec.json.decode(fields["consent"], type=dict[str, Consent])
    return Customer(**fields)


def _row(customer: Customer) -> dict[str, Any]:
    return {
        **msgspec.structs.asdict(customer),
        "email_key": folded(customer.email),
        "name_key": _key(customer.name),
        "consent": _json(customer.consent),
    }


def _address(row: Row) -> CustomerAddress:
    address_id, customer_id, fields, is_default, created_ms = row
    return CustomerAddress(
        id=address_id,
        customer_id=customer_id,
        fields=msgspec.json.decode(fields, type=AddressFields),
        is_default=bool(is_default),
        created_ms=created_ms,
    )


def _key(name: str) -> str:
    return folded(name)[:KEY_LENGTH]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


_C, _A, _R = CUSTOMERS.c, ADDRESSES.c, REQUESTS.c
_NAMES = ("id", "email", "name", "language", "created_ms", "confirmed_ms", "epoch", "consent")
_REQUEST_NAMES = ("id", "customer_id", "purpose", "email", "created_ms", "expires_ms", "previous_email", "used_ms")
_CUSTOMER = select(*(_C[name] for name in _NAMES))
_NEWEST = _CUSTOMER.where(_C.id < bindparam("before")).order_by(_C.id.desc()).limit(bindparam("limit"))

_INSERT = Statement(insert(CUSTOMERS).values({column.name: bindparam(column.name) for column in CUSTOMERS.columns}))
_FIND = Statement(_CUSTOMER.where(within(_C.id, "ids")).order_by(_C.id))
_LOCK = Statement(select(_C.id).where(_C.id == bindparam("id")).with_for_update())
_FIND_BY_EMAIL = Statement(_CUSTOMER.where(_C.email_key == bindparam("email_key")))
_PAGE = Statement(_NEWEST)
_PAGE_BY_PREFIX = Statement(
    _NEWEST.where(
        or_(
            and_(_C.email_key >= bindparam("start"), _C.email_key < bindparam("beyond")),
            and_(_C.name_key >= bindparam("start"), _C.name_key < bindparam("beyond")),
        )
    )
)
_COUNT = Statement(select(func.count()).select_from(CUSTOMERS))
_BUMP_EPOCH = Statement(update(CUSTOMERS).where(_C.id == bindparam("b_id")).values(epoch=_C.epoch + 1))
_CONFIRM = Statement(
    update(CUSTOMERS).where(_C.id == bindparam("b_id"), _C.confirmed_ms == 0).values(confirmed_ms=bindparam("b_at_ms"))
)
_RENAME = Statement(
    update(CUSTOMERS)
    .where(_C.id == bindparam("b_id"))
    .values(name=bindparam("b_name"), name_key=bindparam("b_name_key"), language=bindparam("b_language"))
)
_MOVE = Statement(
    update(CUSTOMERS)
    .where(_C.id == bindparam("b_id"))
    .values(email=bindparam("b_email"), email_key=bindparam("b_email_key"))
)
_SET_CONSENT = Statement(update(CUSTOMERS).where(_C.id == bindparam("b_id")).values(consent=bindparam("b_consent")))
_ADDRESSES = Statement(
    select(_A.id, _A.customer_id, _A.fields, _A.is_default, _A.created_ms)
    .where(within(_A.customer_id, "customer_ids"))
    .order_by(_A.customer_id, _A.is_default.desc(), _A.id)
)
_INSERT_ADDRESS = Statement(
    insert(ADDRESSES).values({column.name: bindparam(column.name) for column in ADDRESSES.columns})
)
_EDIT_ADDRESS = Statement(
    update(ADDRESSES)
    .where(_A.id == bindparam("b_id"), _A.customer_id == bindparam("b_customer_id"))
    .values(fields=bindparam("b_fields"))
)
_DELETE_ADDRESS = Statement(
    delete(ADDRESSES).where(_A.id == bindparam("b_id"), _A.customer_id == bindparam("b_customer_id"))
)
_SET_DEFAULT = Statement(
    update(ADDRESSES)
    .where(_A.customer_id == bindparam("b_customer_id"))
    .values(is_default=case((_A.id == bindparam("b_id"), 1), else_=0))
)
_INSERT_REQUEST = Statement(
    insert(REQUESTS).values({column.name: bindparam(column.name) for column in REQUESTS.columns})
)
_FIND_REQUESTS = Statement(select(*(_R[name] for name in _REQUEST_NAMES)).where(within(_R.id, "ids")))
_USE_REQUEST = Statement(
    update(REQUESTS)
    .where(_R.id == bindparam("b_id"), _R.used_ms == 0, _R.expires_ms > bindparam("b_at_ms"))
    .values(used_ms=bindparam("b_at_ms"))
)
_GIVE_BACK_REQUEST = Statement(
    update(REQUESTS).where(_R.id == bindparam("b_id"), _R.used_ms == bindparam("b_used_ms")).values(used_ms=0)
)
_CLOSE_REQUESTS = Statement(
    delete(REQUESTS).where(_R.customer_id == bindparam("customer_id"), _R.used_ms == 0, within(_R.purpose, "purposes"))
)
_FORGET_REQUESTS = Statement(delete(REQUESTS).where(_R.expires_ms < bindparam("before_ms")))
