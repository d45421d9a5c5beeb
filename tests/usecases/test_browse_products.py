"""The goods as the back office lists them: hidden ones too, in pages, by search."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fairday.domain.access import SYSTEM, Actor
from fairday.domain.access.errors import Forbidden
from fairday.kernel.clock import FixedClock
from fairday.kernel.errors import NotFound
from fairday.kernel.ids import derived_id
from fairday.usecases.browse_products import Listed, browse_products, open_product
from fairday.usecases.edit_product import set_listing
from fairday.usecases.shop import Shop
from tests.goods import EUROS, put_goods
from tests.shop import open_shop

SKUS = [f"THING-{number}" for number in range(7)]


@pytest.fixture
async def shop(state: Path) -> AsyncIterator[Shop]:
    async with open_shop(state, clock=FixedClock(1_790_000_000_000)) as opened:
        await put_goods(opened, dict.fromkeys(SKUS, 3))
        hidden = [derived_id("product", sku) for sku in SKUS[:2]]
        await set_listing(opened, SYSTEM, hidden, "hidden")
        yield opened


async def every_page(shop: Shop, listed: Listed) -> list[str]:
    keys, cursor = [], ""
    for _ in range(20):
        page = await browse_products(shop, SYSTEM, listed=listed, cursor=cursor, limit=2)
        assert len(page.rows) <= 2
        keys += [row.product.key for row in page.rows]
        cursor = page.cursor
        if not cursor:
            break
    return keys


@pytest.mark.parametrize(
    ("listed", "expected"), [("", set(SKUS)), ("visible", set(SKUS[2:])), ("hidden", set(SKUS[:2]))]
)
async def test_pages_hold_each_product_once(shop: Shop, listed: Listed, expected: set[str]) -> None:
    keys = await every_page(shop, listed)
    assert len(keys) == len(set(keys))
    assert set(keys) == expected


async def test_a_row_has_price_and_stock(shop: Shop) -> None:
    page = await browse_products(shop, SYSTEM, search="THING-3")
    (row,) = [row for row in page.rows if row.product.key == "THING-3"]
    assert row.visible
    assert row.price is not None
    assert (row.price.amount, row.price.currency, row.available) == (EUROS, "EUR", 3)


@pytest.mark.parametrize("text", ["THING-0", "thing-0", derived_id("product", "THING-0")])
async def test_a_code_finds_what_is_hidden_as_well(shop: Shop, text: str) -> None:
    page = await browse_products(shop, SYSTEM, search=text)
    assert "THING-0" in [row.product.key for row in page.rows]
    assert not next(row for row in page.rows if row.product.key == "THING-0").visible


@pytest.mark.parametrize("text", ["'; drop table products; --", "\x00", "*" * 500, "AND OR NOT", "(((", "\u202e"])
async def test_any_text_is_a_question(shop: Shop, text: str) -> None:
    await browse_products(shop, SYSTEM, search=text, cursor="'; --")
    assert set(await every_page(shop, "")) == set(SKUS)


async def test_one_product_with_all_that_is_kept_of_it(shop: Shop) -> None:
    record = await open_product(shop, SYSTEM, derived_id("product", "THING-0"))
    assert not record.visible
    assert [price.currency for price in record.prices["THING-0"]] == ["EUR", "USD"]
    assert [(level.location, level.on_hand) for level in record.levels["THING-0"]] == [("main", 3)]
    assert [(move.kind, move.quantity) for move in record.movements] == [("counted", 3)]
    for wrong in ("", "x", "0" * 26):
        with pytest.raises(NotFound):
            await open_product(shop, SYSTEM, wrong)


async def test_who_may_not_look_is_told_so(shop: Shop) -> None:
    stranger = Actor(kind="customer", id="x", role="")
    with pytest.raises(Forbidden):
        await browse_products(shop, stranger)
    with pytest.raises(Forbidden):
        await open_product(shop, stranger, derived_id("product", "THING-0"))
