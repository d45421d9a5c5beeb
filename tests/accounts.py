"""What a shop and its payment provider come to, side by side: the auditor of the fault tests."""

from msgspec import Struct
from sqlalchemy import select

from fairday.domain.inventory.tables import STOCK
from fairday.domain.ledger import store as ledger
from fairday.domain.orders.tables import ORDERS
from fairday.domain.payments.tables import PAYMENTS
from fairday.domain.pricing.tables import GIFT_BALANCES
from fairday.kernel.sql import Statement
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.shop import Shop

_O = ORDERS.c
_POSTAGE = _O.shipping + (1 - _O.tax_included) * _O.shipping_tax
_ORDERS = Statement(select(_O.id, _O.cart_id, _O.state, _O.total, _O.invoice_number, _POSTAGE))
_PAYMENTS = Statement(select(PAYMENTS.c.order_id, PAYMENTS.c.state, PAYMENTS.c.captured, PAYMENTS.c.refunded))
_STOCK = Statement(select(STOCK).order_by(STOCK.c.sku, STOCK.c.location))
_GIFTS = Statement(
    select(GIFT_BALANCES.c.kind, GIFT_BALANCES.c.currency, GIFT_BALANCES.c.balance).order_by(GIFT_BALANCES.c.id)
)
_END_MS = 2**60
_LIVE = {"placed", "part_shipped", "shipped"}


class Accounts(Struct, frozen=True):
    """Everything that must be the same whether or not something went wrong on the way. No ids, no times."""

    orders: list[tuple[str, int, int]]
    stock: list[tuple[object, ...]]
    books: list[tuple[str, str, int]]
    money_in: int
    money_out: int
    carts_left: int
    gifts: list[tuple[str, str, int]]


async def accounts(shop: Shop) -> Accounts:
    """Live and cancelled orders by state, total and invoice number; stock; books; what the provider moved; carts."""
    async with shop.database.read() as reader:
        orders = [tuple(row[2:5]) for row in await reader.rows(_ORDERS) if row[2] != "declined"]
        levels = await reader.rows(_STOCK)
        balances = await ledger.trial_balance(reader, _END_MS)
        gifts = [tuple(row) for row in await reader.rows(_GIFTS)]
        sold = [row[1] for row in await reader.rows(_ORDERS) if row[2] in _LIVE]
    moves = await shop.payments["sandbox"].record()
    return Accounts(
        orders=sorted(orders),
        stock=levels,
        books=[(balance.account, balance.currency, balance.amount) for balance in balances if balance.amount],
        money_in=sum(move.amount for move in moves if move.kind == "capture"),
        money_out=sum(move.amount for move in moves if move.kind == "refund"),
        carts_left=len(await shop.carts.get_many(sold)),
        gifts=gifts,
    )


async def audit(shop: Shop) -> None:
    """Every rule holds, and the provider's record and ours agree on every order, both ways."""
    broken = await check_invariants(shop)
    assert broken == [], broken
    async with shop.database.read() as reader:
        orders = {row[0]: row for row in await reader.rows(_ORDERS)}
        payments = {row[0]: row for row in await reader.rows(_PAYMENTS)}
    provider = shop.payments["sandbox"]
    captured: dict[str, int] = {}
    refunded: dict[str, int] = {}
    for move in await provider.record():
        if move.kind == "capture":
            assert move.order_id not in captured, "captured twice"
            captured[move.order_id] = move.amount
        elif move.kind == "refund":
            refunded[move.order_id] = refunded.get(move.order_id, 0) + move.amount
    for order_id, amount in captured.items():
        assert order_id in orders, "money without an order"
        kept = amount - refunded.get(order_id, 0)
        *_, state, _, _, postage = orders[order_id]
        # Staff may keep the postage of an order whose pieces they all took off.
        assert state in _LIVE or kept == 0 or (state == "cancelled" and kept <= postage), f"{kept} kept, order is off"
    for order_id, state, ours, given_back in payments.values():
        theirs = (captured.get(order_id, 0), refunded.get(order_id, 0))
        assert (ours, given_back) == theirs, f"{order_id}: ours {ours}, {given_back}, the provider's {theirs}"
        assert orders[order_id][2] != "held" or state == "challenge", f"{order_id} is left waiting"
    live = [order[1] for order in orders.values() if order[2] != "declined"]
    assert len(live) == len(set(live)), "a cart was sold twice"
