"""Code of this version on a schema that newer code has migrated: it starts, sells, sends and gives back."""

import sqlite3
from contextlib import closing

import pytest

from fairday.adapters.database.migrate import newest_revision
from fairday.usecases.refund_order import RefundOrder, refund_order
from fairday.usecases.ship_order import ShipOrder, ship_order
from tests import engines
from tests.accounts import audit
from tests.buying import buy
from tests.conftest import not_run
from tests.goods import put_goods
from tests.shop import open_shop

# As a revision may be: it only adds, and what is added has a default.
ADDED = (
    "CREATE TABLE wishes (id VARCHAR(26) PRIMARY KEY, sku VARCHAR(191) NOT NULL)",
    "ALTER TABLE orders ADD COLUMN wrapping VARCHAR(16) NOT NULL DEFAULT 'paper'",
    "ALTER TABLE stock ADD COLUMN shelf INTEGER NOT NULL DEFAULT 0",
)
NEXT = "9999"


def add(url: str, *statements: str) -> None:
    if not url.startswith("sqlite:"):
        engines.ask(url, *statements)
        return
    with closing(sqlite3.connect(url.removeprefix("sqlite://"))) as connection, connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize("name", ["sqlite", "postgresql", pytest.param("mysql", marks=pytest.mark.long)])
async def test_code_starts_on_a_newer_schema_and_works(state, tmp_path, name):
    if not engines.found(name):
        not_run(f"no {name} on this machine")
    with engines.bare(name, tmp_path) as url:
        async with open_shop(state, database=url) as shop:
            await put_goods(shop, {"MUG": 9})
            add(url, *ADDED, f"UPDATE alembic_version SET version_num = '{NEXT}'")  # noqa: S608 - our own number
            before = (await buy(shop, {"MUG": 2})).order
        assert newest_revision() < NEXT
        async with open_shop(state, database=url) as shop:
            await ship_order(shop, ShipOrder(order_id=before.id, lines={1: 1}))
            await refund_order(shop, RefundOrder(order_id=before.id, lines={1: 1}))
            assert (await buy(shop, {"MUG": 1})).state == "placed"
            await audit(shop)
