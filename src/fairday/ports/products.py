"""Product documents and the category tree."""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from fairday.domain.catalog import Category, Product

Lookup = Literal["key", "sku", "slug"]


class Products(Protocol):
    """Where the catalogue is kept.

    Every write is whole: a reader sees the old document or the new one. A committed write is announced at least once
    (`ProductsChanged`, `CategoriesChanged`). Reads by id see the writer's own writes; `page` may lag. A document over
    400 KB is refused with ProductTooLarge, two products with one SKU with DuplicateSku, before anything is written.
    """

    async def get_many(self, product_ids: Sequence[str]) -> dict[str, Product]:
        """The documents that exist, by id. At most 500 ids."""
        ...

    async def find(self, by: Lookup, values: Sequence[str]) -> Mapping[str, str]:
        """Which product ids go with these keys, SKUs or slugs; the unknown are left out. At most 500 values."""
        ...

    async def page(self, after: str, limit: int) -> list[Product]:
        """At most `limit` (500) documents with an id above `after`, in id order."""
        ...

    async def put_many(self, products: Sequence[Product] = (), categories: Sequence[Category] = ()) -> None:
        """Insert or replace, by id. `version` is set by the store: one more than before."""
        ...

    async def categories(self) -> list[Category]:
        """The whole tree, parents before children, then by position and name."""
        ...
