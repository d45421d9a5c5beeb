"""The history checker, on histories made by hand: it is silent where all is well, and each lie is noticed."""

import pytest
from msgspec.structs import replace

from tests.history import History, Kept, KeptOrder, complaints

SAID = {"total": 100, "lines": [("MUG", 2)]}
OK = {"order_id": "o1", "state": "placed", "total": 100}
ORDER = KeptOrder(state="placed", total=100, version=1, cart_id="c1", lines=[("MUG", 2, 0)])
KEPT = Kept(
    orders={"o1": ORDER}, commands={"k1": "o1"}, shipments={}, refunds={}, supply={"MUG": 5}, captured={"o1": [100]},
    given_back={},
)  # fmt: skip
EMPTY = replace(KEPT, orders={}, commands={}, captured={})


def history(*calls):
    """Calls one after another: (op, key, said, outcome, answer)."""
    told = History()
    for at, (op, key, said, kind, answer) in enumerate(calls):
        call = told.invoke(at, op, key, said)
        if kind:
            told.outcome(at + 0.5, call, kind, **answer)
    return told.events


def place(kind="ok", key="k1", **answer):
    return ("place", key, SAID, kind, answer if kind != "ok" or answer else OK)


def look(state, version):
    return ("look", "o1", {}, "ok", {"state": state, "version": version})


SHIP = ("ship", "s1", {"order_id": "o1", "effect": "p1", "lines": {1: 2}}, "ok", {})
CANCEL = ("cancel", "x1", {"order_id": "o1", "effect": "r1"}, "ok", {})
SENT = replace(
    KEPT, orders={"o1": replace(ORDER, state="shipped")}, commands={"k1": "o1", "s1": "o1"},
    shipments={"p1": ("o1", {1: 2})},
)  # fmt: skip
TRUE = {
    "placed": ((place(),), KEPT),
    "asked twice": ((place("info"), place(), place()), KEPT),
    "nobody knows": ((place("info"),), EMPTY),
    "nobody knows, and it was done": ((place(""),), KEPT),
    "refused": ((place("fail", code="out_of_stock"),), EMPTY),
    "declined": (
        (place("fail", code="payment_declined"),),
        replace(KEPT, orders={"o1": replace(ORDER, state="declined")}, captured={}),
    ),
    "sent": ((place(), look("placed", 1), SHIP, look("shipped", 2)), SENT),
    "called off": (
        (place(), CANCEL),
        replace(
            KEPT, orders={"o1": replace(ORDER, state="cancelled", lines=[("MUG", 2, 2)])},
            commands={"k1": "o1", "x1": "o1"}, given_back={"o1": 100},
        ),
    ),
}  # fmt: skip
LIES = {
    "is lost": ((place(),), EMPTY),
    "kept as held": ((place(),), replace(KEPT, orders={"o1": replace(ORDER, state="held")})),
    "was agreed": ((place(),), replace(KEPT, orders={"o1": replace(ORDER, total=101)}, captured={"o1": [101]})),
    "one key, 2 orders": ((place(), place(order_id="o2", state="placed", total=100)), KEPT),
    "remembered None": ((place(),), replace(KEPT, commands={})),
    "refused ({'out_of_stock'}), and yet": ((place("fail", code="out_of_stock"),), KEPT),
    "both placed and declined": ((place("fail", code="payment_declined"), place()), KEPT),
    "declined, and yet": ((place("fail", code="payment_declined"),), KEPT),
    "and stale_total when it was sent again": ((place(), place("fail", code="stale_total")), KEPT),
    "nobody sent it": ((place(),), replace(KEPT, commands={"k1": "o1", "k9": "o1"})),
    "made by no command": ((place(),), replace(KEPT, orders={"o1": ORDER, "o2": replace(ORDER, cart_id="c2")})),
    "was ordered, [('MUG', 3)] is kept": (
        (place(),), replace(KEPT, orders={"o1": replace(ORDER, lines=[("MUG", 3, 0)])})
    ),
    "which is not there": ((place(),), replace(KEPT, captured={"o1": [100], "o9": [5]})),
    "became 2 orders": (
        (place(), place("ok", "k2", order_id="o2", state="placed", total=100)),
        replace(KEPT, orders={"o1": ORDER, "o2": ORDER}, commands={"k1": "o1", "k2": "o2"}),
    ),
    "captured was [100, 100]": ((place(),), replace(KEPT, captured={"o1": [100, 100]})),
    "150 given back": ((place(),), replace(KEPT, given_back={"o1": 150})),
    "the provider keeps 100": (
        (place("fail", code="payment_declined"),), replace(KEPT, orders={"o1": replace(ORDER, state="declined")})
    ),
    "2 MUG were sold, there were 1": ((place(),), replace(KEPT, supply={"MUG": 1})),
    "ship was acknowledged and is lost": ((place(), SHIP), replace(SENT, shipments={})),
    "and was done": ((place(), (*SHIP[:3], "fail", {"code": "not_allowed"})), SENT),
    "was to be sent": ((place(), SHIP), replace(SENT, shipments={"p1": ("o1", {1: 1})})),
    "the order was called off and is": (
        (place(), CANCEL), replace(KEPT, commands={"k1": "o1", "x1": "o1"})
    ),
    "was promised, and is seen as held": ((place(), look("held", 0)), KEPT),
    "went from shipped 2 to placed 1": ((place(), SHIP, look("shipped", 2), look("placed", 1)), SENT),
    "was seen as shipped and ended as placed": ((place(), look("shipped", 2)), KEPT),
}  # fmt: skip


@pytest.mark.parametrize("name", TRUE)
def test_the_truth_is_believed(name):
    calls, found = TRUE[name]
    assert complaints(history(*calls), found) == []


@pytest.mark.parametrize("what", LIES)
def test_a_lie_is_noticed(what):
    calls, found = LIES[what]
    assert any(what in complaint for complaint in complaints(history(*calls), found)), complaints(
        history(*calls), found
    )
