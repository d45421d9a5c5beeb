"""Product documents and categories as frozen Structs. Prices and stock are joined elsewhere, by SKU."""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

AttributeKind = Literal["text", "number", "flag"]
MediaKind = Literal["image", "video"]


class Localised(Struct, frozen=True, omit_defaults=True):
    """The words of one language; an empty one falls back to the product's own."""

    name: str = ""
    summary: str = ""
    description_html: str = ""


class Attribute(Struct, frozen=True, omit_defaults=True):
    """One typed property. `text` holds the value to show, `number` also the value to sort by, in `unit`."""

    name: str
    kind: AttributeKind = "text"
    text: str = ""
    number: float | None = None
    flag: bool | None = None
    unit: str = ""

    @property
    def shown(self) -> str:
        """The value as a person reads it, without its unit; flags read `yes` and `no`."""
        if self.kind == "number" and self.number is not None:
            return f"{self.number:g}" if abs(self.number) < 1e6 else f"{self.number:.0f}"  # noqa: PLR2004
        if self.kind == "flag":
            return "yes" if self.flag else "no"
        return self.text


class Option(Struct, frozen=True):
    """What a shopper chooses between, e.g. Colour: Sand, Slate."""

    name: str
    values: tuple[str, ...]


class Variant(Struct, frozen=True, omit_defaults=True):
    """One thing that can be bought. `options` maps option name to value; `ean` holds GTIN digits."""

    sku: str
    options: dict[str, str] = {}
    ean: tuple[str, ...] = ()
    part_number: str = ""
    weight_g: int = 0


class Rendition(Struct, frozen=True):
    """One stored size of a picture: media key, format (`avif`, `webp`, `jpeg`) and pixels."""

    key: str
    format: str
    width_px: int
    height_px: int


class Media(Struct, frozen=True, omit_defaults=True):
    """A picture or a film. `key` is the stored original; a film has a poster key and a caption (WebVTT) key."""

    key: str
    kind: MediaKind = "image"
    alt: str = ""
    width_px: int = 0
    height_px: int = 0
    renditions: tuple[Rendition, ...] = ()
    poster_key: str = ""
    captions_key: str = ""
    mime: str = ""


class Rating(Struct, frozen=True):
    """Stars times one hundred (0 to 500) and how many people gave them."""

    average_x100: int = 0
    count: int = 0


class Product(Struct, frozen=True, omit_defaults=True):
    """A product document. `key` is the merchant's own unique name for it, `id` ours, `slug` part of its address."""

    id: str
    key: str
    slug: str
    name: str
    summary: str = ""
    description_html: str = ""
    brand: str = ""
    category_ids: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    variants: tuple[Variant, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    media: tuple[Media, ...] = ()
    rating: Rating = Rating()
    translations: dict[str, Localised] = {}
    tax_class: str = "standard"
    released_ms: int = 0
    version: int = 0

    @property
    def skus(self) -> tuple[str, ...]:
        """The SKUs of all variants, in the merchant's order."""
        return tuple(variant.sku for variant in self.variants)

    def variant(self, sku: str) -> Variant | None:
        """The variant with this SKU, if the product has it."""
        return next((variant for variant in self.variants if variant.sku == sku), None)


class Category(Struct, frozen=True, omit_defaults=True):
    """A node of the category tree; `parent_id` is empty at the top. `names` maps language to name.

    `terms` maps language to what it calls the attributes, options and values of the goods in here.
    """

    id: str
    key: str
    slug: str
    name: str
    parent_id: str = ""
    names: dict[str, str] = {}
    position: int = 0
    terms: dict[str, dict[str, str]] = {}


def localise(product: Product, language: str) -> Product:
    """The product with the words of `language` where it has them."""
    words = product.translations.get(language)
    if words is None:
        return product
    return replace(
        product,
        name=words.name or product.name,
        summary=words.summary or product.summary,
        description_html=words.description_html or product.description_html,
    )
