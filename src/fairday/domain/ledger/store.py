"""All SQL of the books: entries go in, and are only ever read afterwards."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import bindparam, func, insert, select

from fairday.domain.ledger.model import Entry, Posting
from fairday.domain.ledger.tables import ENTRIES, POSTINGS
from fairday.kernel.sql import Statement, insert_new, within
from fairday.kernel.unit_of_work import Reader, Writer


class Balance(Struct, frozen=True):
    """What an account holds in a currency, in minor units."""

    account: str
    currency: str
    amount: int


async def post(unit: Writer, entries: Sequence[Entry]) -> int:
    """Write entries that are not in the books yet; how many were new."""
    new = []
    for entry in entries:
        row = {"id": entry.id, "kind": entry.kind, "ref": entry.ref, "order_id": entry.order_id, "at_ms": entry.at_ms}
        if entry.postings and await unit.run(_INSERT_ENTRY, **row):
            new.append(entry)
    await unit.run_many(
        _INSERT_POSTING,
        [
            {"entry_id": entry.id, "line_no": number, "account": p.account, "currency": p.currency, "amount": p.amount}
            for entry in new
            for number, p in enumerate(entry.postings)
        ],
    )
    return len(new)


async def trial_balance(reader: Reader, until_ms: int) -> list[Balance]:
    """Every account's balance over all entries before `until_ms`; each currency sums to zero."""
    return [Balance(account, currency, int(amount)) for account, currency, amount in
            await reader.rows(_BALANCES, until_ms=until_ms)]  # fmt: skip


async def entries_of(reader: Reader, order_id: str) -> list[Entry]:
    """The entries about an order, oldest first."""
    heads = await reader.rows(_ENTRIES_OF, order_id=order_id)
    postings: dict[str, list[Posting]] = {}
    for entry_id, account, currency, amount in await reader.rows(_POSTINGS_OF, entry_ids=[head[0] for head in heads]):
        postings.setdefault(entry_id, []).append(Posting(account, currency, amount))
    return [Entry(kind, ref, order_id, at_ms, tuple(postings[entry_id])) for entry_id, kind, ref, at_ms in heads]


_INSERT_ENTRY = insert_new(ENTRIES)
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
