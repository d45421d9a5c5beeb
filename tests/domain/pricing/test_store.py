"""What pricing remembers, and that a voucher's limits hold when many redeem at once."""

import asyncio

import pytest
from msgspec.structs import replace
from sqlalchemy import text

from fairday.adapters.database.sqlite import SqliteDatabase
from fairday.domain.pricing import Price, RulesQuery, ShippingMethod, TaxRate, Voucher, VoucherUse, price_cart, store
from fairday.domain.pricing.defaults import seed_rules
from fairday.domain.pricing.errors import TaxMixed, VoucherRefused
from fairday.domain.pricing.invariants import INVARIANTS
from fairday.domain.pricing.model import QuoteLine, customer_key
from fairday.kernel.errors import Conflict
from fairday.kernel.ids import derived_id
from fairday.kernel.sql import Statement

NOW = 1_800_000_000_000
VOUCHER = Voucher(code="TEN", kind="percent", percent_ppm=100_000, uses_limit=3, customer_limit=2)


def use(order: int, customer: str = "", code: str = "TEN", at_ms: int = NOW) -> VoucherUse:
    return VoucherUse(code, derived_id(str(order)), customer or f"customer-{order}", at_ms)


async def write(database, function, *arguments):
    async with database.write() as unit:
        return await function(unit, *arguments)


async def ask(database, function, *arguments):
    async with database.read() as reader:
        return await function(reader, *arguments)


async def used(database, code: str = "TEN") -> int:
    return (await ask(database, store.vouchers, [code]))[code].used


async def broken(database) -> dict[str, list[tuple]]:
    async with database.read() as reader:
        found = {rule.name: await reader.rows(rule.statement) for rule in INVARIANTS}
    return {name: rows for name, rows in found.items() if rows}


async def test_prices_by_currency(database):
    prices = [Price("A", "EUR", 1_000, 1_500), Price("A", "USD", 1_100), Price("B", "EUR", 5)]
    await write(database, store.set_prices, prices)
    assert await ask(database, store.prices_for, ["A", "B", "C"], "USD") == {"A": prices[1]}
    await write(database, store.set_prices, [Price("A", "EUR", 900)])
    assert await ask(database, store.all_prices, ["A", "B"]) == {
        "A": [Price("A", "EUR", 900), prices[1]],
        "B": [prices[2]],
    }
    await write(database, store.remove_prices, [("A", "EUR"), ("nothing", "EUR")])
    assert await ask(database, store.all_prices, ["A"]) == {"A": [prices[1]]}
    assert await ask(database, store.prices_for, [], "EUR") == {}


async def redeem(unit, uses):
    """All of them, or VoucherRefused and none."""
    refused = await store.redeem_many(unit, uses)
    if refused:
        raise VoucherRefused


async def test_only_listed_products_are_visible(database):
    await write(database, store.set_listings, [("a", "visible"), ("b", "hidden")])
    assert await ask(database, store.visible, ["a", "b", "c"]) == {"a"}
    await write(database, store.set_listings, [("a", "hidden"), ("b", "visible")])
    assert await ask(database, store.visible, ["a", "b"]) == {"b"}


async def test_rules_are_those_of_the_place(database):
    seeds = seed_rules()
    for _ in range(2):
        await write(database, store.put_tax_rates, seeds.tax_rates)
        await write(database, store.put_shipping_methods, seeds.shipping_methods)
    await write(database, store.put_vouchers, [VOUCHER])
    await write(database, redeem, [use(1, "me")])
    asked = RulesQuery(currency="USD", country="US", region="WA", voucher_code=" ten ", customer_key="me")
    rules = await ask(database, store.rules_for, asked, NOW)
    assert {(rate.region, rate.rate_ppm) for rate in rules.tax_rates} == {("", 0), ("WA", 65_000)}
    assert {method.currency for method in rules.methods} == {"USD"}
    assert rules.voucher == replace(VOUCHER, used=1)
    assert (rules.voucher_code, rules.voucher_uses_by_customer, rules.now_ms) == ("TEN", 1, NOW)
    quote = price_cart([QuoteLine(sku="A", quantity=1, unit_amount=10_000)], rules)
    assert (quote.discount, quote.shipping, quote.tax, quote.total) == (1_000, 0, 585, 9_585)
    unknown = await ask(database, store.rules_for, RulesQuery(currency="EUR", country="DE", voucher_code="no"), NOW)
    assert (unknown.voucher, unknown.voucher_code) == (None, "NO")
    assert all("DE" in method.countries for method in unknown.methods)
    assert len(await ask(database, store.tax_rates)) == len(seeds.tax_rates)
    assert await ask(database, store.shipping_methods) == sorted(
        seeds.shipping_methods, key=lambda row: (row.currency, row.id)
    )
    assert await broken(database) == {}


