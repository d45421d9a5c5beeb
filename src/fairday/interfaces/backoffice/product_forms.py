"""Products between document and form: what a form shows of one, and what a posted form makes of it. Pure."""

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from fairday.domain.catalog import Attribute, Category, Localised, Media, Option, Product, Variant
from fairday.domain.pricing import Price
from fairday.interfaces.backoffice.amounts import typed_amount, typed_whole
from fairday.interfaces.web import Form
from fairday.kernel.errors import Invalid
from fairday.kernel.money import decimal_text

VARIANTS_LIMIT = 100
ATTRIBUTES_LIMIT = 300
OPTIONS_LIMIT = 5
BLANK_ROWS = 3
TEXT = 100_000
LINE = 300
ATTRIBUTE_KINDS = ("text", "number", "flag")


class CategoryChoice(Struct, frozen=True):
    """A category as a choice: its name with those above it."""

    id: str
    path: str
    chosen: bool


class VariantRow(Struct, frozen=True):
    """A variant in the form; `options` in the order of the product's. An empty SKU is a row for a new one."""

    sku: str
    options: tuple[str, ...]
    ean: str = ""
    part_number: str = ""
    weight_g: str = ""


class AttributeRow(Struct, frozen=True):
    """An attribute in the form, its value as text."""

    name: str
    kind: str
    value: str
    unit: str


class PriceCell(Struct, frozen=True):
    """What a SKU costs in a currency, and cost before, as decimals ("" for none)."""

    currency: str
    amount: str
    compare_at: str


class PriceRow(Struct, frozen=True):
    """The prices of a SKU, one cell a currency."""

    sku: str
    cells: tuple[PriceCell, ...]


def category_choices(tree: Sequence[Category], chosen: Sequence[str], language: str) -> list[CategoryChoice]:
    """Every category, by the way that leads to it."""
    nodes = {node.id: node for node in tree}
    choices = []
    for node in tree:
        names: list[str] = []
        at: Category | None = node
        while at is not None and len(names) < len(nodes):
            names.append(at.names.get(language, at.name))
            at = nodes.get(at.parent_id)
        choices.append(CategoryChoice(node.id, " › ".join(reversed(names)), node.id in chosen))
    return sorted(choices, key=lambda choice: choice.path)


def word_fields(product: Product, languages: Sequence[str]) -> dict[str, str]:
    """The words of a product by field name: its own, and those of each further language with the language behind."""
    fields = {
        "name": product.name,
        "slug": product.slug,
        "summary": product.summary,
        "description_html": product.description_html,
        "brand": product.brand,
        "tax_class": product.tax_class,
    }
    for language in languages:
        words = product.translations.get(language, Localised())
        fields |= {
            f"name_{language}": words.name,
            f"summary_{language}": words.summary,
            f"description_html_{language}": words.description_html,
        }
    return fields


def with_words(product: Product, form: Form, languages: Sequence[str], tree: Sequence[Category]) -> Product:
    """The product with the words, brand, tax class and categories of the form; Invalid without a name."""
    name = form.text("name", LINE)
    if not name:
        raise Invalid(field="name", problem="error-field-required")
    known = {node.id for node in tree}
    translations = dict(product.translations)
    for language in languages:
        words = Localised(
            form.text(f"name_{language}", LINE),
            form.text(f"summary_{language}", 2_000),
            form.text(f"description_html_{language}", TEXT),
        )
        if words != Localised():
            translations[language] = words
        else:
            translations.pop(language, None)
    return replace(
        product,
        name=name,
        slug=form.text("slug", 150) or product.slug,
        summary=form.text("summary", 2_000),
        description_html=form.text("description_html", TEXT),
        brand=form.text("brand", 120),
        tax_class=form.text("tax_class", 32) or "standard",
        category_ids=tuple(one for one in form.fields.get("categories", ()) if one in known),
        translations=translations,
    )


def variant_rows(product: Product) -> list[VariantRow]:
    """Its variants, and blank rows for new ones."""
    names = [option.name for option in product.options]
    rows = [
        VariantRow(
            variant.sku,
            tuple(variant.options.get(name, "") for name in names),
            ", ".join(variant.ean),
            variant.part_number,
            str(variant.weight_g or ""),
        )
        for variant in product.variants
    ]
    return rows + [VariantRow("", ("",) * len(names))] * BLANK_ROWS


def option_names(product: Product) -> str:
    """The names of its options, for one field."""
    return ", ".join(option.name for option in product.options)


