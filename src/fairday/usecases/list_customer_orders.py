"""A customer's own orders, newest first, a page at a time. Whoever asks is that customer."""

from msgspec import Struct

from fairday.domain.orders import Order, queries
from fairday.domain.orders import store as orders
from fairday.kernel.ids import is_id
from fairday.usecases.shop import Shop

PAGE_LIMIT = 50


class CustomerOrders(Struct, frozen=True):
    """Orders, how many pieces each has, and the cursor of the next page (or "")."""

    orders: tuple[Order, ...]
    pieces: dict[str, int]
    cursor: str


async def list_customer_orders(shop: Shop, customer_id: str, *, cursor: str = "", limit: int = 20) -> CustomerOrders:
    """Those below the order `cursor`; "" begins at the newest."""
    limit = max(1, min(limit, PAGE_LIMIT))
    async with shop.database.read() as reader:
        found = await queries.orders_of_customer(reader, customer_id, cursor if is_id(cursor) else "", limit + 1)
        shown = found[:limit]
        lines = await orders.lines_of(reader, [order.id for order in shown])
    pieces = {order.id: sum(line.quantity for line in lines.get(order.id, ())) for order in shown}
    return CustomerOrders(tuple(shown), pieces, shown[-1].id if len(found) > limit else "")
