"""Other people's columns as products: a mapping names the column (or a constant) for each thing we know. Pure.

Ready mappings are in `mappings/`; a file of the same form does for any other source.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from fairday.domain.catalog import Attribute, Localised, Option, Product, Variant
from fairday.domain.catalog.model import AttributeKind
from fairday.domain.pricing import Price
from fairday.kernel.ids import derived_id
from fairday.kernel.money import decimal_text
from fairday.usecases import rich_text
from fairday.usecases.product_lines import (
    BadRowError,
    CategoryLine,
    Imported,
    PriceLine,
    Shelf,
    amount_of,
    checked,
    price_of,
    slug_of,
)

Row = Mapping[str, Any]
READY = ("fairday", "icecat", "retail-demo")
PATH_SEPARATOR = ">"
LIST_SEPARATOR = "|"
DEFAULT_LOCATION = "main"
_TRUE, _FALSE = {"1", "true", "yes", "y"}, {"0", "false", "no", "n", ""}
_IN_BRACKETS = re.compile(r"__([^_].*?)_(?:_|$)")
_LANGUAGE = re.compile(r"[a-z]{2}")


class MappingError(ValueError):
    """The mapping itself cannot be used; the message says why."""


class Constant(Struct, frozen=True, forbid_unknown_fields=True):
    """The same for every row, in place of a column."""

    value: str


class AttributeRule(Struct, frozen=True, forbid_unknown_fields=True):
    """How a column becomes an attribute."""

    name: str
    kind: AttributeKind = "text"
    unit: str = ""


Column = str | Constant


class ProductMapping(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which column says what. `price` holds for every currency of the import, `price_prefix` + code for one.

    `price_unit` "minor" is for whole cents. Every column with one of `attribute_prefixes` is an attribute of that kind;
    with `humanise`, `attr_n_package_weight` is called "Package weight". `translated` columns may end in `_de`.
    """

    key: str
    name: Column
    slug: str = ""
    summary: Column = ""
    description: Column = ""
    brand: Column = ""
    category: Column = ""
    sku: str = ""
    part_number: str = ""
    ean: str = ""
    weight_g: Column = ""
    stock: Column = ""
    cost: Column = ""
    new_stock: int = 0
    released: str = ""
    tax_class: Column = ""
    visible: Column = ""
    price: Column = ""
    compare_at: Column = ""
    price_unit: str = "decimal"
    price_prefix: str = ""
    compare_at_prefix: str = ""
    option_prefix: str = ""
    translated: tuple[str, ...] = ()
    attribute_prefixes: dict[str, AttributeKind] = {}
    attributes: dict[str, AttributeRule] = {}
    humanise: bool = False
    category_names: dict[str, str] = {}
    ignored: tuple[str, ...] = ()


class Stated(Struct, frozen=True, kw_only=True):
    """What whoever imports says about the whole file."""

    currencies: tuple[str, ...]
    base_currency: str
    new_stock: int | None = None
    location: str = DEFAULT_LOCATION


