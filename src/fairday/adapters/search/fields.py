"""What the embedded index is made of: fields, how text becomes terms, and how a document is laid out in them.

Questions are built in `questions.py`, facets in `facets.py`; files and writers belong to `tantivy.py`.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import msgspec
from tantivy import Document, Filter, Index, Schema, SchemaBuilder, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from fairday.ports.search import SearchDocument

# Raised when the layout or the analysers change, so that an older index is rebuilt.
LAYOUT_VERSION = 1
STEMMERS = {"de": "german", "en": "english", "es": "spanish", "fr": "french", "it": "italian", "nl": "dutch"}
ANY = "any"
TERM_BYTES_LIMIT = 60
ATTRIBUTE_CHARACTERS = 200
SEPARATOR = "\x1f"
CODE_CHARACTERS = 3
WHOLE_NAME_CHARACTERS = 40
EAN_DIGITS = 8
# Relevance is multiplied by log2(2 + weight), weights below zero being zero: what is sold out counts half, what is
# rated best a twentieth more.
AVAILABLE_WEIGHT = 2.0
RATED_WEIGHT = 0.3
_NOT_A_CODE = re.compile(r"[\W_]+")
_HAS_DIGIT = re.compile(r"\d")
_BEST_RATING_X100 = 500


class Fields:
    """The schema for some languages and currencies, and the analysers that go with it."""

    def __init__(self, languages: Sequence[str], currencies: Sequence[str]) -> None:
        self.languages = tuple(languages)
        self.currencies = tuple(currencies)
        self.analysers = {language: _analyser(language) for language in (*languages, ANY)}
        self.schema: Schema = self._schema()

    @property
    def fingerprint(self) -> str:
        """Differs whenever an index made with other fields cannot be read with these."""
        made_of = (LAYOUT_VERSION, self.languages, self.currencies)
        return hashlib.sha256(msgspec.json.encode(made_of)).hexdigest()

    def register(self, index: Index) -> None:
        """Tell an index how text becomes terms."""
        for language, analyser in self.analysers.items():
            index.register_tokenizer(f"words_{language}", analyser)

    def language(self, wanted: str) -> str:
        """The language whose fields answer a question in `wanted`."""
        return wanted if wanted in self.languages else self.languages[0]

    def terms(self, text: str, language: str) -> list[str]:
        """The terms that `text` is found by."""
        return [term for term in self.analysers[language].analyze(text) if term]

    def document(self, source: SearchDocument) -> Document:
        """A document laid out in these fields. A language that has no words of its own gets the first that has."""
        fallback = next(iter(source.words.values()), ("", "", ""))
        doc = Document(
            id=[source.id],
            brand=[source.brand],
            brand_name=[source.brand] if source.brand else [],
            brand_typed=[typed(source.brand) + SEPARATOR + source.brand] if source.brand else [],
            codes=sorted(codes(source.codes)),
            parts=sorted(parts(words[0] for words in source.words.values())),
            category=list(source.category_ids),
            offer=list(source.offers),
            attributes=[f"{name}{SEPARATOR}{value}"[:ATTRIBUTE_CHARACTERS] for name, value in source.attributes],
            attribute_words=[value for _, value in source.attributes if value not in {"yes", "no"}],
            name_any=[" ".join({name: "" for name, _, _ in source.words.values()}), source.brand],
            rating=source.rating_x100,
            released=source.released_ms,
            available=source.available,
            weight=AVAILABLE_WEIGHT * source.available + RATED_WEIGHT * source.rating_x100 / _BEST_RATING_X100,
            window=_window(source),
            shown=msgspec.json.encode({language: words[0] for language, words in source.words.items()}),
        )
        for language in self.languages:
            name, summary, text = (
                mine or other for mine, other in zip(_words(source, language), fallback, strict=True)
            )
            doc.add_text(f"name_{language}", name)
            doc.add_text(f"summary_{language}", summary)
            doc.add_text(f"text_{language}", text)
            doc.add_text(f"order_{language}", typed(name))
            for category_id, category in zip(source.category_ids, _categories(source, language), strict=False):
                doc.add_text(f"category_{language}", category)
                for start in _word_starts(typed(category)):
                    doc.add_text(f"category_typed_{language}", SEPARATOR.join((start, category_id, category)))
        for currency, amount in source.prices.items():
            if currency in self.currencies:
                doc.add_integer(f"price_{currency}", amount)
        return doc

    def _schema(self) -> Schema:
        builder = SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        for name in ("codes", "parts", "brand_typed", "offer"):
            builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
        for name in ("brand_name", "category", "attributes"):
            builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
        for name in ("brand", "attribute_words", "name_any"):
            builder.add_text_field(name, tokenizer_name=f"words_{ANY}")
        for language in self.languages:
            for name in ("name", "summary", "text", "category"):
                builder.add_text_field(f"{name}_{language}", tokenizer_name=f"words_{language}")
            builder.add_text_field(f"category_typed_{language}", tokenizer_name="raw", index_option="basic")
            builder.add_text_field(f"order_{language}", fast=True, tokenizer_name="raw", index_option="basic")
        for name in ("rating", "released", "window", *(f"price_{currency}" for currency in self.currencies)):
            builder.add_integer_field(name, indexed=name.startswith("price_"), fast=True)
        builder.add_boolean_field("available", indexed=True, fast=True)
        builder.add_float_field("weight", fast=True)
        builder.add_bytes_field("shown", stored=True)
        return builder.build()


def code(text: str) -> str:
    """A code without case, spaces and punctuation."""
    return _NOT_A_CODE.sub("", text).lower()


def codes(written: Sequence[str]) -> set[str]:
    """How codes can be typed: bare, and long numbers without leading zeros."""
    bare = {code(one) for one in written} - {""}
    return bare | {one.lstrip("0") for one in bare if one.isdigit() and len(one) >= EAN_DIGITS}


def parts(names: Iterator[str]) -> set[str]:
    """Model names inside names: words with a digit, such words with their neighbour, and short names whole."""
    found = set()
    for name in names:
        words = name.split()
        whole = [name] if len(name) <= WHOLE_NAME_CHARACTERS else []
        pairs = [first + second for first, second in pairwise(words)]
        found |= {code(text) for text in (*words, *pairs, *whole) if _HAS_DIGIT.search(text)}
    return {one for one in found if len(one) >= CODE_CHARACTERS}


def typed(text: str) -> str:
    """Text as people type it into a search box: lower case, single spaces."""
    return " ".join(text.lower().split())


def _words(source: SearchDocument, language: str) -> tuple[str, str, str]:
    return source.words.get(language, ("", "", ""))


def _categories(source: SearchDocument, language: str) -> Sequence[str]:
    return source.category_names.get(language) or next(iter(source.category_names.values()), ())


def _word_starts(text: str) -> Iterator[str]:
    words = text.split()
    for position in range(len(words)):
        yield " ".join(words[position:])


def _window(source: SearchDocument) -> int:
    """Order of a shop window: what can be bought, then the best rated, then the newest (to the day)."""
    day = max(source.released_ms, 0) // 86_400_000
    return (int(source.available) * 1_000 + source.rating_x100) * 1_000_000 + min(day, 999_999)


def _analyser(language: str) -> TextAnalyzer:
    builder = (
        TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(TERM_BYTES_LIMIT)).filter(Filter.lowercase())
    )
    if language in STEMMERS:
        builder = builder.filter(Filter.stemmer(STEMMERS[language]))
    return builder.filter(Filter.ascii_fold()).build()


def shown_name(stored: bytes, language: str) -> str:
    """The name to show, from what the index stores of it."""
    names: Mapping[str, str] = msgspec.json.decode(stored, type=dict[str, str])
    return names.get(language) or next(iter(names.values()), "")
