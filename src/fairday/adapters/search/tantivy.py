"""`tantivy:folder` keeps the index in files of this machine: one process writes, any number read.

Commits and large searches run in threads (the engine releases the interpreter meanwhile). How text is analysed is in
`fields.py`, how questions are put in `questions.py`, what facets are offered in `facets.py`.
"""

import asyncio
import contextlib
import fcntl
import re
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import structlog
from tantivy import DocAddress, Index, IndexWriter, Order, Query, Searcher

from fairday.adapters.search import facets
from fairday.adapters.search.fields import SEPARATOR, Fields, shown_name, typed
from fairday.adapters.search.questions import beginnings, filters, narrowed, words_query
from fairday.kernel.errors import Busy
from fairday.ports.search import (
    LIMIT_LIMIT,
    OFFSET_LIMIT,
    TEXT_LIMIT,
    Facet,
    SearchDocument,
    SearchQuery,
    SearchResult,
    Suggestion,
)

HEAP_BYTES = 30_000_000
# Below this many documents an answer takes less time than a hop to a thread and back is worth.
INLINE_DOCUMENTS = 1_500
MARKER = "fairday-index"
LOCK_SUFFIX = ".making"
BRANDS_SUGGESTED = CATEGORIES_SUGGESTED = 3
_ORDERS = {"newest": ("released", Order.Desc), "rating": ("rating", Order.Desc)}
# What the engine raises, and which of it is about files it cannot use: a bad question must not cost anyone the index.
_ENGINE_ERRORS = (OSError, ValueError, RuntimeError)
_DAMAGE = re.compile(
    r"corrupt|ioerror|io error|failed to open|filedoesnotexist|does not exist|incompatible", re.IGNORECASE
)

log = structlog.get_logger()
T = TypeVar("T")
Change = Callable[[IndexWriter], object]


