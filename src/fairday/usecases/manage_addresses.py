"""A customer's address book. Every verb takes the customer's id, and another's address is not found."""

from fairday.domain.customers import AddressFields, CustomerAddress, checked_address
from fairday.domain.customers import store as customers
from fairday.domain.customers.errors import TooManyAddresses
from fairday.domain.customers.model import ADDRESSES_LIMIT
from fairday.kernel.errors import NotFound
from fairday.kernel.ids import new_id
from fairday.usecases.shop import Shop


async def list_addresses(shop: Shop, customer_id: str) -> list[CustomerAddress]:
    """The address book, the default first."""
    async with shop.database.read() as reader:
        return await customers.addresses_of(reader, [customer_id])


async def find_address(shop: Shop, customer_id: str, address_id: str) -> CustomerAddress:
    """One address of this customer; NotFound."""
    for address in await list_addresses(shop, customer_id):
        if address.id == address_id:
            return address
    raise NotFound


async def add_address(
    shop: Shop, customer_id: str, fields: AddressFields, *, make_default: bool = False
) -> CustomerAddress:
    """A new address; the first becomes the default. Invalid, TooManyAddresses."""
    fields = _checked(shop, fields)
    async with shop.database.write() as unit:
        if not await customers.lock(unit, customer_id):
            raise NotFound
        book = await customers.addresses_of(unit, [customer_id])
        if len(book) >= ADDRESSES_LIMIT:
            raise TooManyAddresses(limit=ADDRESSES_LIMIT)
        address = CustomerAddress(
            id=new_id(),
            customer_id=customer_id,
            fields=fields,
            is_default=make_default or not book,
            created_ms=shop.clock.now_ms(),
        )
        await customers.insert_addresses(unit, [address])
        if address.is_default:
            await customers.set_default(unit, customer_id, address.id)
    return address


async def edit_address(
    shop: Shop, customer_id: str, address_id: str, fields: AddressFields, *, make_default: bool = False
) -> None:
    """Other fields for an address of this customer; NotFound, Invalid."""
    fields = _checked(shop, fields)
    async with shop.database.write() as unit:
        if not await customers.lock(unit, customer_id):
            raise NotFound
        if not await customers.edit_address(unit, customer_id, address_id, fields):
            raise NotFound
        if make_default:
            await customers.set_default(unit, customer_id, address_id)


async def delete_address(shop: Shop, customer_id: str, address_id: str) -> None:
    """Take an address of this customer out of the book; the oldest of the rest becomes the default. NotFound."""
    async with shop.database.write() as unit:
        if not await customers.lock(unit, customer_id):
            raise NotFound
        if not await customers.delete_address(unit, customer_id, address_id):
            raise NotFound
        book = await customers.addresses_of(unit, [customer_id])
        if book and not book[0].is_default:
            await customers.set_default(unit, customer_id, book[0].id)


def _checked(shop: Shop, fields: AddressFields) -> AddressFields:
    return checked_address(fields, frozenset(country for country, _ in shop.settings.countries))
