"""The price of a cart: a pure function of what is in it and the rules. Nothing here reads or remembers.

How it is counted, in minor units throughout:
1. goods of a line = unit price x quantity; subtotal = their sum.
2. A voucher lowers the subtotal, never below zero, and is split over the lines in proportion to their goods by largest
   remainder, so no cent is lost. Lines are put in one order for that, so the order they came in changes no total.
3. Tax is counted for every line on goods less discount, at the rate of its class, and rounded there, half to even;
   postage is taxed at the standard rate. The tax of the quote is the sum of those.
4. The rate of a class is the region's, else the country's, else the standard rate found the same way, else nothing.
5. A shipping method fits by country, weight and goods less discount.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from fairday.domain.pricing.errors import NoShipping
from fairday.domain.pricing.model import (
    STANDARD,
    PricedLine,
    Quote,
    QuoteLine,
    Rules,
    ShippingMethod,
    ShippingOffer,
    TaxRate,
    Voucher,
)
from fairday.kernel.money import PPM, included_share, share, split

VOUCHER_REFUSED = "error-voucher-refused"
VOUCHER_BELOW_MINIMUM = "error-voucher-below-minimum"
SATURDAY = 5


def price_cart(lines: Sequence[QuoteLine], rules: Rules, method: str = "") -> Quote:
    """The price to pay, sent by `method` or the cheapest. NoShipping when nothing sends it there, or not that way.

    An empty cart is sent nowhere and costs nothing.
    """
    quote = estimate_cart(lines, rules, method)
    if lines and (not quote.method or (method and quote.method != method)):
        raise NoShipping(country=rules.country, method=method)
    return quote


def estimate_cart(lines: Sequence[QuoteLine], rules: Rules, method: str = "") -> Quote:
    """The same for a cart that may still change: the cheapest method if the one asked for is not offered.

    When nothing sends it there, `method` is "" and no postage is counted: show that, and do not sell.
    """
    goods = [line.unit_amount * line.quantity for line in lines]
    assert all(amount >= 0 and line.quantity > 0 for amount, line in zip(goods, lines, strict=True)), "not a cart"
    subtotal = sum(goods)
    problem = _voucher_problem(rules, subtotal)
    voucher = None if problem else rules.voucher
    discount = _discount(voucher, subtotal)
    included = bool(_rate(rules, STANDARD).included)
    priced = tuple(
        _price_line(line, part, _rate(rules, line.tax_class).rate_ppm, included=included)
        for line, part in zip(lines, _discount_parts(lines, goods, discount), strict=True)
    )
    offers = _offers(lines, rules, subtotal - discount)
    offer = next((offer for offer in offers if offer.method == method), offers[0] if offers else None)
    shipping = offer.amount if offer else 0
    shipping_rate = _rate(rules, STANDARD).rate_ppm
    shipping_tax = _tax(shipping, shipping_rate, included=included)
    tax = sum(line.tax for line in priced) + shipping_tax
    return Quote(
        currency=rules.currency,
        lines=priced,
        subtotal=subtotal,
        discount=discount,
        shipping=shipping,
        shipping_tax=shipping_tax,
        shipping_tax_rate_ppm=shipping_rate,
        tax=tax,
        tax_included=included,
        total=subtotal - discount + shipping + (0 if included else tax),
        methods=offers,
        method=offer.method if offer else "",
        voucher_code=voucher.code if voucher else "",
        voucher_problem=problem,
    )


def delivery_window(now_ms: int, offer: ShippingOffer) -> tuple[date, date]:
    """The first and last day it may arrive when ordered now; weekends do not count."""
    today = datetime.fromtimestamp(now_ms / 1000, UTC).date()
    return _working_days_after(today, offer.min_days), _working_days_after(today, offer.max_days)


def tax_rate_ppm(rules: Rules, tax_class: str) -> int:
    """The rate for a class of goods where the rules apply."""
    return _rate(rules, tax_class).rate_ppm


def _price_line(line: QuoteLine, discount: int, rate_ppm: int, *, included: bool) -> PricedLine:
    goods = line.unit_amount * line.quantity
    tax = _tax(goods - discount, rate_ppm, included=included)
    return PricedLine(
        sku=line.sku,
        quantity=line.quantity,
        unit_amount=line.unit_amount,
        goods=goods,
        discount=discount,
        tax=tax,
        tax_rate_ppm=rate_ppm,
        total=goods - discount + (0 if included else tax),
    )


def _tax(amount: int, rate_ppm: int, *, included: bool) -> int:
    return included_share(amount, rate_ppm) if included else share(amount, rate_ppm)


def _rate(rules: Rules, tax_class: str) -> TaxRate:
    found = {(rate.region, rate.tax_class): rate for rate in rules.tax_rates if rate.country == rules.country}
    for key in ((rules.region, tax_class), ("", tax_class), (rules.region, STANDARD), ("", STANDARD)):
        if key in found:
            return found[key]
    return TaxRate(rules.country, rules.region, tax_class, 0, 0)


def _voucher_problem(rules: Rules, subtotal: int) -> str:
    voucher = rules.voucher
    if voucher is None:
        return VOUCHER_REFUSED if rules.voucher_code else ""
    usable = (
        voucher.active
        and voucher.starts_ms <= rules.now_ms
        and (not voucher.ends_ms or rules.now_ms < voucher.ends_ms)
        and (not voucher.uses_limit or voucher.used < voucher.uses_limit)
        and (not voucher.customer_limit or rules.voucher_uses_by_customer < voucher.customer_limit)
        and voucher.currency in {rules.currency, *([""] if voucher.kind == "percent" else [])}
    )
    if not usable:
        return VOUCHER_REFUSED
    return VOUCHER_BELOW_MINIMUM if subtotal < voucher.min_total else ""


def _discount(voucher: Voucher | None, subtotal: int) -> int:
    if voucher is None:
        return 0
    wanted = share(subtotal, min(voucher.percent_ppm, PPM)) if voucher.kind == "percent" else voucher.amount
    return max(0, min(wanted, subtotal))


def _discount_parts(lines: Sequence[QuoteLine], goods: Sequence[int], discount: int) -> list[int]:
    """The discount of each line. The lines are cut in an order of their own, not the one they came in."""
    order = sorted(range(len(lines)), key=lambda at: _sort_key(lines[at]))
    parts = [0] * len(lines)
    for position, part in zip(order, split(discount, [goods[at] for at in order]), strict=True):
        parts[position] = part
    return parts


def _sort_key(line: QuoteLine) -> tuple[str, int, int, str]:
    return line.sku, line.unit_amount, line.quantity, line.tax_class


def _offers(lines: Sequence[QuoteLine], rules: Rules, goods_total: int) -> tuple[ShippingOffer, ...]:
    """The ways of sending these lines, cheapest first; of two rows of one method the cheaper."""
    if not lines:
        return ()
    weight_g = sum(line.weight_g * line.quantity for line in lines)
    fitting = [row for row in rules.methods if _fits(row, rules, weight_g, goods_total)]
    cheapest: dict[str, ShippingMethod] = {}
    for row in sorted(fitting, key=lambda row: (row.amount, row.min_days, row.max_days, row.method, row.id)):
        cheapest.setdefault(row.method, row)
    return tuple(_as_offers(cheapest.values()))


def _fits(row: ShippingMethod, rules: Rules, weight_g: int, goods_total: int) -> bool:
    return (
        row.currency == rules.currency
        and rules.country in row.countries
        and row.min_weight_g <= weight_g <= row.max_weight_g
        and row.min_total <= goods_total <= row.max_total
    )


def _as_offers(rows: Iterable[ShippingMethod]) -> Iterable[ShippingOffer]:
    for row in rows:
        yield ShippingOffer(
            method=row.method, names=row.names, amount=row.amount, min_days=row.min_days, max_days=row.max_days
        )


def _working_days_after(day: date, count: int) -> date:
    while count > 0 or day.weekday() >= SATURDAY:
        day += timedelta(days=1)
        count -= day.weekday() < SATURDAY
    return day
