"""The price of a cart: exact amounts, and what must hold of any cart."""

import itertools
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from fairday.domain.pricing import (
    QuoteLine,
    Rules,
    ShippingMethod,
    TaxRate,
    Voucher,
    delivery_window,
    estimate_cart,
    price_cart,
)
from fairday.domain.pricing.errors import NoShipping
from fairday.domain.pricing.model import ShippingOffer, normal_code
from fairday.domain.pricing.quote import VOUCHER_BELOW_MINIMUM, VOUCHER_REFUSED

NOW = 1_800_000_000_000


def method(name: str, amount: int, **more) -> ShippingMethod:
    fields = {"countries": ("DE", "US"), "currency": "EUR", "id": f"{name}-{amount}", "names": {"en": name}, **more}
    return ShippingMethod(method=name, amount=amount, **fields)


GERMAN = Rules(
    currency="EUR",
    country="DE",
    region="",
    tax_rates=(TaxRate("DE", "", "standard", 190_000, 1), TaxRate("DE", "", "books", 70_000, 1)),
    methods=(method("standard", 490), method("express", 1290)),
    now_ms=NOW,
)
AMERICAN = Rules(
    currency="USD",
    country="US",
    region="CA",
    tax_rates=(
        TaxRate("US", "", "standard", 0, 0),
        TaxRate("US", "CA", "standard", 72_500, 0),
        TaxRate("US", "", "food", 0, 0),
    ),
    methods=(method("standard", 590, currency="USD"),),
    now_ms=NOW,
)
TEN_PERCENT = Voucher(code="TEN", kind="percent", percent_ppm=100_000)


def line(sku: str, unit: int, quantity: int = 1, **more) -> QuoteLine:
    return QuoteLine(sku=sku, quantity=quantity, unit_amount=unit, **more)


def using(rules: Rules, voucher: Voucher, **more) -> Rules:
    return replace(rules, voucher=voucher, voucher_code=voucher.code, **more)


def test_tax_that_prices_contain():
    quote = price_cart([line("A", 11_900), line("B", 1_070, 2, tax_class="books")], GERMAN)
    assert [(part.goods, part.tax, part.tax_rate_ppm, part.total) for part in quote.lines] == [
        (11_900, 1_900, 190_000, 11_900),
        (2_140, 140, 70_000, 2_140),
    ]
    assert (quote.subtotal, quote.shipping, quote.shipping_tax, quote.tax) == (14_040, 490, 78, 2_118)
    assert (quote.total, quote.tax_included, quote.method) == (14_530, True, "standard")


def test_tax_that_is_added():
    quote = price_cart([line("A", 10_000), line("B", 500, tax_class="food"), line("C", 100, tax_class="odd")], AMERICAN)
    assert [(part.tax, part.tax_rate_ppm, part.total) for part in quote.lines] == [
        (725, 72_500, 10_725),
        (0, 0, 500),
        (7, 72_500, 107),
    ]
    assert (quote.shipping_tax, quote.tax, quote.total) == (43, 775, 10_600 + 590 + 775)
    assert not quote.tax_included


def test_a_region_without_a_rate_of_its_own_has_the_countrys():
    assert price_cart([line("A", 10_000)], replace(AMERICAN, region="ZZ")).tax == 0


def test_half_cents_go_to_the_even_neighbour():
    rules = replace(
        AMERICAN, tax_rates=(TaxRate("US", "", "standard", 50_000, 0),), methods=(method("s", 0, currency="USD"),)
    )
    assert [part.tax for part in price_cart([line("A", 10), line("B", 30)], rules).lines] == [0, 2]


def test_the_discount_is_split_without_losing_a_cent():
    quote = price_cart([line("A", 333), line("B", 333), line("C", 334)], using(GERMAN, TEN_PERCENT))
    assert quote.discount == 100
    assert [part.discount for part in quote.lines] == [33, 33, 34]
    assert quote.voucher_code == "TEN"
    assert quote.voucher_problem == ""
    assert quote.total == 900 + 490


def test_an_amount_never_takes_more_than_the_goods():
    voucher = Voucher(code="BIG", kind="amount", amount=5_000, currency="EUR")
    quote = price_cart([line("A", 999, 3)], using(GERMAN, voucher))
    assert (quote.discount, quote.total, quote.tax) == (2_997, 490, 78)


