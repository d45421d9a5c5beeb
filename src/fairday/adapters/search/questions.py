"""How a question becomes a query of the embedded index. Queries are built, never parsed: any text is only words."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from tantivy import FieldType, Occur, Query

from fairday.adapters.search.fields import ANY, SEPARATOR, Fields, code, codes
from fairday.ports.search import TEXT_LIMIT, SearchQuery

# How much a word counts by where it stands.
NAME, BRAND, CATEGORY, SUMMARY, TEXT, ATTRIBUTE, ANY_NAME = 4.0, 3.0, 2.0, 1.5, 0.6, 0.6, 1.5
TIE_BREAKER = 0.2
PHRASE = 2.0
EXACT_CODE, MODEL, PREFIX = 100.0, 12.0, 0.5
WORDS_LIMIT = 24
PREFIX_CHARACTERS = 3
FEW_WORDS = 2


Strictness = Literal["most", "any", "begun"]


def words_query(fields: Fields, text: str, language: str, strictness: Strictness) -> Query | None:
    """What products are about `text`; None when nothing in it is a word.

    They have most of the words, or any of them, or any words that begin like them.
    """
    written = text[:TEXT_LIMIT].split()[:WORDS_LIMIT]
    clauses = [clause for word in written if (clause := _clause(fields, word, language, begun=strictness == "begun"))]
    if not clauses:
        return None
    needed = needed_words(len(clauses)) if strictness == "most" else 1
    core = Query.boolean_query([(Occur.Should, clause) for clause in clauses], needed)
    alternatives = [core, *_whole_codes(fields, written)]
    matched = Query.boolean_query([(Occur.Should, one) for one in alternatives])
    phrase = fields.terms(text[:TEXT_LIMIT], language)[:WORDS_LIMIT]
    if len(phrase) < FEW_WORDS:
        return matched
    near = Query.boost_query(Query.phrase_query(fields.schema, f"name_{language}", list(phrase), slop=1), PHRASE)
    return Query.boolean_query([(Occur.Must, matched), (Occur.Should, near)])


def needed_words(count: int) -> int:
    """How many of so many words a strict match has: all of a few, three quarters of many."""
    return count if count <= FEW_WORDS else -(-count * 3 // 4)


def filters(fields: Fields, query: SearchQuery) -> dict[str, Query]:
    """What a product must be besides, by the name of the facet that was chosen."""
    schema, found = fields.schema, {}
    if query.category_id:
        found["category"] = Query.term_query(schema, "category", query.category_id)
    if query.brands:
        found["brand"] = Query.term_set_query(schema, "brand_name", list(query.brands))
    for name, values in query.attributes.items():
        terms = [f"{name}{SEPARATOR}{value}" for value in values]
        found[f"attribute {name}"] = Query.term_set_query(schema, "attributes", terms)
    if query.on_offer:
        found["offer"] = Query.term_query(schema, "offer", query.currency)
    if query.only_available:
        found["available"] = Query.term_query(schema, "available", True)  # noqa: FBT003 - a value, not a switch
    if (query.price_from is not None or query.price_to is not None) and query.currency in fields.currencies:
        found["price"] = Query.range_query(
            schema, f"price_{query.currency}", FieldType.Integer, query.price_from, query.price_to
        )
    return found


def narrowed(words: Query | None, chosen: Sequence[Query]) -> Query:
    """Everything that `words` finds and every filter lets through. Filters do not change the order."""
    parts = [(Occur.Must, words or Query.all_query())]
    parts += [(Occur.Must, Query.const_score_query(one, 0.0)) for one in chosen]
    return Query.boolean_query(parts) if chosen else parts[0][1]


def beginnings(fields: Fields, text: str) -> Query | None:
    """Products whose names (or codes) go on from what was typed: whole words, then the beginning of one."""
    terms = fields.terms(text[:TEXT_LIMIT], ANY)[:WORDS_LIMIT]
    if not terms:
        return None
    schema = fields.schema
    parts = [(Occur.Must, Query.term_query(schema, "name_any", term)) for term in terms[:-1]]
    parts.append((Occur.Must, _prefix(fields, "name_any", terms[-1])))
    options = [(Occur.Should, Query.boolean_query(parts))]
    if len(bare := code(text[:TEXT_LIMIT])) >= PREFIX_CHARACTERS:
        options += [(Occur.Should, _prefix(fields, name, bare)) for name in ("codes", "parts")]
    return Query.boolean_query(options)


def _clause(fields: Fields, word: str, language: str, *, begun: bool) -> Query | None:
    """One written word: its terms in any field, or a model name, or a code."""
    schema = fields.schema
    terms, plain = fields.terms(word, language), fields.terms(word, ANY)
    if not terms:
        return None
    found = [_term(fields, term, other, language) for term, other in zip(terms, plain, strict=False)]
    options = [found[0] if len(found) == 1 else Query.boolean_query([(Occur.Must, one) for one in found])]
    bare = code(word)
    options.append(Query.const_score_query(Query.term_query(schema, "parts", bare), MODEL))
    options += [
        Query.const_score_query(Query.term_query(schema, "codes", one), EXACT_CODE) for one in sorted(codes([word]))
    ]
    if begun and len(plain[-1]) >= PREFIX_CHARACTERS:
        options.append(Query.boost_query(_prefix(fields, "name_any", plain[-1]), PREFIX))
    return Query.disjunction_max_query(options, TIE_BREAKER)


def _term(fields: Fields, term: str, plain: str, language: str) -> Query:
    places = (
        (f"name_{language}", term, NAME), (f"category_{language}", term, CATEGORY),
        (f"summary_{language}", term, SUMMARY), (f"text_{language}", term, TEXT), ("brand", plain, BRAND),
        ("attribute_words", plain, ATTRIBUTE), ("name_any", plain, ANY_NAME),
    )  # fmt: skip
    options = [Query.boost_query(Query.term_query(fields.schema, name, what), weight) for name, what, weight in places]
    return Query.disjunction_max_query(options, TIE_BREAKER)


def _whole_codes(fields: Fields, written: Sequence[str]) -> list[Query]:
    """The whole text as one code ("4006 3813 33931"), and neighbours as one model name ("QL 500")."""
    schema = fields.schema
    if len(written) == 1:
        return []
    whole = [
        Query.const_score_query(Query.term_query(schema, "codes", one), EXACT_CODE)
        for one in sorted(codes(["".join(written)]))
    ]
    pairs = {code(first + second) for first, second in pairwise(written)} - {""}
    return whole + [Query.const_score_query(Query.term_query(schema, "parts", one), MODEL) for one in sorted(pairs)]


def _prefix(fields: Fields, name: str, beginning: str) -> Query:
    return Query.phrase_prefix_query(fields.schema, name, [beginning])
