"""Hold the books against the providers' records, list what differs, and mend it: book what was forgotten, or give back.

A restored backup, a crash, a refund made at the provider's own desk: whatever the provider knows and we do not ends in
the books, and money that no order of ours accounts for goes back to whoever sent it. Everything is named after what it
mends, so mending twice is mending once. `follow_reports` does the same for what is new in a record, as a sweep.
"""

import asyncio
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from fairday.domain.access import SYSTEM, Actor, require
from fairday.domain.ledger import reports
from fairday.domain.ledger.reports import Difference, Reconciliation
from fairday.domain.payments import PaymentUnknown
from fairday.kernel.clock import MINUTE_MS
from fairday.kernel.ids import new_id
from fairday.ports.payment_reports import ProviderReport
from fairday.usecases.compare_reports import LINES_AT_ONCE, Found, Matching, compare_reports, owed_money
from fairday.usecases.mend_payment import BY_HAND, FAILED, WAITING, mend_payment
from fairday.usecases.shop import Shop

# How long an order has to write down by itself what its provider moved.
FOLLOW_AFTER_MS = 2 * MINUTE_MS
ROUNDS = 4


class Reconciled(Struct, frozen=True):
    """What was found, in the order it was dealt with; `remedy` of a difference says what was done about it."""

    summary: Reconciliation
    differences: tuple[Difference, ...]

    @property
    def left_over(self) -> tuple[Difference, ...]:
        """What still differs."""
        return tuple(one for one in self.differences if not is_mended(one))


async def reconcile_payments(shop: Shop, actor: Actor, *, repair: bool = False, stale_ms: int = 0) -> Reconciled:
    """List every difference and, with `repair`, mend it. `stale_ms` as in `compare_reports`; raises PaymentUnknown."""
    require(actor.role, "ledger.reconcile")
    compared = await compare_reports(shop, stale_ms=stale_ms)
    left = [found.difference for found in compared.found]
    mended = list[Difference]()
    for _ in range(ROUNDS if repair and left else 0):
        # What one round posts may show what else is owed.
        tried = await _mend(shop, actor, (await compare_reports(shop, stale_ms=stale_ms)).found)
        mended += [one for one in tried if is_mended(one)]
        left = [one for one in tried if not is_mended(one)]
        if len(left) == len(tried):
            break
    differences = (*mended, *left)
    return Reconciled(await _keep(shop, compared.movements, differences), differences)


async def follow_reports(shop: Shop) -> int:
    """Mend what is new in the providers' records and should be in the books by now; how many movements were read.

    Raises an ExceptionGroup of what went wrong, once all the rest is done; that waits for `reconcile_payments`.
    """
    before_ms = shop.clock.now_ms() - FOLLOW_AFTER_MS
    movements, mended = 0, list[Difference]()
    for provider, report in shop.reports.items():
        try:
            movements += await _follow(shop, provider, report, before_ms, mended)
        except PaymentUnknown:
            continue
    mended += await _mend(shop, SYSTEM, await owed_money(shop))
    if mended:
        await _keep(shop, movements, mended)
    failed = [one for one in mended if one.remedy == FAILED]
    if failed:
        raise ExceptionGroup("some payments could not be mended", [LookupError(str(one)) for one in failed])
    return movements


async def _follow(shop: Shop, provider: str, report: ProviderReport, before_ms: int, mended: list[Difference]) -> int:
    matching, movements = Matching(provider, before_ms), 0
    async with shop.database.read() as reader:
        after = await reports.place_in(reader, provider)
    while True:
        lines = [line for line in await report.movements(after, LINES_AT_ONCE) if line.at_ms <= before_ms]
        if not lines:
            return movements
        usual = [matching.usual(line) for line in lines]
        async with shop.database.read() as reader:
            booked = await reports.present(reader, usual)
            strange = [line for line, key in zip(lines, usual, strict=True) if key not in booked]
            known = await reports.entries_by_id(reader, matching.wanted(strange))
        differences = await _mend(shop, SYSTEM, matching.match(strange, known))
        mended += differences
        if any(one.remedy == WAITING for one in differences):
            return movements
        after, movements = lines[-1].id, movements + len(lines)
        async with shop.database.write() as unit:
            await reports.move_place(unit, provider, after)


async def _mend(shop: Shop, actor: Actor, found: Sequence[Found]) -> list[Difference]:
    """Deal with one after another; what goes wrong keeps no other waiting."""
    done = []
    for one in found:
        (remedy,) = await asyncio.gather(mend_payment(shop, actor, one), return_exceptions=True)
        if isinstance(remedy, PaymentUnknown):
            remedy = WAITING
        elif isinstance(remedy, asyncio.CancelledError):
            raise remedy
        remedy = FAILED if isinstance(remedy, BaseException) else remedy
        done.append(replace(one.difference, remedy=remedy))
    return done


def is_mended(difference: Difference) -> bool:
    """Whether the provider and the books agree about it by now."""
    return difference.remedy not in {"", BY_HAND, WAITING, FAILED}


async def _keep(shop: Shop, movements: int, differences: Sequence[Difference]) -> Reconciliation:
    mended = sum(is_mended(one) for one in differences)
    summary = Reconciliation(
        id=new_id(), at_ms=shop.clock.now_ms(), movements=movements, repaired=mended,
        left_over=len(differences) - mended,
    )  # fmt: skip
    async with shop.database.write() as unit:
        await reports.keep(unit, summary, differences)
    return summary