@pytest.mark.parametrize(
    "change",
    [
        {"active": 0},
        {"starts_ms": NOW + 1},
        {"ends_ms": NOW},
        {"uses_limit": 3, "used": 3},
        {"kind": "amount", "amount": 100, "currency": "USD"},
        {"currency": "USD"},
    ],
)
def test_a_voucher_that_cannot_be_used_changes_no_amount(change):
    quote = price_cart([line("A", 1_000)], using(GERMAN, replace(TEN_PERCENT, **change)))
    assert (quote.discount, quote.voucher_code, quote.voucher_problem) == (0, "", VOUCHER_REFUSED)


def test_voucher_edges_that_still_hold():
    voucher = replace(
        TEN_PERCENT, starts_ms=NOW, ends_ms=NOW + 1, uses_limit=3, used=2, customer_limit=2, min_total=1_000
    )
    assert price_cart([line("A", 1_000)], using(GERMAN, voucher, voucher_uses_by_customer=1)).discount == 100
    assert price_cart([line("A", 1_000)], using(GERMAN, voucher, voucher_uses_by_customer=2)).discount == 0
    assert price_cart([line("A", 999)], using(GERMAN, voucher)).voucher_problem == VOUCHER_BELOW_MINIMUM


def test_a_code_that_does_not_exist_reads_like_one_that_is_used_up():
    assert price_cart([line("A", 1_000)], replace(GERMAN, voucher_code="NOPE")).voucher_problem == VOUCHER_REFUSED


def test_shipping_by_weight_and_total():
    rules = replace(
        GERMAN,
        methods=(
            method("standard", 490, max_weight_g=5_000, max_total=5_999),
            method("standard", 990, min_weight_g=5_001, id="heavy"),
            method("standard", 0, max_weight_g=5_000, min_total=6_000),
            method("express", 1290, max_weight_g=5_000),
        ),
    )

    def offers(unit: int, weight_g: int, voucher: Voucher | None = None):
        at = using(rules, voucher) if voucher else rules
        return [(o.method, o.amount) for o in price_cart([line("A", unit, 2, weight_g=weight_g)], at).methods]

    assert offers(2_999, 2_500) == [("standard", 490), ("express", 1290)]
    assert offers(3_000, 2_500) == [("standard", 0), ("express", 1290)]
    assert offers(3_000, 2_501) == [("standard", 990)]
    assert offers(3_000, 2_500, TEN_PERCENT) == [("standard", 490), ("express", 1290)]


def test_of_two_rows_of_one_method_the_cheaper_counts():
    rules = replace(GERMAN, methods=(method("standard", 900), method("standard", 490), method("standard", 700)))
    assert [(offer.method, offer.amount) for offer in price_cart([line("A", 1)], rules).methods] == [("standard", 490)]


def test_the_cent_that_does_not_divide_goes_to_the_same_line_in_any_order():
    """One cent off three equal lines of which one is taxed at half: who gets it decides the tax."""
    rates = (TaxRate("US", "", "standard", 0, 0), TaxRate("US", "", "luxury", 500_000, 0))
    rules = replace(AMERICAN, tax_rates=rates, voucher_code="V")
    rules = using(rules, Voucher(code="V", kind="amount", amount=1, currency="USD"))
    lines = [line("A", 3), line("B", 3, tax_class="luxury"), line("C", 3)]
    orders = [[lines[at] for at in order] for order in itertools.permutations(range(3))]
    assert {price_cart(each, rules).total for each in orders} == {8 + 590 + 2}


def test_the_method_asked_for_is_taken_or_refused():
    lines = [line("A", 1_000)]
    assert price_cart(lines, GERMAN, "express").total == 2_290
    with pytest.raises(NoShipping) as refused:
        price_cart(lines, GERMAN, "drone")
    assert refused.value.details == {"country": "DE", "method": "drone"}
    assert estimate_cart(lines, GERMAN, "drone").method == "standard"


def test_a_country_nobody_delivers_to():
    away = replace(GERMAN, country="CH")
    with pytest.raises(NoShipping):
        price_cart([line("A", 1_000)], away)
    estimate = estimate_cart([line("A", 1_000)], away)
    assert (estimate.method, estimate.methods, estimate.shipping, estimate.total) == ("", (), 0, 1_000)


def test_an_empty_cart_costs_nothing():
    quote = price_cart([], using(GERMAN, Voucher(code="X", kind="amount", amount=5, currency="EUR")))
    assert (quote.total, quote.tax, quote.method, quote.methods) == (0, 0, "", ())


