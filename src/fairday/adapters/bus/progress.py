"""All SQL of local delivery: cursors with their leases, and dead letters. Who hears what is decided elsewhere."""

from collections.abc import Awaitable, Callable

import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, delete, func, select, update

from fairday.adapters.bus.tables import CURSORS, DEAD_LETTERS
from fairday.kernel.events import OUTBOX, Delivery
from fairday.kernel.sql import Statement, insert_new, upsert, within
from fairday.kernel.unit_of_work import Reader, Writer
from fairday.ports.bus import DeadLetter, Subscription

Change = Callable[..., Awaitable[object]]


class Cursor(Struct, frozen=True):
    """How far a subscription has heard, who may deliver to it until when, and how the last try went."""

    name: str
    seq: int
    kinds: tuple[str, ...]
    owner: str = ""
    lease_until_ms: int = 0
    attempts: int = 0
    retry_ms: int = 0


async def cursor(reader: Reader, name: str) -> Cursor | None:
    """The cursor of a subscription, unless it is new."""
    row = await reader.row(_CURSOR, name=name)
    return _cursor(row) if row else None


async def cursors(reader: Reader) -> list[Cursor]:
    """All of them."""
    return [_cursor(row) for row in await reader.rows(_CURSORS)]


async def waiting(reader: Reader, span: tuple[int, int], kinds: tuple[str, ...], limit: int) -> list[Delivery]:
    """The oldest events of these kinds after a place in the outbox and up to another."""
    after, until = span
    rows = await reader.rows(_WAITING, after=after, until=until, kinds=kinds, limit=limit)
    return [Delivery(*row) for row in rows]


async def count_waiting(reader: Reader, of: Cursor) -> int:
    """How many events a cursor has before it."""
    row = await reader.row(_COUNT, after=of.seq, kinds=of.kinds)
    return int(row[0]) if row else 0


class Claim(Struct, frozen=True):
    """Who wants a lease, from when to when. A new subscription begins at `place` in the outbox."""

    owner: str
    now_ms: int
    until_ms: int
    place: int


async def claim(unit: Writer, subscription: Subscription, wanted: Claim) -> Cursor | None:
    """Take the lease unless somebody else has it."""
    name, kinds = subscription.name, tuple(sorted(subscription.kinds))
    first = Cursor(name, wanted.place, kinds)
    await unit.run_many(_BEGIN, [{**msgspec.structs.asdict(first), "kinds": _json(kinds)}])
    taken = await unit.run(
        _CLAIM,
        b_name=name,
        b_owner=wanted.owner,
        b_now_ms=wanted.now_ms,
        b_until_ms=wanted.until_ms,
        b_kinds=_json(kinds),
    )
    return await cursor(unit, name) if taken else None


async def renew(unit: Writer, name: str, owner: str, until_ms: int) -> None:
    """Keep the lease a little longer."""
    await unit.run(_LEASE, b_name=name, b_owner=owner, b_until_ms=until_ms)


async def release(unit: Writer, name: str, owner: str) -> None:
    """Let others have it."""
    await unit.run(_LEASE, b_name=name, b_owner=owner, b_until_ms=0)


async def advance(unit: Writer, name: str, owner: str, seq: int) -> bool:
    """Everything up to `seq` was heard. False: the lease is somebody else's by now, or they are further already."""
    return bool(await unit.run(_ADVANCE, b_name=name, b_owner=owner, b_seq=seq))


async def put_off(unit: Writer, name: str, owner: str, attempts: int, retry_ms: int) -> bool:
    """Nobody tries again before `retry_ms`. False as for `advance`."""
    return bool(await unit.run(_PUT_OFF, b_name=name, b_owner=owner, b_attempts=attempts, b_retry_ms=retry_ms))


async def set_aside(unit: Writer, letter: DeadLetter, owner: str) -> bool:
    """The event becomes a dead letter and the rest go on. False as for `advance`: nothing becomes of it here."""
    if not await advance(unit, letter.subscription, owner, letter.delivery.seq):
        return False
    await keep_letter(unit, letter)
    return True


async def keep_letter(unit: Writer, letter: DeadLetter) -> None:
    """Write down what went wrong."""
    row = {**msgspec.structs.asdict(letter.delivery), "subscription": letter.subscription}
    await unit.run_many(_KEEP, [{**row, "problem": letter.problem, "failed_ms": letter.failed_ms, "again": 0}])


async def dead_letters(reader: Reader, limit: int) -> list[DeadLetter]:
    """The newest failures first."""
    rows = await reader.rows(_LETTERS, limit=limit)
    return [DeadLetter(row[0], Delivery(*row[1:6]), row[6], row[7]) for row in rows]


async def ask_again(unit: Writer, name: str) -> int:
    """Every dead letter of a subscription gets another try."""
    return await unit.run(_AGAIN, b_name=name)