async def test_a_country_is_taxed_one_way(database):
    await write(database, store.put_tax_rates, [TaxRate("DE", "", "standard", 190_000, 1)])
    with pytest.raises(TaxMixed):
        await write(database, store.put_tax_rates, [TaxRate("DE", "", "books", 70_000, 0)])
    assert await ask(database, store.tax_rates) == [TaxRate("DE", "", "standard", 190_000, 1)]


async def test_vouchers_are_kept_by_code(database):
    other = Voucher(code="ZWEI", kind="amount", amount=200, currency="EUR", ends_ms=NOW)
    await write(database, store.put_vouchers, [VOUCHER, other])
    await write(database, redeem, [use(1)])
    await write(database, store.put_vouchers, [replace(VOUCHER, active=0)])
    assert await ask(database, store.vouchers, ["ten", "zwei", "none"]) == {
        "TEN": replace(VOUCHER, active=0, used=1),
        "ZWEI": other,
    }
    assert [voucher.code for voucher in await ask(database, store.voucher_page, "", 1)] == ["TEN"]
    assert [voucher.code for voucher in await ask(database, store.voucher_page, "TEN", 9)] == ["ZWEI"]
    assert await write(database, store.delete_unused_vouchers, ["TEN", "ZWEI"]) == 1
    assert set(await ask(database, store.vouchers, ["TEN", "ZWEI"])) == {"TEN"}


async def test_an_order_uses_one_voucher_once(database):
    await write(database, store.put_vouchers, [VOUCHER])
    await write(database, redeem, [use(1), use(2)])
    with pytest.raises(Conflict):
        await write(database, redeem, [use(1)])
    assert await used(database) == 2


async def test_one_order_s_refusal_does_not_touch_its_neighbours(database):
    await write(database, store.put_vouchers, [replace(VOUCHER, uses_limit=3, customer_limit=1)])
    uses = [use(1, "a"), use(2, "a"), use(3, code="ABSENT"), use(4, "b"), use(5, "c"), use(6, "d")]
    refused = await write(database, store.redeem_many, uses)
    assert refused == {use(2).order_id: "TEN", use(3).order_id: "ABSENT", use(6).order_id: "TEN"}
    assert await used(database) == 3
    assert await broken(database) == {}


@pytest.mark.parametrize(
    ("change", "uses"),
    [
        ({}, [use(n) for n in range(4)]),
        ({}, [use(n, "one person") for n in range(3)]),
        ({"active": 0}, [use(1)]),
        ({"starts_ms": NOW + 1}, [use(1)]),
        ({"ends_ms": NOW}, [use(1)]),
        ({}, [use(1), use(2, code="ABSENT")]),
    ],
)
async def test_a_refused_voucher_leaves_nothing_behind(database, change, uses):
    await write(database, store.put_vouchers, [replace(VOUCHER, **change)])
    with pytest.raises(VoucherRefused):
        await write(database, redeem, uses)
    assert await used(database) == 0
    assert await write(database, store.release_many, [each.order_id for each in uses]) == 0
    assert await broken(database) == {}


async def test_what_is_released_can_be_used_again(database):
    await write(database, store.put_vouchers, [VOUCHER])
    await write(database, redeem, [use(n) for n in range(3)])
    orders = [use(n).order_id for n in range(2)]
    assert await write(database, store.release_many, orders) == 2
    assert await write(database, store.release_many, orders) == 0
    assert await used(database) == 1
    await write(database, redeem, [use(n) for n in (7, 8)])
    with pytest.raises(VoucherRefused):
        await write(database, redeem, [use(9)])
    assert await used(database) == 3


async def race(database, attempt) -> int:
    """Two processes' worth of writers, twenty at once; how many got through."""
    second = SqliteDatabase(database.path)

    async def one(number: int) -> int:
        try:
            await attempt((database, second)[number % 2], use(number))
        except VoucherRefused:
            return 0
        return 1

    try:
        return sum(await asyncio.gather(*(one(number) for number in range(20))))
    finally:
        await second.close()


async def test_a_limit_holds_under_a_race(database):
    await write(database, store.put_vouchers, [VOUCHER])
    assert await race(database, lambda where, each: write(where, redeem, [each])) == 3
    assert await used(database) == 3
    assert await broken(database) == {}


