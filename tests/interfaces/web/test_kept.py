"""What is kept for a moment: made once for all who wait, made again when its time is over, never more than allowed."""

import asyncio

import pytest

from fairday.interfaces.web.kept import Kept


class Maker:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.count = 0

    async def make(self) -> int:
        self.count += 1
        await asyncio.sleep(0)
        return self.count

    async def fail(self) -> int:
        self.count += 1
        await asyncio.sleep(0)
        raise LookupError


async def test_all_who_come_together_share_one() -> None:
    kept, maker = Kept[int](60_000, 10), Maker()
    assert await asyncio.gather(*(kept.get("a", maker.make) for _ in range(100))) == [1] * 100
    assert await kept.get("a", maker.make) == 1


async def test_it_is_made_again_when_its_time_is_over() -> None:
    kept, maker = Kept[int](0, 10), Maker()
    assert [await kept.get("a", maker.make) for _ in range(3)] == [1, 2, 3]


async def test_a_failure_is_shared_and_not_kept() -> None:
    kept, maker = Kept[int](60_000, 10), Maker()
    for round_ in (1, 2):
        outcomes = await asyncio.gather(*(kept.get("a", maker.fail) for _ in range(5)), return_exceptions=True)
        assert all(isinstance(outcome, LookupError) for outcome in outcomes)
        assert maker.count == round_


async def test_a_reader_who_leaves_takes_nothing_from_the_others() -> None:
    kept, maker = Kept[int](60_000, 10), Maker()
    leaver = asyncio.ensure_future(kept.get("a", maker.make))
    stayer = asyncio.ensure_future(kept.get("a", maker.make))
    await asyncio.sleep(0)
    leaver.cancel()
    assert await stayer == 1
    with pytest.raises(asyncio.CancelledError):
        await leaver


async def test_the_oldest_goes_first() -> None:
    kept, maker = Kept[int](60_000, 2), Maker()
    for key in ("a", "b", "c"):
        await kept.get(key, maker.make)
    assert await kept.get("c", maker.make) == 3
    assert await kept.get("b", maker.make) == 2
    assert await kept.get("a", maker.make) == 4
