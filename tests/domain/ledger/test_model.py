"""Entries balance whatever they are made of, and one that would not is never made."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from fairday.domain.ledger import (
    Grant,
    Sale,
    Transfer,
    capture_entry,
    chargeback_entry,
    cost_entry,
    gift_issue_entry,
    refund_entry,
    stock_entry,
)
from fairday.domain.ledger.model import (
    DISCOUNTS,
    FEES,
    GIFT_CARDS,
    GOODWILL,
    SALES,
    STORE_CREDIT,
    Posting,
    _entry,
    chargeback_reversed_entry,
    fee_entry,
    provider_account,
    returned_entry,
    unclaimed_entry,
)

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


@given(sale=SALES_MADE, gift=AMOUNTS, credit=AMOUNTS)
def test_what_gift_balances_paid_does_not_pass_the_provider(sale, gift, credit):
    paid = replace(sale, gift=gift, credit=credit)
    sold, back = capture_entry(paid, 1), refund_entry("r", paid, 2)
    assert total(sold) == total(back) == 0
    assert (on(sold, GIFT_CARDS), on(sold, STORE_CREDIT)) == (gift, credit)
    assert (on(back, GIFT_CARDS), on(back, STORE_CREDIT)) == (-gift, -credit)
    assert on(sold, provider_account("sandbox")) == sale.by_provider - gift - credit - sale.fee


@given(amount=AMOUNTS, fee=st.integers(-(10**6), 10**6))
def test_what_moved_beside_sales_balances(amount, fee):
    moved = Transfer(ref="m", provider="sandbox", currency="KWD", amount=amount, fee=fee)
    account = provider_account("sandbox")
    assert on(chargeback_entry(moved, 1), account) == on(returned_entry(moved, 1), account) == -amount - fee
    assert on(chargeback_reversed_entry(moved, 1), account) == on(unclaimed_entry(moved, 1), account) == amount - fee
    assert on(fee_entry(moved, 1), account) == -amount - fee
    ids = [
        make(moved, 1)
        for make in (chargeback_entry, chargeback_reversed_entry, fee_entry, unclaimed_entry, returned_entry)
    ]
    assert len({entry.id for entry in ids}) == len(ids)
    assert all(total(entry) == 0 for entry in ids)


@given(amount=st.integers(-(10**9), 10**9))
def test_a_gift_is_owed_to_its_holder(amount):
    entry = gift_issue_entry(Grant(ref="g", currency="JPY", amount=amount), 1)
    assert (total(entry), on(entry, GIFT_CARDS), on(entry, GOODWILL)) == (0, -amount, amount)
