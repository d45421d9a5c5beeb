"""Open a shop for the first time: an owner, and, if its shelves are empty, the demo goods.

The goods are there before the shop answers; `demo_pictures` draws what they look like.
"""

from pathlib import Path

from msgspec.structs import replace

from fairday.bootstrap.demo_pictures import UNFINISHED, media_of
from fairday.demo import DemoGoods, DemoItem, goods
from fairday.domain.catalog import Media
from fairday.domain.pricing import Price
from fairday.usecases.manage_staff import create_owner
from fairday.usecases.place_products import Catalogue, place
from fairday.usecases.product_lines import CategoryLine, Imported, Shelf
from fairday.usecases.shop import Shop
from fairday.usecases.store_film import store_film

SLICE = 100


async def staff_the_shop(shop: Shop) -> str:
    """The generated password of the first owner, once; "" ever after."""
    owner = await create_owner(shop)
    return owner.password if owner else ""


async def stock_the_shelves(shop: Shop, state: Path) -> bool:
    """Put the demo goods into a shop that has no products; whether it did."""
    if await shop.products.page("", 1):
        return False
    (state / UNFINISHED).touch()
    demo = goods()
    catalogue = Catalogue(shop, dry_run=False)
    await catalogue.load()
    keys = {category.id: category.key for category in demo.categories}
    terms = _terms(demo)
    for category in demo.categories:
        catalogue.add_category(
            CategoryLine(
                key=category.key, name=category.name, slug=category.slug, parent=keys.get(category.parent_id, ""),
                names=category.names, position=category.position, terms=terms.get(category.id, {}),
            )
        )  # fmt: skip
    for start in range(0, len(demo.items), SLICE):
        wanted = [
            _imported(item, await _media(shop, item), number, keys)
            for number, item in enumerate(demo.items[start : start + SLICE])
        ]
        outcome = await place(catalogue, wanted)
        assert not outcome.failed, outcome.failed
    return True


def _terms(demo: DemoGoods) -> dict[str, dict[str, dict[str, str]]]:
    """By category and language, what it calls the attributes and options of the goods that stand there first."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for item in demo.items:
        product = item.product
        said = {text for one in product.attributes for text in (one.name, one.text, one.unit)}
        said |= {text for one in product.options for text in (one.name, *one.values)}
        here = found.setdefault(product.category_ids[0], {})
        for language, words in demo.terms.items():
            here.setdefault(language, {}).update({text: words[text] for text in sorted(said) if text in words})
    return found


async def _media(shop: Shop, item: DemoItem) -> tuple[Media, ...]:
    """Its pictures, which will be drawn, and its film, which comes along."""
    films = [
        await store_film(
            shop, film.content(), poster=film.poster(), captions=film.captions(shop.settings.languages[0]), alt=film.alt
        )
        for film in item.films
    ]
    return (*media_of(item), *films)


def _imported(item: DemoItem, media: tuple[Media, ...], number: int, keys: dict[str, str]) -> Imported:
    prices = tuple(
        Price(sku, currency, amount, compare_at)
        for sku, by_currency in item.prices.items()
        for currency, (amount, compare_at) in by_currency.items()
    )
    shelves = tuple(
        Shelf(sku, location, pieces, item.cost_minor[sku])
        for sku, by_location in item.stock.items()
        for location, pieces in by_location.items()
    )
    return Imported(
        line=number, product=replace(item.product, media=media),
        categories=tuple(keys[id_] for id_ in item.product.category_ids),
        prices=prices, whole_prices=True, shelves=shelves,
    )  # fmt: skip
