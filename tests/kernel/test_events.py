"""The outbox: what happened is there if its unit was committed, in order, and never otherwise."""

from typing import ClassVar

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairday.kernel.events import Delivery, Event, announce, outbox_after, outbox_end
from tests.engines import NOW_MS, open_database


class Sneezed(Event, frozen=True, kw_only=True):
    kind: ClassVar[str] = "sneezed"

    times: int


class Slept(Event, frozen=True, kw_only=True):
    kind: ClassVar[str] = "slept"


@pytest.fixture
async def database(tmp_path):
    async with open_database(tmp_path) as opened:
        yield opened


async def written(database, after=0, limit=100):
    async with database.read() as reader:
        return await outbox_after(reader, after, limit)


async def test_events_come_back_in_order_and_as_they_were(database):
    events = [Sneezed(subject="a", times=2), Slept(subject="b"), Sneezed(subject="a", times=3)]
    async with database.write() as unit:
        await announce(unit, events, NOW_MS)
    found = await written(database)
    assert [(one.kind, one.subject, one.at_ms) for one in found] == [(e.kind, e.subject, NOW_MS) for e in events]
    assert found[2].as_event(Sneezed) == events[2]
    assert [one.seq for one in await written(database, after=found[0].seq, limit=1)] == [found[1].seq]
    async with database.read() as reader:
        assert await outbox_end(reader) == found[-1].seq


async def test_what_did_not_happen_is_not_told(database):
    with pytest.raises(RuntimeError):
        async with database.write() as unit:
            await announce(unit, [Slept(subject="a")], NOW_MS)
            raise RuntimeError
    async with database.write() as unit:
        await announce(unit, [], NOW_MS)
    assert await written(database) == []
    async with database.read() as reader:
        assert await outbox_end(reader) == 0


def test_the_wrong_kind_is_not_read_as_another():
    with pytest.raises(msgspec.ValidationError):
        Delivery(1, "slept", "b", '{"subject":"b"}', NOW_MS).as_event(Sneezed)


@given(subject=st.text(max_size=50), times=st.integers(-(2**63), 2**63 - 1))
def test_any_event_survives_its_journey(subject, times):
    event = Sneezed(subject=subject, times=times)
    body = msgspec.json.encode(event).decode()
    assert Delivery(1, event.kind, subject, body, NOW_MS).as_event(Sneezed) == event
