"""The catalogue: what is on the shelves, described.

Keeps product documents (text, options, variants, attributes, media, ratings) and the category tree.
Announces ProductsChanged and CategoriesChanged. No price and no stock: those are `pricing` and `inventory`.
Documents live behind `ports.products`, so there is no `store.py` here.
"""

from fairday.domain.catalog.events import CategoriesChanged, ProductsChanged
from fairday.domain.catalog.model import (
    Attribute,
    Category,
    Localised,
    Media,
    Option,
    Product,
    Rating,
    Rendition,
    Variant,
    localise,
)

__all__ = [
    "Attribute",
    "CategoriesChanged",
    "Category",
    "Localised",
    "Media",
    "Option",
    "Product",
    "ProductsChanged",
    "Rating",
    "Rendition",
    "Variant",
    "localise",
]
