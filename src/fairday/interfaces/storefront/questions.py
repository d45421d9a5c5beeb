"""A listing's address as a question to the index, and back: filters are in the address, so that it can be shared."""

from collections.abc import Iterable, Sequence
from urllib.parse import parse_qsl, urlencode

import msgspec
from msgspec import Struct

from fairday.interfaces.storefront.places import Place
from fairday.kernel.money import MoneyError, decimal_text, parse_amount
from fairday.ports.search import SearchQuery, Sort

PAGE_SIZE = 24
PAGES_LIMIT = 400
FIELDS_LIMIT = 60
TEXT_LIMIT = 200
SORTS: tuple[Sort, ...] = ("relevance", "newest", "price", "price_desc", "rating", "name")
ATTRIBUTE = "a."


class Asked(Struct, frozen=True, kw_only=True):
    """What an address asks for. `price_from` and `price_to` are minor units of the market's currency."""

    text: str = ""
    category: str = ""
    brands: tuple[str, ...] = ()
    attributes: dict[str, tuple[str, ...]] = {}
    price_from: int | None = None
    price_to: int | None = None
    only_available: bool = False
    on_offer: bool = False
    sort: Sort = "relevance"
    page: int = 1

    @property
    def filtered(self) -> bool:
        """Whether anything narrows it beyond words and category."""
        prices = self.price_from is not None or self.price_to is not None
        return bool(self.brands or self.attributes or prices or self.only_available or self.on_offer)


def parse(query_string: bytes, currency: str) -> Asked:
    """What the query string asks for. What makes no sense is left out: a listing never fails."""
    try:
        pairs = parse_qsl(query_string.decode("ascii", "replace"), max_num_fields=FIELDS_LIMIT)
    except ValueError:
        pairs = []
    single = {name: value[:TEXT_LIMIT].strip() for name, value in pairs}
    attributes: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        if name.startswith(ATTRIBUTE) and len(name) > len(ATTRIBUTE):
            key = name.removeprefix(ATTRIBUTE)[:TEXT_LIMIT]
            attributes[key] = (*attributes.get(key, ()), value[:TEXT_LIMIT])
    page = single.get("page", "1")
    sort = single.get("sort", "relevance")
    return Asked(
        text=_tidy(single.get("q", "")),
        category=single.get("c", ""),
        brands=tuple(value[:TEXT_LIMIT] for name, value in pairs if name == "brand"),
        attributes=attributes,
        price_from=_amount(single.get("min", ""), currency),
        price_to=_amount(single.get("max", ""), currency),
        only_available=single.get("stock") == "1",
        on_offer=single.get("offer") == "1",
        sort=sort if sort in SORTS else "relevance",
        page=min(max(int(page), 1), PAGES_LIMIT) if page.isascii() and page.isdigit() and len(page) < 6 else 1,  # noqa: PLR2004
    )


def pairs_of(asked: Asked, currency: str) -> list[tuple[str, str]]:
    """The query string of a question, in one order, without what is usual."""
    pairs = [("q", asked.text)] if asked.text else []
    pairs += [("c", asked.category)] if asked.category else []
    pairs += [("brand", brand) for brand in asked.brands]
    pairs += [(ATTRIBUTE + name, value) for name, values in asked.attributes.items() for value in values]
    pairs += [("min", decimal_text(asked.price_from, currency))] if asked.price_from is not None else []
    pairs += [("max", decimal_text(asked.price_to, currency))] if asked.price_to is not None else []
    pairs += [("stock", "1")] if asked.only_available else []
    pairs += [("offer", "1")] if asked.on_offer else []
    pairs += [("sort", asked.sort)] if asked.sort != "relevance" else []
    pairs += [("page", str(asked.page))] if asked.page > 1 else []
    return pairs


def address(action: str, asked: Asked, currency: str) -> str:
    """The address of a question."""
    query = urlencode(pairs_of(asked, currency))
    return f"{action}?{query}" if query else action


def query_of(asked: Asked, place: Place, category_id: str = "") -> SearchQuery:
    """The question as the index takes it."""
    return SearchQuery(
        text=asked.text,
        language=place.market.language,
        currency=place.market.currency,
        category_id=category_id,
        brands=asked.brands,
        attributes=asked.attributes,
        price_from=asked.price_from,
        price_to=asked.price_to,
        only_available=asked.only_available,
        on_offer=asked.on_offer,
        sort=asked.sort,
        offset=(asked.page - 1) * PAGE_SIZE,
        limit=PAGE_SIZE,
    )


def narrower(asked: Asked) -> Iterable[tuple[str, str, Asked]]:
    """Every filter in force as (what kind, its value, the question without it)."""
    change = msgspec.structs.replace
    for brand in asked.brands:
        yield "brand", brand, change(asked, brands=_but(asked.brands, brand), page=1)
    for name, values in asked.attributes.items():
        for value in values:
            left = _but(values, value)
            rest = {key: kept for key, kept in {**asked.attributes, name: left}.items() if kept}
            yield name, value, change(asked, attributes=rest, page=1)
    if asked.only_available:
        yield "stock", "1", change(asked, only_available=False, page=1)
    if asked.on_offer:
        yield "offer", "1", change(asked, on_offer=False, page=1)
    if asked.price_from is not None or asked.price_to is not None:
        yield "price", "", change(asked, price_from=None, price_to=None, page=1)


def _but(values: Sequence[str], value: str) -> tuple[str, ...]:
    return tuple(one for one in values if one != value)


def _amount(text: str, currency: str) -> int | None:
    if not text:
        return None
    try:
        amount = parse_amount(text.replace(",", "."), currency)
    except MoneyError:
        return None
    return amount if amount >= 0 else None


def _tidy(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