def read_mapping(name: str) -> ProductMapping:
    """A ready mapping by its name, or one from a TOML file; MappingError says what is wrong with it."""
    try:
        if name in READY:
            text = (files("fairday.usecases") / "mappings" / f"{name}.toml").read_text(encoding="utf-8")
        else:
            text = Path(name).read_text(encoding="utf-8")
        return msgspec.convert(tomllib.loads(text), ProductMapping)
    except FileNotFoundError:
        raise MappingError(f"no mapping {name!r}: a file, or one of {', '.join(READY)}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise MappingError(f"mapping {name!r}: {error}") from None


def from_rows(mapping: ProductMapping, stated: Stated, number: int, rows: Sequence[Row]) -> Imported:
    """A product from its rows: the first says what it is, each is a variant."""
    first = rows[0]
    key = _text(first, mapping.key)
    product_id = derived_id("product", key)
    name = _line(_text(first, mapping.name))
    variants = tuple(_variant(mapping, row, key) for row in rows)
    product = Product(
        id=product_id,
        key=key,
        slug=_text(first, mapping.slug) or slug_of(name, product_id),
        name=name,
        summary=_line(_text(first, mapping.summary)),
        description_html=rich_text.from_either(_text(first, mapping.description)),
        brand=_line(_text(first, mapping.brand)),
        options=_options(variants),
        variants=variants,
        attributes=tuple(_attributes(mapping, first)),
        translations=_translations(mapping, first),
        tax_class=_text(first, mapping.tax_class) or "standard",
        released_ms=_instant(_text(first, mapping.released)),
    )
    pairs = list(zip(rows, variants, strict=True))
    shelves = [shelf for row, variant in pairs if (shelf := _shelf(mapping, stated, row, variant.sku))]
    counted = {shelf.sku for shelf in shelves}
    pieces = mapping.new_stock if stated.new_stock is None else stated.new_stock
    return checked(
        Imported(
            line=number,
            product=product,
            categories=tuple(node.key for node in category_lines(mapping, first)[-1:]),
            prices=tuple(price for row, variant in pairs for price in _prices(mapping, stated, row, variant.sku)),
            shelves=tuple(shelves),
            new_stock=tuple(Shelf(v.sku, stated.location, pieces) for v in variants if v.sku not in counted),
            visible=_flag("visible", _text(first, mapping.visible) or "yes"),
            keeps=_kept(mapping, first),
        )
    )


def category_lines(mapping: ProductMapping, row: Row) -> list[CategoryLine]:
    """The way to the row's category, from the top: "Home > Lamps" is two nodes."""
    lines: list[CategoryLine] = []
    for part in _text(row, mapping.category).split(PATH_SEPARATOR):
        name = " ".join(part.split())
        if not name:
            continue
        parent, slug = lines[-1].key if lines else "", _category_slug(name)
        shown = mapping.category_names.get(name, name[0].upper() + name[1:])
        key = "/".join(one for one in (parent, slug) if one)
        lines.append(CategoryLine(key=key, name=shown, parent=parent, slug=slug))
    return lines


@lru_cache(maxsize=16_384)
def humanised(column: str) -> str:
    """A column as a person would write it: `dimensions__wxdxh_` is "Dimensions (wxdxh)"."""
    bracketed = _IN_BRACKETS.sub(r" (\1) ", column)
    words = " ".join(bracketed.replace("_", " ").split()).replace("( ", "(").replace(" )", ")")
    return words[:1].upper() + words[1:]


@lru_cache(maxsize=4_096)
def _category_slug(name: str) -> str:
    return slug_of(name.lower(), "")


def _variant(mapping: ProductMapping, row: Row, key: str) -> Variant:
    options = {}
    if mapping.option_prefix:
        for column, value in row.items():
            if column.startswith(mapping.option_prefix) and str(value).strip():
                options[column.removeprefix(mapping.option_prefix)] = str(value).strip()
    eans = row.get(mapping.ean) if mapping.ean else None
    listed = eans if isinstance(eans, list) else str(eans or "").split(LIST_SEPARATOR)
    return Variant(
        sku=(_text(row, mapping.sku) if mapping.sku else "") or key,
        options=options,
        ean=tuple(str(one).strip() for one in listed if str(one).strip()),
        part_number=_line(_text(row, mapping.part_number)),
        weight_g=_whole("weight_g", _text(row, mapping.weight_g) or "0"),
    )


def _options(variants: Sequence[Variant]) -> tuple[Option, ...]:
    values: dict[str, dict[str, None]] = {}
    for variant in variants:
        for name, value in variant.options.items():
            values.setdefault(name, {})[value] = None
    return tuple(Option(name, tuple(found)) for name, found in values.items())


def _attributes(mapping: ProductMapping, row: Row) -> Iterator[Attribute]:
    for column, value in row.items():
        rule = mapping.attributes.get(column)
        if rule is None:
            prefix = next((one for one in mapping.attribute_prefixes if column.startswith(one)), None)
            if prefix is None:
                continue
            bare = column.removeprefix(prefix)
            rule = AttributeRule(humanised(bare) if mapping.humanise else bare, mapping.attribute_prefixes[prefix])
        if value is None or value in ("", []):
            continue
        yield _attribute(rule, value)


def _attribute(rule: AttributeRule, value: Any) -> Attribute:  # noqa: ANN401 - a member of a JSON document
    if rule.kind == "number":
        try:
            return Attribute(rule.name, "number", number=float(Decimal(str(value))), unit=rule.unit)
        except (InvalidOperation, OverflowError):
            raise BadRowError(f"attribute {rule.name}: {value!r} is not a number") from None
    if rule.kind == "flag":
        return Attribute(rule.name, "flag", flag=value if isinstance(value, bool) else _flag(rule.name, str(value)))
    text = ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
    return Attribute(rule.name, text=text, unit=rule.unit)


def _prices(mapping: ProductMapping, stated: Stated, row: Row, sku: str) -> Iterator[Price]:
    said = 0
    for currency in stated.currencies if mapping.price else ():
        text = _text(row, mapping.price)
        if text:
            said += 1
            yield price_of(sku, currency, _price_line(mapping, currency, text, _text(row, mapping.compare_at)))
    if mapping.price_prefix:
        for column, value in row.items():
            if column.startswith(mapping.price_prefix) and str(value).strip():
                said += 1
                currency = column.removeprefix(mapping.price_prefix)
                before = _text(row, mapping.compare_at_prefix + currency) if mapping.compare_at_prefix else ""
                yield price_of(sku, currency, _price_line(mapping, currency, str(value), before))
    if not said:
        raise BadRowError(f"SKU {sku} has no price")


def _price_line(mapping: ProductMapping, currency: str, amount: str, before: str) -> PriceLine:
    if mapping.price_unit == "minor":
        return PriceLine(
            decimal_text(_whole("price", amount), currency),
            decimal_text(_whole("price", before), currency) if before else None,
        )
    return PriceLine(amount, before or None)


def _shelf(mapping: ProductMapping, stated: Stated, row: Row, sku: str) -> Shelf | None:
    pieces = _text(row, mapping.stock)
    if not pieces:
        return None
    cost = _text(row, mapping.cost)
    unit_cost = amount_of(cost, stated.base_currency) if cost else 0
    return Shelf(sku, stated.location, _whole("stock", pieces), unit_cost)


def _translations(mapping: ProductMapping, row: Row) -> dict[str, Localised]:
    found: dict[str, Localised] = {}
    for field, place in (("name", mapping.name), ("summary", mapping.summary), ("description", mapping.description)):
        if field not in mapping.translated or not isinstance(place, str):
            continue
        for column, value in row.items():
            base, _, language = column.rpartition("_")
            if base == place and _LANGUAGE.fullmatch(language) and str(value).strip():
                words = found.get(language, Localised())
                html = field == "description"
                text = rich_text.from_either(str(value)) if html else _line(str(value))
                found[language] = replace(words, **{"description_html" if html else field: text})
    return found


def _kept(mapping: ProductMapping, row: Row) -> frozenset[str]:
    """What these columns never say, so that what a shop added by hand outlives the next import."""
    said = {
        "slug": bool(mapping.slug and _text(row, mapping.slug)), "summary": mapping.summary, "brand": mapping.brand,
        "description_html": mapping.description, "category_ids": mapping.category, "tax_class": mapping.tax_class,
        "released_ms": mapping.released, "translations": mapping.translated,
    }  # fmt: skip
    return frozenset({"media", "rating", *(field for field, column in said.items() if not column)})


def _text(row: Row, column: Column) -> str:
    if isinstance(column, Constant):
        return column.value
    value = row.get(column) if column else None
    return "" if value is None else str(value).strip()


def _line(text: str) -> str:
    """Text on one line, without characters that cannot be shown."""
    if not text.isprintable():
        text = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(text.split())


def _whole(what: str, text: str) -> int:
    try:
        number = Decimal(text)
        whole = int(number)
    except (InvalidOperation, ValueError, OverflowError):
        raise BadRowError(f"{what}: {text[:40]!r} is not a number") from None
    if number != whole:
        raise BadRowError(f"{what}: {text[:40]!r} is not a whole number")
    return whole


def _flag(what: str, text: str) -> bool:
    said = text.strip().lower()
    if said not in _TRUE | _FALSE:
        raise BadRowError(f"{what}: {text[:40]!r} is neither yes nor no")
    return said in _TRUE


def _instant(text: str) -> int:
    if not text:
        return 0
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadRowError(f"{text[:40]!r} is not a date") from None
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
