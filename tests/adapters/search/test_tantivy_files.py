"""What can happen to the files of the index: lost, damaged, made by another version, written by somebody else."""

import asyncio
import random
import sys
from pathlib import Path

import pytest

from fairday.adapters.search.tantivy import TantivySearch
from fairday.kernel.errors import Busy
from fairday.ports.search import SearchDocument, SearchQuery

LANGUAGES, CURRENCIES = ("en", "de"), ("EUR",)
GOODS = [
    SearchDocument(id=f"p{n}", words={"en": (f"Peg number {n}", "", "words " * 50)}, prices={"EUR": n})
    for n in range(300)
]
HOLD_LOCK = """
import asyncio, sys
from pathlib import Path
from fairday.adapters.search.tantivy import TantivySearch
from fairday.ports.search import SearchDocument
async def main():
    search = TantivySearch(Path(sys.argv[1]), ("en", "de"), ("EUR",))
    await search.put_many([SearchDocument(id="theirs", words={"en": ("Theirs", "", "")})])
    print("held", flush=True)
    sys.stdin.readline()
    await search.close()
asyncio.run(main())
"""
OPEN = """
import sys
from pathlib import Path
from fairday.adapters.search.tantivy import TantivySearch
TantivySearch(Path(sys.argv[1]), ("en", "de"), ("EUR",))
print("open", flush=True)
"""


def opened(folder: Path, languages=LANGUAGES, currencies=CURRENCIES) -> TantivySearch:
    return TantivySearch(folder, languages, currencies)


async def total(search: TantivySearch) -> int:
    return (await search.search(SearchQuery())).total


@pytest.fixture
async def folder(tmp_path):
    search = opened(tmp_path / "search")
    for start in range(0, 300, 100):
        await search.put_many(GOODS[start : start + 100])
    await search.close()
    return tmp_path / "search"


async def test_what_was_written_is_there_after_a_restart(folder):
    search = opened(folder)
    assert await total(search) == 300
    await search.put_many(GOODS[:1])
    assert await total(search) == 300
    await search.close()


@pytest.mark.parametrize("fields", [(("en",), ("EUR",)), (("en", "de"), ("EUR", "USD"))])
async def test_an_index_made_with_other_fields_begins_empty(folder, fields):
    search = opened(folder, *fields)
    assert await total(search) == 0
    await search.put_many(GOODS[:5])
    assert await total(search) == 5
    await search.close()


@pytest.mark.parametrize("wound", ["lost", "emptied", "truncated", "overwritten"])
async def test_every_damaged_file_leaves_a_whole_index_or_an_empty_one(folder, wound, tmp_path):
    for path in sorted(folder.iterdir()):
        copy = tmp_path / f"{wound}-{path.name}"
        copy.mkdir()
        for source in folder.iterdir():
            (copy / source.name).write_bytes(source.read_bytes())
        _wound(copy / path.name, wound)
        search = opened(copy)
        assert await total(search) in {0, 300}, path.name
        await search.put_many([SearchDocument(id="new", words={"en": ("Brand new", "", "")})])
        assert (await search.search(SearchQuery(text="brand new"))).ids == ("new",), path.name
        await search.close()


def _wound(path: Path, how: str) -> None:
    content = path.read_bytes()
    if how == "lost":
        path.unlink()
    elif how == "emptied":
        path.write_bytes(b"")
    elif how == "truncated":
        path.write_bytes(content[: len(content) // 2])
    else:
        path.write_bytes(random.Random(1).randbytes(len(content)))


async def test_another_process_that_writes_makes_us_wait(tmp_path):
    folder = tmp_path / "search"
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLD_LOCK, str(folder), stdin=-1, stdout=-1)
    assert await other.stdout.readline() == b"held\n"
    search = opened(folder)
    assert await total(search) == 1
    with pytest.raises(Busy):
        await search.put_many(GOODS[:1])
    assert await total(search) == 1
    await other.communicate(b"go\n")
    await search.put_many(GOODS[:1])
    assert await total(search) == 2
    await search.close()


async def test_readers_in_another_process_see_a_write_within_a_second(folder):
    writer, reader = opened(folder), opened(folder)
    await writer.put_many([SearchDocument(id="new", words={"en": ("Brand new", "", "")})])
    for _ in range(20):
        if await total(reader) == 301:
            break
        await asyncio.sleep(0.05)
    assert await total(reader) == 301
    await writer.close()
    await reader.close()


async def test_damage_that_shows_in_use_empties_the_index_and_a_bad_question_does_not(folder, monkeypatch):
    search = opened(folder)
    for fault, left in ((ValueError("no such field"), 300), (ValueError("Data corrupted: a broken block"), 0)):

        def broken(*_, fault=fault):
            raise fault

        with monkeypatch.context() as patched:
            patched.setattr(search, "_completions", broken)
            if left:
                with pytest.raises(Busy):
                    await search.suggest("peg", "en", 5)
            else:
                assert await search.suggest("peg", "en", 5) == []
        assert await total(search) == left
    await search.put_many(GOODS[:7])
    assert await total(search) == 7
    await search.close()


async def test_of_two_that_see_damage_one_begins_anew_and_the_other_takes_that(folder, monkeypatch):
    """Or they would go on emptying what the other has filled."""

    def broken(*_):
        raise ValueError("Data corrupted: a broken block")

    writer, reader = opened(folder), opened(folder)
    for one in (writer, reader):
        monkeypatch.setattr(one, "_completions", broken)
    assert await writer.suggest("peg", "en", 5) == []
    await writer.put_many(GOODS[:7])
    assert await reader.suggest("peg", "en", 5) == []
    assert (await total(writer), await total(reader)) == (7, 7)
    await writer.close()
    await reader.close()


async def test_processes_that_start_at_once_make_one_index(tmp_path):
    """Whoever is second must not take away what the first has made and filled."""
    folder = tmp_path / "search"
    others = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", OPEN, str(folder), stdout=-1) for _ in range(4)
    ]
    first = opened(folder)
    await first.put_many(GOODS[:7])
    said = [(await other.communicate())[0] for other in others]
    assert said == [b"open\n"] * 4
    late = opened(folder)
    assert await total(late) == 7
    await late.close()
    await first.close()
