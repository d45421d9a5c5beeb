"""After a run: every rule of `fairday check`, every acknowledged order found again, and the provider's own record."""

from collections.abc import Sequence

from fairday.domain.orders import store as orders
from fairday.domain.payments import store as payments
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.shop import Shop

PAGE = 500
LOST = "acknowledged-orders-are-kept"
PROVIDER = "provider-agrees"


async def broken_rules(shop: Shop, acknowledged: Sequence[str]) -> list[str]:
    """The names of what does not hold; `acknowledged` are ids of orders that were answered with 201."""
    broken = [rule.name for rule in await check_invariants(shop)]
    if len(set(acknowledged)) != len(acknowledged):
        broken.append(LOST)
    for start in range(0, len(acknowledged), PAGE):
        broken += await _page(shop, acknowledged[start : start + PAGE])
    return sorted(set(broken))


async def _page(shop: Shop, ids: Sequence[str]) -> list[str]:
    async with shop.database.read() as reader:
        found = await orders.get_many(reader, ids)
        paid = await payments.get_many(reader, ids)
    told = await shop.payments["sandbox"].find(ids)
    broken = []
    if len(found) != len(ids) or any(order.state != "placed" for order in found.values()):
        broken.append(LOST)
    for order in found.values():
        said, ours = told.get(order.id), paid.get(order.id)
        agreed = {(one.captured, one.currency) for one in (said, ours) if one}
        if not (said and ours) or agreed != {(order.total, order.currency)}:
            broken.append(PROVIDER)
    return broken