class _Batch:
    """Changes that are committed together, and what became of them."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.committed = False


class TantivySearch:
    """The Search port on files. `languages` and `currencies` decide its fields; the first language is the fallback."""

    def __init__(self, folder: Path, languages: Sequence[str], currencies: Sequence[str]) -> None:
        self._folder = folder
        self._fields = Fields(languages, currencies)
        self._batch = _Batch()
        self._turn = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, "search-writer")  # one thread, so two commits never meet
        self._writer: IndexWriter | None = None
        self._born = (0, 0)
        self._index = self._open()

    async def put_many(self, documents: Sequence[SearchDocument]) -> None:
        """Insert or replace; all that arrives while a commit runs is the next commit."""
        if not documents:
            return

        def change(writer: IndexWriter) -> None:
            _delete(writer, [document.id for document in documents])
            for document in documents:
                writer.add_document(self._fields.document(document))

        await self._commit(change)

    async def delete_many(self, product_ids: Sequence[str]) -> None:
        """Remove."""
        if product_ids:
            await self._commit(lambda writer: _delete(writer, product_ids))

    async def rebuild(self, pages: AsyncIterator[Sequence[SearchDocument]]) -> int:
        """Everything goes and everything comes in one commit, so no reader sees less than a whole index."""
        count = 0
        async with self._turn:
            try:
                await self._in_thread(lambda writer: writer.delete_all_documents())
                async for page in pages:
                    await self._in_thread(_adder(self._fields, page))
                    count += len(page)
                await self._in_thread(self._finish)
            except BaseException:
                await self._in_thread(lambda writer: writer.rollback())
                raise
        return count

    async def search(self, query: SearchQuery) -> SearchResult:
        """Answer from the newest commit."""
        return await self._ask(lambda searcher: self._answer(searcher, query), SearchResult())

    async def suggest(self, text: str, language: str, limit: int) -> list[Suggestion]:
        """Complete what was typed."""
        return await self._ask(lambda searcher: self._completions(searcher, text, language, limit), [])

    async def close(self) -> None:
        """Let go of the files, so that another process may write."""
        async with self._turn:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._release)
        self._thread.shutdown()

    # ------------------------------------------------------------------------------------------------------- answering

    async def _ask(self, work: Callable[[Searcher], T], nothing: T) -> T:
        index = self._index
        try:
            searcher = index.searcher()
            if searcher.num_docs <= INLINE_DOCUMENTS:
                return work(searcher)
            return await asyncio.to_thread(work, searcher)
        except _ENGINE_ERRORS as problem:
            if not _DAMAGE.search(str(problem)):
                log.exception("search_failed")
                raise Busy(retry_after_s=1) from problem
            async with self._turn:
                if self._index is index:
                    await asyncio.get_running_loop().run_in_executor(self._thread, self._begin_anew, problem)
            return nothing

    def _answer(self, searcher: Searcher, query: SearchQuery) -> SearchResult:
        language = self._fields.language(query.language)
        chosen = filters(self._fields, query)
        words = words_query(self._fields, query.text, language, query.match)
        hits, total = self._page(searcher, query, words, list(chosen.values()))
        if not total and words is not None:
            words = words_query(self._fields, query.text, language, "begun")
            hits, total = self._page(searcher, query, words, list(chosen.values()))
        if words is None and query.text.strip():
            return SearchResult()  # something was asked, but there is no word in it
        found: tuple[Facet, ...] = ()
        prices = None
        if query.facets:
            found, prices = facets.count(searcher, self._fields, query, words, chosen)
        ids = tuple(str(searcher.doc(address)["id"][0]) for address in hits)
        return SearchResult(ids=ids, total=total, facets=found, price_range=prices)

    def _page(
        self, searcher: Searcher, query: SearchQuery, words: Query | None, chosen: Sequence[Query]
    ) -> tuple[list[DocAddress], int]:
        field, order = self._order(query, words)
        limit = min(max(query.limit, 0), LIMIT_LIMIT)
        found = searcher.search(
            narrowed(words, chosen),
            max(limit, 1),
            order_by_field=field,
            order=order,
            offset=min(max(query.offset, 0), OFFSET_LIMIT),
            weight_by_field=None if field else "weight",
        )
        return [address for _, address in found.hits[:limit]], int(found.count)  # type: ignore[attr-defined] # the engine has it, its stub does not

    def _order(self, query: SearchQuery, words: Query | None) -> tuple[str | None, Order]:
        if query.sort == "name":
            return f"order_{self._fields.language(query.language)}", Order.Asc
        if query.sort in {"price", "price_desc"} and query.currency in self._fields.currencies:
            return f"price_{query.currency}", Order.Asc if query.sort == "price" else Order.Desc
        if query.sort in _ORDERS:
            return _ORDERS[query.sort]
        return ("window", Order.Desc) if words is None else (None, Order.Desc)

    def _completions(self, searcher: Searcher, text: str, language: str, limit: int) -> list[Suggestion]:
        language = self._fields.language(language)
        begun = typed(text[:TEXT_LIMIT])
        query = beginnings(self._fields, begun)
        if query is None or limit <= 0:
            return []
        found: dict[str, Suggestion] = {}
        for _, address in searcher.search(query, limit, count=False, weight_by_field="weight").hits:
            doc = searcher.doc(address)
            name = shown_name(bytes(doc["shown"][0]), language)
            found.setdefault(f"product {name}", Suggestion("product", str(doc["id"][0]), name))
        for term, _ in _common(searcher, f"category_typed_{language}", begun, CATEGORIES_SUGGESTED):
            _, category_id, name = term.split(SEPARATOR)
            found.setdefault(f"category {category_id}", Suggestion("category", category_id, name))
        for term, _ in _common(searcher, "brand_typed", begun, BRANDS_SUGGESTED):
            name = term.partition(SEPARATOR)[2]
            found.setdefault(f"query {name}", Suggestion("query", "", name))
        return _mixed(list(found.values()), limit)

    # --------------------------------------------------------------------------------------------------------- writing

    async def _commit(self, change: Change) -> None:
        batch = self._batch
        batch.changes.append(change)
        async with self._turn:
            if batch.committed:
                return  # whoever had the turn before us took this along
            self._batch = _Batch()
            await self._in_thread(lambda writer: self._apply(writer, batch))

    def _apply(self, writer: IndexWriter, batch: _Batch) -> None:
        try:
            self._make(writer, batch)
        except _ENGINE_ERRORS as problem:
            self._release()  # uncommitted changes go with the writer
            if not _DAMAGE.search(str(problem)):
                raise
            self._begin_anew(problem)
            self._make(self._open_writer(), batch)
        batch.committed = True

    def _make(self, writer: IndexWriter, batch: _Batch) -> None:
        for change in batch.changes:
            change(writer)
        self._finish(writer)

    async def _in_thread(self, work: Change) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, lambda: work(self._open_writer()))

    def _finish(self, writer: IndexWriter) -> None:
        writer.commit()
        self._index.reload()

    def _open_writer(self) -> IndexWriter:
        if self._writer is None:
            try:
                self._writer = self._index.writer(HEAP_BYTES, 1)
            except ValueError as error:
                if "lock" in str(error).lower():
                    raise Busy(retry_after_s=1) from error
                raise
        return self._writer

    def _release(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.rollback()
            writer.wait_merging_threads()

    # ----------------------------------------------------------------------------------------------------------- files

    def _open(self) -> Index:
        """The index, or an empty one in place of what cannot be read. Processes that start at once take turns."""
        with _alone(self._folder):
            return self._found() or self._empty()

    def _begin_anew(self, problem: Exception) -> None:
        """Damage that shows while the index is in use. Runs in the writer's thread.

        Where another process has begun anew already, its index is the one: two must not take it from one another.
        """
        log.warning("search_index_damaged", folder=str(self._folder), problem=str(problem))
        with contextlib.suppress(*_ENGINE_ERRORS):
            self._release()
        with _alone(self._folder):
            renewed = self._birth() != self._born
            self._index = (self._found() if renewed else None) or self._empty()

    def _found(self) -> Index | None:
        """What is there, if it is an index of ours and can be read."""
        marker = self._folder / MARKER
        if not (marker.is_file() and marker.read_bytes() == self._fields.fingerprint.encode()):
            return None
        try:
            index = self._attach()
        except _ENGINE_ERRORS as problem:
            log.warning("search_index_unreadable", folder=str(self._folder), problem=str(problem))
            return None
        self._born = self._birth()
        return index

    def _birth(self) -> tuple[int, int]:
        """What tells one index from another that is made in its place."""
        try:
            made = (self._folder / MARKER).stat()
        except FileNotFoundError:
            return 0, 0
        return made.st_ino, made.st_mtime_ns

    def _empty(self) -> Index:
        if self._folder.exists():
            shutil.rmtree(self._folder)
        self._folder.mkdir(parents=True)
        index = self._attach()
        (self._folder / MARKER).write_bytes(self._fields.fingerprint.encode())
        self._born = self._birth()
        return index

    def _attach(self) -> Index:
        index = Index(self._fields.schema, path=str(self._folder), reuse=True)
        self._fields.register(index)
        index.searcher()
        return index


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else makes or unmakes this index meanwhile."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(folder.name + LOCK_SUFFIX).open("a", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _adder(fields: Fields, page: Sequence[SearchDocument]) -> Change:
    def add(writer: IndexWriter) -> None:
        for document in page:
            writer.add_document(fields.document(document))

    return add


def _delete(writer: IndexWriter, product_ids: Sequence[str]) -> None:
    for product_id in product_ids:
        writer.delete_documents_by_term("id", product_id)


def _common(searcher: Searcher, field: str, beginning: str, limit: int) -> list[tuple[str, int]]:
    found = searcher.terms_with_prefix(field, beginning, limit=200)
    return sorted(found, key=lambda one: (-one[1], one[0]))[:limit]


def _mixed(found: Sequence[Suggestion], limit: int) -> list[Suggestion]:
    """Products first, but never so many that no category fits."""
    others = [one for one in found if one.kind != "product"]
    products = [one for one in found if one.kind == "product"]
    kept = products[: max(limit - len(others), limit - limit // 3)]
    return (kept + others)[:limit]
