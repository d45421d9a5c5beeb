"""Every invariant of customers finds what breaks it."""

import pytest

from fairday.domain.customers import AccountRequest, AddressFields, Customer, CustomerAddress, store
from fairday.domain.customers.invariants import INVARIANTS
from fairday.kernel.ids import new_id
from tests.engines import NOW_MS, open_database

FIELDS = AddressFields(name="Ada", line1="1 Lane", city="Cork", postcode="T12", country="IE")


@pytest.fixture
async def database(tmp_path):
    async with open_database(tmp_path) as opened:
        ada = Customer(
            id=new_id(), email="ada@example.com", name="Ada", language="en", created_ms=NOW_MS, confirmed_ms=NOW_MS
        )
        async with opened.write() as unit:
            await store.insert_many(unit, [ada])
            await store.insert_addresses(unit, [
                CustomerAddress(id=new_id(), customer_id=ada.id, fields=FIELDS, is_default=first, created_ms=NOW_MS)
                for first in (True, False)
            ])  # fmt: skip
            requests = [
                AccountRequest(
                    id=new_id(), customer_id=who, purpose="reset", email="x", created_ms=NOW_MS, expires_ms=NOW_MS + 9
                )
                for who in (ada.id, "")
            ]
            await store.insert_requests(unit, requests)
            assert await store.use_request(unit, requests[0].id, NOW_MS + 1)
        yield opened


async def violations(database):
    async with database.read() as reader:
        return {invariant.name for invariant in INVARIANTS if await reader.rows(invariant.statement)}


async def test_an_honest_shop_breaks_none(database):
    assert await violations(database) == set()


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("customers-one-default-address", "UPDATE customer_addresses SET is_default = 1"),
        ("customers-one-default-address", "UPDATE customer_addresses SET is_default = 0"),
        ("customers-own-their-addresses", "DELETE FROM customers"),
        ("customers-links-used-in-time", "UPDATE customer_requests SET used_ms = expires_ms WHERE used_ms > 0"),
        ("customers-links-used-in-time", "UPDATE customer_requests SET used_ms = 1 WHERE used_ms > 0"),
        ("customers-decoys-open-nothing", "UPDATE customer_requests SET used_ms = created_ms WHERE customer_id = ''"),
        ("customers-times-in-order", "UPDATE customers SET confirmed_ms = 1"),
        ("customers-times-in-order", "UPDATE customers SET epoch = -1"),
    ],
)
async def test_what_breaks_one_is_found(database, name, sql):
    assert database._writer.execute(sql).rowcount > 0
    assert await violations(database) == {name}
