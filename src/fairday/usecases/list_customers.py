"""Customers as the back office sees them: a searched list and one customer. Their orders are another question."""

from msgspec import Struct

from fairday.domain.access import Actor, require
from fairday.domain.customers import Customer, CustomerAddress
from fairday.domain.customers import store as customers
from fairday.kernel.errors import NotFound
from fairday.usecases.shop import Shop

PAGE_LIMIT = 100


class CustomerDetail(Struct, frozen=True):
    """A customer with the address book, the default first."""

    customer: Customer
    addresses: tuple[CustomerAddress, ...]


async def list_customers(
    shop: Shop, actor: Actor, prefix: str = "", cursor: str = "", limit: int = 50
) -> tuple[list[Customer], str]:
    """Newest first, those whose address or name begins with `prefix`; the cursor of the next page, or ""."""
    require(actor.role, "customers.view")
    limit = max(1, min(limit, PAGE_LIMIT))
    async with shop.database.read() as reader:
        found = await customers.page(reader, prefix, cursor, limit + 1)
    return found[:limit], found[limit - 1].id if len(found) > limit else ""


async def show_customer(shop: Shop, actor: Actor, customer_id: str) -> CustomerDetail:
    """One customer; NotFound."""
    require(actor.role, "customers.view")
    async with shop.database.read() as reader:
        customer = await customers.find(reader, customer_id)
        addresses = await customers.addresses_of(reader, [customer_id])
    if customer is None:
        raise NotFound
    return CustomerDetail(customer, tuple(addresses))
