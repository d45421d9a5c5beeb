"""Coalescing: what goes together, what stays apart, and that nobody is forgotten."""

import asyncio

import pytest

from fairday.kernel.batch import BUSY_TRIES, Batch, Batches, answered_within
from fairday.kernel.errors import Busy, CommitUnknown


class Kitchen:
    """Work that notes its batches, and goes on only when let."""

    def __init__(self):
        self.batches = []
        self.go = asyncio.Event()
        self.go.set()

    async def cook(self, items):
        self.batches.append(list(items))
        await self.go.wait()
        if "poison" in items:
            raise ValueError("poison")
        return [KeyError(item) if item == "sold out" else f"{item}!" for item in items]


async def turn_of_the_loop():
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def test_what_is_asked_in_one_turn_goes_together():
    kitchen = Kitchen()
    batch = Batch(kitchen.cook)
    assert await asyncio.gather(*(batch.ask(str(n)) for n in range(5))) == ["0!", "1!", "2!", "3!", "4!"]
    assert kitchen.batches == [["0", "1", "2", "3", "4"]]


async def test_what_comes_meanwhile_is_the_next_batch_whole_and_in_order():
    kitchen = Kitchen()
    kitchen.go.clear()
    batch = Batch(kitchen.cook, limit=3)
    first = asyncio.ensure_future(batch.ask("a"))
    await turn_of_the_loop()
    others = [asyncio.ensure_future(batch.ask(name)) for name in "bcdef"]
    await turn_of_the_loop()
    kitchen.go.set()
    assert await asyncio.gather(first, *others) == [f"{name}!" for name in "abcdef"]
    assert kitchen.batches == [["a"], ["b", "c", "d"], ["e", "f"]]


async def test_a_refusal_is_one_item_s_own():
    batch = Batch(Kitchen().cook)
    answers = await asyncio.gather(batch.ask("a"), batch.ask("sold out"), batch.ask("b"), return_exceptions=True)
    assert (answers[0], answers[2]) == ("a!", "b!")
    assert isinstance(answers[1], KeyError)


async def test_a_batch_that_fails_is_tried_one_by_one():
    kitchen = Kitchen()
    batch = Batch(kitchen.cook)
    answers = await asyncio.gather(*(batch.ask(name) for name in ("a", "poison", "b")), return_exceptions=True)
    assert (answers[0], answers[2]) == ("a!", "b!")
    assert isinstance(answers[1], ValueError)
    assert kitchen.batches == [["a", "poison", "b"], ["a"], ["poison"], ["b"]]


async def test_what_may_be_done_already_is_not_tried_again():
    """Whoever asked can look whether it was; a second try would meet what the first one left."""
    tried = []

    async def work(items):
        tried.append(list(items))
        raise CommitUnknown(retry_after_s=1)

    batch = Batch(work)
    answers = await asyncio.gather(*(batch.ask(name) for name in "abc"), return_exceptions=True)
    assert [type(answer) for answer in answers] == [CommitUnknown] * 3
    assert tried == [["a", "b", "c"]]


async def test_busy_is_tried_again_as_a_whole_and_then_told():
    tries = []

    async def work(items):
        tries.append(list(items))
        raise Busy(retry_after_s=1)

    batch = Batch(work)
    answers = await asyncio.gather(batch.ask("a"), batch.ask("b"), return_exceptions=True)
    assert all(isinstance(answer, Busy) for answer in answers)
    assert tries == [["a", "b"]] * BUSY_TRIES


async def test_a_full_queue_says_try_again():
    kitchen = Kitchen()
    kitchen.go.clear()
    batch = Batch(kitchen.cook, waiting=2)
    waiting = [asyncio.ensure_future(batch.ask("a"))]
    await turn_of_the_loop()
    waiting += [asyncio.ensure_future(batch.ask(name)) for name in "bc"]
    await turn_of_the_loop()
    with pytest.raises(Busy):
        await batch.ask("d")
    kitchen.go.set()
    assert await asyncio.gather(*waiting) == ["a!", "b!", "c!"]


async def test_nothing_is_begun_after_its_deadline():
    kitchen = Kitchen()
    kitchen.go.clear()
    batch = Batch(kitchen.cook)
    first = asyncio.ensure_future(batch.ask("a"))
    await turn_of_the_loop()

    async def hurried():
        with answered_within(0):
            return await batch.ask("b")

    second = asyncio.ensure_future(hurried())
    await turn_of_the_loop()
    kitchen.go.set()
    assert await first == "a!"
    with pytest.raises(Busy):
        await second
    assert kitchen.batches == [["a"]]


