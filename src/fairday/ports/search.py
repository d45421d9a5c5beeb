"""Search: which products, in which order, with which facets. It holds copies and never decides money or stock."""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from msgspec import Struct

Sort = Literal["relevance", "newest", "price", "price_desc", "rating", "name"]


class SearchDocument(Struct, frozen=True, kw_only=True):
    """What the index keeps of a product. `prices` maps currency to minor units; attributes are (name, kind, value).

    `words` maps language to (name, summary, description text); `codes` are SKUs, part numbers and EANs.
    """

    id: str
    key: str
    words: Mapping[str, tuple[str, str, str]]
    brand: str = ""
    codes: tuple[str, ...] = ()
    category_ids: tuple[str, ...] = ()  # with all ancestors
    attributes: tuple[tuple[str, str], ...] = ()
    numbers: tuple[tuple[str, float], ...] = ()
    prices: Mapping[str, int] = {}
    rating_x100: int = 0
    released_ms: int = 0
    available: bool = True


class SearchQuery(Struct, frozen=True, kw_only=True):
    """A question. Words within one facet name are alternatives, different names must all hold; prices are inclusive."""

    text: str = ""
    language: str = "en"
    currency: str = "EUR"
    category_id: str = ""
    brands: tuple[str, ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = {}
    price_from: int | None = None
    price_to: int | None = None
    only_available: bool = False
    sort: Sort = "relevance"
    offset: int = 0  # 10,000 at most
    limit: int = 24  # 100 at most
    facets: bool = True


class Facet(Struct, frozen=True):
    """A property of the results with its commonest values and how many products have each."""

    name: str
    values: tuple[tuple[str, int], ...]


class SearchResult(Struct, frozen=True, kw_only=True):
    """Product ids in order, how many there are in all, and facets (`brand`, `category`, then attribute names)."""

    ids: tuple[str, ...] = ()
    total: int = 0
    facets: tuple[Facet, ...] = ()
    price_range: tuple[int, int] | None = None


class Suggestion(Struct, frozen=True):
    """A completion: what kind of thing (`product` or `category` with its id, or `query`) and how it reads."""

    kind: str
    id: str
    text: str


class Search(Protocol):
    """The index. A write is seen by readers within a second. Any text is a valid question; nothing in it is executed."""

    async def put_many(self, documents: Sequence[SearchDocument]) -> None:
        """Insert or replace by id, durably."""
        ...

    async def delete_many(self, product_ids: Sequence[str]) -> None:
        """Remove."""
        ...

    async def search(self, query: SearchQuery) -> SearchResult:
        """Answer a question."""
        ...

    async def suggest(self, text: str, language: str, limit: int) -> list[Suggestion]:
        """Completions for what has been typed so far, products first by how well they match."""
        ...

    async def clear(self) -> None:
        """Empty the index."""
        ...
