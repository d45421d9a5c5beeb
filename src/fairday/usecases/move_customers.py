"""Export customers as JSON Lines, and import them: plain or gzipped, by address, without passwords.

An imported customer is confirmed and chooses a password by asking for a new one. Reading the same file again changes
nothing; a bad line is reported and leaves nothing behind.
"""

import gzip
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

import msgspec
from msgspec import Struct

from fairday.domain.customers import Customer, store
from fairday.domain.customers.model import AddressFields, Consent, CustomerAddress
from fairday.kernel.errors import Invalid
from fairday.kernel.ids import new_id
from fairday.usecases.shop import Shop

PAGE = 200
SLICE = 200
COMPLAINTS_KEPT = 1_000
EMAIL_LIMIT = 254


class CustomerRecord(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of the file. Addresses have the default first."""

    email: str
    name: str
    language: str = "en"
    created_ms: int = 0
    consent: dict[str, Consent] = {}
    addresses: tuple[AddressFields, ...] = ()


class CustomersReport(Struct, kw_only=True):
    """What an import did; `failed` holds line and reason."""

    read: int = 0
    written: int = 0
    unchanged: int = 0
    failed: list[tuple[int, str]] = []


async def export_customers(shop: Shop, file: TextIO) -> int:
    """How many were written. No password and no second factor leaves the shop."""
    written, before = 0, ""
    while True:
        async with shop.database.read() as reader:
            page = await store.page(reader, "", before, PAGE)
            books = await store.addresses_of(reader, [customer.id for customer in page])
        for customer in page:
            record = CustomerRecord(
                email=customer.email, name=customer.name, language=customer.language, created_ms=customer.created_ms,
                consent=dict(customer.consent),
                addresses=tuple(book.fields for book in books if book.customer_id == customer.id),
            )  # fmt: skip
            file.write(msgspec.json.encode(record).decode() + "\n")
        written += len(page)
        if len(page) < PAGE:
            return written
        before = page[-1].id


async def import_customers(
    shop: Shop, path: Path, *, dry_run: bool = False, progress: Callable[[int], None] = lambda _: None
) -> CustomersReport:
    """Invalid when the file cannot be read at all."""
    report = CustomersReport(failed=[])
    batch: list[CustomerRecord] = []
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as file:
            for number, text in enumerate(file, start=1):
                if text.strip():
                    report.read += 1
                    _take(shop, number, text, batch, report)
                if len(batch) == SLICE:
                    await _write(shop, batch, report, dry_run=dry_run)
                    progress(len(batch))
                    batch = []
    except (UnicodeDecodeError, EOFError, gzip.BadGzipFile) as error:
        raise Invalid(field=path.name, problem="problem-import-unreadable", reason=str(error)) from error
    await _write(shop, batch, report, dry_run=dry_run)
    progress(len(batch))
    return report


def _take(shop: Shop, number: int, text: str, batch: list[CustomerRecord], report: CustomersReport) -> None:
    try:
        record = msgspec.json.decode(text, type=CustomerRecord)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        _complain(report, number, str(error))
        return
    problem = _problem(shop, record)
    if problem:
        _complain(report, number, problem)
    else:
        batch.append(record)


def _complain(report: CustomersReport, number: int, problem: str) -> None:
    if len(report.failed) < COMPLAINTS_KEPT:
        report.failed.append((number, problem))


def _problem(shop: Shop, record: CustomerRecord) -> str:
    name, at, host = record.email.strip().rpartition("@")
    if not (name and at and "." in host) or len(record.email) > EMAIL_LIMIT or not record.email.isprintable():
        return f"not an e-mail address: {record.email!r}"
    return "" if record.language in shop.settings.languages else f"a language we do not speak: {record.language!r}"


async def _write(shop: Shop, records: Sequence[CustomerRecord], report: CustomersReport, *, dry_run: bool) -> None:
    if not records:
        return
    now_ms = shop.clock.now_ms()
    async with shop.database.write() as unit:
        new: dict[str, tuple[Customer, CustomerRecord]] = {}
        for record in records:
            email = record.email.strip()
            if email.casefold() in new or await store.find_by_email(unit, email):
                report.unchanged += 1
                continue
            customer = Customer(
                id=new_id(), email=email, name=record.name, language=record.language,
                created_ms=record.created_ms or now_ms, confirmed_ms=now_ms, consent=dict(record.consent),
            )  # fmt: skip
            new[email.casefold()] = (customer, record)
        if dry_run:
            return
        await store.insert_many(unit, [customer for customer, _ in new.values()])
        await store.insert_addresses(
            unit,
            [
                CustomerAddress(id=new_id(), customer_id=customer.id, fields=fields, is_default=not position,
                                created_ms=customer.created_ms)
                for customer, record in new.values()
                for position, fields in enumerate(record.addresses)
            ],
        )  # fmt: skip
        report.written += len(new)
