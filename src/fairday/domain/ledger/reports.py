"""The books held against a provider's own record: what a movement of money should have left, and what differs.

The record is read by use cases; here is the comparing, and what is kept of its findings.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, case, func, insert, select

from fairday.domain.ledger.model import FEES, UNCLAIMED, Entry, EntryKind, provider_account
from fairday.domain.ledger.store import postings_of
from fairday.domain.ledger.tables import DIFFERENCES, ENTRIES, POSTINGS, RECONCILIATIONS, REPORT_PLACES
from fairday.kernel.ids import derived_id
from fairday.kernel.sql import Statement, upsert, within
from fairday.kernel.unit_of_work import Reader, Writer

# What the provider moved and the books do not know (by its kind), or know differently, or know alone.
DifferenceKind = Literal[
    "capture", "refund", "chargeback", "chargeback_reversed", "fee", "amount", "fee_differs", "owed", "ours_only"
]
KEPT = 1_000


class Moved(Struct, frozen=True):
    """What went through an account of a provider, in minor units: `net` onto the account, `fee` to the provider."""

    net: int = 0
    fee: int = 0

    def __add__(self, other: "Moved") -> "Moved":
        """Both together."""
        return Moved(self.net + other.net, self.fee + other.fee)

    def __sub__(self, other: "Moved") -> "Moved":
        """The one without the other."""
        return Moved(self.net - other.net, self.fee - other.fee)


class Difference(Struct, frozen=True, kw_only=True):
    """Where a provider and the books disagree; `theirs` and `ours` in minor units; `remedy` is what was done."""

    provider: str
    kind: DifferenceKind
    order_id: str
    ref: str
    currency: str
    theirs: int
    ours: int
    remedy: str = ""


class Reconciliation(Struct, frozen=True, kw_only=True):
    """One time that the books were held against the providers' records."""

    id: str
    at_ms: int
    movements: int
    repaired: int
    left_over: int


def entry_id(kind: EntryKind, ref: str) -> str:
    """The id an entry of this kind about this has, whether or not it is in the books."""
    return derived_id("entry", kind, ref)


def moved_by(entry: Entry, provider: str, currency: str) -> Moved:
    """What an entry says of a provider's account in a currency."""
    sums = {provider_account(provider): 0, FEES: 0}
    for posting in entry.postings:
        if posting.currency == currency and posting.account in sums:
            sums[posting.account] += posting.amount
    return Moved(sums[provider_account(provider)], sums[FEES])


async def present(reader: Reader, entry_ids: Sequence[str]) -> set[str]:
    """Those of these ids that are in the books."""
    return {row[0] for row in await reader.rows(_PRESENT, entry_ids=list(entry_ids))}


async def entries_by_id(reader: Reader, entry_ids: Iterable[str]) -> dict[str, Entry]:
    """Those of these entries that are in the books."""
    wanted = sorted(set(entry_ids))
    heads = await reader.rows(_HEADS, entry_ids=wanted)
    postings = await postings_of(reader, [head[0] for head in heads])
    return {
        head[0]: Entry(head[1], head[2], head[3], head[4], tuple(postings.get(head[0], ())))
        for head in heads
    }  # fmt: skip


async def entries_on(reader: Reader, provider: str, after: str, limit: int) -> dict[str, Entry]:
    """At most `limit` entries that moved a provider's money, by id, with an id above `after`."""
    rows = await reader.rows(_ENTRIES_ON, account=provider_account(provider), after=after, limit=limit)
    return await entries_by_id(reader, [row[0] for row in rows])


async def owed(reader: Reader) -> list[tuple[str, str, str, int]]:
    """Unclaimed money that did not go back yet: order id, what it was booked as, currency, amount."""
    return [(row[0], row[1], row[2], -int(row[3])) for row in await reader.rows(_OWED, account=UNCLAIMED)]


async def place_in(reader: Reader, provider: str) -> str:
    """How far the sweep has read this provider's record."""
    row = await reader.row(_PLACE, provider=provider)
    return str(row[0]) if row else ""


async def move_place(unit: Writer, provider: str, after: str) -> None:
    """Read on from here the next time."""
    await unit.run(_SET_PLACE, provider=provider, after=after)


async def keep(unit: Writer, found: Reconciliation, differences: Sequence[Difference]) -> None:
    """Write down what a reconciliation found: the first differences, and how many there were."""
    await unit.run(_INSERT, **msgspec.structs.asdict(found))
    await unit.run_many(_INSERT_DIFFERENCE, [
        {"reconciliation_id": found.id, "line_no": number, **msgspec.structs.asdict(difference)}
        for number, difference in enumerate(differences[:KEPT])
    ])  # fmt: skip


async def recent(reader: Reader, limit: int) -> list[Reconciliation]:
    """Reconciliations, newest first."""
    rows = await reader.rows(_RECENT, limit=limit)
    return [Reconciliation(**dict(zip(_COLUMNS, row, strict=True))) for row in rows]


async def differences_of(reader: Reader, reconciliation_id: str) -> list[Difference]:
    """What a reconciliation found, in its order."""
    rows = await reader.rows(_DIFFERENCES, id=reconciliation_id)
    return [Difference(**dict(zip(_FIELDS, row, strict=True))) for row in rows]


def sums_of(lines: Iterable[tuple[str, Moved]]) -> Mapping[str, Moved]:
    """What was moved, summed by key."""
    sums: dict[str, Moved] = {}
    for key, moved in lines:
        sums[key] = sums.get(key, Moved()) + moved
    return sums


_E, _P, _D = ENTRIES.c, POSTINGS.c, DIFFERENCES.c
_COLUMNS = tuple(RECONCILIATIONS.columns.keys())
_FIELDS = Difference.__struct_fields__
_PRESENT = Statement(select(_E.id).where(within(_E.id, "entry_ids")))
_HEADS = Statement(select(_E.id, _E.kind, _E.ref, _E.order_id, _E.at_ms).where(within(_E.id, "entry_ids")))
_ENTRIES_ON = Statement(
    select(_P.entry_id)
    .where(_P.account == bindparam("account"), _P.entry_id > bindparam("after"))
    .group_by(_P.entry_id)
    .order_by(_P.entry_id)
    .limit(bindparam("limit"))
)
_OWED = Statement(
    select(
        ENTRIES.c.order_id,
        func.max(case((ENTRIES.c.kind == "unclaimed", ENTRIES.c.ref), else_="")),
        POSTINGS.c.currency,
        func.sum(POSTINGS.c.amount),
    )
    .select_from(POSTINGS.join(ENTRIES, ENTRIES.c.id == POSTINGS.c.entry_id))
    .where(POSTINGS.c.account == bindparam("account"))
    .group_by(ENTRIES.c.order_id, POSTINGS.c.currency)
    .having(func.sum(POSTINGS.c.amount) != 0)
    .order_by(ENTRIES.c.order_id, POSTINGS.c.currency)
)
_PLACE = Statement(select(REPORT_PLACES.c.after).where(REPORT_PLACES.c.provider == bindparam("provider")))
_SET_PLACE = upsert(REPORT_PLACES)
_INSERT = Statement(insert(RECONCILIATIONS))
_INSERT_DIFFERENCE = Statement(insert(DIFFERENCES))
_RECENT = Statement(select(RECONCILIATIONS).order_by(RECONCILIATIONS.c.id.desc()).limit(bindparam("limit")))
_DIFFERENCES = Statement(
    select(*(_D[name] for name in _FIELDS)).where(_D.reconciliation_id == bindparam("id")).order_by(_D.line_no)
)
