"""Prices set by hand."""

import pytest

from fairday.domain.access import Actor
from fairday.domain.access.errors import Forbidden
from fairday.domain.pricing import Price, store
from fairday.domain.pricing.errors import PriceInvalid
from fairday.kernel.events import outbox_after
from fairday.usecases.set_prices import set_prices
from fairday.usecases.write_audit import read_audit
from tests.shop import open_shop

MANAGER = Actor(kind="staff", id="m", name="Mia", role="manager")


@pytest.fixture
async def shop(state):
    async with open_shop(state) as opened:
        yield opened


async def prices(shop) -> dict[str, list[Price]]:
    async with shop.database.read() as reader:
        return await store.all_prices(reader, ["A", "B"])


async def traces(shop) -> tuple[list[tuple[str, str]], list[tuple[str, str, str]]]:
    async with shop.database.read() as reader:
        heard = [
            (each.subject, each.body) for each in await outbox_after(reader, 0, 99) if each.kind == "prices_changed"
        ]
    entries, _ = await read_audit(shop, MANAGER)
    return heard, [(entry.action, entry.subject_id, entry.details) for entry in reversed(entries)]


async def test_what_changed_is_announced_and_audited(shop):
    await set_prices(shop, MANAGER, [Price("A", "EUR", 1_000), Price("B", "EUR", 500, 800)])
    await set_prices(shop, MANAGER, [Price("A", "EUR", 900, 1_000), Price("B", "EUR", 500, 800)], [("B", "USD")])
    await set_prices(shop, MANAGER, [], [("B", "EUR")])
    assert await prices(shop) == {"A": [Price("A", "EUR", 900, 1_000)]}
    heard, audited = await traces(shop)
    assert heard == [
        ("A", '{"subject":"A","skus":["A","B"]}'),
        ("A", '{"subject":"A","skus":["A"]}'),
        ("B", '{"subject":"B","skus":["B"]}'),
    ]
    assert ("price.set", "A", '{"currency":"EUR","amount":900,"compare_at":1000,"before":1000}') in audited
    assert ("price.removed", "B", '{"currency":"EUR"}') in audited
    assert len(audited) == 4


@pytest.mark.parametrize(
    "price",
    [
        Price("A", "EUR", -1),
        Price("A", "EUR", 10**12 + 1),
        Price("A", "XXX", 1),
        Price("A", "EUR", 100, 100),
        Price("A", "EUR", 100, 10**12 + 1),
    ],
)
async def test_prices_nobody_can_ask(shop, price):
    with pytest.raises(PriceInvalid):
        await set_prices(shop, MANAGER, [Price("B", "EUR", 1), price])
    assert await prices(shop) == {}
    assert await traces(shop) == ([], [])


async def test_who_may_not(shop):
    with pytest.raises(Forbidden):
        await set_prices(shop, Actor(kind="staff", role="support"), [Price("A", "EUR", 1)])
    assert await prices(shop) == {}
