"""The audit log: append-only, one hash chain a writer process, one link a unit of work. Nothing here deletes.

A link's hash is keyed with the shop's secret, so whoever can write to the database still cannot forge one. Cutting off
the newest links of a chain together with its head cannot be seen from inside; that is what `heads_since` is for: when a
day of the books is closed, they are noted there.
"""

import os
from collections.abc import Sequence
from functools import lru_cache

import msgspec
from msgspec import Struct
from sqlalchemy import and_, bindparam, insert, select, update

from fairday.domain.access.model import Actor, AuditEntry, AuditLink, BrokenLink, Change, broken_links, link_hash
from fairday.domain.access.tables import AUDIT_ENTRIES, AUDIT_HEADS, AUDIT_LINKS
from fairday.kernel.ids import new_id
from fairday.kernel.sql import KEY_LENGTH, Statement, insert_new, within
from fairday.kernel.unit_of_work import Reader, Writer

LINKS_AT_ONCE = 500
_LAST = "~"  # sorts after every id


class _Place(Struct, frozen=True, kw_only=True):
    """Where an entry stands."""

    chain: str
    number: int
    position: int
    at_ms: int


async def record(unit: Writer, key: bytes, actor: Actor, changes: Sequence[Change], at_ms: int) -> None:
    """Append one link with these changes, in the unit that makes them. Units of one process take turns at its chain."""
    if not changes:
        return
    chain = _chain_of(os.getpid())
    if not await unit.run(_COUNT_UP, b_chain=chain) and not await unit.run(_NEW_HEAD, chain=chain, number=1, hash=""):
        await unit.run(_COUNT_UP, b_chain=chain)  # another unit was first
    head = await unit.row(_HEAD, chain=chain)
    assert head is not None
    number, previous_hash = int(head[0]), str(head[1])
    entries = [
        _entry(actor, change, _Place(chain=chain, number=number, position=position, at_ms=at_ms))
        for position, change in enumerate(changes)
    ]
    link = AuditLink(
        chain=chain, number=number, previous_hash=previous_hash, hash="", entries=len(entries), at_ms=at_ms
    )
    link = msgspec.structs.replace(link, hash=link_hash(key, link, entries))
    await unit.run(_INSERT_LINK, **msgspec.structs.asdict(link))
    await unit.run_many(_INSERT_ENTRY, [msgspec.structs.asdict(entry) for entry in entries])
    await unit.run(_SET_HEAD, b_chain=chain, b_hash=link.hash)


async def page(
    reader: Reader, before_id: str, limit: int, *, subject: tuple[str, str] | None = None
) -> list[AuditEntry]:
    """Entries, newest first, from before an id ("" begins at the newest); of one subject (kind, id) if given."""
    before = before_id or _LAST
    if subject is None:
        rows = await reader.rows(_PAGE, before=before, limit=limit)
    else:
        rows = await reader.rows(_PAGE_OF, before=before, limit=limit, subject_kind=subject[0], subject_id=subject[1])
    return [AuditEntry(*row) for row in rows]


async def heads(reader: Reader) -> dict[str, tuple[int, str]]:
    """The newest link of every chain: its number and hash."""
    return {chain: (number, hash_) for chain, number, hash_ in await reader.rows(_HEADS)}


async def heads_since(reader: Reader, at_ms: int) -> list[tuple[str, int, str]]:
    """The newest link (chain, number, hash) of every chain that was written to since."""
    return [(chain, number, hash_) for chain, number, hash_ in await reader.rows(_HEADS_SINCE, at_ms=at_ms)]


async def lost_links(reader: Reader, noted: Sequence[tuple[str, int, str]]) -> list[BrokenLink]:
    """Links that were noted once and are not there any more, or not as they were: the end of a chain was cut off."""
    chains, numbers = sorted({chain for chain, *_ in noted}), sorted({number for _, number, _ in noted})
    rows = await reader.rows(_LINKS_OF, chains=chains, numbers=numbers)
    known = {(chain, number): hash_ for chain, number, hash_ in rows}
    return [
        BrokenLink(chain, number, "it was noted when a day of the books was closed, and is gone or changed")
        for chain, number, hash_ in noted
        if known.get((chain, number)) != hash_
    ]


async def verify(reader: Reader, key: bytes) -> list[BrokenLink]:
    """Recompute every chain from its rows; an empty list when all is as it was written."""
    broken: list[BrokenLink] = []
    chains = {chain for (chain,) in await reader.rows(_CHAINS)}
    tops = await heads(reader)
    for chain in sorted(chains | set(tops)):
        broken += await _verify_chain(reader, key, chain, tops.get(chain, (0, "")))
    return broken


