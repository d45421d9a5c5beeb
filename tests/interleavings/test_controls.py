"""Every race once more without what decides it: some order of steps then goes wrong, and the stage sees it.

Without the order of locks nothing is lost, since a deadlock is undone and tried again: there it is the deadlock itself.
"""

from collections.abc import Sequence

from sqlalchemy import bindparam, select, update

from fairday.domain.inventory import HoldRequest
from fairday.domain.inventory import store as stock
from fairday.domain.inventory.tables import HOLDS, STOCK
from fairday.domain.orders import store as orders
from fairday.domain.orders.tables import LINES, ORDERS
from fairday.domain.payments import store as payments
from fairday.domain.payments.tables import PAYMENTS
from fairday.domain.pricing import gift_store
from fairday.domain.pricing import store as pricing
from fairday.domain.pricing.tables import GIFT_BALANCES, VOUCHERS
from fairday.kernel.sql import Statement, within
from fairday.kernel.unit_of_work import Writer
from tests.interleavings import races
from tests.interleavings.stage import Plans
from tests.interleavings.test_races import RACES

TRIES = 60
_S, _L, _P, _V, _B = STOCK.c, LINES.c, PAYMENTS.c, VOUCHERS.c, GIFT_BALANCES.c
_MORE = bindparam("b_quantity", type_=_S.held.type)


def no_shelf_guard(monkeypatch):
    monkeypatch.setattr(stock, "LEVELS_LOCKED", stock._LEVELS)
    here = (_S.sku == bindparam("b_sku"), _S.location == bindparam("b_location"))
    monkeypatch.setattr(stock, "_HOLD", Statement(update(STOCK).where(*here).values(held=_S.held + _MORE)))


def no_lock_order(monkeypatch):
    """Shelves are locked one by one, as they stand in the cart."""
    ordered = stock.hold_many

    async def as_they_come(unit: Writer, requests: Sequence[HoldRequest], at_ms: int):
        for request in requests:
            for sku in request.wanted:
                await unit.rows(stock.LEVELS_LOCKED, skus=[sku])
        return await ordered(unit, requests, at_ms)

    monkeypatch.setattr(stock, "hold_many", as_they_come)


def no_voucher_guard(monkeypatch):
    unlocked = select(*pricing._VOUCHER_COLUMNS).where(within(_V.code, "codes"))
    monkeypatch.setattr(pricing, "_VOUCHERS_LOCKED", Statement(unlocked))
    more = bindparam("b_count", type_=_V.used.type)
    blind = update(VOUCHERS).where(_V.code == bindparam("b_code")).values(used=_V.used + more)
    monkeypatch.setattr(pricing, "_TAKE", Statement(blind))


def no_cart_claim(monkeypatch):
    async def nobody_has_it(unit, carts):
        return {}

    monkeypatch.setattr(orders, "claim_carts", nobody_has_it)


def no_command(monkeypatch):
    async def never_heard_of(unit, commands):
        return {}

    monkeypatch.setattr(orders, "first_commands", never_heard_of)


def no_order_lock(monkeypatch):
    monkeypatch.setattr(orders, "_GET_LOCKED", Statement(select(ORDERS).where(within(ORDERS.c.id, "order_ids"))))


def no_refund_guard(monkeypatch):
    no_order_lock(monkeypatch)
    here = (_L.order_id == bindparam("b_order_id"), _L.line_no == bindparam("b_line_no"))
    more = bindparam("b_more", type_=_L.quantity.type)
    monkeypatch.setitem(
        orders._ADD, "refunded", Statement(update(LINES).where(*here).values(refunded=_L.refunded + more))
    )
    amount = bindparam("b_amount", type_=_P.refunded.type)
    blind = update(PAYMENTS).where(_P.order_id == bindparam("b_order_id"))
    monkeypatch.setattr(
        payments, "_SET_ASIDE",
        Statement(blind.values(refunded=_P.refunded + amount, updated_ms=bindparam("updated_ms"))),
    )  # fmt: skip


def nothing(monkeypatch):
    """The guard is what the race itself leaves out."""


def no_gift_guard(monkeypatch):
    monkeypatch.setattr(gift_store, "_GET_LOCKED", Statement(gift_store._GET_QUERY))
    amount = bindparam("b_amount", type_=_B.balance.type)
    blind = update(GIFT_BALANCES).where(_B.id == bindparam("b_id"))
    monkeypatch.setattr(gift_store, "_TAKE", Statement(blind.values(balance=_B.balance - amount)))


def no_locks_in_one_order(monkeypatch):
    """Whoever lets go takes the shelf first, whoever holds takes it last."""
    vouchers_first = pricing.release_many

    async def shelf_first(unit: Writer, order_ids: Sequence[str]):
        held = await unit.rows(Statement(select(HOLDS.c.sku).where(within(HOLDS.c.order_id, "ids"))), ids=order_ids)
        await unit.rows(stock.LEVELS_LOCKED, skus=[row[0] for row in held])
        return await vouchers_first(unit, order_ids)

    monkeypatch.setattr(pricing, "release_many", shelf_first)


def no_lock_of_what_is_held(monkeypatch):
    looks = select(ORDERS.c.id).where(within(ORDERS.c.id, "order_ids"), ORDERS.c.state == "held")
    monkeypatch.setattr(orders, "_LOCK_HELD", Statement(looks))
    blind = {"state": "placed", "invoice_number": bindparam("b_number"), "version": ORDERS.c.version + 1}
    monkeypatch.setattr(
        orders, "_PLACE", Statement(update(ORDERS).where(ORDERS.c.id == bindparam("b_id")).values(blind))
    )


GUARDS = {
    "two sweeps": no_lock_of_what_is_held,
    "sweep and pay": no_lock_of_what_is_held,
    "gift card": no_gift_guard,
    "let go and hold": no_locks_in_one_order,
    "last piece": no_shelf_guard,
    "opposite carts": no_lock_order,
    "last voucher": no_voucher_guard,
    "cart twice": no_cart_claim,
    "double pay": no_command,
    "cart edited": nothing,
    "cancel and ship": no_order_lock,
    "two refunds": no_refund_guard,
    "two postages": no_order_lock,
    "piece by piece": no_order_lock,
}


async def test_without_its_guard_some_order_of_steps_of_every_race_goes_wrong(arena, monkeypatch):
    for name, (race, contested) in RACES.items():
        arena.broken, arena.undone = [], 0
        with monkeypatch.context() as patch:
            GUARDS[name](patch)
            for seed in range(TRIES):
                unguarded = races.cart_edited_and_read_late if name == "cart edited" else race
                await arena.run(unguarded, contested, Plans(seed=seed, most=1), audited=False)
                if arena.broken or arena.undone:
                    break
        assert arena.broken or arena.undone, f"{name}: {TRIES} orders of steps went well without its guard"
