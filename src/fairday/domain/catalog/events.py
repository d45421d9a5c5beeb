"""What the catalogue announces."""

from typing import ClassVar

from fairday.kernel.events import Event


class ProductsChanged(Event, frozen=True, kw_only=True):
    """Products were written; `product_ids` are theirs. `subject` is the first of them."""

    kind: ClassVar[str] = "products_changed"

    product_ids: tuple[str, ...]


class CategoriesChanged(Event, frozen=True, kw_only=True):
    """The category tree was written; `subject` is the root's name, `tree`."""

    kind: ClassVar[str] = "categories_changed"