async def test_control_the_race_exists_when_the_limit_is_only_read(database):
    """The same race against a check made before the unit of work: it oversells, so the test above can fail."""
    await write(database, store.put_vouchers, [replace(VOUCHER, uses_limit=0)])

    async def careless(where, each) -> None:
        if await used(where) >= 3:
            raise VoucherRefused
        await asyncio.sleep(0)
        await write(where, redeem, [each])

    assert await race(database, careless) > 3


_EMPTY_CARD = "INSERT INTO gift_balances VALUES ('g', 'card', 'opener', '1234', '', 'EUR', 0, 1, '', 'en', 0, 0)"
_MOVED = "INSERT INTO gift_movements VALUES"
BREAKING = {
    "prices-positive": "INSERT INTO prices VALUES ('A', 'EUR', 100, 100)",
    "listings-known": "INSERT INTO listings VALUES ('p', 'maybe')",
    "tax-one-way": "INSERT INTO tax_rates VALUES ('DE', '', 'a', 0, 0), ('DE', '', 'b', 0, 1)",
    "tax-in-range": "INSERT INTO tax_rates VALUES ('DE', '', 'a', 1000001, 0)",
    "shipping-in-range": "INSERT INTO shipping_methods VALUES ('a', 's', '{}', '[]', 'EUR', 1, 2, 1, 0, 9, 1, 2)",
    "voucher-uses-counted": "INSERT INTO vouchers VALUES ('A', 'percent', 0, 0, '', 0, 0, 0, 0, 0, 1, 1)",
    "voucher-limit-held": "UPDATE vouchers SET uses_limit = 1 WHERE code = 'TEN'",
    "voucher-in-range": "INSERT INTO vouchers VALUES ('A', 'percent', 1000001, 0, '', 0, 0, 0, 0, 0, 0, 1)",
    "gift-balances-add-up": "UPDATE gift_balances SET balance = 5",
    "gift-movements-make-sense": f"{_MOVED} ('m', 'g', 'issue', -5, '', '', 0), ('n', 'g', 'issue', 5, '', '', 0)",
    "gift-returns-within-uses": f"{_MOVED} ('m', 'g', 'refund', 5, 'o', '', 0), ('n', 'g', 'expire', -5, '', '', 0)",
    "voucher-exists": "INSERT INTO voucher_uses VALUES ('o', 'GONE', 'c', 0)",
}


@pytest.mark.parametrize("name", [rule.name for rule in INVARIANTS])
async def test_each_invariant_can_be_broken(database, name):
    await write(database, store.put_vouchers, [VOUCHER])
    await write(database, redeem, [use(1), use(2)])
    async with database.write() as unit:
        await unit.run(Statement(text(_EMPTY_CARD)))
        await unit.run(Statement(text(BREAKING[name])))
    assert set(await broken(database)) == {name}
    rule = next(rule for rule in INVARIANTS if rule.name == name)
    assert all(len(row) == len(rule.columns) for row in (await broken(database))[name])


def test_seeds_are_whole():
    seeds = seed_rules()
    by_place = {(rate.country, rate.region, rate.tax_class): rate for rate in seeds.tax_rates}
    assert len(by_place) == len(seeds.tax_rates)
    assert len({key for key in by_place if key[0] == "US"}) == 52
    assert by_place["FR", "", "reduced"].rate_ppm == 55_000
    assert by_place["IE", "", "books"].rate_ppm == 0
    assert by_place["US", "MN", "standard"] == TaxRate("US", "MN", "standard", 68_750, 0)
    assert len({method.id for method in seeds.shipping_methods}) == len(seeds.shipping_methods)
    for country, weight_g, total in [
        (c, w, t)
        for c in ("DE", "AT", "FR", "IE", "NL", "US")
        for w in (0, 5_000, 5_001, 20_001, 10**6)
        for t in (0, 5_999, 10**7)
    ]:
        assert _sendable(seeds.shipping_methods, country, weight_g, total), (country, weight_g, total)
    assert all(set(method.names) == {"en", "de"} for method in seeds.shipping_methods)


def _sendable(methods: tuple[ShippingMethod, ...], country: str, weight_g: int, total: int) -> bool:
    """Exactly one row of the standard method takes it."""
    rows = [
        row
        for row in methods
        if country in row.countries
        and row.method == "standard"
        and row.min_weight_g <= weight_g <= row.max_weight_g
        and row.min_total <= total <= row.max_total
    ]
    return len(rows) == 1


def test_customers_are_told_apart_by_address_without_keeping_it():
    assert customer_key(" Ada@Example.org") == customer_key("ada+x@example.ORG ") != customer_key("bob@example.org")
    assert "ada" not in customer_key("ada@example.org")
