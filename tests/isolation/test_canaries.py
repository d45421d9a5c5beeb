"""I12: nobody is shown what is another's, however many ask at once.

Every shopper's name, street and mailbox hold a word that is theirs alone. Whatever any answer says to a shopper, or to
somebody who is nobody, holds no other's word: with shared batches, caches and connections, all at the same moment.
"""

import asyncio
import uuid

import pytest

from fairday.kernel.batch import Batch
from fairday.kernel.ids import new_token
from fairday.usecases.hold_order import HeldOrder
from tests.accounts import audit
from tests.calling import ADDRESS, open_caller
from tests.goods import put_goods
from tests.interfaces.storefront.conftest import open_browser
from tests.interfaces.storefront.test_buying import ADDRESS as FORM
from tests.interfaces.storefront.test_buying import put_in, send
from tests.shop import open_shop

SHOPPERS = 24


@pytest.fixture
async def shop(state):
    async with open_shop(state) as opened:
        await put_goods(opened, {"MUG": 1_000, "LAMP": 12})
        yield opened
        await audit(opened)


def canary():
    return f"canary{new_token()[:12].replace('-', 'x').replace('_', 'y').lower()}"


def strangers(word, words, text):
    return [other for other in words if other != word and other in text.lower()]


async def what_programs_are_told(shop, words):
    async def shopper(word):
        async with open_caller(shop) as api:
            cart = await api.cart()
            body = api.order(cart, email=f"{word}@shop.example") | {"address": {**ADDRESS, "name": word}}
            key = str(uuid.uuid4())
            placed = [await api.post("/orders", body, token=cart["token"], key=key) for _ in range(2)]
            order = placed[0].json()
            own = await api.get(f"/orders/{order['id']}", token=order["token"])
            assert own.status_code == 200
            return [one.text for one in (*placed, own, await api.get("/products"), await api.get("/search", q=word))]

    return dict(zip(words, await asyncio.gather(*map(shopper, words)), strict=True))


async def test_programs_are_told_of_their_own_orders_only(shop):
    words = [canary() for _ in range(SHOPPERS)]
    for word, said in (await what_programs_are_told(shop, words)).items():
        assert word in said[2]
        assert [strangers(word, words, text) for text in said] == [[]] * len(said)


async def test_control_answers_that_are_mixed_up_in_a_batch_are_seen(shop, monkeypatch):
    honest = Batch._patiently

    async def mixed_up(self, items):
        answers = await honest(self, items)
        return answers[::-1] if isinstance(answers[0], HeldOrder) else answers

    monkeypatch.setattr(Batch, "_patiently", mixed_up)
    words = [canary() for _ in range(SHOPPERS)]
    told = await what_programs_are_told(shop, words)
    assert any(strangers(word, words, text) for word, said in told.items() for text in said)


async def test_visitors_see_their_own_pages_only(shop):
    words = [canary() for _ in range(SHOPPERS)]

    async def visitor(word):
        async with open_browser(shop) as browser:
            await put_in(browser)
            answer = await send(browser, {**FORM, "name": word, "email": f"{word}@example.com", "line1": f"{word} 1"})
            thanks = await browser.follow(answer)
            assert word in thanks.text
            paths = ("/en-de/", "/en-de/cart", "/en-de/checkout", "/en-de/session.json", "/en-de/p/mug")
            return [thanks.text, *[(await browser.get(path)).text for path in paths]]

    async def nobody():
        paths = ("/en-de/", "/en-de/p/mug", "/en-de/cart", "/en-de/checkout", "/en-de/search?q=thing")
        async with open_browser(shop) as browser:
            return [(await browser.get(path)).text for path in paths * 4]

    *seen, public = await asyncio.gather(*map(visitor, words), nobody())
    for word, said in zip([*words, ""], [*seen, public], strict=True):
        assert [strangers(word, words, text) for text in said] == [[]] * len(said)
