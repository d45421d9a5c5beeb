"""Set and remove prices by hand: checked, announced, and written into the audit log. Imports write in bulk."""

from collections.abc import Sequence

from fairday.domain.access import Actor, Change, require
from fairday.domain.pricing import Price, store
from fairday.domain.pricing.errors import PriceInvalid
from fairday.domain.pricing.events import PricesChanged
from fairday.kernel.events import announce
from fairday.kernel.money import EXPONENTS, LIMIT
from fairday.usecases.shop import Shop
from fairday.usecases.write_audit import write_audit

PRICES_LIMIT = 500


async def set_prices(
    shop: Shop, actor: Actor, prices: Sequence[Price], removed: Sequence[tuple[str, str]] = ()
) -> None:
    """Write `prices`, and remove those of the (SKU, currency) pairs in `removed`; PriceInvalid writes nothing.

    At most 500 in all. What is as it was before is neither announced nor audited.
    """
    require(actor.role, "prices.edit")
    assert len(prices) + len(removed) <= PRICES_LIMIT, "one page of prices at a time"
    check_prices(prices)
    now_ms = shop.clock.now_ms()
    async with shop.database.write() as unit:
        skus = sorted({price.sku for price in prices} | {sku for sku, _ in removed})
        known = {
            (price.sku, price.currency): price
            for each in (await store.all_prices(unit, skus)).values()
            for price in each
        }
        fresh = [price for price in prices if known.get((price.sku, price.currency)) != price]
        gone = [key for key in removed if key in known]
        if not fresh and not gone:
            return
        await store.set_prices(unit, fresh)
        await store.remove_prices(unit, gone)
        changed = tuple(sorted({price.sku for price in fresh} | {sku for sku, _ in gone}))
        await announce(unit, [PricesChanged(subject=changed[0], skus=changed)], now_ms)
        await write_audit(
            shop,
            unit,
            actor,
            *(_set(price, known.get((price.sku, price.currency))) for price in fresh),
            *(Change("price.removed", "sku", sku, {"currency": currency}) for sku, currency in gone),
        )


def check_prices(prices: Sequence[Price]) -> None:
    """Raise PriceInvalid for the first price nobody can ask."""
    for price in prices:
        before = price.compare_at
        fine = price.currency in EXPONENTS and 0 <= price.amount <= LIMIT
        if not fine or (before is not None and not price.amount < before <= LIMIT):
            raise PriceInvalid(sku=price.sku, currency=price.currency)


def _set(price: Price, before: Price | None) -> Change:
    details: dict[str, str | int | bool] = {"currency": price.currency, "amount": price.amount}
    if price.compare_at is not None:
        details["compare_at"] = price.compare_at
    if before is not None:
        details["before"] = before.amount
    return Change("price.set", "sku", price.sku, details)
