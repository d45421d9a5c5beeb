"""Search: which products, in which order, with which facets. It holds copies and never decides money or stock."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Literal, Protocol

from msgspec import Struct

Sort = Literal["relevance", "newest", "price", "price_desc", "rating", "name"]
Match = Literal["most", "any"]
SORTS: tuple[Sort, ...] = ("relevance", "newest", "price", "price_desc", "rating", "name")
OFFSET_LIMIT = 10_000
LIMIT_LIMIT = 100
TEXT_LIMIT = 300


class SearchDocument(Struct, frozen=True, kw_only=True):
    """What the index keeps of a product. `prices` maps currency to minor units; attributes are (name, value).

    `words` maps language to (name, summary, description text), `category_names` language to the names of
    `category_ids`, in the same order; `codes` are SKUs, part numbers and EANs.
    """

    id: str
    words: Mapping[str, tuple[str, str, str]]
    brand: str = ""
    codes: tuple[str, ...] = ()
    category_ids: tuple[str, ...] = ()  # with all ancestors
    category_names: Mapping[str, tuple[str, ...]] = {}
    attributes: tuple[tuple[str, str], ...] = ()
    prices: Mapping[str, int] = {}
    offers: tuple[str, ...] = ()  # currencies in which it costs less than it did
    rating_x100: int = 0
    released_ms: int = 0
    available: bool = True


class SearchQuery(Struct, frozen=True, kw_only=True):
    """A question. Words within one facet name are alternatives, different names must all hold; prices are inclusive.

    Without text the order of relevance is that of a shop window: what can be bought first, then the best rated.
    `match` says how many of the words a product must have: most of them (and one, where none has most), or any.
    """

    text: str = ""  # what is beyond 300 characters is not read
    language: str = "en"
    currency: str = "EUR"
    category_id: str = ""
    brands: tuple[str, ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = {}
    price_from: int | None = None
    price_to: int | None = None
    only_available: bool = False
    on_offer: bool = False
    match: Match = "most"
    sort: Sort = "relevance"
    offset: int = 0  # 10,000 at most
    limit: int = 24  # 100 at most
    facets: bool = True


class Facet(Struct, frozen=True):
    """A property of the results with its commonest values and how many products have each."""

    name: str
    values: tuple[tuple[str, int], ...]


class SearchResult(Struct, frozen=True, kw_only=True):
    """Product ids in order, how many there are in all, and facets (`brand`, `category`, then attribute names).

    A chosen facet still counts its other values, as if it were not chosen. `price_range` disregards chosen prices.
    """

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
    """The index. Any text is a valid question; nothing in it is executed.

    A write is seen by this process when it returns and by others within a second. `Busy` when another process writes
    the same index, or when the index does not answer a question. An index that was lost, damaged or made by another
    version of the shop begins empty: whoever finds it so rebuilds it. A product without a price in a currency is found
    in it all the same, and sorted last by price.
    """

    async def put_many(self, documents: Sequence[SearchDocument]) -> None:
        """Insert or replace by id, durably."""
        ...

    async def delete_many(self, product_ids: Sequence[str]) -> None:
        """Remove."""
        ...

    async def rebuild(self, pages: AsyncIterator[Sequence[SearchDocument]]) -> int:
        """Put these in place of everything; how many. Readers see all of the old until they see all of the new.

        Writes that begin meanwhile are made after it, on top of it.
        """
        ...

    async def search(self, query: SearchQuery) -> SearchResult:
        """Answer a question."""
        ...

    async def suggest(self, text: str, language: str, limit: int) -> list[Suggestion]:
        """Completions for what has been typed so far: products by how well they match, then categories, then brands."""
        ...
