"""What must always be true of the stock."""

from sqlalchemy import and_, func, or_, select

from fairday.domain.inventory.tables import CUSTOMERS, HOLDS, MOVEMENTS, STOCK
from fairday.kernel.invariants import Invariant
from fairday.kernel.sql import Statement

_S, _H, _M, _C = STOCK.c, HOLDS.c, MOVEMENTS.c, CUSTOMERS.c


def _promised(state: str) -> object:
    return (
        select(func.coalesce(func.sum(_H.quantity), 0))
        .where(_H.sku == _S.sku, _H.location == _S.location, _H.state == state)
        .scalar_subquery()
    )


def _moved(column: str) -> object:
    return (
        select(func.coalesce(func.sum(_M[column]), 0))
        .where(_M.sku == _S.sku, _M.location == _S.location)
        .scalar_subquery()
    )


INVARIANTS = (
    Invariant(
        "stock-not-oversold",
        "nothing is below zero, and no more is promised than is on the shelf, or than its policy allows beyond it",
        ("sku", "location", "on_hand", "held", "allocated", "policy", "beyond"),
        Statement(
            select(_S.sku, _S.location, _S.on_hand, _S.held, _S.allocated, _S.policy, _S.beyond).where(
                or_(
                    _S.on_hand < 0,
                    _S.held < 0,
                    _S.allocated < 0,
                    _S.beyond < 0,
                    and_(_S.policy == "deny", _S.held + _S.allocated > _S.on_hand),
                    _S.held + _S.allocated > _S.on_hand + _S.beyond,
                )
            )
        ),
    ),
    Invariant(
        "stock-holds-add-up",
        "held and allocated are the sums of the orders' holds",
        ("sku", "location", "held", "allocated"),
        Statement(
            select(_S.sku, _S.location, _S.held, _S.allocated).where(
                or_(_S.held != _promised("held"), _S.allocated != _promised("allocated"))
            )
        ),
    ),
    Invariant(
        "stock-holds-have-shelves",
        "every hold is on a shelf that exists",
        ("order_id", "sku", "location"),
        Statement(
            select(_H.order_id, _H.sku, _H.location)
            .select_from(HOLDS.outerjoin(STOCK, and_(_S.sku == _H.sku, _S.location == _H.location)))
            .where(_S.sku.is_(None))
        ),
    ),
    Invariant(
        "stock-movements-add-up",
        "what is on hand, and its cost, is the sum of all movements",
        ("sku", "location", "on_hand", "cost"),
        Statement(
            select(_S.sku, _S.location, _S.on_hand, _S.cost).where(
                or_(_S.on_hand != _moved("quantity"), _S.cost != _moved("cost"))
            )
        ),
    ),
    Invariant(
        "stock-moves-change-nothing",
        "what is moved between locations arrives whole, in pieces and in cost",
        ("ref", "sku", "quantity", "cost"),
        Statement(
            select(_M.ref, _M.sku, func.sum(_M.quantity), func.sum(_M.cost))
            .where(_M.kind == "moved")
            .group_by(_M.ref, _M.sku)
            .having(or_(func.sum(_M.quantity) != 0, func.sum(_M.cost) != 0))
        ),
    ),
    Invariant(
        "stock-limits-add-up",
        "what a customer has of a SKU with a limit is the sum of their orders' holds",
        ("sku", "customer", "promised"),
        Statement(
            select(_C.sku, _C.customer, _C.promised).where(
                or_(
                    _C.sent < 0,
                    _C.promised
                    != select(func.coalesce(func.sum(_H.quantity), 0))
                    .where(_H.sku == _C.sku, _H.customer == _C.customer)
                    .scalar_subquery(),
                )
            )
        ),
    ),
)
