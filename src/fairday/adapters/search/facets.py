"""Facets: counting what the results have in common, and choosing what is worth offering."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from tantivy import Query, Searcher

from fairday.adapters.search.fields import SEPARATOR, Fields
from fairday.adapters.search.questions import narrowed
from fairday.ports.search import Facet, SearchQuery

BRANDS_LIMIT, CATEGORIES_LIMIT, ATTRIBUTES_LIMIT = 30, 200, 8
VALUES_LIMIT = 12
TERMS_READ = 1_500
VALUE_CHARACTERS = 40
# An attribute is worth offering when one product in twenty has one of its values and the first few tell most apart.
WORTHWHILE_SHARE = 20
TELLING_SHARE = 0.5


def count(
    searcher: Searcher, fields: Fields, query: SearchQuery, words: Query | None, filters: Mapping[str, Query]
) -> tuple[tuple[Facet, ...], tuple[int, int] | None]:
    """Facets and the range of prices. What was chosen in a facet is counted as if it were not."""
    price = f"price_{query.currency}" if query.currency in fields.currencies else ""
    everything = {
        "brand": _terms("brand_name", BRANDS_LIMIT),
        "category": _terms("category", CATEGORIES_LIMIT),
        "attributes": _terms("attributes", TERMS_READ),
        "found": {"value_count": {"field": "window"}},
    }
    if price:
        everything["price"] = {"stats": {"field": price}}
    answer = searcher.aggregate(narrowed(words, list(filters.values())), everything)
    total = int(answer["found"]["value"])
    groups = _grouped(answer["attributes"]["buckets"])
    chosen: dict[str, list[tuple[str, int]]] = {}
    for name in query.attributes:
        around = searcher.aggregate(_without(words, filters, f"attribute {name}"), {"a": everything["attributes"]})
        chosen[name] = _grouped(around["a"]["buckets"]).get(name, [])
    for facet in ("brand", "price"):
        if facet in filters and facet in everything:
            answer |= searcher.aggregate(_without(words, filters, facet), {facet: everything[facet]})
    facets = [Facet(name, values) for name in ("brand", "category") if (values := _pairs(answer[name]["buckets"]))]
    facets += [Facet(name, tuple(values[:VALUES_LIMIT])) for name, values in chosen.items() if values]
    facets += [Facet(name, values) for name, values in _worthwhile(groups, total) if name not in chosen]
    return tuple(facets), _range(answer["price"]) if price else None


def _terms(field: str, size: int) -> dict[str, Any]:
    return {"terms": {"field": field, "size": size}}


def _without(words: Query | None, filters: Mapping[str, Query], name: str) -> Query:
    return narrowed(words, [query for facet, query in filters.items() if facet != name])


def _pairs(buckets: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, int], ...]:
    return tuple((str(bucket["key"]), int(bucket["doc_count"])) for bucket in buckets)


def _grouped(buckets: Sequence[Mapping[str, Any]]) -> dict[str, list[tuple[str, int]]]:
    groups: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for key, number in _pairs(buckets):
        name, _, value = key.partition(SEPARATOR)
        groups[name].append((value, number))
    return groups


def _worthwhile(
    groups: Mapping[str, list[tuple[str, int]]], total: int
) -> list[tuple[str, tuple[tuple[str, int], ...]]]:
    """The attributes that most products have and that tell them apart, commonest first."""
    offered = []
    for name, values in groups.items():
        first, all_of_them = values[:VALUES_LIMIT], sum(number for _, number in values)
        covered = sum(number for _, number in first)
        tells = len(values) > 1 and first[0][1] < total and covered >= TELLING_SHARE * all_of_them
        if tells and covered * WORTHWHILE_SHARE >= total and max(len(value) for value, _ in first) <= VALUE_CHARACTERS:
            offered.append((covered, name, tuple(first)))
    offered.sort(key=lambda one: (-one[0], one[1]))
    return [(name, values) for _, name, values in offered[:ATTRIBUTES_LIMIT]]


def _range(stats: Mapping[str, Any]) -> tuple[int, int] | None:
    return (int(stats["min"]), int(stats["max"])) if stats["count"] else None
