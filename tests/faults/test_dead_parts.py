"""I14: whatever a sale does not need may be dead, and the goods are found, put in a cart, paid and asked about."""

import dataclasses

import pytest

from fairday.kernel.errors import Busy
from fairday.kernel.ids import derived_id
from fairday.ports.bus import Subscription
from fairday.ports.search import SearchQuery
from fairday.subscribers.notifications import subscription as notifications
from fairday.subscribers.search import subscription as search
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.search_goods import search_goods
from tests.calling import open_caller
from tests.goods import put_goods
from tests.interfaces.storefront.conftest import open_browser
from tests.interfaces.storefront.test_buying import put_in, send
from tests.shop import open_shop


class Dead:
    """A part that answers nothing: every method raises `trouble`."""

    def __init__(self, trouble):
        self._trouble = trouble

    def __getattr__(self, name):
        async def fail(*_args, **_named):
            raise self._trouble

        return fail


class Forgetful:
    """A cache that keeps nothing and counts from the start every time."""

    async def get(self, _key):
        return None

    async def put(self, _key, _value, *, ttl_ms, tags=()):
        pass

    async def drop_tags(self, _tags):
        pass

    async def count(self, _key, *, window_ms):
        return 1


DEAD = {
    "nothing": {},
    "search": {"search": Dead(Busy(retry_after_s=1))},
    "mail": {"mail": Dead(OSError("no route to host"))},
    "cache": {"cache": Forgetful()},
    "all of them": {
        "search": Dead(Busy(retry_after_s=1)), "mail": Dead(OSError("no route to host")), "cache": Forgetful(),
    },
}  # fmt: skip


@pytest.fixture(params=DEAD)
async def shop(request, state):
    async with open_shop(state) as opened:
        await put_goods(opened, {"MUG": 10, "LAMP": 3})
        crippled = dataclasses.replace(opened, **DEAD[request.param])
        hears: list[Subscription] = [notifications(crippled), search(crippled)]
        await crippled.bus.deliver(hears)
        yield crippled
        await crippled.bus.deliver(hears)  # what could not be heard waits, and costs nobody anything
        assert await check_invariants(opened) == []


PAGES = ("/en-de/", "/en-de/search?q=thing", "/en-de/search?q=mug", "/en-de/p/mug", "/en-de/cart", "/en-de/checkout")


async def test_a_purchase_by_forms(shop):
    async with open_browser(shop) as browser:
        for path in PAGES:
            answer = await browser.get(path)
            assert answer.status_code in {200, 303}, (path, answer.text[-500:])
        await put_in(browser, "MUG", 2)
        await browser.follow(await send(browser))
        assert browser.says("Thank you, it is yours.")


async def test_a_purchase_by_the_api(shop):
    async with open_caller(shop) as api:
        for path in ("/products", "/search?q=thing", f"/products/{derived_id('product', 'MUG')}"):
            answer = await api.get(path)
            assert answer.status_code == 200, (path, answer.text)
        order = await api.bought({"LAMP": 1})
        assert order["state"] == "placed"


@pytest.mark.parametrize("shop", ["search"], indirect=True)
async def test_what_is_found_without_the_index(shop):
    """Words from their beginning, in any order; and pages of it."""
    found = await search_goods(shop, SearchQuery(text="mu thin", language="en", currency="EUR"))
    assert [card.key for card in found.cards] == ["MUG"]
    every = await search_goods(shop, SearchQuery(language="en", currency="EUR"))
    assert (every.total, {card.key for card in every.cards}) == (2, {"MUG", "LAMP"})
    second = await search_goods(shop, SearchQuery(language="en", currency="EUR", offset=1, limit=1))
    assert (second.total, len(second.cards)) == (2, 1)
    nothing = await search_goods(shop, SearchQuery(text="mug lamp", language="en", currency="EUR"))
    assert nothing.cards == ()
