"""Events and the outbox: what happened is written in the unit that made it happen, and delivered afterwards.

Events are frozen Structs, named in the past tense. They carry ids, not objects. Hearers may get one twice and must
not mind. Delivery itself is `ports.bus`.
"""

from collections.abc import Collection, Sequence
from typing import ClassVar, TypeVar

import msgspec
from msgspec import Struct
from sqlalchemy import BigInteger, Column, Integer, String, Table, Text, bindparam, func, insert, select

from fairday.kernel.sql import KEY_LENGTH, METADATA, Statement, within
from fairday.kernel.unit_of_work import Reader, Writer

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("seq", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True),
    Column("kind", String(64), nullable=False),
    Column("subject", String(KEY_LENGTH), nullable=False),
    Column("body", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)


class Event(Struct, frozen=True, kw_only=True):
    """Something that happened. `subject` is the id whose events are heard in order; subclasses set `kind`."""

    kind: ClassVar[str] = ""

    subject: str


E = TypeVar("E", bound=Event)


class Delivery(Struct, frozen=True):
    """An event as a subscriber gets it: its place in the outbox, kind, subject, JSON body and time."""

    seq: int
    kind: str
    subject: str
    body: str
    at_ms: int

    def as_event(self, kind: type[E]) -> E:
        """The event itself; msgspec.ValidationError when the body is not one of `kind`."""
        return msgspec.json.decode(self.body, type=kind)


async def announce(unit: Writer, events: Sequence[Event], at_ms: int) -> None:
    """Write events into the outbox, in order, inside the unit of work that made them true."""
    await unit.run_many(
        _APPEND,
        [
            {"kind": event.kind, "subject": event.subject, "body": msgspec.json.encode(event).decode(), "at_ms": at_ms}
            for event in events
        ],
    )


async def outbox_after(reader: Reader, seq: int, limit: int) -> list[Delivery]:
    """At most `limit` events that were written after `seq`, oldest first."""
    return [Delivery(*row) for row in await reader.rows(_AFTER, after=seq, limit=limit)]


async def outbox_of(reader: Reader, after: int, kinds: Collection[str], limit: int) -> list[Delivery]:
    """At most `limit` events of these kinds that stand after a place in the outbox, oldest first."""
    return [Delivery(*row) for row in await reader.rows(_OF, after=after, kinds=sorted(kinds), limit=limit)]


async def outbox_end(reader: Reader) -> int:
    """The place of the newest event, 0 when there is none."""
    row = await reader.row(_END)
    return int(row[0] or 0) if row else 0


_APPEND = Statement(
    insert(OUTBOX).values(
        kind=bindparam("kind"), subject=bindparam("subject"), body=bindparam("body"), at_ms=bindparam("at_ms")
    )
)
_AFTER = Statement(
    select(OUTBOX.c.seq, OUTBOX.c.kind, OUTBOX.c.subject, OUTBOX.c.body, OUTBOX.c.at_ms)
    .where(OUTBOX.c.seq > bindparam("after"))
    .order_by(OUTBOX.c.seq)
    .limit(bindparam("limit"))
)
_OF = Statement(
    select(OUTBOX.c.seq, OUTBOX.c.kind, OUTBOX.c.subject, OUTBOX.c.body, OUTBOX.c.at_ms)
    .where(OUTBOX.c.seq > bindparam("after"), within(OUTBOX.c.kind, "kinds"))
    .order_by(OUTBOX.c.seq)
    .limit(bindparam("limit"))
)
_END = Statement(select(func.max(OUTBOX.c.seq)))
