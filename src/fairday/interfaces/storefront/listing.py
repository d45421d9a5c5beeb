"""From what a search found to a page of it: cards, facets, chips, pages, and help when there is nothing."""

from collections.abc import Sequence

import msgspec

from fairday.domain.catalog import Category
from fairday.interfaces.storefront import show_goods as show
from fairday.interfaces.storefront.front import Front, category_name
from fairday.interfaces.storefront.places import Place
from fairday.interfaces.storefront.questions import (
    ATTRIBUTE,
    PAGE_SIZE,
    PAGES_LIMIT,
    SORTS,
    Asked,
    address,
    narrower,
)
from fairday.interfaces.storefront.views.goods import Chip, FacetGroup, FacetValue, Listing, Page
from fairday.interfaces.storefront.views.shell import Card, Link
from fairday.kernel.money import Money, decimal_text
from fairday.ports.search import Facet, SearchQuery
from fairday.usecases.search_goods import FoundGoods, search_goods

GROUPS = 8
VALUES = 10
HELP_CARDS = 4
AROUND = 2
FLAGS = {"yes": "value-yes", "no": "value-no"}  # as the index writes flags


async def listing_view(front: Front, place: Place, asked: Asked, found: FoundGoods, node: Category | None) -> Listing:
    """A category's page (with `node`) or a search's."""
    currency = place.market.currency
    action = place.category(node.slug) if node else place.search()
    tree = await front.categories()
    now_ms = front.shop.clock.now_ms()
    heading = category_name(node, place) if node else _heading(place, asked)
    price_range = found.price_range
    last = min(-(-found.total // PAGE_SIZE), PAGES_LIMIT)
    step = msgspec.structs.replace
    return Listing(
        kind="category" if node else "search",
        heading=heading,
        action=action,
        total=found.total,
        cards=tuple(show.card(front.web, place, card, now_ms) for card in found.cards),
        crumbs=_crumbs(front, place, tree, node),
        children=_children(place, tree, node, asked, found.facets),
        query=asked.text,
        facets=_facets(place, asked, found.facets),
        chips=tuple(
            Chip(_chip(place, kind, value, asked), address(action, rest, currency))
            for kind, value, rest in narrower(asked)
        ),
        clear_href=address(action, Asked(text=asked.text, category=asked.category, sort=asked.sort), currency),
        price_from=decimal_text(asked.price_from, currency) if asked.price_from is not None else "",
        price_to=decimal_text(asked.price_to, currency) if asked.price_to is not None else "",
        price_hint=_range(price_range, currency),
        only_available=asked.only_available,
        sort=asked.sort,
        sorts=SORTS,
        pages=_pages(action, asked, last, currency),
        previous_href=address(action, step(asked, page=asked.page - 1), currency) if 1 < asked.page <= last else "",
        next_href=address(action, step(asked, page=asked.page + 1), currency) if asked.page < last else "",
        suggestions=() if found.cards else _tops(place, tree),
        help_cards=() if found.cards else await _help(front, place),
        on_offer=asked.on_offer,
        category=asked.category,
    )  # fmt: skip


def _range(prices: tuple[int, int] | None, currency: str) -> tuple[str, str]:
    return (decimal_text(prices[0], currency), decimal_text(prices[1], currency)) if prices else ("", "")


def _heading(place: Place, asked: Asked) -> str:
    if asked.text:
        return place.words.text("search-heading", query=asked.text)
    return place.words.text("search-offer-heading" if asked.on_offer else "search-all-heading")


def _crumbs(front: Front, place: Place, tree: Sequence[Category], node: Category | None) -> tuple[Link, ...]:
    if node is None:
        return ()
    by_id = {one.id: one for one in tree}
    path, parent = [node], by_id.get(node.parent_id)
    while parent is not None and parent not in path:
        path.insert(0, parent)
        parent = by_id.get(parent.parent_id)
    return show.crumbs(front.shop.settings.name, place, path)


def _children(
    place: Place, tree: Sequence[Category], node: Category | None, asked: Asked, facets: Sequence[Facet]
) -> tuple[Link, ...]:
    """Below a category, its own; in a search, the categories in which there is something, to search in."""
    if node is not None:
        below = [one for one in tree if one.parent_id == node.id]
        return tuple(Link(place.category(one.slug), category_name(one, place)) for one in below)
    counts = dict(next((facet.values for facet in facets if facet.name == "category"), ()))
    change = msgspec.structs.replace
    return tuple(
        Link(
            address(place.search(), change(asked, category="" if one.slug == asked.category else one.slug, page=1),
                    place.market.currency),
            f"{category_name(one, place)} ({place.formats.number(counts[one.id])})",
            current=one.slug == asked.category,
        )
        for one in tree if not one.parent_id and one.id in counts
    )  # fmt: skip


def _tops(place: Place, tree: Sequence[Category]) -> tuple[Link, ...]:
    return tuple(Link(place.category(one.slug), category_name(one, place)) for one in tree if not one.parent_id)


async def _help(front: Front, place: Place) -> tuple[Card, ...]:
    query = SearchQuery(
        language=place.market.language, currency=place.market.currency, limit=HELP_CARDS, facets=False, sort="rating"
    )
    found = await search_goods(front.shop, query)
    return tuple(show.card(front.web, place, card, front.shop.clock.now_ms()) for card in found.cards)


def _facets(place: Place, asked: Asked, facets: Sequence[Facet]) -> tuple[FacetGroup, ...]:
    groups = []
    for facet in facets:
        if facet.name == "category":
            continue
        field = "brand" if facet.name == "brand" else ATTRIBUTE + facet.name
        ticked = asked.brands if facet.name == "brand" else asked.attributes.get(facet.name, ())
        shown = [pair for n, pair in enumerate(facet.values) if n < VALUES or pair[0] in ticked]
        brand = facet.name == "brand"
        values = tuple(
            FacetValue(field, value, value if brand else value_text(place, value), count, ticked=value in ticked)
            for value, count in shown
        )
        title = place.words.text("listing-brand") if brand else place.vocabulary.term(facet.name)
        if len(values) > 1 or ticked:
            groups.append(FacetGroup(title, values))
    return tuple(groups[:GROUPS])


def value_text(place: Place, value: str) -> str:
    """A facet's value as the market reads it: flags by their sentence, units and words by the vocabulary."""
    if value in FLAGS:
        return place.words.text(FLAGS[value])
    number, space, unit = value.rpartition(" ")
    if space and number.replace(".", "", 1).isdigit():
        return f"{place.formats.number(float(number))} {place.vocabulary.term(unit)}"
    return place.vocabulary.term(value)


def _chip(place: Place, kind: str, value: str, asked: Asked) -> str:
    words = place.words
    if kind == "stock":
        return words.text("listing-only-available")
    if kind == "offer":
        return words.text("home-on-offer")
    if kind != "price":
        return value if kind == "brand" else f"{place.vocabulary.term(kind)}: {value_text(place, value)}"
    low = place.formats.money(Money(asked.price_from or 0, place.market.currency))
    high = place.formats.money(Money(asked.price_to or 0, place.market.currency))
    if asked.price_to is None:
        return words.text("listing-chip-price-from", **{"from": low})
    if asked.price_from is None:
        return words.text("listing-chip-price-to", to=high)
    return words.text("listing-chip-price-between", **{"from": low, "to": high})


def _pages(action: str, asked: Asked, last: int, currency: str) -> tuple[Page, ...]:
    """First, last and those around the current one, with gaps between."""
    if last <= 1:
        return ()
    near = {1, last, *range(max(1, asked.page - AROUND), min(last, asked.page + AROUND) + 1)}
    steps: list[Page] = []
    before = 0
    for number in sorted(near):
        if number > before + 1:
            steps.append(Page("…"))
        href = address(action, msgspec.structs.replace(asked, page=number), currency)
        steps.append(Page(str(number), "" if number == asked.page else href, current=number == asked.page))
        before = number
    return tuple(steps)