def with_variants(product: Product, form: Form) -> Product:
    """The product with the rows of the form as its variants; a row without SKU is left out."""
    before = [option.name for option in product.options]
    names = [name.strip() for name in form.text("options", LINE).split(",") if name.strip()][:OPTIONS_LIMIT]
    if len(set(names)) != len(names):
        raise Invalid(field="options", problem="problem-options-twice")
    variants = []
    for row in range(VARIANTS_LIMIT):
        sku = form.text(f"sku_{row}", 120)
        if not sku or form.has(f"remove_{row}"):
            continue
        # columns keep their place when an option is renamed
        chosen = {name: form.text(f"option_{row}_{place}", 80) for place, name in enumerate(names)}
        variants.append(_variant(form, row, sku, chosen))
    if not variants:
        raise Invalid(field="sku_0", problem="problem-variants-none")
    if len({variant.sku for variant in variants}) != len(variants):
        raise Invalid(field="sku_0", problem="problem-sku-twice")
    used = names or before[:0]
    options = tuple(
        Option(name, tuple(dict.fromkeys(v.options[name] for v in variants if v.options.get(name)))) for name in used
    )
    return replace(product, options=tuple(one for one in options if one.values), variants=tuple(variants))


def attribute_rows(product: Product) -> list[AttributeRow]:
    """Its attributes, and blank rows for new ones."""
    rows = []
    for one in product.attributes:
        value = ("1" if one.flag else "0") if one.kind == "flag" else one.shown if one.kind == "number" else one.text
        rows.append(AttributeRow(one.name, one.kind, value, one.unit))
    return rows + [AttributeRow("", "text", "", "")] * BLANK_ROWS


def with_attributes(product: Product, form: Form) -> Product:
    """The product with the rows of the form as its attributes; a row without a name or value is left out."""
    attributes = []
    for row in range(ATTRIBUTES_LIMIT):
        name, value = form.text(f"attribute_{row}_name", 120), form.text(f"attribute_{row}_value", 2_000)
        if name and value:
            kind, unit = form.text(f"attribute_{row}_kind", 10), form.text(f"attribute_{row}_unit", 30)
            attributes.append(_attribute(row, name, kind, value, unit))
    return replace(product, attributes=tuple(attributes))


def price_rows(product: Product, prices: Mapping[str, Sequence[Price]], currencies: Sequence[str]) -> list[PriceRow]:
    """A row a SKU, a cell a currency, whether there is a price or not."""
    rows = []
    for sku in product.skus:
        known = {price.currency: price for price in prices.get(sku, ())}
        rows.append(PriceRow(sku, tuple(_cell(currency, known.get(currency)) for currency in currencies)))
    return rows


def typed_prices(
    form: Form, skus: Sequence[str], currencies: Sequence[str]
) -> tuple[list[Price], list[tuple[str, str]]]:
    """Prices that were typed, and (SKU, currency) pairs whose field was left empty; Invalid names the field."""
    prices, removed = [], []
    for row, sku in enumerate(skus):
        for currency in currencies:
            if not form.has(f"price_{row}_{currency}"):
                continue
            amount = typed_amount(form, f"price_{row}_{currency}", currency)
            compare_at = typed_amount(form, f"compare_{row}_{currency}", currency)
            if amount is None:
                removed.append((sku, currency))
            else:
                prices.append(Price(sku, currency, amount, compare_at))
    return prices, removed


def with_media_order(product: Product, form: Form) -> tuple[Product, list[Media]]:
    """The product with its pictures and films in the order and under the words of the form; and those taken out."""
    kept: list[tuple[int, int, Media]] = []
    gone: list[Media] = []
    for place, media in enumerate(product.media):
        if form.text(f"key_{place}", 300) != media.key:
            raise Invalid(field="", problem="error-conflict")
        if form.has(f"remove_{place}"):
            gone.append(media)
            continue
        position = typed_whole(form, f"position_{place}")
        kept.append((position if position is not None else place, place, replace(media, alt=form.text(f"alt_{place}"))))
    return replace(product, media=tuple(media for _, _, media in sorted(kept, key=lambda one: one[:2]))), gone


def _variant(form: Form, row: int, sku: str, options: dict[str, str]) -> Variant:
    if any(character.isspace() for character in sku):
        raise Invalid(field=f"sku_{row}", problem="problem-sku-shape")
    eans = tuple(one.strip() for one in form.text(f"ean_{row}", LINE).split(",") if one.strip())
    if any(not one.isascii() or not one.isdigit() or len(one) > 14 for one in eans):  # noqa: PLR2004 - GTIN-14
        raise Invalid(field=f"ean_{row}", problem="problem-ean")
    return Variant(
        sku=sku,
        options={name: value for name, value in options.items() if value},
        ean=eans,
        part_number=form.text(f"part_{row}", 120),
        weight_g=typed_whole(form, f"weight_{row}") or 0,
    )


def _attribute(row: int, name: str, kind: str, value: str, unit: str) -> Attribute:
    if kind == "number":
        try:
            number = float(value.replace(",", "."))
        except ValueError:
            raise Invalid(field=f"attribute_{row}_value", problem="problem-number") from None
        return Attribute(name, "number", number=number, unit=unit)
    if kind == "flag":
        return Attribute(name, "flag", flag=value.lower() in {"1", "yes", "ja", "true"})
    return Attribute(name, "text", text=value, unit=unit)


def _cell(currency: str, price: Price | None) -> PriceCell:
    if price is None:
        return PriceCell(currency, "", "")
    before = decimal_text(price.compare_at, currency) if price.compare_at is not None else ""
    return PriceCell(currency, decimal_text(price.amount, currency), before)
