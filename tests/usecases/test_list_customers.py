"""Customers as the back office sees them: pages, prefixes, and no look for who may not."""

import pytest

from fairday.domain.access import Actor
from fairday.domain.access.errors import Forbidden
from fairday.domain.customers import AddressFields, Customer
from fairday.domain.customers import store as customers
from fairday.kernel.clock import FixedClock
from fairday.kernel.errors import NotFound
from fairday.kernel.ids import new_id
from fairday.usecases.list_customers import list_customers, show_customer
from fairday.usecases.manage_addresses import add_address
from tests.engines import NOW_MS
from tests.shop import open_shop

SUPPORT = Actor(kind="staff", id="0" * 26, name="Sam", role="support")
PEOPLE = [
    ("anna@example.com", "Zoë Anders"), ("bob@example.com", "Anna Bolt"), ("ANNE@example.com", "Carl"),
    ("dora_x@example.com", "Dora"), ("doraax@example.com", "Doraax"), ("über@example.com", "Ärger %"),
]  # fmt: skip


@pytest.fixture
async def shop(tmp_path):
    async with open_shop(tmp_path, clock=FixedClock(NOW_MS)) as opened:
        async with opened.database.write() as unit:
            await customers.insert_many(unit, [
                Customer(id=f"{number:026d}", email=email, name=name, language="en", created_ms=NOW_MS)
                for number, (email, name) in enumerate(PEOPLE)
            ])  # fmt: skip
        yield opened


@pytest.mark.parametrize(
    ("prefix", "found"),
    [
        ("", [5, 4, 3, 2, 1, 0]),
        ("ann", [2, 1, 0]),
        ("ANNA", [1, 0]),
        ("anna b", [1]),
        ("dora_", [3]),  # no pattern
        ("%", []),
        ("ÜBER@", [5]),
        ("ärger %", [5]),
        ("nobody", []),
        ("' OR 1=1 --", []),
        ("\ud800", [5, 4, 3, 2, 1, 0]),
    ],
)
async def test_prefixes_of_address_or_name(shop, prefix, found):
    page, cursor = await list_customers(shop, SUPPORT, prefix)
    assert [int(customer.id) for customer in page] == found
    assert cursor == ""


async def test_pages_follow_one_another(shop):
    seen, cursor = [], ""
    for size in (4, 2):
        page, cursor = await list_customers(shop, SUPPORT, "", cursor, 4)
        assert len(page) == size
        seen += [int(customer.id) for customer in page]
    assert cursor == ""
    assert seen == [5, 4, 3, 2, 1, 0]


@pytest.mark.parametrize(("limit", "size"), [(0, 1), (-5, 1), (10**9, 6)])
async def test_sizes_are_bounded(shop, limit, size):
    assert len((await list_customers(shop, SUPPORT, limit=limit))[0]) == size


async def test_one_customer_with_the_address_book(shop):
    fields = AddressFields(name="Zoë", line1="1 Lane", city="Cork", postcode="T12", country="IE")
    address = await add_address(shop, "0" * 26, fields)
    detail = await show_customer(shop, SUPPORT, "0" * 26)
    assert (detail.customer.email, detail.addresses) == ("anna@example.com", (address,))
    with pytest.raises(NotFound):
        await show_customer(shop, SUPPORT, new_id())


@pytest.mark.parametrize("role", ["warehouse", "", "nobody"])
async def test_who_may_not_look_sees_nothing(shop, role):
    actor = Actor(kind="staff", id="0" * 26, name="Wim", role=role)
    with pytest.raises(Forbidden):
        await list_customers(shop, actor)
    with pytest.raises(Forbidden):
        await show_customer(shop, actor, "0" * 26)