def test_delivery_skips_weekends():
    def window(day: int, low: int, high: int):
        at = int(datetime(2026, 11, day, 12, tzinfo=UTC).timestamp() * 1000)
        offer = ShippingOffer(method="s", names={}, amount=0, min_days=low, max_days=high)
        return delivery_window(at, offer)

    assert window(20, 1, 3) == (date(2026, 11, 23), date(2026, 11, 25))  # from a Friday
    assert window(21, 1, 2) == (date(2026, 11, 23), date(2026, 11, 24))  # from a Saturday
    assert window(16, 0, 2) == (date(2026, 11, 16), date(2026, 11, 18))  # from a Monday
    assert window(22, 0, 0) == (date(2026, 11, 23), date(2026, 11, 23))  # a Sunday is no day


def test_codes_are_compared_without_case_and_spaces():
    assert normal_code(" spring ２６ ") == normal_code("SPRING26") == "SPRING26"
    assert normal_code("x" * 1_000) == "X" * 64


RATES = st.integers(0, 300_000)
LINES = st.lists(
    st.builds(
        QuoteLine,
        sku=st.sampled_from("ABCDE"),
        quantity=st.integers(1, 999),
        unit_amount=st.integers(0, 10_000_000),
        tax_class=st.sampled_from(["standard", "reduced", "unheard-of"]),
        weight_g=st.integers(0, 50_000),
    ),
    max_size=8,
)
VOUCHERS = st.one_of(
    st.none(),
    st.builds(
        Voucher,
        code=st.just("V"),
        kind=st.sampled_from(["percent", "amount"]),
        percent_ppm=st.integers(0, 2_000_000),
        amount=st.integers(0, 10**9),
        currency=st.just("JPY"),
        min_total=st.integers(0, 1_000),
    ),
)


@st.composite
def rules(draw) -> Rules:
    """Rules in a currency without cents: nothing in the counting may suppose two digits."""
    included = draw(st.integers(0, 1))
    voucher = draw(VOUCHERS)
    return Rules(
        currency="JPY",
        country="JP",
        region="",
        tax_rates=(
            TaxRate("JP", "", "standard", draw(RATES), included),
            TaxRate("JP", "", "reduced", draw(RATES), included),
        ),
        methods=(method("standard", draw(st.integers(0, 5_000)), countries=("JP",), currency="JPY"),),
        voucher=voucher,
        voucher_code=voucher.code if voucher else "",
        now_ms=NOW,
    )


@given(lines=LINES, where=rules())
@settings(max_examples=300, deadline=None)
def test_any_cart_adds_up(lines, where):
    quote = estimate_cart(lines, where)
    assert quote.subtotal == sum(line.unit_amount * line.quantity for line in lines)
    assert 0 <= quote.discount <= quote.subtotal
    assert sum(part.discount for part in quote.lines) == quote.discount
    assert all(0 <= part.discount <= part.goods for part in quote.lines)
    assert sum(part.tax for part in quote.lines) + quote.shipping_tax == quote.tax
    added = 0 if quote.tax_included else quote.tax
    assert quote.total == quote.subtotal - quote.discount + quote.shipping + added
    shipping_added = 0 if quote.tax_included else quote.shipping_tax
    assert quote.total == sum(part.total for part in quote.lines) + quote.shipping + shipping_added
    assert 0 <= quote.tax <= quote.total


@given(lines=LINES, where=rules(), seed=st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_the_order_of_lines_changes_no_total(lines, where, seed):
    shuffled = list(lines)
    seed.shuffle(shuffled)
    first, second = estimate_cart(lines, where), estimate_cart(shuffled, where)
    assert (first.total, first.tax, first.discount) == (second.total, second.tax, second.discount)


@given(lines=LINES, where=rules())
@settings(max_examples=200, deadline=None)
def test_a_voucher_never_makes_a_cart_dearer(lines, where):
    """But for postage, whose free limit counts what is left to pay."""
    without = estimate_cart(lines, replace(where, voucher=None, voucher_code=""))
    assert estimate_cart(lines, where).total <= without.total


@given(
    unit=st.integers(1, 10**8),
    quantity=st.integers(1, 999),
    rate=RATES,
)
@settings(max_examples=200, deadline=None)
def test_tax_is_never_a_cent_off(unit, quantity, rate):
    """The tax of one line is within half a minor unit of the exact fraction, both ways of counting."""
    goods = unit * quantity
    for included, exact in ((1, (goods * rate, 1_000_000 + rate)), (0, (goods * rate, 1_000_000))):
        where = Rules(
            currency="KWD",
            country="KW",
            region="",
            tax_rates=(TaxRate("KW", "", "standard", rate, included),),
            methods=(),
        )
        tax = estimate_cart([line("A", unit, quantity)], where).tax
        numerator, denominator = exact
        assert abs(2 * (tax * denominator - numerator)) <= denominator
