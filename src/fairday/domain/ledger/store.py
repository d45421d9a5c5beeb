"""All SQL of the books: entries go in, and are only ever read afterwards."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import bindparam, func, insert, select

from fairday.domain.ledger.model import Entry, Posting
from fairday.domain.ledger.tables import BOUNDARY, ENTRIES, POSTINGS
from fairday.kernel.sql import Statement, insert_new, within
from fairday.kernel.unit_of_work import Reader, Writer

BOOKS = "books"


class Balance(Struct, frozen=True):
    """What an account holds in a currency, in minor units."""

    account: str
    currency: str
    amount: int


async def open_books(unit: Writer) -> None:
    """Make the row that whoever posts holds; books that are open stay as they are."""
    await unit.run(_OPEN, name=BOOKS, shut_until_ms=0)


async def are_open(reader: Reader) -> bool:
    """Whether `open_books` was done."""
    return await reader.row(_OPENED, name=BOOKS) is not None


async def post(unit: Writer, entries: Sequence[Entry]) -> int:
    """Write entries that are not in the books yet; how many were new. One about a closed day is dated after it."""
    heads = {entry.id: entry for entry in sorted(entries, key=lambda entry: entry.id) if entry.postings}
    if not heads:
        return 0
    boundary = await unit.row(_SHUT_UNTIL, name=BOOKS)
    shut_until_ms = int(boundary[0]) if boundary else 0
    new = await unit.run_many(_INSERT_ENTRY, [
        {"id": entry_id, "kind": entry.kind, "ref": entry.ref, "order_id": entry.order_id,
         "at_ms": max(entry.at_ms, shut_until_ms)}
        for entry_id, entry in heads.items()
    ])  # fmt: skip
    if new < len(heads):
        # An entry commits with its postings: the ones that have some were here before.
        before = {row[0] for row in await unit.rows(_WITH_POSTINGS, entry_ids=list(heads))}
        heads = {entry_id: entry for entry_id, entry in heads.items() if entry_id not in before}
    await unit.run_many(
        _INSERT_POSTING,
        [
            {"entry_id": entry_id, "line_no": number, "account": p.account, "currency": p.currency, "amount": p.amount}
            for entry_id, entry in heads.items()
            for number, p in enumerate(entry.postings)
        ],
    )
    return len(heads)


async def trial_balance(reader: Reader, until_ms: int) -> list[Balance]:
    """Every account's balance over all entries before `until_ms`; each currency sums to zero."""
    return [Balance(account, currency, int(amount)) for account, currency, amount in
            await reader.rows(_BALANCES, until_ms=until_ms)]  # fmt: skip


async def entries_of(reader: Reader, order_id: str) -> list[Entry]:
    """The entries about an order, oldest first."""
    heads = await reader.rows(_ENTRIES_OF, order_id=order_id)
    postings = await postings_of(reader, [head[0] for head in heads])
    return [Entry(kind, ref, order_id, at_ms, tuple(postings[entry_id])) for entry_id, kind, ref, at_ms in heads]


async def postings_of(reader: Reader, entry_ids: Sequence[str]) -> dict[str, list[Posting]]:
    """The postings of these entries, in their order."""
    postings: dict[str, list[Posting]] = {}
    for entry_id, account, currency, amount in await reader.rows(_POSTINGS_OF, entry_ids=list(entry_ids)):
        postings.setdefault(entry_id, []).append(Posting(account, currency, amount))
    return postings


_OPEN = insert_new(BOUNDARY)
_OPENED = Statement(select(BOUNDARY.c.name).where(BOUNDARY.c.name == bindparam("name")))
_SHUT_UNTIL = Statement(
    select(BOUNDARY.c.shut_until_ms).where(BOUNDARY.c.name == bindparam("name")).with_for_update(read=True)
)
_INSERT_ENTRY = insert_new(ENTRIES)
_WITH_POSTINGS = Statement(
    select(POSTINGS.c.entry_id).where(within(POSTINGS.c.entry_id, "entry_ids"), POSTINGS.c.line_no == 0)
)
_INSERT_POSTING = Statement(insert(POSTINGS))
_BALANCES = Statement(
    select(POSTINGS.c.account, POSTINGS.c.currency, func.sum(POSTINGS.c.amount))
    .join(ENTRIES, ENTRIES.c.id == POSTINGS.c.entry_id)
    .where(ENTRIES.c.at_ms < bindparam("until_ms"))
    .group_by(POSTINGS.c.account, POSTINGS.c.currency)
    .order_by(POSTINGS.c.account, POSTINGS.c.currency)
)
_ENTRIES_OF = Statement(
    select(ENTRIES.c.id, ENTRIES.c.kind, ENTRIES.c.ref, ENTRIES.c.at_ms)
    .where(ENTRIES.c.order_id == bindparam("order_id"))
    .order_by(ENTRIES.c.at_ms, ENTRIES.c.id)
)
_POSTINGS_OF = Statement(
    select(POSTINGS.c.entry_id, POSTINGS.c.account, POSTINGS.c.currency, POSTINGS.c.amount)
    .where(within(POSTINGS.c.entry_id, "entry_ids"))
    .order_by(POSTINGS.c.entry_id, POSTINGS.c.line_no)
)