async def letters_to_retry(reader: Reader, name: str, limit: int) -> list[Delivery]:
    """The dead letters that somebody asked to try again."""
    return [Delivery(*row) for row in await reader.rows(_TO_RETRY, name=name, limit=limit)]


async def delete_letter(unit: Writer, name: str, seq: int) -> None:
    """It was heard after all."""
    await unit.run(_FORGET, name=name, seq=seq)


async def forget_heard(unit: Writer, before_ms: int, limit: int) -> int:
    """Take events out of the outbox that everyone has heard and that are older than `before_ms`, `limit` at most."""
    row = await unit.row(_HEARD_BY_ALL)
    if row is None or row[0] is None:
        return 0
    old = await unit.rows(_OLD, until=int(row[0]), before_ms=before_ms, limit=limit)
    return await unit.run(_FORGET_EVENTS, until=old[-1][0]) if old else 0


def _json(kinds: tuple[str, ...]) -> str:
    return msgspec.json.encode(kinds).decode()


def _cursor(row: tuple[object, ...]) -> Cursor:
    values = dict(zip(Cursor.__struct_fields__, row, strict=True))
    return Cursor(**{**values, "kinds": msgspec.json.decode(str(values["kinds"]), type=tuple[str, ...])})  # type: ignore[arg-type]


_C, _D = CURSORS.c, DEAD_LETTERS.c
_CURSOR_COLUMNS = [_C[name] for name in Cursor.__struct_fields__]
_EVENT_COLUMNS = [OUTBOX.c[name] for name in Delivery.__struct_fields__]
_LETTER_COLUMNS = [_D[name] for name in Delivery.__struct_fields__]
_CURSOR = Statement(select(*_CURSOR_COLUMNS).where(_C.name == bindparam("name")))
_CURSORS = Statement(select(*_CURSOR_COLUMNS).order_by(_C.name))
_WAITING = Statement(
    select(*_EVENT_COLUMNS)
    .where(OUTBOX.c.seq > bindparam("after"), OUTBOX.c.seq <= bindparam("until"), within(OUTBOX.c.kind, "kinds"))
    .order_by(OUTBOX.c.seq)
    .limit(bindparam("limit"))
)
_COUNT = Statement(
    select(func.count()).select_from(OUTBOX).where(OUTBOX.c.seq > bindparam("after"), within(OUTBOX.c.kind, "kinds"))
)
_BEGIN = insert_new(CURSORS)
_CLAIM = Statement(
    update(CURSORS)
    .where(
        _C.name == bindparam("b_name"),
        (_C.owner == bindparam("b_owner")) | (_C.lease_until_ms <= bindparam("b_now_ms")),
        _C.retry_ms <= bindparam("b_now_ms"),
    )
    .values(owner=bindparam("b_owner"), lease_until_ms=bindparam("b_until_ms"), kinds=bindparam("b_kinds"))
)
_LEASED = (_C.name == bindparam("b_name"), _C.owner == bindparam("b_owner"))
_LEASE = Statement(update(CURSORS).where(*_LEASED).values(lease_until_ms=bindparam("b_until_ms")))
_ADVANCE = Statement(
    update(CURSORS).where(*_LEASED, _C.seq < bindparam("b_seq")).values(seq=bindparam("b_seq"), attempts=0, retry_ms=0)
)
_PUT_OFF = Statement(
    update(CURSORS).where(*_LEASED).values(attempts=bindparam("b_attempts"), retry_ms=bindparam("b_retry_ms"))
)
_KEEP = upsert(DEAD_LETTERS)
_LETTERS = Statement(
    select(_D.subscription, *_LETTER_COLUMNS, _D.problem, _D.failed_ms)
    .order_by(_D.failed_ms.desc(), _D.seq.desc())
    .limit(bindparam("limit"))
)
_AGAIN = Statement(update(DEAD_LETTERS).where(_D.subscription == bindparam("b_name")).values(again=1))
_TO_RETRY = Statement(
    select(*_LETTER_COLUMNS)
    .where(_D.subscription == bindparam("name"), _D.again == 1)
    .order_by(_D.seq)
    .limit(bindparam("limit"))
)
_FORGET = Statement(delete(DEAD_LETTERS).where(_D.subscription == bindparam("name"), _D.seq == bindparam("seq")))
_HEARD_BY_ALL = Statement(select(func.min(_C.seq)))
_OLD = Statement(
    select(OUTBOX.c.seq)
    .where(OUTBOX.c.seq <= bindparam("until"), OUTBOX.c.at_ms < bindparam("before_ms"))
    .order_by(OUTBOX.c.seq)
    .limit(bindparam("limit"))
)
_FORGET_EVENTS = Statement(delete(OUTBOX).where(OUTBOX.c.seq <= bindparam("until")))
