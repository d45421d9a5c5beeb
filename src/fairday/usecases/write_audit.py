"""Write down who did what, in the unit that does it; read it back, and prove that nobody rewrote it."""

import msgspec

from fairday.domain.access import Actor, AuditEntry, BrokenLink, Change, audit, require
from fairday.domain.ledger import closing
from fairday.kernel.sealing import derive_key
from fairday.kernel.unit_of_work import Writer
from fairday.usecases.shop import Shop

PAGE_LIMIT = 100
DAYS_AT_ONCE = 100
_PURPOSE = "audit log"


async def write_audit(shop: Shop, unit: Writer, actor: Actor, *changes: Change) -> None:
    """Append `changes` to the log; they commit with `unit`, or not at all. One call is one link, so call it once."""
    await audit.record(unit, derive_key(shop.settings.secret, _PURPOSE), actor, changes, shop.clock.now_ms())


async def read_audit(
    shop: Shop, actor: Actor, cursor: str = "", limit: int = 50, *, subject: tuple[str, str] | None = None
) -> tuple[list[AuditEntry], str]:
    """A page of the log, newest first, of one subject (kind, id) if given; the cursor of the next page, or ""."""
    require(actor.role, "audit.view")
    limit = max(1, min(limit, PAGE_LIMIT))
    async with shop.database.read() as reader:
        entries = await audit.page(reader, cursor, limit + 1, subject=subject)
    return entries[:limit], entries[limit - 1].id if len(entries) > limit else ""


async def count_links(shop: Shop) -> int:
    """How many links `verify_audit` would have to look at."""
    async with shop.database.read() as reader:
        return sum(number for number, _ in (await audit.heads(reader)).values())


async def mark_audit(shop: Shop, since_ms: int) -> str:
    """The ends of the log's chains that grew since, as JSON, for whoever wants to find them again."""
    async with shop.database.read() as reader:
        return msgspec.json.encode(await audit.heads_since(reader, since_ms)).decode()


async def verify_audit(shop: Shop) -> list[BrokenLink]:
    """Recompute every chain of the log; an empty list when it is as it was written, to the ends noted at closings."""
    broken = list[BrokenLink]()
    async with shop.database.read() as reader:
        broken += await audit.verify(reader, derive_key(shop.settings.secret, _PURPOSE))
        after_ms = -1
        while days := await closing.closed_days(reader, after_ms, DAYS_AT_ONCE):
            noted = [msgspec.json.decode(day.marks, type=list[tuple[str, int, str]]) for day in days]
            broken += await audit.lost_links(reader, [mark for marks in noted for mark in marks])
            after_ms = days[-1].until_ms
    return broken
