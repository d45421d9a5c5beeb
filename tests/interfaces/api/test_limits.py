"""Whoever asks too often waits: counted by source, or by key; one does not slow another down."""

from fairday.interfaces.api.dispatch import IN_DEVELOPMENT, Limits, limits_for
from fairday.kernel.clock import MINUTE_MS
from tests.calling import open_caller

FEW = Limits(reads=3, changes=2, by_key=4, wrong_keys=2)


async def statuses(count, call):
    return [(await call()).status_code for _ in range(count)]


async def test_reading_too_often_has_to_wait(shop, clock):
    async with open_caller(shop, limits=FEW) as api:
        assert await statuses(4, lambda: api.get("/products")) == [200, 200, 200, 429]
        refused = await api.get("/products")
        assert (refused.json()["code"], refused.headers["retry-after"]) == ("too_many", "60")
        async with open_caller(shop, limits=FEW, source="192.0.2.1") as other:
            assert (await other.get("/products")).status_code == 200
        clock.advance(MINUTE_MS + 1)
        assert (await api.get("/products")).status_code == 200


async def test_changing_has_a_limit_of_its_own(shop):
    body = {"currency": "EUR", "country": "DE"}
    async with open_caller(shop, limits=FEW) as api:
        assert await statuses(3, lambda: api.post("/carts", body)) == [201, 201, 429]
        assert (await api.get("/products")).status_code == 200


async def test_servers_are_counted_by_key(shop):
    async with open_caller(shop, limits=FEW) as api:
        one, other = await api.server(), await api.server()
        assert await statuses(5, lambda: api.get("/products", token=one)) == [200, 200, 200, 200, 429]
        assert (await api.get("/products", token=other)).status_code == 200
        assert (await api.get("/products")).status_code == 200


async def test_trying_keys_ends_soon(shop):
    async with open_caller(shop, limits=FEW) as api:
        assert await statuses(3, lambda: api.get("/products", token="fk_wrong")) == [401, 401, 429]


async def test_development_is_generous(shop):
    assert shop.settings.development
    assert limits_for(shop).reads == Limits().reads * IN_DEVELOPMENT
