"""Products as lines of a file: the shop's own form, and what any form becomes before it is written. Pure.

The own form is JSON Lines: `{"type": "category", ...}` before the products that name it, then `{"type": "product",
...}`. Amounts are decimals as text, so that no number is ever rounded. `export_products` writes it; `product_mapping`
makes the same of other people's columns.
"""

import math
import re
import unicodedata
from collections.abc import Sequence

from msgspec import Struct

from fairday.domain.catalog import Attribute, Category, Localised, Media, Option, Product, Rating, Variant
from fairday.domain.pricing import Price
from fairday.kernel.ids import derived_id
from fairday.kernel.money import EXPONENTS, LIMIT, MoneyError, parse_amount
from fairday.kernel.sql import KEY_LENGTH
from fairday.usecases import rich_text

NAME_CHARACTERS = 500
VARIANTS_LIMIT = 1_000
ATTRIBUTES_LIMIT = 2_000
STOCK_LIMIT = 10_000_000
SLUG_CHARACTERS = 80
_NOT_A_SLUG = re.compile(r"[^a-z0-9]+")
_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]*")
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})


class BadRowError(ValueError):
    """A row that cannot become a product; the message says why, in words for whoever made the file."""


class PriceLine(Struct, frozen=True, omit_defaults=True):
    """A price as decimals."""

    amount: str
    compare_at: str | None = None


class StockLine(Struct, frozen=True, omit_defaults=True):
    """Pieces at a location, and what one of them cost, as a decimal of the base currency."""

    on_hand: int
    unit_cost: str = "0"


