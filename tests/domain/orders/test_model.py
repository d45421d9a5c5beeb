"""What a part of a line is worth, and which moves an order may make."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from fairday.domain.orders import OrderLine
from fairday.domain.orders.model import MOVES, part_of

ENDS = {"shipped", "cancelled", "declined"}


def line(quantity, amount):
    return OrderLine(
        order_id="", line_no=1, product_id="", sku="A", name="", options="", quantity=quantity, unit_amount=0, goods=0,
        discount=0, tax=0, tax_rate_ppm=0, total=amount,
    )  # fmt: skip


@given(quantity=st.integers(1, 40), amount=st.integers(0, 10**9), parts=st.data())
def test_all_parts_sum_to_the_whole_and_none_is_unfair(quantity, amount, parts):
    one, given_back = line(quantity, amount), 0
    while one.refunded < quantity:
        pieces = parts.draw(st.integers(1, quantity - one.refunded))
        part = part_of(amount, one, pieces)
        assert abs(part * quantity - amount * pieces) < quantity, "off by less than one minor unit"
        given_back += part
        one = replace(one, refunded=one.refunded + pieces)
    assert given_back == amount


def test_what_ended_stays_as_it_ended():
    assert {state for state, after in MOVES.items() if not after} == ENDS
    assert set().union(*MOVES.values()) | {"held"} == set(MOVES)
    reachable, found = {"held"}, {"held"}
    while found:
        found = set().union(*(MOVES[state] for state in found)) - reachable
        reachable |= found
    assert reachable == set(MOVES)


def test_pieces_wait_until_they_are_sent_or_taken_off():
    assert replace(line(5, 0), shipped=2, cancelled=1).to_ship == 2