async def _verify_chain(reader: Reader, key: bytes, chain: str, head: tuple[int, str]) -> list[BrokenLink]:
    broken: list[BrokenLink] = []
    previous: AuditLink | None = None
    while True:
        after = previous.number if previous else 0
        rows = await reader.rows(_LINKS_AFTER, chain=chain, after=after, limit=LINKS_AT_ONCE)
        if not rows:
            break
        links = [AuditLink(*row) for row in rows]
        found = await reader.rows(_ENTRIES_BETWEEN, chain=chain, after=after, last=links[-1].number)
        broken += broken_links(key, links, [AuditEntry(*row) for row in found], previous)
        previous = links[-1]
    if head != ((previous.number, previous.hash) if previous else (0, "")):
        broken.append(BrokenLink(chain, head[0], "the newest link is not the one that was written last"))
    return broken


def _entry(actor: Actor, change: Change, place: _Place) -> AuditEntry:
    return AuditEntry(
        id=new_id(),
        chain=place.chain,
        number=place.number,
        position=place.position,
        at_ms=place.at_ms,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name[:KEY_LENGTH],
        source=actor.source[:64],
        action=change.action,
        subject_kind=change.subject_kind,
        subject_id=change.subject_id,
        details=msgspec.json.encode(change.details).decode(),
    )


@lru_cache(maxsize=4)
def _chain_of(process_id: int) -> str:
    """A name for this process's chain; another one after a fork, so two processes never share a chain."""
    return f"{new_id()}-{process_id}"


_HEAD_C, _L, _E = AUDIT_HEADS.c, AUDIT_LINKS.c, AUDIT_ENTRIES.c
_LINK_COLUMNS = (_L.chain, _L.number, _L.previous_hash, _L.hash, _L.entries, _L.at_ms)
_ENTRY_COLUMNS = (
    _E.id, _E.chain, _E.number, _E.position, _E.at_ms, _E.actor_kind, _E.actor_id, _E.actor_name, _E.source,
    _E.action, _E.subject_kind, _E.subject_id, _E.details,
)  # fmt: skip
_ENTRIES = select(*_ENTRY_COLUMNS)
_NEWEST = _ENTRIES.where(_E.id < bindparam("before")).order_by(_E.id.desc()).limit(bindparam("limit"))

_COUNT_UP = Statement(
    update(AUDIT_HEADS).where(_HEAD_C.chain == bindparam("b_chain")).values(number=_HEAD_C.number + 1)
)
_NEW_HEAD = insert_new(AUDIT_HEADS)
_HEAD = Statement(select(_HEAD_C.number, _HEAD_C.hash).where(_HEAD_C.chain == bindparam("chain")))
_SET_HEAD = Statement(update(AUDIT_HEADS).where(_HEAD_C.chain == bindparam("b_chain")).values(hash=bindparam("b_hash")))
_HEADS = Statement(select(_HEAD_C.chain, _HEAD_C.number, _HEAD_C.hash).order_by(_HEAD_C.chain))
_HEADS_SINCE = Statement(
    select(_L.chain, _L.number, _L.hash)
    .select_from(AUDIT_HEADS.join(AUDIT_LINKS, and_(_L.chain == _HEAD_C.chain, _L.number == _HEAD_C.number)))
    .where(_L.at_ms >= bindparam("at_ms"))
    .order_by(_L.chain)
)
_LINKS_OF = Statement(
    select(_L.chain, _L.number, _L.hash).where(within(_L.chain, "chains"), within(_L.number, "numbers"))
)
_INSERT_LINK = Statement(
    insert(AUDIT_LINKS).values({column.name: bindparam(column.name) for column in AUDIT_LINKS.columns})
)
_INSERT_ENTRY = Statement(
    insert(AUDIT_ENTRIES).values({column.name: bindparam(column.name) for column in AUDIT_ENTRIES.columns})
)
_PAGE = Statement(_NEWEST)
_PAGE_OF = Statement(
    _NEWEST.where(and_(_E.subject_kind == bindparam("subject_kind"), _E.subject_id == bindparam("subject_id")))
)
_CHAINS = Statement(select(_L.chain).distinct())
_LINKS_AFTER = Statement(
    select(*_LINK_COLUMNS)
    .where(_L.chain == bindparam("chain"), _L.number > bindparam("after"))
    .order_by(_L.number)
    .limit(bindparam("limit"))
)
_ENTRIES_BETWEEN = Statement(
    _ENTRIES.where(
        _E.chain == bindparam("chain"), _E.number > bindparam("after"), _E.number <= bindparam("last")
    ).order_by(_E.number, _E.position)
)
