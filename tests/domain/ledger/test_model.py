"""Entries balance whatever they are made of, and one that would not is never made."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairday.domain.ledger import Sale, capture_entry, cost_entry, refund_entry, stock_entry
from fairday.domain.ledger.model import DISCOUNTS, FEES, SALES, Posting, _entry, provider_account

AMOUNTS = st.integers(0, 10**9)
SALES_MADE = st.builds(
    Sale, order_id=st.just("o"), provider=st.just("sandbox"), currency=st.sampled_from(("EUR", "USD", "JPY")),
    goods=AMOUNTS, discount=AMOUNTS, shipping=AMOUNTS, tax=AMOUNTS, fee=AMOUNTS,
)  # fmt: skip


def total(entry):
    return sum(posting.amount for posting in entry.postings)


def on(entry, account):
    return sum(posting.amount for posting in entry.postings if posting.account == account)


@given(sale=SALES_MADE)
def test_money_in_and_money_back_balance_and_cancel_out(sale):
    sold, back = capture_entry(sale, 1), refund_entry("r", sale, 2)
    assert total(sold) == total(back) == 0
    assert all(posting.amount for posting in (*sold.postings, *back.postings)), "no empty lines"
    account = provider_account("sandbox")
    gross = sale.goods - sale.discount + sale.shipping + sale.tax
    assert on(sold, account) + on(sold, FEES) == gross
    assert on(sold, account) + on(back, account) == 0
    assert (on(sold, SALES), on(sold, DISCOUNTS)) == (-sale.goods, sale.discount)


@given(worth=st.integers(-(10**9), 10**9))
def test_stock_and_its_cost_balance(worth):
    assert total(cost_entry("s", "o", "EUR", worth, 1)) == 0
    assert total(stock_entry("c", "EUR", worth, 1)) == 0


def test_the_same_happening_has_the_same_id_and_another_has_not():
    ids = [
        cost_entry("a", "", "EUR", 1, 1).id,
        cost_entry("a", "", "EUR", 2, 9).id,
        cost_entry("b", "", "EUR", 1, 1).id,
    ]
    assert ids[0] == ids[1] != ids[2]
    assert stock_entry("a", "EUR", 1, 1).id != ids[0]


def test_what_does_not_balance_is_our_mistake():
    with pytest.raises(AssertionError, match="does not balance"):
        _entry("sale", "x", "o", 1, [Posting(SALES, "EUR", 1), Posting(FEES, "USD", -1)])
