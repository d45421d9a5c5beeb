"""All orders in which the steps of two transactions can fall, for the classic races, on real engines."""

import os

import pytest

from tests.interleavings import races
from tests.interleavings.stage import Plans

RACES = {
    "last piece": (races.last_piece, ("stock",)),
    "opposite carts": (races.opposite_carts, ("stock",)),
    "last voucher": (races.last_voucher, ("vouchers", "voucher_uses")),
    "gift card": (races.gift_card, ("gift_balances", "gift_movements")),
    "let go and hold": (races.let_go_and_hold, ("stock", "vouchers", "voucher_uses")),
    "two sweeps": (races.two_sweeps, ("orders", "stock", "payments")),
    "sweep and pay": (races.sweep_and_pay, ("orders", "stock", "payments")),
    "cart twice": (races.cart_twice, ("order_carts", "stock")),
    "double pay": (races.double_pay, ("order_commands", "order_carts", "stock")),
    "cart edited": (races.cart_edited, ("carts", "orders")),
    "cancel and ship": (races.cancel_and_ship, ("orders", "order_lines", "stock", "payments")),
    "two refunds": (races.two_refunds, ("orders", "order_lines", "payments", "refunds")),
    "two postages": (races.two_postages, ("orders", "payments", "refunds")),
    "piece by piece": (races.piece_by_piece, ("orders", "order_lines", "payments", "refunds")),
}
SOME, MORE = 6, 24
# `make interleavings` plays them all, which takes the better part of an hour.
ALL = bool(os.environ.get("FAIRDAY_ALL_ORDERS"))


async def test_some_orders_of_steps_of_every_race(arena):
    for name, (race, contested) in RACES.items():
        await arena.run(race, contested, Plans(seed=31, most=SOME))
        assert (name, arena.broken) == (name, [])
    assert arena.played == SOME * len(RACES)
    assert arena.blocked > 0


@pytest.mark.long
@pytest.mark.parametrize("name", RACES)
async def test_more_or_all_orders_of_steps(arena, name):
    race, contested = RACES[name]
    await arena.run(race, contested, Plans() if ALL else Plans(seed=7, most=MORE))
    assert arena.broken == []
    if arena.engine == "postgresql":  # InnoDB locks gaps between rows as well, and now and then undoes one for that
        assert arena.undone == 0, "a deadlock would be undone and tried again"
    assert arena.played > len("ab")
    assert arena.blocked > 0 or not ALL
