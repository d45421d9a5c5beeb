"""What every adapter of `ports.search` promises. A further adapter is one more line in ADAPTERS."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from fairday.adapters.search.tantivy import TantivySearch
from fairday.ports.search import SORTS, Search, SearchDocument, SearchQuery, SearchResult


@asynccontextmanager
async def in_tantivy(folder: Path) -> AsyncIterator[Search]:
    search = TantivySearch(folder / "search", ("en", "de"), ("EUR", "USD"))
    try:
        yield search
    finally:
        await search.close()


ADAPTERS: dict[str, Callable[[Path], AbstractAsyncContextManager[Search]]] = {"tantivy": in_tantivy}

HOME, LAMPS, DESKS = ("home",), ("home", "lamps"), ("home", "desks")
NAMES = {"home": ("Home", "Wohnen"), "lamps": ("Lamps", "Leuchten"), "desks": ("Desks & Tables", "Tische")}


def document(name: str, german: str = "", **fields) -> SearchDocument:
    ids = fields.setdefault("category_ids", HOME)
    fields.setdefault("category_names", {
        "en": tuple(NAMES[one][0] for one in ids), "de": tuple(NAMES[one][1] for one in ids),
    })  # fmt: skip
    words = {"en": (name, fields.pop("summary", ""), fields.pop("text", ""))}
    if german:
        words["de"] = (german, "", "")
    return SearchDocument(id=fields.pop("id", name.lower().replace(" ", "-")), words=words, **fields)


DESK_LAMP = document(
    "Harbour Desk Lamp", "Hafen Schreibtischleuchte", brand="Fairline", category_ids=LAMPS,
    codes=("FL-100/B", "4006381333931"), attributes=(("Colour", "Brass"), ("Dimmable", "yes")),
    prices={"EUR": 4900, "USD": 5900}, rating_x100=420, released_ms=3,
)  # fmt: skip
FLOOR_LAMP = document(
    "Meadow Floor Lamp", "Wiesen Stehleuchte", brand="Northwind", category_ids=LAMPS, codes=("NW-7",),
    attributes=(("Colour", "Black"), ("Dimmable", "no")), prices={"EUR": 12900}, rating_x100=480, released_ms=2,
)  # fmt: skip
DESK = document(
    "Standing Desk QX-2000", "Höhenverstellbarer Tisch", brand="Fairline", category_ids=DESKS,
    codes=("SD-1", "0012345678905"),
    attributes=(("Colour", "Black"), ("Width", "160 cm")), prices={"EUR": 39900, "USD": 44900}, rating_x100=300,
    released_ms=1, summary="For a lamp, a screen and you", text="Moves up and down",
)  # fmt: skip
RUG = document("Woven Rug", "Gewebter Teppich", brand="Loom", available=False, rating_x100=500, prices={"USD": 9900})
EVERYTHING = (DESK_LAMP, FLOOR_LAMP, DESK, RUG)


@pytest.fixture(params=ADAPTERS.values(), ids=ADAPTERS)
async def search(request, tmp_path):
    async with request.param(tmp_path) as opened:
        await opened.put_many(EVERYTHING)
        yield opened


async def ids(search: Search, text: str = "", **fields) -> list[str]:
    return list((await search.search(SearchQuery(text=text, **fields))).ids)


def facet(result: SearchResult, name: str) -> dict[str, int]:
    return dict(next((one.values for one in result.facets if one.name == name), ()))


@pytest.mark.parametrize(("text", "first"), [
    ("desk lamp", DESK_LAMP), ("Lamps floor", FLOOR_LAMP), ("standing desks", DESK), ("fairline standing", DESK),
    ("brass", DESK_LAMP), ("moving", DESK), ("rugs", RUG), ("DESK LAMP", DESK_LAMP), ("  lamp,   harbour! ", DESK_LAMP),
])  # fmt: skip
async def test_words_find_products(search, text, first):
    assert (await ids(search, text))[0] == first.id


@pytest.mark.parametrize(("text", "first"), [
    ("schreibtischleuchte", DESK_LAMP), ("Tische", DESK), ("hohenverstellbar", DESK), ("gewebte teppiche", RUG),
    ("harbour", DESK_LAMP),
])  # fmt: skip
async def test_each_language_has_its_own_words(search, text, first):
    assert (await ids(search, text, language="de"))[0] == first.id


@pytest.mark.parametrize("text", ["FL-100/B", "fl100b", "FL 100 B", "fl-100b", "4006381333931", "400638 1333931"])
async def test_codes_are_found_however_they_are_typed(search, text):
    assert await ids(search, text) == [DESK_LAMP.id]


@pytest.mark.parametrize("text", ["0012345678905", "12345678905", "qx2000", "QX-2000", "QX 2000", "sd1"])
async def test_numbers_with_zeros_and_model_names_are_found(search, text):
    assert (await ids(search, text))[0] == DESK.id


async def test_the_beginning_of_a_word_will_do_when_nothing_else_matches(search):
    assert await ids(search, "harb") == [DESK_LAMP.id]


async def test_a_name_counts_more_than_a_mention(search):
    assert await ids(search, "lamp") == [DESK_LAMP.id, FLOOR_LAMP.id, DESK.id] or await ids(search, "lamp") == [
        FLOOR_LAMP.id, DESK_LAMP.id, DESK.id
    ]  # fmt: skip


async def test_any_word_is_enough_when_asked(search):
    assert await ids(search, "standing lamp") == [DESK.id]
    assert set(await ids(search, "standing lamp", match="any")) == {DESK.id, DESK_LAMP.id, FLOOR_LAMP.id}


async def test_offers_are_of_a_currency(search):
    await search.put_many([replace(DESK, offers=("EUR",))])
    assert await ids(search, on_offer=True) == [DESK.id]
    assert await ids(search, on_offer=True, currency="USD") == []


async def test_nothing_is_found_by_nonsense_or_by_no_word_at_all(search):
    assert await search.search(SearchQuery(text="zzyzx")) == SearchResult()
    assert await search.search(SearchQuery(text="?!… -- \x00")) == SearchResult()


async def test_an_empty_question_shows_everything_like_a_shop_window(search):
    assert await ids(search) == [FLOOR_LAMP.id, DESK_LAMP.id, DESK.id, RUG.id]


@pytest.mark.parametrize(("sort", "expected"), [
    ("newest", [DESK_LAMP, FLOOR_LAMP, DESK, RUG]),
    ("price", [DESK_LAMP, FLOOR_LAMP, DESK, RUG]),
    ("price_desc", [DESK, FLOOR_LAMP, DESK_LAMP, RUG]),
    ("rating", [RUG, FLOOR_LAMP, DESK_LAMP, DESK]),
    ("name", [DESK_LAMP, FLOOR_LAMP, DESK, RUG]),
])  # fmt: skip
async def test_sorts(search, sort, expected):
    assert await ids(search, sort=sort) == [one.id for one in expected]


async def test_prices_of_another_currency_sort_and_filter_by_it(search):
    assert await ids(search, sort="price", currency="USD") == [DESK_LAMP.id, RUG.id, DESK.id, FLOOR_LAMP.id]
    assert await ids(search, sort="price", currency="USD", price_from=5900, price_to=9900) == [DESK_LAMP.id, RUG.id]
    assert await ids(search, price_from=12900, price_to=12900) == [FLOOR_LAMP.id]
    result = await search.search(SearchQuery(price_to=5000))
    assert result.price_range == (4900, 39900), "what could be chosen, not what was"


async def test_names_sort_by_language(search):
    assert await ids(search, sort="name", language="de") == [RUG.id, DESK_LAMP.id, DESK.id, FLOOR_LAMP.id]


async def test_filters_hold_together_and_values_of_one_name_are_alternatives(search):
    assert set(await ids(search, category_id="lamps")) == {DESK_LAMP.id, FLOOR_LAMP.id}
    assert set(await ids(search, brands=("Fairline", "Loom"))) == {DESK_LAMP.id, DESK.id, RUG.id}
    assert set(await ids(search, attributes={"Colour": ("Black", "Brass")})) == {DESK_LAMP.id, FLOOR_LAMP.id, DESK.id}
    assert await ids(search, attributes={"Colour": ("Black",), "Dimmable": ("no",)}) == [FLOOR_LAMP.id]
    assert await ids(search, "lamp", attributes={"Colour": ("Black",)}, category_id="desks") == [DESK.id]
    assert await ids(search, attributes={"Colour": ()}) == []
    assert RUG.id not in await ids(search, only_available=True)


async def test_facets_count_brands_categories_and_attributes(search):
    result = await search.search(SearchQuery())
    assert result.total == 4
    assert facet(result, "brand") == {"Fairline": 2, "Loom": 1, "Northwind": 1}
    assert facet(result, "category") == {"home": 4, "lamps": 2, "desks": 1}
    assert facet(result, "Colour") == {"Black": 2, "Brass": 1}
    assert facet(result, "Dimmable") == {"yes": 1, "no": 1}
    assert [one.name for one in result.facets][:2] == ["brand", "category"]
    assert (await search.search(SearchQuery(facets=False))).facets == ()


async def test_a_chosen_facet_still_offers_its_other_values(search):
    result = await search.search(SearchQuery(brands=("Loom",), attributes={}))
    assert facet(result, "brand") == {"Fairline": 2, "Loom": 1, "Northwind": 1}
    assert facet(result, "category") == {"home": 1}
    result = await search.search(SearchQuery(attributes={"Colour": ("Brass",)}))
    assert facet(result, "Colour") == {"Black": 2, "Brass": 1}
    assert facet(result, "brand") == {"Fairline": 1}


async def test_what_is_sold_out_comes_after_its_equals(search):
    twins = [document("Twin Vase", id=f"twin{n}", available=n == 2) for n in range(4)]
    await search.put_many(twins)
    assert (await ids(search, "twin vase"))[0] == "twin2"


async def test_pages_neither_overlap_nor_leave_out(search):
    await search.put_many([document(f"Peg {n}", id=f"peg{n}", category_ids=DESKS) for n in range(50)])
    for sort in SORTS:
        seen: list[str] = []
        for offset in range(0, 60, 7):
            page = await search.search(SearchQuery(text="peg", sort=sort, offset=offset, limit=7, facets=False))
            assert page.total == 50
            seen += page.ids
        assert len(seen) == len(set(seen)) == 50, sort


async def test_bounds_are_kept(search):
    await search.put_many([document(f"Peg {n}", id=f"peg{n}") for n in range(120)])
    assert len(await ids(search, limit=100_000)) == 100
    assert await ids(search, limit=0) == []
    assert await ids(search, offset=1_000_000) == []


async def test_a_later_document_takes_the_place_of_the_earlier(search):
    await search.put_many([replace(RUG, words={"en": ("Silk Runner", "", "")}, available=True)])
    assert await ids(search, "rug") == []
    assert await ids(search, "silk") == [RUG.id]
    assert (await search.search(SearchQuery())).total == 4


async def test_deleted_documents_are_gone(search):
    await search.delete_many([RUG.id, "never-was"])
    await search.delete_many([])
    assert (await search.search(SearchQuery())).total == 3


async def test_a_write_is_seen_within_a_second_and_writers_at_once_lose_nothing(search):
    begun = time.monotonic()
    await asyncio.gather(*(search.put_many([document(f"Peg {n}", id=f"peg{n}")]) for n in range(40)))
    assert (await search.search(SearchQuery(text="peg"))).total == 40
    assert time.monotonic() - begun < 5


async def pages(*batches: Sequence[SearchDocument]) -> AsyncIterator[Sequence[SearchDocument]]:
    for batch in batches:
        await asyncio.sleep(0)
        yield batch


async def test_a_rebuild_shows_all_of_the_old_then_all_of_the_new(search):
    totals: set[int] = set()

    async def watched() -> AsyncIterator[Sequence[SearchDocument]]:
        for start in range(0, 300, 50):
            totals.add((await search.search(SearchQuery(facets=False))).total)
            yield [document(f"Peg {n}", id=f"peg{n}") for n in range(start, start + 50)]

    late = asyncio.create_task(_later(search, document("Late Comer")))
    assert await search.rebuild(watched()) == 300
    await late
    assert totals == {4}
    assert (await search.search(SearchQuery(text="peg"))).total == 300
    assert await ids(search, "desk lamp") == []
    assert await ids(search, "late comer") == ["late-comer"]


async def _later(search: Search, one: SearchDocument) -> None:
    await asyncio.sleep(0.001)
    await search.put_many([one])


async def test_a_rebuild_that_fails_leaves_the_old(search):
    async def broken() -> AsyncIterator[Sequence[SearchDocument]]:
        yield [document("Half")]
        raise OSError("broken on purpose")

    with pytest.raises(OSError, match="on purpose"):
        await search.rebuild(broken())
    assert (await search.search(SearchQuery())).total == 4
    await search.put_many([document("Whole")])
    assert (await search.search(SearchQuery())).total == 5
    assert await search.rebuild(pages()) == 0
    assert await search.search(SearchQuery()) == SearchResult()


async def test_suggestions_go_on_from_what_was_typed(search):
    found = [(one.kind, one.text) for one in await search.suggest("des", "en", 8)]
    assert ("product", "Harbour Desk Lamp") in found
    assert ("product", "Standing Desk QX-2000") in found
    assert found[-1] == ("category", "Desks & Tables")
    assert [one.id for one in await search.suggest("harbour la", "en", 8)] == [DESK_LAMP.id]
    assert ("category", "Leuchten") in [(one.kind, one.text) for one in await search.suggest("leu", "de", 8)]
    assert ("category", "Desks & Tables") in [(one.kind, one.text) for one in await search.suggest("tab", "en", 8)]
    assert ("query", "Northwind") in [(one.kind, one.text) for one in await search.suggest("north", "en", 8)]
    assert ("product", "Wiesen Stehleuchte") in [
        (one.kind, one.text) for one in await search.suggest("meadow", "de", 8)
    ]
    assert [one.id for one in await search.suggest("fl100", "en", 8)] == [DESK_LAMP.id]


async def test_suggestions_are_bounded(search):
    await search.put_many([document(f"Lamp {n}", id=f"lamp{n}", category_ids=LAMPS) for n in range(30)])
    found = await search.suggest("lamp", "en", 5)
    assert len(found) == 5
    assert "category" in {one.kind for one in found}
    assert await search.suggest("", "en", 5) == []
    assert await search.suggest("lamp", "en", 0) == []


@given(st.text(max_size=400), st.sampled_from(("en", "de", "xx")))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_text_is_a_valid_question(search, text, language):
    result = await search.search(SearchQuery(text=text, language=language, brands=(text,), attributes={text: (text,)}))
    assert result.ids == ()
    await search.search(SearchQuery(text=text, language=language, currency=text))
    await search.suggest(text, language, 5)


@pytest.mark.parametrize("text", [
    'name:"x" OR *', "available:true", "a AND (", "*", "lamp~2", "lamp^9", "[a TO z]", "-lamp", "+", "/.*/", "\\", '"',
    "lamp" * 2000, "a " * 5000, "{}", "IN [x]",
])  # fmt: skip
async def test_query_languages_mean_nothing(search, text):
    assert RUG.id not in await ids(search, text)
