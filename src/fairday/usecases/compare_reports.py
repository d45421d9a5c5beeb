"""Hold the books against each provider's own record: every movement of money there is an entry here, and the reverse.

A movement is looked up by the name its entry must have, page by page; what is remembered of a whole record is the names
of the entries found, about 80 MB for a million movements. Writes nothing.
"""

from collections.abc import Sequence

from msgspec import Struct

from fairday.domain.ledger import Entry, reports
from fairday.domain.ledger.model import EntryKind
from fairday.domain.ledger.reports import Difference, DifferenceKind, Moved, entry_id, moved_by
from fairday.kernel.ids import derived_id
from fairday.ports.payment_reports import ReportLine
from fairday.usecases.shop import Shop

LINES_AT_ONCE = 500


class Found(Struct, frozen=True):
    """A difference, and the line of the provider's record that shows it, where there is one."""

    difference: Difference
    line: ReportLine | None = None


class Comparison(Struct, frozen=True):
    """How many movements the providers' records hold, and every difference."""

    movements: int
    found: tuple[Found, ...]


class Partial(Struct):
    """Lines about one entry that do not match it one by one: what they and the books come to."""

    line: ReportLine
    theirs: Moved
    ours: Moved


async def compare_reports(shop: Shop, *, stale_ms: int = 0) -> Comparison:
    """Every difference. What is younger than `stale_ms` may be on its way; 0 while nobody buys. PaymentUnknown."""
    movements, found = 0, list[Found]()
    before_ms = shop.clock.now_ms() - stale_ms
    for provider, report in shop.reports.items():
        matching = Matching(provider, before_ms)
        after = ""
        while lines := await report.movements(after, LINES_AT_ONCE):
            async with shop.database.read() as reader:
                known = await reports.entries_by_id(reader, matching.wanted(lines))
            found += matching.match(lines, known)
            movements, after = movements + len(lines), lines[-1].id
        found += matching.partials()
        found += await _ours_only(shop, matching)
    return Comparison(movements, (*found, *await owed_money(shop)))


