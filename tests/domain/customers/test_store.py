"""What the statements of customers promise by themselves, whoever comes in between."""

from fairday.domain.customers import AccountRequest, store
from fairday.kernel.ids import new_id
from tests.engines import NOW_MS, open_database


async def test_a_link_is_spent_once_and_in_time(tmp_path):
    late, once = (
        AccountRequest(
            id=new_id(), customer_id=new_id(), purpose="reset", email="x", created_ms=NOW_MS, expires_ms=NOW_MS + 10
        )
        for _ in range(2)
    )
    async with open_database(tmp_path) as database, database.write() as unit:
        await store.insert_requests(unit, [late, once])
        assert not await store.use_request(unit, late.id, NOW_MS + 10)
        assert await store.use_request(unit, once.id, NOW_MS + 9)
        assert not await store.use_request(unit, once.id, NOW_MS + 9)
        await store.give_back_request(unit, once.id, NOW_MS + 8)  # spent at another time: not this one's to give back
        assert not await store.use_request(unit, once.id, NOW_MS + 9)
        await store.give_back_request(unit, once.id, NOW_MS + 9)
        assert await store.use_request(unit, once.id, NOW_MS + 9)
        assert not await store.use_request(unit, new_id(), NOW_MS)


async def test_old_links_are_forgotten(tmp_path):
    requests = [
        AccountRequest(
            id=new_id(), customer_id="", purpose="reset", email="x", created_ms=0, expires_ms=NOW_MS + number
        )
        for number in range(3)
    ]
    async with open_database(tmp_path) as database, database.write() as unit:
        await store.insert_requests(unit, requests)
        assert await store.forget_requests(unit, NOW_MS + 2) == 2
        assert await store.find_requests(unit, [request.id for request in requests]) == [requests[2]]