class VariantLine(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """A variant with its prices by currency and its stock by location."""

    sku: str
    options: dict[str, str] = {}
    ean: tuple[str, ...] = ()
    part_number: str = ""
    weight_g: int = 0
    prices: dict[str, PriceLine] = {}
    stock: dict[str, StockLine] = {}


class ProductLine(Struct, frozen=True, tag="product", omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """A product, whole. `categories` are keys of category lines."""

    key: str
    name: str
    slug: str = ""
    summary: str = ""
    description_html: str = ""
    brand: str = ""
    categories: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    variants: tuple[VariantLine, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    media: tuple[Media, ...] = ()
    rating: Rating = Rating()
    translations: dict[str, Localised] = {}
    tax_class: str = "standard"
    released_ms: int = 0
    visible: bool = True


class CategoryLine(Struct, frozen=True, tag="category", omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """A node of the tree; `parent` is the key of another, or empty at the top."""

    key: str
    name: str
    slug: str = ""
    parent: str = ""
    names: dict[str, str] = {}
    position: int = 0
    terms: dict[str, dict[str, str]] = {}


class Shelf(Struct, frozen=True):
    """How many pieces there are of a SKU at a location, and what each cost in base minor units."""

    sku: str
    location: str
    on_hand: int
    unit_cost: int = 0


class Imported(Struct, frozen=True, kw_only=True):
    """A product ready to be written. `keeps` names the fields that the file says nothing of, `categories` are keys.

    `whole_prices`: currencies that are not in `prices` are to be removed. `new_stock` is for SKUs never counted before.
    """

    line: int
    product: Product
    categories: tuple[str, ...] = ()
    prices: tuple[Price, ...] = ()
    whole_prices: bool = False
    shelves: tuple[Shelf, ...] = ()
    new_stock: tuple[Shelf, ...] = ()
    visible: bool = True
    keeps: frozenset[str] = frozenset()


def from_line(line: ProductLine, number: int, base_currency: str) -> Imported:
    """The shop's own form, checked."""
    product_id = derived_id("product", line.key)
    product = Product(
        id=product_id,
        key=line.key,
        slug=line.slug or slug_of(line.name, product_id),
        name=line.name,
        summary=line.summary,
        description_html=rich_text.sanitise(line.description_html),
        brand=line.brand,
        options=line.options,
        variants=tuple(Variant(v.sku, v.options, v.ean, v.part_number, v.weight_g) for v in line.variants),
        attributes=line.attributes,
        media=line.media,
        rating=line.rating,
        translations={language: _clean(words) for language, words in line.translations.items()},
        tax_class=line.tax_class,
        released_ms=line.released_ms,
    )
    prices = [price_of(v.sku, currency, price) for v in line.variants for currency, price in v.prices.items()]
    shelves = [
        Shelf(v.sku, location, stock.on_hand, amount_of(stock.unit_cost, base_currency))
        for v in line.variants
        for location, stock in v.stock.items()
    ]
    return checked(
        Imported(
            line=number, product=product, categories=line.categories, prices=tuple(prices), whole_prices=True,
            shelves=tuple(shelves), visible=line.visible, keeps=frozenset() if line.slug else frozenset({"slug"}),
        )
    )  # fmt: skip


def checked(imported: Imported) -> Imported:
    """The same, or BadRowError with the first thing wrong with it."""
    product = imported.product
    _check_text("key", product.key, KEY_LENGTH)
    _check_text("name", product.name, NAME_CHARACTERS)
    if not _SLUG.fullmatch(product.slug) or len(product.slug) > KEY_LENGTH:
        raise BadRowError(f"slug {product.slug[:40]!r} is not lower-case letters, digits and hyphens")
    _check_variants(product.variants)
    _check_attributes(product.attributes)
    for shelf in (*imported.shelves, *imported.new_stock):
        if not 0 <= shelf.on_hand <= STOCK_LIMIT or not shelf.location:
            raise BadRowError(f"SKU {shelf.sku}: stock {shelf.on_hand} at {shelf.location!r} cannot be")
    return imported


def category_of(line: CategoryLine) -> Category:
    """A node, checked; where it hangs is for the catalogue to say."""
    _check_text("key", line.key, KEY_LENGTH)
    _check_text("name", line.name, NAME_CHARACTERS)
    return Category(
        id=derived_id("category", line.key), key=line.key, slug=line.slug or slug_of(line.name, ""), name=line.name,
        names=line.names, position=line.position, terms=line.terms,
    )  # fmt: skip


def price_of(sku: str, currency: str, price: PriceLine) -> Price:
    """A price from decimals."""
    compare_at = amount_of(price.compare_at, currency) if price.compare_at else None
    amount = amount_of(price.amount, currency)
    if compare_at is not None and compare_at <= amount:
        raise BadRowError(f"SKU {sku}: costs {price.amount} {currency}, not less than the {price.compare_at} before")
    return Price(sku, currency, amount, compare_at)


def amount_of(text: str, currency: str) -> int:
    """Minor units; BadRowError when they are not exact, below zero, or of an unknown currency."""
    if currency not in EXPONENTS:
        raise BadRowError(f"unknown currency {currency!r}")
    try:
        amount = parse_amount(text, currency)
    except MoneyError as error:
        raise BadRowError(str(error)) from None
    if not 0 <= amount <= LIMIT:
        raise BadRowError(f"{text} {currency} is not a price")
    return amount


def slug_of(name: str, product_id: str) -> str:
    """A name as part of an address, with the beginning of the product's id, so that no two are alike."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS)).encode("ascii", "ignore").decode()
    words = _NOT_A_SLUG.sub("-", plain).strip("-")[:SLUG_CHARACTERS].rstrip("-")
    return "-".join(part for part in (words, product_id[:8]) if part) or "category"


def _clean(words: Localised) -> Localised:
    return Localised(words.name, words.summary, rich_text.sanitise(words.description_html))


def _check_variants(variants: Sequence[Variant]) -> None:
    if not 0 < len(variants) <= VARIANTS_LIMIT:
        raise BadRowError(f"{len(variants)} variants: there must be 1 to {VARIANTS_LIMIT}")
    if len({variant.sku for variant in variants}) < len(variants):
        raise BadRowError("a SKU stands twice in it")
    for variant in variants:
        _check_text("SKU", variant.sku, KEY_LENGTH)
        if variant.weight_g < 0:
            raise BadRowError(f"SKU {variant.sku}: a weight below zero")


def _check_attributes(attributes: Sequence[Attribute]) -> None:
    if len(attributes) > ATTRIBUTES_LIMIT:
        raise BadRowError(f"{len(attributes)} attributes: {ATTRIBUTES_LIMIT} is the limit")
    for attribute in attributes:
        if attribute.number is not None and not math.isfinite(attribute.number):
            raise BadRowError(f"attribute {attribute.name}: not a number")


def _check_text(what: str, text: str, limit: int) -> None:
    if not text.strip():
        raise BadRowError(f"no {what}")
    if len(text) > limit:
        raise BadRowError(f"{what} of {len(text)} characters: {limit} is the limit")
    if text != text.strip() or not text.isprintable():
        raise BadRowError(f"{what} {text[:40]!r} has spaces around it or characters that cannot be shown")
