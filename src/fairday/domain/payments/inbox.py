"""SQL of what providers tell unasked: their events, and disputes."""

from collections.abc import Sequence

from msgspec.structs import asdict
from sqlalchemy import bindparam, delete, or_, select, update

from fairday.domain.payments.model import Dispute, Heard
from fairday.domain.payments.tables import DISPUTES, HEARD
from fairday.kernel.sql import Statement, insert_new, within
from fairday.kernel.unit_of_work import Reader, Writer


async def keep(unit: Writer, heard: Heard) -> bool:
    """Keep an event; False when it was kept before."""
    return await unit.run(_KEEP, **asdict(heard)) == 1


async def waiting(reader: Reader, due_ms: int, after: tuple[str, str], limit: int) -> list[Heard]:
    """Events to be applied by now, in order of provider and id, above `after`."""
    rows = await reader.rows(_WAITING, due_ms=due_ms, provider=after[0], event_id=after[1], limit=limit)
    return [Heard(**dict(zip(_HEARD_COLUMNS, row, strict=True))) for row in rows]


async def find_heard(reader: Reader, provider: str, event_id: str) -> Heard | None:
    """An event that was kept."""
    row = await reader.row(_FIND, provider=provider, event_id=event_id)
    return Heard(**dict(zip(_HEARD_COLUMNS, row, strict=True))) if row else None


async def finish(unit: Writer, heard: Heard) -> bool:
    """Write down what became of a waiting event: its state, attempts and next turn. False when somebody else did."""
    return await unit.run(
        _FINISH, b_provider=heard.provider, b_event_id=heard.event_id, b_state=heard.state,
        b_attempts=heard.attempts, b_due_ms=heard.due_ms,
    ) == 1  # fmt: skip


async def forget(unit: Writer, before_ms: int, limit: int) -> int:
    """Drop events received before then that need nothing any more."""
    gone = 0
    for provider, event_id in await unit.rows(_OLD, before_ms=before_ms, limit=limit):
        gone += await unit.run(_FORGET, b_provider=provider, b_event_id=event_id)
    return gone


async def record_dispute(unit: Writer, dispute: Dispute) -> bool:
    """Write down a dispute, or that it was closed; False when that was known. A closed one stays closed."""
    if await unit.run(_OPEN_DISPUTE, **asdict(dispute)):
        return True
    if dispute.state == "open":
        return False
    return await unit.run(
        _CLOSE_DISPUTE, b_provider=dispute.provider, b_id=dispute.id, b_state=dispute.state,
        b_updated_ms=dispute.updated_ms,
    ) == 1  # fmt: skip


async def disputes_of(reader: Reader, order_ids: Sequence[str]) -> list[Dispute]:
    """The disputes about these orders, oldest first."""
    rows = await reader.rows(_DISPUTES_OF, order_ids=list(order_ids))
    return [Dispute(**dict(zip(_DISPUTE_COLUMNS, row, strict=True))) for row in rows]


_H, _D = HEARD.c, DISPUTES.c
_HEARD_COLUMNS = tuple(HEARD.columns.keys())
_DISPUTE_COLUMNS = tuple(DISPUTES.columns.keys())
_KEEP = insert_new(HEARD)
_WAITING = Statement(
    select(HEARD)
    .where(
        _H.state == "waiting",
        _H.due_ms <= bindparam("due_ms"),
        (_H.provider > bindparam("provider"))
        | ((_H.provider == bindparam("provider")) & (_H.event_id > bindparam("event_id"))),
    )
    .order_by(_H.provider, _H.event_id)
    .limit(bindparam("limit"))
)
_FIND = Statement(select(HEARD).where(_H.provider == bindparam("provider"), _H.event_id == bindparam("event_id")))
_FINISH = Statement(
    update(HEARD)
    .where(_H.provider == bindparam("b_provider"), _H.event_id == bindparam("b_event_id"), _H.state == "waiting")
    .values(state=bindparam("b_state"), attempts=bindparam("b_attempts"), due_ms=bindparam("b_due_ms"))
)
_OLD = Statement(
    select(_H.provider, _H.event_id)
    .where(or_(_H.state == "done", _H.state == "foreign"), _H.received_ms < bindparam("before_ms"))
    .order_by(_H.provider, _H.event_id)
    .limit(bindparam("limit"))
)
_FORGET = Statement(delete(HEARD).where(_H.provider == bindparam("b_provider"), _H.event_id == bindparam("b_event_id")))
_OPEN_DISPUTE = insert_new(DISPUTES)
_CLOSE_DISPUTE = Statement(
    update(DISPUTES)
    .where(_D.provider == bindparam("b_provider"), _D.id == bindparam("b_id"), _D.state == "open")
    .values(state=bindparam("b_state"), updated_ms=bindparam("b_updated_ms"))
)
_DISPUTES_OF = Statement(
    select(DISPUTES).where(within(_D.order_id, "order_ids")).order_by(_D.opened_ms, _D.provider, _D.id)
)