async def test_who_went_away_before_their_turn_is_not_served():
    kitchen = Kitchen()
    kitchen.go.clear()
    batch = Batch(kitchen.cook)
    first = asyncio.ensure_future(batch.ask("a"))
    await turn_of_the_loop()
    gone, stays = asyncio.ensure_future(batch.ask("b")), asyncio.ensure_future(batch.ask("c"))
    await turn_of_the_loop()
    gone.cancel()
    kitchen.go.set()
    assert await asyncio.gather(first, stays) == ["a!", "c!"]
    assert kitchen.batches == [["a"], ["c"]]


async def test_no_wake_up_is_lost():
    """Askers that come at every turn of the loop, so also right when a batch has just ended."""

    async def work(items):
        for _ in range(len(items) % 3):
            await asyncio.sleep(0)
        return list(items)

    batch = Batch(work, limit=4)

    async def asker(number):
        for _ in range(number % 7):
            await asyncio.sleep(0)
        return await batch.ask(number)

    async with asyncio.timeout(5):
        assert await asyncio.gather(*(asker(number) for number in range(500))) == list(range(500))
        assert await batch.ask(-1) == -1


@pytest.mark.parametrize("turns", range(12))
async def test_whoever_comes_just_as_a_batch_ends_is_answered(turns):
    """The second one comes so many turns of the loop after the first, whatever the queue is doing then."""
    kitchen = Kitchen()
    batch = Batch(kitchen.cook)
    first = asyncio.ensure_future(batch.ask("a"))
    for _ in range(turns):
        await asyncio.sleep(0)
    async with asyncio.timeout(5):
        assert await batch.ask("b") == "b!"
        assert await first == "a!"


async def test_a_cancelled_loop_leaves_nobody_waiting():
    kitchen = Kitchen()
    kitchen.go.clear()
    batch = Batch(kitchen.cook)
    asked = [asyncio.ensure_future(batch.ask(name)) for name in "ab"]
    await turn_of_the_loop()
    drainer = next(task for task in asyncio.all_tasks() if "_drain" in repr(task.get_coro()))
    later = asyncio.ensure_future(batch.ask("c"))
    await asyncio.sleep(0)
    drainer.cancel()
    answers = await asyncio.gather(*asked, later, return_exceptions=True)
    assert all(isinstance(answer, asyncio.CancelledError) for answer in answers)
    kitchen.go.set()
    assert await batch.ask("d") == "d!"


async def test_cancelled_while_items_are_tried_one_by_one_it_leaves_nobody_waiting():
    stuck = asyncio.Event()

    async def work(items):
        if len(items) > 1:
            raise ValueError(items)
        stuck.set()
        await asyncio.Event().wait()

    batch = Batch(work)
    asked = [asyncio.ensure_future(batch.ask(name)) for name in "abc"]
    await stuck.wait()
    next(task for task in asyncio.all_tasks() if "_drain" in repr(task.get_coro())).cancel()
    answers = await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 5)
    assert all(isinstance(answer, asyncio.CancelledError) for answer in answers)


async def test_each_work_has_its_own_queue_and_gets_its_context():
    async def twice(context, items):
        return [context * item for item in items]

    async def more(context, items):
        return [context + item for item in items]

    batches = Batches()
    assert await asyncio.gather(batches.ask(twice, 3, 5), batches.ask(more, 3, 5)) == [15, 8]


async def test_groups_that_parted_meet_again():
    """Two groups a step apart on one road: the second step waits for whoever is in the first this very moment."""
    sizes = []

    async def first(_context, items):
        await asyncio.sleep(0)
        return list(items)

    async def second(_context, items):
        sizes.append(len(items))
        return list(items)

    batches = Batches()

    async def travel(number):
        await batches.ask(first, None, number)
        await batches.ask(second, None, number)

    await travel(-1)
    ahead = [asyncio.ensure_future(travel(number)) for number in range(3)]
    await asyncio.sleep(0)
    behind = [asyncio.ensure_future(travel(number)) for number in range(3, 8)]
    await asyncio.gather(*ahead, *behind)
    assert sizes == [1, 8]
