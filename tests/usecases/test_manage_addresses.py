"""Address books: always one default, and nobody else's address can be seen or touched."""

import msgspec
import pytest

from fairday.domain.customers import AddressFields
from fairday.domain.customers.errors import TooManyAddresses
from fairday.domain.customers.model import ADDRESSES_LIMIT
from fairday.kernel.clock import FixedClock
from fairday.kernel.errors import Invalid, NotFound
from fairday.usecases.manage_addresses import add_address, delete_address, edit_address, find_address, list_addresses
from tests.engines import NOW_MS
from tests.people import a_customer
from tests.shop import open_shop

HOME = AddressFields(name="Ada Byron", line1="12 Lane", city="Cork", postcode="T12 X", country="IE")
WORK = AddressFields(name="Ada Byron", line1="1 Mill", city="Berlin", postcode="10115", country="DE", company="Engines")


@pytest.fixture
async def shop(tmp_path):
    async with open_shop(tmp_path, clock=FixedClock(NOW_MS)) as opened:
        yield opened


@pytest.fixture
async def ada(shop):
    return (await a_customer(shop, "ada@example.com")).id


@pytest.fixture
async def bob(shop):
    return (await a_customer(shop, "bob@example.com")).id


async def book(shop, customer_id):
    return [(address.fields.city, address.is_default) for address in await list_addresses(shop, customer_id)]


async def test_the_first_is_the_default_until_another_is(shop, ada):
    home = await add_address(shop, ada, HOME)
    work = await add_address(shop, ada, WORK)
    assert await book(shop, ada) == [("Cork", True), ("Berlin", False)]
    await edit_address(shop, ada, work.id, WORK, make_default=True)
    assert await book(shop, ada) == [("Berlin", True), ("Cork", False)]
    await delete_address(shop, ada, work.id)
    assert await book(shop, ada) == [("Cork", True)]
    assert await find_address(shop, ada, home.id) == msgspec.structs.replace(home, is_default=True)
    await delete_address(shop, ada, home.id)
    assert await book(shop, ada) == []
    third = await add_address(shop, ada, WORK, make_default=True)
    fourth = await add_address(shop, ada, HOME, make_default=True)
    assert [address.id for address in await list_addresses(shop, ada)] == [fourth.id, third.id]


async def test_another_customers_address_is_not_found_and_not_touched(shop, ada, bob):
    of_ada = await add_address(shop, ada, HOME)
    of_bob = await add_address(shop, bob, WORK)
    for attempt in (
        find_address(shop, bob, of_ada.id),
        edit_address(shop, bob, of_ada.id, WORK),
        edit_address(shop, bob, of_ada.id, WORK, make_default=True),
        delete_address(shop, bob, of_ada.id),
        find_address(shop, "", of_ada.id),
        delete_address(shop, "", of_ada.id),
        edit_address(shop, bob, "0" * 26, WORK),
        delete_address(shop, bob, "' OR 1=1 --"),
        add_address(shop, "0" * 26, HOME),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert await list_addresses(shop, ada) == [of_ada]
    assert await list_addresses(shop, bob) == [of_bob]


async def test_what_is_invalid_changes_nothing(shop, ada):
    home = await add_address(shop, ada, HOME)
    bad = msgspec.structs.replace(HOME, country="XX")
    with pytest.raises(Invalid):
        await add_address(shop, ada, bad)
    with pytest.raises(Invalid):
        await edit_address(shop, ada, home.id, bad)
    assert await list_addresses(shop, ada) == [home]


async def test_a_book_is_full_at_its_limit(shop, ada):
    for _ in range(ADDRESSES_LIMIT):
        await add_address(shop, ada, HOME)
    with pytest.raises(TooManyAddresses):
        await add_address(shop, ada, WORK)
    assert len(await list_addresses(shop, ada)) == ADDRESSES_LIMIT