class Matching:
    """One provider's record on its way past the books."""

    def __init__(self, provider: str, before_ms: int) -> None:
        self.provider = provider
        self.before_ms = before_ms
        self.seen: set[str] = set()
        self._partial: dict[str, Partial] = {}

    def wanted(self, lines: Sequence[ReportLine]) -> list[str]:
        """The ids of all entries that these lines may have left."""
        return [entry_id(kind, ref) for line in lines for kind, ref in (*self._names(line), *self._extras(line))]

    def usual(self, line: ReportLine) -> str:
        """The id of the entry that a line nearly always has."""
        return entry_id(*self._names(line)[0])

    def match(self, lines: Sequence[ReportLine], known: dict[str, Entry]) -> list[Found]:
        """Lines that left no entry; what matches none exactly is kept for `partials`."""
        found = []
        for line in lines:
            if line.amount == 0 and line.fee == 0:
                continue
            ids = [entry_id(kind, ref) for kind, ref in self._names(line)]
            main = next((one for one in ids if one in known), "")
            extras = [one for one in (entry_id(*name) for name in self._extras(line)) if one in known and one != main]
            if main:
                self._match(line, known[main], [known[one] for one in extras])
            elif line.at_ms <= self.before_ms:
                found.append(Found(self._difference(line.kind, line, _moved(line), Moved()), line))
            self.seen.update(extras)
        return found

    def partials(self) -> list[Found]:
        """Entries whose lines do not come to what the books say."""
        found = []
        for one in self._partial.values():
            rest = one.theirs - one.ours
            kind: DifferenceKind = "amount" if rest.net + rest.fee else "fee_differs"
            if rest != Moved() and one.line.at_ms <= self.before_ms:
                found.append(Found(self._difference(kind, one.line, one.theirs, one.ours), one.line))
        return found

    def _match(self, line: ReportLine, entry: Entry, extras: Sequence[Entry]) -> None:
        theirs, key = _moved(line), entry.id
        ours = moved_by(entry, self.provider, line.currency)
        corrected = sum((moved_by(one, self.provider, line.currency) for one in extras), Moved())
        earlier = self._partial.get(key)
        if earlier:
            earlier.line = line
            earlier.theirs, earlier.ours = earlier.theirs + theirs, earlier.ours + corrected
        elif key in self.seen:  # another line about the same: what the first one moved was what the entry says
            self._partial[key] = Partial(line, ours + theirs, ours + corrected)
        elif theirs != ours + corrected:
            self._partial[key] = Partial(line, theirs, ours + corrected)
        self.seen.add(key)

    def _names(self, line: ReportLine) -> list[tuple[EntryKind, str]]:
        """What the entry of a line may be called, the usual first."""
        ref = line_ref(self.provider, line)
        match line.kind:
            case "capture":
                return [("sale", line.order_id), ("unclaimed", f"{self.provider}:{line.order_id}"), ("unclaimed", ref)]
            case "refund":
                return [("refund", refund_name(self.provider, line)), ("returned", refund_name(self.provider, line))]
            case "chargeback":
                return [("chargeback", name) for name in (line.refund_id, line.order_id, ref) if name]
            case "chargeback_reversed":
                return [("reversed", name) for name in (line.refund_id, line.order_id, ref) if name]
            case "fee":
                return [("fee", ref)]

    def _extras(self, line: ReportLine) -> list[tuple[EntryKind, str]]:
        """Entries by which an earlier reconciliation made up for what differed."""
        ref = line_ref(self.provider, line)
        if line.kind == "fee":
            return []
        return [("fee", ref), ("unclaimed", ref)] if line.kind == "capture" else [("fee", ref)]

    def _difference(self, kind: DifferenceKind, line: ReportLine, theirs: Moved, ours: Moved) -> Difference:
        fee_only = kind == "fee_differs"
        return Difference(
            provider=self.provider, kind=kind, order_id=line.order_id, ref=line.refund_id or line.id,
            currency=line.currency, theirs=theirs.fee if fee_only else theirs.net + theirs.fee,
            ours=ours.fee if fee_only else ours.net + ours.fee,
        )  # fmt: skip


def line_ref(provider: str, line: ReportLine) -> str:
    """The name of what a line is about, where it has none of ours."""
    return f"{provider}:{line.id}"


def refund_name(provider: str, line: ReportLine) -> str:
    """Our name of a refund; of one that was made at the provider, the name we give it."""
    return line.refund_id or derived_id("refund", provider, line.id)


def _moved(line: ReportLine) -> Moved:
    match line.kind:
        case "capture" | "chargeback_reversed":
            return Moved(line.amount - line.fee, line.fee)
        case "refund" | "chargeback":
            return Moved(-line.amount - line.fee, line.fee)
        case "fee":
            return Moved(-line.amount - line.fee, line.amount + line.fee)


async def _ours_only(shop: Shop, matching: Matching) -> list[Found]:
    """Entries about a provider's money of which its record says nothing."""
    found, after = list[Found](), ""
    while True:
        async with shop.database.read() as reader:
            page = await reports.entries_on(reader, matching.provider, after, LINES_AT_ONCE)
        for key, entry in page.items():
            if key in matching.seen or entry.at_ms > matching.before_ms:
                continue
            for currency in sorted({posting.currency for posting in entry.postings}):
                ours = moved_by(entry, matching.provider, currency)
                if ours.net or ours.fee:
                    found.append(Found(Difference(
                        provider=matching.provider, kind="ours_only", order_id=entry.order_id, ref=entry.ref,
                        currency=currency, theirs=0, ours=ours.net + ours.fee,
                    )))  # fmt: skip
        if len(page) < LINES_AT_ONCE:
            return found
        after = max(page)


async def owed_money(shop: Shop) -> list[Found]:
    """Money that came in without an order and did not go back yet."""
    async with shop.database.read() as reader:
        return [
            Found(Difference(
                provider=ref.partition(":")[0], kind="owed", order_id=order_id, ref=ref, currency=currency, theirs=0,
                ours=amount,
            ))
            for order_id, ref, currency, amount in await reports.owed(reader)
        ]  # fmt: skip
