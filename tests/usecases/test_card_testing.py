"""Whoever tries card after card on one basket is stopped, and nobody else is."""

import pytest

from fairday.domain.payments import PaymentDeclined
from fairday.kernel.clock import HOUR_MS, FixedClock
from fairday.kernel.errors import TooMany
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.limit_tries import DECLINES_BY_CART
from fairday.usecases.place_order import place_order
from tests.buying import a_cart, an_order
from tests.goods import put_goods
from tests.shop import open_shop

NOW = 1_800_000_000_000


async def test_after_so_many_declines_a_basket_waits(state):
    """F-54: even the card that works is not tried any more, until the hour is over."""
    clock = FixedClock(NOW)
    async with open_shop(state, clock=clock) as shop:
        await put_goods(shop, {"MUG": 50})
        cart, other = await a_cart(shop, {"MUG": 1}), await a_cart(shop, {"MUG": 1})
        for _ in range(DECLINES_BY_CART.most):
            with pytest.raises(PaymentDeclined):
                await place_order(shop, await an_order(shop, cart, token="tok_declined"))
        asked = len(await shop.payments["sandbox"].record())
        for token in ("tok_declined", "tok_ok"):
            with pytest.raises(TooMany) as refused:
                await place_order(shop, await an_order(shop, cart, token=token))
            assert refused.value.details["retry_after_s"] > 0
        assert len(await shop.payments["sandbox"].record()) == asked
        assert (await place_order(shop, await an_order(shop, other))).state == "placed"
        clock.advance(HOUR_MS + 1)
        cart = await a_cart(shop, {"MUG": 1})
        assert (await place_order(shop, await an_order(shop, cart))).state == "placed"
        assert await check_invariants(shop) == []


async def test_who_was_answered_before_is_answered_again(state):
    """The same command again is no new try."""
    async with open_shop(state) as shop:
        await put_goods(shop, {"MUG": 50})
        cart = await a_cart(shop, {"MUG": 1})
        commands = [await an_order(shop, cart, token="tok_declined") for _ in range(DECLINES_BY_CART.most)]
        for command in (*commands, *commands):
            with pytest.raises(PaymentDeclined):
                await place_order(shop, command)
