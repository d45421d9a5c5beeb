"""Export the catalogue as JSON Lines in the shop's own form: what `import_products` reads back to the same shop.

Everything the shop knows of a product goes, hidden ones too; pictures and films by their keys, not their bytes.
"""

import gzip
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct

from fairday.domain.catalog import Category, Product
from fairday.domain.inventory import StockLevel
from fairday.domain.inventory import store as stock
from fairday.domain.pricing import Price
from fairday.domain.pricing import store as pricing
from fairday.kernel.money import decimal_text
from fairday.usecases.product_lines import CategoryLine, PriceLine, ProductLine, StockLine, VariantLine
from fairday.usecases.shop import Shop

PAGE = 200

Progress = Callable[[int], None]


class _Sink(Protocol):
    def writelines(self, lines: Iterable[bytes], /) -> None: ...


class _Held(Struct, frozen=True, kw_only=True):
    """What the shop knows of a page of products besides their documents."""

    prices: Mapping[str, Sequence[Price]]
    levels: Mapping[str, Sequence[StockLevel]]
    visible: set[str]
    category_keys: Mapping[str, str]
    base_currency: str


async def export_products(shop: Shop, path: Path, progress: Progress | None = None) -> int:
    """Write all categories and products to `path` (gzipped when it ends in .gz); how many products.

    The file takes its name when it is whole. Two exports of an unchanged shop are the same.
    """
    beside = path.with_name(f"{path.name}.part")
    with ExitStack() as stack:
        raw = stack.enter_context(beside.open("wb"))
        # No time and no name in the header: the same shop gives the same bytes.
        zipped = gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) if path.suffix == ".gz" else None
        sink: _Sink = stack.enter_context(closing(zipped)) if zipped else raw
        tree = await shop.products.categories()
        _write(sink, _category_lines(tree))
        count = await _export(shop, sink, {node.id: node.key for node in tree}, progress)
    beside.replace(path)
    return count


async def _export(shop: Shop, sink: _Sink, category_keys: Mapping[str, str], progress: Progress | None) -> int:
    count, after = 0, ""
    while page := await shop.products.page(after, PAGE):
        after = page[-1].id
        skus = [sku for product in page for sku in product.skus]
        async with shop.database.read(snapshot=True) as reader:
            levels: dict[str, list[StockLevel]] = {}
            for level in await stock.levels(reader, skus):
                levels.setdefault(level.sku, []).append(level)
            held = _Held(
                prices=await pricing.all_prices(reader, skus),
                levels=levels,
                visible=await pricing.visible(reader, [product.id for product in page]),
                category_keys=category_keys,
                base_currency=shop.settings.base_currency,
            )
        _write(sink, (_product_line(product, held) for product in page))
        count += len(page)
        if progress:
            progress(count)
    return count


def _write(sink: _Sink, lines: Iterable[Struct]) -> None:
    sink.writelines(msgspec.json.encode(line) + b"\n" for line in lines)


def _category_lines(tree: Sequence[Category]) -> Iterable[CategoryLine]:
    keys = {node.id: node.key for node in tree}
    for node in tree:
        yield CategoryLine(
            key=node.key, name=node.name, slug=node.slug, parent=keys.get(node.parent_id, ""), names=node.names,
            position=node.position, terms=node.terms,
        )  # fmt: skip


def _product_line(product: Product, held: _Held) -> ProductLine:
    return ProductLine(
        key=product.key,
        name=product.name,
        slug=product.slug,
        summary=product.summary,
        description_html=product.description_html,
        brand=product.brand,
        categories=tuple(held.category_keys[one] for one in product.category_ids if one in held.category_keys),
        options=product.options,
        variants=tuple(
            VariantLine(
                sku=variant.sku,
                options=variant.options,
                ean=variant.ean,
                part_number=variant.part_number,
                weight_g=variant.weight_g,
                prices={price.currency: _price(price) for price in held.prices.get(variant.sku, ())},
                stock={
                    level.location: StockLine(level.on_hand, decimal_text(_each(level), held.base_currency))
                    for level in held.levels.get(variant.sku, ())
                },
            )
            for variant in product.variants
        ),
        attributes=product.attributes,
        media=product.media,
        rating=product.rating,
        translations=product.translations,
        tax_class=product.tax_class,
        released_ms=product.released_ms,
        visible=product.id in held.visible,
    )


def _price(price: Price) -> PriceLine:
    before = decimal_text(price.compare_at, price.currency) if price.compare_at is not None else None
    return PriceLine(decimal_text(price.amount, price.currency), before)


def _each(level: StockLevel) -> int:
    """What one piece cost, on average and rounded down."""
    return level.cost // level.on_hand if level.on_hand else 0
