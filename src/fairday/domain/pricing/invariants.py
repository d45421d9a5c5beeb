"""What must be true of stored prices, rules and vouchers."""

from sqlalchemy import and_, func, or_, select

from fairday.domain.pricing.store import MIXED_COUNTRIES
from fairday.domain.pricing.tables import (
    GIFT_BALANCES,
    GIFT_MOVEMENTS,
    LISTINGS,
    PRICES,
    SHIPPING_METHODS,
    TAX_RATES,
    VOUCHER_USES,
    VOUCHERS,
)
from fairday.kernel.invariants import Invariant
from fairday.kernel.money import PPM
from fairday.kernel.sql import Statement

_USES = select(func.count()).select_from(VOUCHER_USES).where(VOUCHER_USES.c.code == VOUCHERS.c.code).scalar_subquery()
_B, _M = GIFT_BALANCES.c, GIFT_MOVEMENTS.c
_MOVED = select(func.coalesce(func.sum(_M.amount), 0)).where(_M.balance_id == _B.id).scalar_subquery()
_COMES = ("issue", "release", "refund")

INVARIANTS: tuple[Invariant, ...] = (
    Invariant(
        "prices-positive",
        "A price is not negative, and what it was before is higher.",
        ("sku", "currency", "amount", "compare_at"),
        Statement(
            select(PRICES.c.sku, PRICES.c.currency, PRICES.c.amount, PRICES.c.compare_at).where(
                or_(PRICES.c.amount < 0, PRICES.c.compare_at <= PRICES.c.amount)
            )
        ),
    ),
    Invariant(
        "listings-known",
        "A product is visible or hidden.",
        ("product_id", "state"),
        Statement(
            select(LISTINGS.c.product_id, LISTINGS.c.state).where(LISTINGS.c.state.not_in(("visible", "hidden")))
        ),
    ),
    Invariant(
        "tax-one-way",
        "Prices in one country all contain tax, or none does.",
        ("country",),
        MIXED_COUNTRIES,
    ),
    Invariant(
        "tax-in-range",
        "A tax rate is between nothing and everything.",
        ("country", "region", "tax_class", "rate_ppm"),
        Statement(
            select(TAX_RATES.c.country, TAX_RATES.c.region, TAX_RATES.c.tax_class, TAX_RATES.c.rate_ppm).where(
                or_(TAX_RATES.c.rate_ppm < 0, TAX_RATES.c.rate_ppm > PPM)
            )
        ),
    ),
    Invariant(
        "shipping-in-range",
        "A shipping method costs nothing or more, and its lower limits are not above its upper ones.",
        ("id",),
        Statement(
            select(SHIPPING_METHODS.c.id).where(
                or_(
                    SHIPPING_METHODS.c.amount < 0,
                    SHIPPING_METHODS.c.min_weight_g > SHIPPING_METHODS.c.max_weight_g,
                    SHIPPING_METHODS.c.min_total > SHIPPING_METHODS.c.max_total,
                    SHIPPING_METHODS.c.min_days > SHIPPING_METHODS.c.max_days,
                )
            )
        ),
    ),
    Invariant(
        "voucher-uses-counted",
        "A voucher was used as often as orders hold it.",
        ("code", "used", "orders"),
        Statement(select(VOUCHERS.c.code, VOUCHERS.c.used, _USES).where(VOUCHERS.c.used != _USES)),
    ),
    Invariant(
        "voucher-limit-held",
        "A voucher was not used more often than its limit.",
        ("code", "used", "uses_limit"),
        Statement(
            select(VOUCHERS.c.code, VOUCHERS.c.used, VOUCHERS.c.uses_limit).where(
                VOUCHERS.c.uses_limit > 0, VOUCHERS.c.used > VOUCHERS.c.uses_limit
            )
        ),
    ),
    Invariant(
        "voucher-in-range",
        "A voucher takes no more than everything and no less than nothing.",
        ("code", "percent_ppm", "amount"),
        Statement(
            select(VOUCHERS.c.code, VOUCHERS.c.percent_ppm, VOUCHERS.c.amount).where(
                or_(VOUCHERS.c.percent_ppm < 0, VOUCHERS.c.percent_ppm > PPM, VOUCHERS.c.amount < 0)
            )
        ),
    ),
    Invariant(
        "voucher-exists",
        "An order holds a voucher that exists.",
        ("order_id", "code"),
        Statement(
            select(VOUCHER_USES.c.order_id, VOUCHER_USES.c.code)
            .outerjoin(VOUCHERS, VOUCHERS.c.code == VOUCHER_USES.c.code)
            .where(VOUCHERS.c.code.is_(None))
        ),
    ),
    Invariant(
        "gift-balances-add-up",
        "A gift balance is the sum of its movements, and never below nothing.",
        ("id", "balance"),
        Statement(select(_B.id, _B.balance).where(or_(_B.balance < 0, _B.balance != _MOVED))),
    ),
    Invariant(
        "gift-movements-make-sense",
        "Issuing and giving back add to a balance, paying and expiring take from it, and every movement has a balance.",
        ("id", "balance_id", "kind", "amount"),
        Statement(
            select(_M.id, _M.balance_id, _M.kind, _M.amount)
            .outerjoin(GIFT_BALANCES, _B.id == _M.balance_id)
            .where(
                or_(
                    _B.id.is_(None),
                    and_(_M.kind.in_(_COMES), _M.amount <= 0),
                    and_(_M.kind.not_in(_COMES), _M.amount >= 0),
                )
            )
        ),
    ),
    Invariant(
        "gift-returns-within-uses",
        "No order gets more back on a balance than it took from it.",
        ("order_id", "balance_id", "amount"),
        Statement(
            select(_M.order_id, _M.balance_id, func.sum(_M.amount))
            .where(_M.order_id != "")
            .group_by(_M.order_id, _M.balance_id)
            .having(func.sum(_M.amount) > 0)
        ),
    ),
)
