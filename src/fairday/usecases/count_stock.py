"""Count the shelves: what is there, what new pieces cost, and the worth of the change in the books."""

from collections.abc import Sequence

from msgspec import Struct

from fairday.domain.access import SYSTEM, Actor, Change
from fairday.domain.inventory import Received, StockChanged, shelves
from fairday.domain.ledger import stock_entry
from fairday.domain.ledger import store as ledger
from fairday.kernel.errors import Invalid, NotFound
from fairday.kernel.events import announce
from fairday.kernel.ids import new_id
from fairday.usecases.shop import Shop
from fairday.usecases.write_audit import write_audit

COUNTS_LIMIT = 1_000
MOST_PIECES = 10_000_000
DEAREST = 10**10
LOCATION_LENGTH = 64


class CountStock(Struct, frozen=True, kw_only=True):
    """Set what is on hand; `unit_cost` of new pieces in minor units of the shop's base currency."""

    counts: Sequence[Received]
    reason: str = ""
    actor: Actor = SYSTEM


async def count_stock(shop: Shop, command: CountStock) -> int:
    """The change of the stock's worth in base minor units. Invalid, NotFound (no such SKU), StockRefused (promised)."""
    _check(command)
    skus = sorted({count.sku for count in command.counts})
    known = await shop.products.find("sku", skus)
    if set(skus) - set(known):
        raise NotFound(what="sku")
    now_ms, ref = shop.clock.now_ms(), new_id()
    async with shop.database.write() as unit:
        worth = await shelves.count_shelves(unit, command.counts, ref, now_ms)
        await ledger.post(unit, [stock_entry(ref, shop.settings.base_currency, worth, now_ms)])
        await announce(unit, [StockChanged(subject=skus[0], skus=tuple(skus))], now_ms)
        changes = [
            Change(
                "stock.counted",
                "product",
                known[count.sku],
                {"sku": count.sku, "location": count.location, "on_hand": count.on_hand, "reason": command.reason},
            )
            for count in command.counts
        ]
        await write_audit(shop, unit, command.actor, *changes)
    return worth


def _check(command: CountStock) -> None:
    if not 0 < len(command.counts) <= COUNTS_LIMIT:
        raise Invalid(field="on_hand", problem="problem-count-nothing")
    for count in command.counts:
        if not 0 <= count.on_hand <= MOST_PIECES:
            raise Invalid(field="on_hand", problem="problem-count-pieces", sku=count.sku)
        if not 0 <= count.unit_cost <= DEAREST:
            raise Invalid(field="unit_cost", problem="problem-count-cost", sku=count.sku)
        place = count.location
        if not place or place != place.strip() or len(place) > LOCATION_LENGTH or not place.isprintable():
            raise Invalid(field="location", problem="problem-count-location", sku=count.sku)
