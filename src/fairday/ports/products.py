"""Product documents and the category tree."""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from fairday.domain.catalog import Category, Product

Lookup = Literal["key", "sku", "slug"]
BATCH_LIMIT = 500
DOCUMENT_LIMIT_BYTES = 400_000


class Products(Protocol):
    """Where the catalogue is kept.

    Every write is whole: a reader sees the old documents or the new ones. A committed write is announced at least once
    (`ProductsChanged`, `CategoriesChanged`). Reads by id see the writer's own writes; `page` may lag. A document over
    400 KB is refused with ProductTooLarge, two products with one SKU with DuplicateSku, two with one key with
    DuplicateKey, before anything is written. At most 500 ids, values or products at a time.
    """

    async def get_many(self, product_ids: Sequence[str]) -> dict[str, Product]:
        """The documents that exist, by id."""
        ...

    async def find(self, by: Lookup, values: Sequence[str]) -> Mapping[str, str]:
        """Which product ids go with these keys, SKUs or slugs; the unknown are left out."""
        ...

    async def page(self, after: str, limit: int) -> list[Product]:
        """At most `limit` documents with an id above `after`, in id order."""
        ...

    async def put_many(
        self,
        products: Sequence[Product] = (),
        categories: Sequence[Category] = (),
        *,
        unchanged_since_read: bool = False,
    ) -> None:
        """Insert or replace, by id. `version` is set by the store: one more than before.

        With `unchanged_since_read` a product must carry the version that is stored (0: it is new), or all is refused
        with Conflict: somebody else edited it meanwhile.
        """
        ...

    async def categories(self) -> list[Category]:
        """The whole tree, parents before children, then by position and name."""
        ...
