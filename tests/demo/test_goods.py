"""The demo shop's goods: complete, consistent, in two languages, and the same every time."""

import re
from collections import Counter
from pathlib import Path

import msgspec
import nh3
import pytest

import fairday.demo
from fairday.demo import DemoGoods, DemoItem, goods
from fairday.demo.goods import ean13, slugged
from fairday.kernel.ids import is_id

DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def shop() -> DemoGoods:
    return goods()


@pytest.fixture(scope="module")
def items(shop: DemoGoods) -> tuple[DemoItem, ...]:
    return shop.items


def repeated(values: list[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def test_the_shop_is_big_enough_to_stroll_in(shop: DemoGoods) -> None:
    tops = [category for category in shop.categories if not category.parent_id]
    assert 330 <= len(shop.items) <= 360
    assert len(tops) >= 12
    assert len(shop.categories) - len(tops) >= 25


def test_every_category_has_a_parent_that_exists_and_goods_of_its_own(shop: DemoGoods) -> None:
    known = {category.id for category in shop.categories}
    filled = Counter(category_id for item in shop.items for category_id in item.product.category_ids)
    for category in shop.categories:
        assert not category.parent_id or category.parent_id in known
        assert filled[category.id] >= 2, category.key
        assert set(category.names) == {"en", "de"}
        assert all(category.names.values())
    assert set(filled) <= known


def test_what_must_be_unique_is_unique(items: tuple[DemoItem, ...]) -> None:
    products = [item.product for item in items]
    variants = [variant for product in products for variant in product.variants]
    for values in (
        [product.id for product in products],
        [product.key for product in products],
        [product.slug for product in products],
        [product.name for product in products],
        [product.translations["de"].name for product in products],
        [product.summary for product in products],
        [product.description_html for product in products],
        [product.translations["de"].description_html for product in products],
        [variant.sku for variant in variants],
        [variant.part_number for variant in variants],
        [ean for variant in variants for ean in variant.ean],
        [picture.name for item in items for picture in item.pictures],
    ):
        assert repeated(values) == []


def test_ids_have_the_shape_of_ids(shop: DemoGoods) -> None:
    assert all(is_id(item.product.id) for item in shop.items)
    assert all(is_id(category.id) for category in shop.categories)


def test_check_digits_follow_the_published_example() -> None:
    assert ean13("400638133393") == "4006381333931"
    assert ean13("200000000000") == "2000000000008"


def test_eans_are_from_the_range_shops_may_use_themselves(items: tuple[DemoItem, ...]) -> None:
    for item in items:
        for variant in item.product.variants:
            (ean,) = variant.ean
            weights = (1, 3) * 6 + (1,)
            assert re.fullmatch(r"2\d{12}", ean)
            assert sum(int(digit) * weight for digit, weight in zip(ean, weights, strict=True)) % 10 == 0


def test_slugs_are_plain(items: tuple[DemoItem, ...]) -> None:
    assert slugged("Café Chair & Butcher’s Nephew") == "cafe-chair-and-butchers-nephew"
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", item.product.slug) for item in items)


def test_german_is_complete_and_not_the_english(items: tuple[DemoItem, ...]) -> None:
    for item in items:
        german = item.product.translations["de"]
        assert german.name
        assert german.summary
        assert german.summary != item.product.summary
        assert german.description_html != item.product.description_html
        assert german.description_html.count("<li>") == item.product.description_html.count("<li>")
        for picture in item.pictures:
            assert german.name in picture.alt_de
            assert item.product.name in picture.alt


def test_every_fact_has_a_german_word(shop: DemoGoods) -> None:
    terms = shop.terms["de"]
    for item in shop.items:
        for attribute in item.product.attributes:
            assert attribute.name in terms
            if attribute.kind == "text" and attribute.name != "Author":
                assert attribute.text in terms, attribute.text
        for option in item.product.options:
            assert option.name in terms
            for value in option.values:
                assert value in terms or re.match(r"\d|[SML]$", value), value


def test_descriptions_pass_the_sanitiser_unchanged(items: tuple[DemoItem, ...]) -> None:
    for item in items:
        for html in (item.product.description_html, item.product.translations["de"].description_html):
            assert nh3.clean(html, tags={"p", "ul", "li", "em"}) == html
            assert len(re.sub(r"<[^>]+>", " ", html)) > 80


def test_variants_are_the_combinations_of_the_options(items: tuple[DemoItem, ...]) -> None:
    for item in items:
        product, expected = item.product, 1
        for option in product.options:
            expected *= len(option.values)
            assert len(set(option.values)) == len(option.values) >= 2
        assert len(product.variants) == expected
        for variant in product.variants:
            assert variant.weight_g > 0
            assert list(variant.options) == [option.name for option in product.options]


def test_each_sku_has_prices_cost_and_stock(items: tuple[DemoItem, ...]) -> None:
    for item in items:
        skus = set(item.product.skus)
        assert set(item.prices) == set(item.stock) == set(item.cost_minor) == skus
        for sku in skus:
            assert set(item.prices[sku]) == {"EUR", "USD"}
            assert set(item.stock[sku]) == {"main", "north"}
            assert all(count >= 0 for count in item.stock[sku].values())
            for amount, compare_at in item.prices[sku].values():
                assert amount > item.cost_minor[sku] > 0
                assert compare_at is None or compare_at > amount


def test_some_are_on_offer_and_a_few_sold_out(items: tuple[DemoItem, ...]) -> None:
    offers = sum(any(was for sku in item.prices.values() for _, was in sku.values()) for item in items)
    sold_out = sum(not any(sum(places.values()) for places in item.stock.values()) for item in items)
    assert 0.08 <= offers / len(items) <= 0.16
    assert 0.02 <= sold_out / len(items) <= 0.07


def test_food_and_books_are_taxed_less(items: tuple[DemoItem, ...]) -> None:
    reduced = {item.product.key.split("-")[1] for item in items if item.product.tax_class == "reduced"}
    assert reduced == {"tea", "coffee", "jars", "books"}


def test_attributes_make_facets(items: tuple[DemoItem, ...]) -> None:
    shelves: dict[str, list[DemoItem]] = {}
    for item in items:
        shelves.setdefault(item.product.category_ids[-1], []).append(item)
    for shelf in shelves.values():
        values: dict[str, set[str]] = {}
        for item in shelf:
            kinds = {attribute.kind for attribute in item.product.attributes}
            assert kinds == {"text", "number", "flag"}
            for attribute in item.product.attributes:
                values.setdefault(attribute.name, set()).add(attribute.shown)
        assert sum(2 <= len(shown) <= 20 for shown in values.values()) >= 3


def test_told_facts_hold(items: tuple[DemoItem, ...]) -> None:
    by_name = {item.product.name: item.product for item in items}
    can = {attribute.name: attribute for attribute in by_name["Head Gardener"].attributes}
    assert can["Capacity"].number == 9
    wired = {attribute.name: attribute for attribute in by_name["Studio Ears"].attributes}
    assert wired["Wireless"].flag is False


def test_ratings_and_dates_are_plausible(items: tuple[DemoItem, ...]) -> None:
    unrated = [item for item in items if item.product.rating.count == 0]
    assert 1 <= len(unrated) <= 50
    for item in items:
        rating = item.product.rating
        assert (300 <= rating.average_x100 <= 500) if rating.count else rating.average_x100 == 0
        assert item.product.released_ms % DAY_MS == 0
        assert 1_672_531_200_000 <= item.product.released_ms <= 1_793_500_000_000


def test_goods_are_the_same_every_time(shop: DemoGoods) -> None:
    assert msgspec.json.encode(shop) == msgspec.json.encode(goods())


def test_ids_stay_what_they_were(items: tuple[DemoItem, ...]) -> None:
    """Orders in people's stores point at these: a new way to derive them would orphan them."""
    first = items[0].product
    assert (first.id, first.key, first.skus[0], first.variants[0].ean) == (
        "0dn0dnbcysdefd32begvh9bjfn",
        "demo-mugs-001",
        "MUGS-001-HARB",
        ("2077775992470",),
    )


def test_the_words_are_small() -> None:
    folder = Path(fairday.demo.__file__).parent / "words"
    assert sum(path.stat().st_size for path in folder.iterdir()) < 400_000
