"""The orders of the shop, newest first, a page at a time. Who may see them is decided by whoever asks."""

from typing import get_args

from msgspec import Struct

from fairday.domain.orders import Order, queries
from fairday.domain.orders.model import OrderState
from fairday.kernel.ids import is_id
from fairday.usecases.shop import Shop

PAGE_LIMIT = 100
STATES: tuple[str, ...] = get_args(OrderState)


class OrderPage(Struct, frozen=True, kw_only=True):
    """Orders, the cursor of the next page (or ""), and how many orders there are in each state, whatever was asked."""

    orders: tuple[Order, ...]
    cursor: str
    counts: dict[str, int]


async def list_orders(shop: Shop, *, state: str = "", search: str = "", cursor: str = "", limit: int = 50) -> OrderPage:
    """`state` "" is all of them (an unknown one too); `search` is an e-mail's beginning, an id or a reference."""
    limit = max(1, min(limit, PAGE_LIMIT))
    wanted = state if state in STATES else ""
    before = cursor if is_id(cursor) else ""
    async with shop.database.read() as reader:
        found = await queries.orders_page(reader, state=wanted, search=search[:200], before=before, limit=limit + 1)
        counts = await queries.counts_by_state(reader)
    return OrderPage(
        orders=tuple(found[:limit]), cursor=found[limit - 1].id if len(found) > limit else "", counts=counts
    )
