"""All SQL of pricing, in bulk. Nothing here announces or decides, except that a voucher's limits hold under a race.

Locks: vouchers in order of code, then their uses.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import bindparam, delete, func, or_, select, update

from fairday.domain.pricing.errors import TaxMixed
from fairday.domain.pricing.model import (
    ListingState,
    Price,
    Rules,
    RulesQuery,
    ShippingMethod,
    TaxRate,
    Voucher,
    VoucherUse,
    normal_code,
)
from fairday.domain.pricing.tables import LISTINGS, PRICES, SHIPPING_METHODS, TAX_RATES, VOUCHER_USES, VOUCHERS
from fairday.kernel.errors import Conflict
from fairday.kernel.sql import Statement, insert_new, upsert, within
from fairday.kernel.unit_of_work import Reader, Row, Writer

S = TypeVar("S", bound=Struct)


async def prices_for(reader: Reader, skus: Sequence[str], currency: str) -> dict[str, Price]:
    """The prices in one currency, by SKU; SKUs without one are left out."""
    if not skus:
        return {}
    return {row[0]: Price(*row) for row in await reader.rows(_PRICES_IN, skus=list(skus), currency=currency)}


async def prices_in(reader: Reader, skus: Sequence[str], currencies: Sequence[str]) -> dict[tuple[str, str], Price]:
    """The prices in several currencies, by SKU and currency; what has none is left out."""
    rows = await reader.rows(_PRICES_IN_ANY, skus=list(skus), currencies=list(currencies)) if skus else []
    return {(row[0], row[1]): Price(*row) for row in rows}


async def all_prices(reader: Reader, skus: Sequence[str]) -> dict[str, list[Price]]:
    """Every price of these SKUs, by SKU, in order of currency; SKUs without any are left out."""
    found: dict[str, list[Price]] = {}
    for row in await reader.rows(_PRICES, skus=list(skus)) if skus else []:
        found.setdefault(row[0], []).append(Price(*row))
    return found


async def set_prices(unit: Writer, prices: Sequence[Price]) -> None:
    """Insert or replace, by SKU and currency."""
    await unit.run_many(_PUT_PRICE, [msgspec.structs.asdict(price) for price in prices])


async def remove_prices(unit: Writer, keys: Sequence[tuple[str, str]]) -> None:
    """Remove the prices of these (SKU, currency) pairs."""
    await unit.run_many(_REMOVE_PRICE, [{"sku": sku, "currency": currency} for sku, currency in keys])


async def visible(reader: Reader, product_ids: Sequence[str]) -> set[str]:
    """The products among these that shoppers may see."""
    if not product_ids:
        return set()
    return {row[0] for row in await reader.rows(_VISIBLE, ids=list(product_ids))}


async def count_visible(reader: Reader) -> int:
    """How many products shoppers may see."""
    row = await reader.row(_COUNT_VISIBLE)
    return int(row[0]) if row else 0


async def set_listings(unit: Writer, listings: Sequence[tuple[str, ListingState]]) -> None:
    """Show or hide products, by id."""
    await unit.run_many(_PUT_LISTING, [{"product_id": id_, "state": state} for id_, state in listings])


async def rules_for(reader: Reader, asked: RulesQuery, now_ms: int) -> Rules:
    """Everything the price of a cart depends on there, then."""
    return (await rules_for_many(reader, [asked], now_ms))[0]


async def rules_for_many(reader: Reader, asked: Sequence[RulesQuery], now_ms: int) -> list[Rules]:
    """The rules for each of these, in their order; those that agree in everything share them."""
    rates = [TaxRate(*row) for row in await reader.rows(_RATES, countries=sorted({one.country for one in asked}))]
    currencies = sorted({one.currency for one in asked})
    methods = [_as_method(row) for row in await reader.rows(_METHODS_IN, currencies=currencies)]
    found = await vouchers(reader, [one.voucher_code for one in asked if one.voucher_code])
    uses = await _uses_by_customer(reader, sorted(found), sorted({one.customer_key for one in asked}))
    known: dict[RulesQuery, Rules] = {}
    answers = []
    for one in asked:
        code = normal_code(one.voucher_code)
        # Without a voucher it does not matter who asks.
        key = replace(one, voucher_code=code, customer_key=one.customer_key if code in found else "")
        if key not in known:
            known[key] = Rules(
                currency=one.currency,
                country=one.country,
                region=one.region,
                tax_rates=tuple(r for r in rates if r.country == one.country and r.region in {"", one.region}),
                methods=tuple(m for m in methods if m.currency == one.currency and one.country in m.countries),
                voucher_code=code,
                voucher=found.get(code),
                voucher_uses_by_customer=uses.get((code, one.customer_key), 0),
                now_ms=now_ms,
            )
        answers.append(known[key])
    return answers


async def tax_rates(reader: Reader) -> list[TaxRate]:
    """Every rate, by country, region and class."""
    return [TaxRate(*row) for row in await reader.rows(_ALL_RATES)]


async def put_tax_rates(unit: Writer, rates: Sequence[TaxRate]) -> None:
    """Insert or replace. TaxMixed when a country would then have prices both with and without tax."""
    await unit.run_many(_PUT_RATE, [msgspec.structs.asdict(rate) for rate in rates])
    mixed = await unit.row(MIXED_COUNTRIES)
    if mixed:
        raise TaxMixed(country=mixed[0])


async def shipping_methods(reader: Reader) -> list[ShippingMethod]:
    """Every row, by currency and id."""
    return [_as_method(row) for row in await reader.rows(_ALL_METHODS)]


async def put_shipping_methods(unit: Writer, methods: Sequence[ShippingMethod]) -> None:
    """Insert or replace, by id."""
    rows = []
    for method in methods:
        row = msgspec.structs.asdict(method)
        rows.append({**row, "names": _json(method.names), "countries": _json(method.countries)})
    await unit.run_many(_PUT_METHOD, rows)


async def remove_shipping_methods(unit: Writer, method_ids: Sequence[str]) -> None:
    """Remove rows by id."""
    await unit.run_many(_REMOVE_METHOD, [{"id": id_} for id_ in method_ids])


async def vouchers(reader: Reader, codes: Sequence[str]) -> dict[str, Voucher]:
    """The vouchers with these codes, by code as stored."""
    rows = await reader.rows(_VOUCHERS_BY_CODE, codes=[normal_code(code) for code in codes]) if codes else []
    return {row[0]: _as(Voucher, row) for row in rows}


async def voucher_page(reader: Reader, after: str, limit: int) -> list[Voucher]:
    """At most `limit` vouchers with a code above `after`, in order of code."""
    return [_as(Voucher, row) for row in await reader.rows(_VOUCHER_PAGE, after=after, limit=limit)]


async def put_vouchers(unit: Writer, vouchers: Sequence[Voucher]) -> None:
    """Insert or replace, by code; how often one was used stays what it is."""
    rows = [{**msgspec.structs.asdict(voucher), "used": 0} for voucher in vouchers]
    assert all(row["code"] and row["code"] == normal_code(row["code"]) for row in rows), "codes are stored normalised"
    await unit.run_many(_PUT_VOUCHER, rows)


async def delete_unused_vouchers(unit: Writer, codes: Sequence[str]) -> int:
    """Remove those of these vouchers that no order holds; how many that were."""
    return await unit.run_many(_DELETE_VOUCHER, [{"code": code} for code in sorted(codes)])


async def redeem_many(unit: Writer, uses: Sequence[VoucherUse]) -> dict[str, str]:
    """Use vouchers for orders, first come first served. The orders that may not, with the code they named.

    An order has one use at most; Conflict when another unit redeemed for the same order.
    """
    if not uses:
        return {}
    codes = sorted({use.code for use in uses})
    stored = {row[0]: _as(Voucher, row) for row in await unit.rows(_VOUCHERS_LOCKED, codes=codes)}
    by_customer = await _uses_by_customer(unit, codes, sorted({use.customer_key for use in uses}))
    taken: Counter[str] = Counter()
    accepted: list[VoucherUse] = []
    refused: dict[str, str] = {}
    for use in uses:
        voucher, mine = stored.get(use.code), (use.code, use.customer_key)
        if voucher is None or not _may_use(voucher, use.at_ms, taken[use.code], by_customer.get(mine, 0)):
            refused[use.order_id] = use.code
            continue
        taken[use.code] += 1
        by_customer[mine] = by_customer.get(mine, 0) + 1
        accepted.append(use)
    rows = [{"b_code": code, "b_count": taken[code]} for code in sorted(taken)]
    accepted.sort(key=attrgetter("order_id"))
    if await unit.run_many(_TAKE, rows) != len(rows):
        raise Conflict
    if await unit.run_many(_USE, [msgspec.structs.asdict(use) for use in accepted]) != len(accepted):
        raise Conflict
    return refused


def _may_use(voucher: Voucher, now_ms: int, taken: int, by_customer: int) -> bool:
    """Whether one more order of this customer may use it, when `taken` more than it says have done so."""
    return bool(
        voucher.active
        and voucher.starts_ms <= now_ms
        and (not voucher.ends_ms or now_ms < voucher.ends_ms)
        and (not voucher.uses_limit or voucher.used + taken < voucher.uses_limit)
        and (not voucher.customer_limit or by_customer < voucher.customer_limit)
    )


async def release_many(unit: Writer, order_ids: Sequence[str]) -> int:
    """Give the vouchers of these orders back; how many orders held one. Conflict when another unit does the same."""
    held = await _uses_of(unit, order_ids)
    given = Counter(held.values())
    rows = [{"b_code": code, "b_count": given[code]} for code in sorted(given)]
    if await unit.run_many(_GIVE_BACK, rows) != len(rows):
        raise Conflict
    if held and await unit.run(_FORGET_USES, order_ids=sorted(held)) != len(held):
        raise Conflict
    return len(held)


async def _uses_by_customer(
    reader: Reader, codes: Sequence[str], customers: Sequence[str]
) -> dict[tuple[str, str], int]:
    """How often these customers used these vouchers, by code and customer."""
    if not codes:
        return {}
    rows = await reader.rows(_USES_BY_CUSTOMER, codes=list(codes), customers=list(customers))
    return {(code, customer): int(count) for code, customer, count in rows}


async def _uses_of(reader: Reader, order_ids: Sequence[str]) -> dict[str, str]:
    if not order_ids:
        return {}
    return dict(await reader.rows(_USES_OF, order_ids=list(order_ids)))


def _as(kind: type[S], row: Row) -> S:
    return kind(**dict(zip(kind.__struct_fields__, row, strict=True)))


def _as_method(row: Row) -> ShippingMethod:
    method = dict(zip(ShippingMethod.__struct_fields__, row, strict=True))
    method["names"] = msgspec.json.decode(method["names"], type=dict[str, str])
    method["countries"] = msgspec.json.decode(method["countries"], type=tuple[str, ...])
    return ShippingMethod(**method)


def _json(value: Mapping[str, str] | Iterable[str]) -> str:
    return msgspec.json.encode(value).decode()


def _columns(table: Any, kind: type[Struct]) -> list[Any]:  # noqa: ANN401 - SQLAlchemy's columns
    """The table's columns in the order of the Struct's fields."""
    return [table.c[name] for name in kind.__struct_fields__]


_PRICE_COLUMNS = _columns(PRICES, Price)
_PRICES_IN = Statement(
    select(*_PRICE_COLUMNS).where(within(PRICES.c.sku, "skus"), PRICES.c.currency == bindparam("currency"))
)
_PRICES_IN_ANY = Statement(
    select(*_PRICE_COLUMNS).where(within(PRICES.c.sku, "skus"), within(PRICES.c.currency, "currencies"))
)
_PRICES = Statement(
    select(*_PRICE_COLUMNS).where(within(PRICES.c.sku, "skus")).order_by(PRICES.c.sku, PRICES.c.currency)
)
_PUT_PRICE = upsert(PRICES)
_REMOVE_PRICE = Statement(
    delete(PRICES).where(PRICES.c.sku == bindparam("sku"), PRICES.c.currency == bindparam("currency"))
)
_VISIBLE = Statement(
    select(LISTINGS.c.product_id).where(within(LISTINGS.c.product_id, "ids"), LISTINGS.c.state == "visible")
)
_COUNT_VISIBLE = Statement(select(func.count()).select_from(LISTINGS).where(LISTINGS.c.state == "visible"))
_PUT_LISTING = upsert(LISTINGS)
_RATE_COLUMNS = _columns(TAX_RATES, TaxRate)
_RATES = Statement(select(*_RATE_COLUMNS).where(within(TAX_RATES.c.country, "countries")))
_ALL_RATES = Statement(select(*_RATE_COLUMNS).order_by(TAX_RATES.c.country, TAX_RATES.c.region, TAX_RATES.c.tax_class))
_PUT_RATE = upsert(TAX_RATES)
# Countries whose rates disagree on whether prices contain tax.
MIXED_COUNTRIES = Statement(
    select(TAX_RATES.c.country)
    .group_by(TAX_RATES.c.country)
    .having(func.min(TAX_RATES.c.included) != func.max(TAX_RATES.c.included))
)
_METHOD_COLUMNS = _columns(SHIPPING_METHODS, ShippingMethod)
_METHODS_IN = Statement(
    select(*_METHOD_COLUMNS).where(within(SHIPPING_METHODS.c.currency, "currencies")).order_by(SHIPPING_METHODS.c.id)
)
_ALL_METHODS = Statement(select(*_METHOD_COLUMNS).order_by(SHIPPING_METHODS.c.currency, SHIPPING_METHODS.c.id))
_PUT_METHOD = upsert(SHIPPING_METHODS)
_REMOVE_METHOD = Statement(delete(SHIPPING_METHODS).where(SHIPPING_METHODS.c.id == bindparam("id")))
_VOUCHER_COLUMNS = _columns(VOUCHERS, Voucher)
_USES_BY_CUSTOMER = Statement(
    select(VOUCHER_USES.c.code, VOUCHER_USES.c.customer_key, func.count())
    .where(within(VOUCHER_USES.c.code, "codes"), within(VOUCHER_USES.c.customer_key, "customers"))
    .group_by(VOUCHER_USES.c.code, VOUCHER_USES.c.customer_key)
)
_VOUCHERS_BY_CODE = Statement(select(*_VOUCHER_COLUMNS).where(within(VOUCHERS.c.code, "codes")))
_VOUCHERS_LOCKED = Statement(
    select(*_VOUCHER_COLUMNS).where(within(VOUCHERS.c.code, "codes")).order_by(VOUCHERS.c.code).with_for_update()
)
_VOUCHER_PAGE = Statement(
    select(*_VOUCHER_COLUMNS)
    .where(VOUCHERS.c.code > bindparam("after"))
    .order_by(VOUCHERS.c.code)
    .limit(bindparam("limit"))
)
_PUT_VOUCHER = upsert(VOUCHERS, keep=("used",))
_DELETE_VOUCHER = Statement(delete(VOUCHERS).where(VOUCHERS.c.code == bindparam("code"), VOUCHERS.c.used == 0))
_USES_OF = Statement(
    select(VOUCHER_USES.c.order_id, VOUCHER_USES.c.code).where(within(VOUCHER_USES.c.order_id, "order_ids"))
)
_USE = insert_new(VOUCHER_USES)
_TAKE = Statement(
    update(VOUCHERS)
    .where(
        VOUCHERS.c.code == bindparam("b_code"),
        or_(VOUCHERS.c.uses_limit == 0, VOUCHERS.c.used + bindparam("b_count") <= VOUCHERS.c.uses_limit),
    )
    .values(used=VOUCHERS.c.used + bindparam("b_count"))
)
_GIVE_BACK = Statement(
    update(VOUCHERS)
    .where(VOUCHERS.c.code == bindparam("b_code"), VOUCHERS.c.used >= bindparam("b_count"))
    .values(used=VOUCHERS.c.used - bindparam("b_count"))
)
_FORGET_USES = Statement(delete(VOUCHER_USES).where(within(VOUCHER_USES.c.order_id, "order_ids")))
