"""Every rule of `fairday check`, broken on purpose in a shop that did a bit of everything, is the one reported."""

import asyncio
import re
import shutil
import sqlite3
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from msgspec import Struct
from msgspec.structs import replace

from fairday.domain.access import SYSTEM, Staff
from fairday.domain.access import store as access
from fairday.domain.access.model import Passkey
from fairday.domain.customers import AccountRequest, AddressFields, Customer, CustomerAddress
from fairday.domain.customers import store as customers
from fairday.domain.payments import PaymentDeclined
from fairday.domain.pricing import Voucher
from fairday.domain.pricing import store as pricing
from fairday.kernel.clock import DAY_MS, FixedClock
from fairday.kernel.ids import new_id
from fairday.usecases.cancel_order import cancel_order
from fairday.usecases.check_invariants import COMPUTED, INVARIANTS, ROWS_SHOWN, check_invariants
from fairday.usecases.close_period import close_day
from fairday.usecases.refund_order import RefundOrder, refund_order
from fairday.usecases.ship_order import ShipOrder, ship_order
from fairday.usecases.shop import Shop
from tests.buying import buy
from tests.goods import put_goods
from tests.shop import open_shop

ROOT = Path(__file__).resolve().parents[2]
CHAIN = "audit-chain-unbroken"
DAYS = "ledger-closed-days-unchanged"
PROVIDERS = "books-equal-providers"
NEW_YEAR = FixedClock(1_577_880_000_000)  # noon of 2020-01-01: a day without entries, closed


class Breaker(Struct, frozen=True):
    """SQL that breaks `rule`, and the rules that the same rows cannot help breaking.

    `@placed` stands for the id of the order in that state; there is one in each.
    """

    rule: str
    sql: tuple[str, ...]
    also: tuple[str, ...] = ()


def by(rule: str, *sql: str, also: Sequence[str] = ()) -> Breaker:
    return Breaker(rule, sql, tuple(also))


def posted(kind: str, at_ms: int, debit: str, credit: str) -> tuple[str, str]:
    """An entry that balances."""
    return (
        f"INSERT INTO ledger_entries VALUES ('x', '{kind}', 'sandbox:x', 'x', {at_ms})",  # noqa: S608
        f"INSERT INTO ledger_postings VALUES ('x', 0, '{debit}', 'EUR', 5), ('x', 1, '{credit}', 'EUR', -5)",  # noqa: S608
    )


CARD = "INSERT INTO gift_balances VALUES ('x', 'card', 'x', '', '', 'EUR', {balance}, 1, '', '', 0, 0)"

BREAKERS = (
    by("access-roles-known", "UPDATE staff SET role = 'god' WHERE role <> 'owner'"),
    by("access-an-owner-remains", "UPDATE staff SET active = 0 WHERE role = 'owner'"),
    by("access-an-owner-remains", "UPDATE staff SET role = 'support'"),
    by("access-factors-have-people", "UPDATE staff_passkeys SET staff_id = 'nobody'"),
    by("access-factors-have-people", "UPDATE staff_recovery_codes SET staff_id = 'nobody'"),
    by("audit-links-follow", "UPDATE audit_links SET previous_hash = 'x' WHERE number = 2", also=[CHAIN]),
    by("audit-links-are-whole", "UPDATE audit_links SET entries = entries + 1 WHERE number = 2", also=[CHAIN]),
    by(
        "audit-entries-are-linked",
        "INSERT INTO audit_entries VALUES ('x', 'another', 1, 0, 0, '', '', '', '', 'a', 'b', 'c', '{}')",
    ),
    by("audit-heads-are-newest", "UPDATE audit_heads SET hash = 'x'", also=[CHAIN]),
    by(CHAIN, "UPDATE audit_entries SET details = '{}' WHERE number = 1"),
    by("customers-one-default-address", "UPDATE customer_addresses SET is_default = 1"),
    by("customers-one-default-address", "UPDATE customer_addresses SET is_default = 0"),
    by("customers-own-their-addresses", "DELETE FROM customers"),
    by("customers-links-used-in-time", "UPDATE customer_requests SET used_ms = expires_ms WHERE used_ms > 0"),
    by("customers-decoys-open-nothing", "UPDATE customer_requests SET used_ms = created_ms WHERE customer_id = ''"),
    by("customers-times-in-order", "UPDATE customers SET epoch = -1"),
    by("shipments-have-lines", "INSERT INTO shipments SELECT 'x', id, '', '', 0, '' FROM orders WHERE id = @shipped"),
    by("shipment-lines-have-pieces", "INSERT INTO shipment_lines SELECT id, 99, 0, 0 FROM shipments LIMIT 1"),
    by(
        "stock-not-oversold",
        "INSERT INTO stock_movements SELECT 'x', sku, location, 'counted', -on_hand, 0, '', 0 FROM stock"
        " WHERE sku = 'MUG'",
        "UPDATE stock SET on_hand = 0 WHERE sku = 'MUG'",
    ),
    by("stock-not-oversold", "UPDATE stock SET held = -1 WHERE sku = 'LAMP'", also=["stock-holds-add-up"]),
    by(
        "stock-not-oversold",
        "UPDATE stock SET beyond = 2 WHERE sku = 'MUG'",
        "INSERT INTO stock_movements SELECT 'x', sku, location, 'counted', -on_hand, 0, '', 0 FROM stock"
        " WHERE sku = 'MUG'",
        "UPDATE stock SET on_hand = 0 WHERE sku = 'MUG'",
    ),
    by("stock-not-oversold", "UPDATE stock SET beyond = -1 WHERE sku = 'LAMP'"),
    by("stock-limits-add-up", "INSERT INTO stock_customers VALUES ('LAMP', 'somebody', 1, 0)"),
    by("stock-limits-add-up", "INSERT INTO stock_customers VALUES ('LAMP', 'somebody', 0, -1)"),
    by(
        "stock-moves-change-nothing",
        "INSERT INTO stock_movements VALUES ('x', 'LAMP', 'main', 'moved', -1, -1, 'm', 0)",
        "INSERT INTO stock_movements VALUES ('y', 'LAMP', 'main', 'counted', 1, 1, 'm', 0)",
    ),
    by("stock-holds-add-up", "UPDATE stock SET held = held + 1 WHERE sku = 'LAMP'"),
    by("stock-holds-add-up", "UPDATE stock SET allocated = allocated + 1 WHERE sku = 'LAMP'"),
    by("stock-holds-have-shelves", "INSERT INTO stock_holds VALUES (@placed, 'NONE', 'main', 0, 'held', 0, '')"),
    by("stock-movements-add-up", "UPDATE stock SET on_hand = on_hand + 1 WHERE sku = 'LAMP'"),
    by(
        "stock-movements-add-up",
        "UPDATE stock SET cost = cost + 1 WHERE sku = 'LAMP'",
        "UPDATE stock SET cost = cost - 1 WHERE sku = 'MUG'",
    ),
    by("ledger-entries-balance", "UPDATE ledger_postings SET amount = amount + 1 WHERE account = 'income:sales'"),
    by("ledger-entries-balance", "UPDATE ledger_postings SET currency = 'USD' WHERE account = 'income:sales'"),
    by("ledger-postings-have-entries", "INSERT INTO ledger_postings VALUES ('x', 0, 'income:sales', 'EUR', 0)"),
    by("ledger-entries-have-postings", "INSERT INTO ledger_entries VALUES ('x', 'sale', 'x', '', 0)"),
    by("ledger-closed-days-follow", "UPDATE ledger_boundary SET shut_until_ms = 0"),
    by(
        "ledger-day-totals-balance",
        "INSERT INTO ledger_day_totals VALUES ('2020-01-01', 'x', 'EUR', 1, 0, 1)",
        also=[DAYS],
    ),
    by(
        "ledger-closed-months-are-closed-days",
        "INSERT INTO ledger_closed_periods VALUES ('2099-01', 1 << 60, '', 0, '')",
    ),
    by(DAYS, *posted("stock", 1_577_880_000_001, "asset:a", "equity:b")),
    by("captures-have-orders", *posted("unclaimed", 1_577_966_400_000, "expense:fees", "liability:unclaimed")),
    by(PROVIDERS, *posted("fee", 1_577_966_400_000, "expense:fees", "asset:provider:sandbox")),
    by("orders-total-adds-up", "UPDATE orders SET subtotal = subtotal + 1 WHERE id = @placed"),
    by("orders-lines-add-up", "UPDATE order_lines SET total = total + 1 WHERE order_id = @placed"),
    by("orders-lines-within-bounds", "UPDATE order_lines SET refunded = quantity + 1 WHERE order_id = @placed"),
    by("orders-lines-within-bounds", "UPDATE order_lines SET refunded = -1 WHERE order_id = @placed"),
    by(
        "orders-lines-have-orders",
        "INSERT INTO order_lines VALUES ('x', 1, '', 'MUG', '', '', 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)",
    ),
    by("orders-state-is-legal", "UPDATE orders SET state = 'shipped' WHERE id = @placed"),
    by("orders-state-is-legal", "UPDATE orders SET state = 'part_shipped' WHERE id = @placed"),
    by("orders-state-is-legal", "UPDATE orders SET state = 'part_shipped' WHERE id = @shipped"),
    by("orders-state-is-legal", "UPDATE orders SET state = 'placed' WHERE id = @part_shipped"),
    by("orders-state-is-legal", "UPDATE order_lines SET cancelled = 0 WHERE order_id = @cancelled"),
    by("orders-one-per-cart", "DELETE FROM order_carts WHERE order_id = @placed"),
    by("orders-one-per-cart", "UPDATE orders SET cart_id = (SELECT cart_id FROM orders WHERE id = @part_shipped)"
       " WHERE id = @placed"),
    by("orders-invoices-gapless", "UPDATE order_counters SET value = value + 1"),
    by("orders-invoices-gapless", "UPDATE orders SET invoice_number = 1 WHERE id = @part_shipped"),
    by("orders-invoices-gapless", "UPDATE orders SET invoice_number = 0 WHERE id = @placed"),
    by(
        "orders-invoices-gapless",
        "UPDATE order_counters SET value = value + 1",
        "UPDATE orders SET invoice_number = (SELECT value FROM order_counters) WHERE id = @declined",
    ),
    by("orders-commands-have-orders", "INSERT INTO order_commands VALUES ('x', 'x', 'x', 'x', 'x', 0)"),
    by(
        "payments-within-bounds",
        "INSERT INTO refunds SELECT 'x', order_id, 'requested', captured + 1, 0, 0, '', '{}', 0, 0, 0 FROM payments"
        " WHERE order_id = @placed",
        "UPDATE payments SET refunded = captured + 1 WHERE order_id = @placed",
    ),
    by("refunds-add-up", "UPDATE payments SET refunded = refunded + 1 WHERE order_id = @placed"),
    by("prices-positive", "UPDATE prices SET amount = -1"),
    by("prices-positive", "UPDATE prices SET compare_at = amount"),
    by("listings-known", "UPDATE listings SET state = 'sold'"),
    by("tax-one-way", "UPDATE tax_rates SET included = 0 WHERE country = 'DE' AND tax_class = 'books'"),
    by("tax-in-range", "UPDATE tax_rates SET rate_ppm = 1000001 WHERE country = 'DE'"),
    by("tax-in-range", "UPDATE tax_rates SET rate_ppm = -1 WHERE country = 'DE'"),
    by("shipping-in-range", "UPDATE shipping_methods SET amount = -1"),
    by("shipping-in-range", "UPDATE shipping_methods SET min_days = max_days + 1"),
    by("voucher-uses-counted", "UPDATE vouchers SET used = used - 1"),
    by("voucher-limit-held", "UPDATE vouchers SET uses_limit = 1"),
    by("voucher-in-range", "UPDATE vouchers SET percent_ppm = 1000001"),
    by("voucher-exists", "DELETE FROM vouchers"),
    by("gift-balances-add-up", CARD.format(balance=1)),
    by("gift-movements-make-sense", "INSERT INTO gift_movements VALUES ('x', 'x', 'issue', 1, '', '', 0)"),
    by(
        "gift-movements-make-sense",
        CARD.format(balance=0),
        "INSERT INTO gift_movements VALUES ('x', 'x', 'expire', 1, '', '', 0), ('y', 'x', 'issue', -1, '', '', 0)",
    ),
    by(
        "gift-returns-within-uses",
        CARD.format(balance=1),
        "INSERT INTO gift_movements VALUES ('x', 'x', 'refund', 1, @shipped, '', 0)",
        also=["gifts-are-in-the-books"],
    ),
    by(
        "gifts-have-orders",
        CARD.format(balance=0),
        "INSERT INTO gift_movements VALUES ('x', 'x', 'redeem', -5, 'x', '', 0), ('y', 'x', 'release', 5, 'x', '', 0)",
    ),
    by(
        "gifts-have-orders",
        CARD.format(balance=-5),
        "INSERT INTO gift_movements VALUES ('x', 'x', 'redeem', -5, @declined, '', 0)",
        "UPDATE payments SET amount = amount - 5 WHERE order_id = @declined",
        "UPDATE orders SET gift = 5 WHERE id = @declined",
        also=["gift-balances-add-up"],
    ),
    by(
        "gifts-have-orders",
        CARD.format(balance=0),
        "INSERT INTO gift_movements VALUES ('x', 'x', 'redeem', -5, @held, '', 0)",
        "INSERT INTO gift_movements VALUES ('y', 'x', 'release', 5, @held, '', 0)",
        "UPDATE payments SET amount = amount - 5 WHERE order_id = @held",
        "UPDATE orders SET gift = 5 WHERE id = @held",
    ),
    by(
        "gifts-are-in-the-books",
        "INSERT INTO gift_balances VALUES ('x', 'credit', 'x', '', '', 'EUR', 5, 1, '', '', 0, 0)",
        "INSERT INTO gift_movements VALUES ('x', 'x', 'issue', 5, '', '', 0)",
    ),
    by(
        "gifts-are-in-the-books",
        "UPDATE ledger_postings SET account = 'liability:gift-cards' WHERE account = 'liability:tax'",
    ),
    by("refunds-are-booked", "UPDATE refunds SET gift = 5 WHERE state = 'done'", also=["refunds-add-up"]),
    by("orders-are-paid", "UPDATE payments SET currency = 'USD' WHERE order_id = @placed"),
    by("orders-are-paid", "UPDATE payments SET amount = amount + 1 WHERE order_id = @placed"),
    by("orders-are-paid", "UPDATE orders SET gift = 5 WHERE id = @placed"),
    by(
        "orders-are-paid",
        "UPDATE orders SET credit = 5 WHERE id = @held",
        "UPDATE payments SET amount = amount - 5 WHERE order_id = @held",
    ),
    by("orders-are-paid", "UPDATE payments SET state = 'voided' WHERE order_id = @placed"),
    by("orders-are-paid", "UPDATE payments SET state = 'authorised' WHERE order_id = @shipped"),
    by("orders-are-paid", "UPDATE payments SET state = 'authorised' WHERE order_id = @cancelled"),
    by("orders-are-paid", "UPDATE payments SET captured = amount WHERE order_id = @held"),
    by("orders-are-paid", "DELETE FROM payments WHERE order_id = @placed"),
    by(
        "orders-are-paid",
        "UPDATE ledger_postings SET account = 'income:sales' WHERE account = 'asset:provider:sandbox' AND entry_id ="
        " (SELECT id FROM ledger_entries WHERE kind = 'sale' AND order_id = @placed)",
        also=[PROVIDERS],
    ),
    by("refunds-are-booked", "UPDATE refunds SET state = 'requested'"),
    by("orders-have-their-stock", "UPDATE order_lines SET cancelled = cancelled + 1 WHERE order_id = @placed"),
    by("parcels-hold-what-lines-say", "UPDATE shipment_lines SET quantity = quantity + 1"),
    by("vouchers-have-orders", "UPDATE orders SET voucher_code = '' WHERE id = @placed"),
    by(
        "vouchers-have-orders",
        "INSERT INTO voucher_uses VALUES (@declined, 'TEN', 'x', 0)",
        "UPDATE vouchers SET used = used + 1",
    ),
    by(
        "payment-events-are-applied",
        "INSERT INTO payment_events VALUES ('x', 'x', 'payment', '', '', '', 'failed', 15, 0, 0)",
    ),
    by(
        "disputes-in-bounds",
        "INSERT INTO payment_disputes VALUES ('sandbox', 'x', @placed, 'odd', 1, 0, 'EUR', '', 0, 0)",
        also=["disputes-are-booked"],
    ),
    by(
        "disputes-in-bounds",
        "INSERT INTO payment_disputes VALUES ('sandbox', 'x', 'x', 'open', 0, 0, 'EUR', '', 0, 0)",
    ),
    by(
        "disputes-are-booked",
        "INSERT INTO payment_disputes VALUES ('sandbox', 'x', @placed, 'open', 1, 0, 'EUR', '', 0, 0)",
    ),
    by("payments-have-orders", "INSERT INTO refunds VALUES ('x', 'x', 'requested', 0, 0, 0, '', '{}', 0, 0, 0)"),
    by(
        "payments-have-orders",
        "INSERT INTO payments VALUES ('x', 'x', 'pending', 'EUR', 0, 0, 0, 0, '', '', '', 0, 0)",
    ),
    by(
        "stock-is-in-the-books",
        "INSERT INTO stock_movements VALUES ('x', 'LAMP', 'main', 'counted', 0, 1, '', 0)",
        "UPDATE stock SET cost = cost + 1 WHERE sku = 'LAMP'",
    ),
)  # fmt: skip


async def _everything(state: Path) -> None:
    """An order in every state, a refund, parcels, a voucher used twice, staff, customers, and an audit log."""
    async with open_shop(state, clock=NEW_YEAR) as shop:
        NEW_YEAR.advance(DAY_MS)
        await close_day(shop, SYSTEM, date(2020, 1, 1))
    async with open_shop(state) as shop:
        await put_goods(shop, {"MUG": 20, "LAMP": 5})
        async with shop.database.write() as unit:
            await pricing.put_vouchers(unit, [Voucher(code="TEN", kind="percent", percent_ppm=100_000)])
        await buy(shop, {"MUG": 3}, voucher="TEN")
        part = (await buy(shop, {"MUG": 3}, voucher="TEN")).order
        await ship_order(shop, ShipOrder(order_id=part.id, lines={1: 1}))
        shipped = (await buy(shop, {"MUG": 2, "LAMP": 1})).order
        await ship_order(shop, ShipOrder(order_id=shipped.id))
        await refund_order(shop, RefundOrder(order_id=shipped.id, lines={1: 1}, restock=True))
        off = (await buy(shop, {"LAMP": 1}, voucher="TEN")).order
        await cancel_order(shop, off.id, reason="", actor=SYSTEM)
        await buy(shop, {"MUG": 1}, token="tok_challenge")
        with pytest.raises(PaymentDeclined):
            await buy(shop, {"MUG": 1}, token="tok_declined")
        await _people(shop)


async def _people(shop: Shop) -> None:
    now_ms = shop.clock.now_ms()
    fields = AddressFields(name="Ada", line1="1 Lane", city="Cork", postcode="T12", country="IE")
    ada = Customer(
        id=new_id(), email="ada@example.com", name="Ada", language="en", created_ms=now_ms, confirmed_ms=now_ms
    )
    request = AccountRequest(
        id=new_id(), customer_id=ada.id, purpose="reset", email="x", created_ms=now_ms, expires_ms=now_ms + DAY_MS
    )
    owner = Staff(id=new_id(), login="owner", name="Owner", role="owner", created_ms=now_ms)
    packer = Staff(id=new_id(), login="packer", name="Packer", role="warehouse", created_ms=now_ms)
    async with shop.database.write() as unit:
        await customers.insert_many(unit, [ada])
        await customers.insert_addresses(unit, [
            CustomerAddress(id=new_id(), customer_id=ada.id, fields=fields, is_default=first, created_ms=now_ms)
            for first in (True, False)
        ])  # fmt: skip
        await customers.insert_requests(unit, [request, replace(request, id=new_id(), customer_id="")])
        assert await customers.use_request(unit, request.id, now_ms + 1)
        await access.insert_staff(unit, [owner, packer])
        passkey = Passkey(id="x", staff_id=owner.id, public_key="y", sign_count=0, name="key", created_ms=now_ms)
        await access.insert_passkey(unit, passkey)
        await access.replace_recovery_codes(unit, owner.id, ["a" * 64])


@pytest.fixture(scope="module")
def honest(tmp_path_factory) -> Path:
    """The state of a shop that broke nothing."""
    state = tmp_path_factory.mktemp("honest") / "state"
    asyncio.run(_everything(state))
    return state


@pytest.fixture
def copied(honest, tmp_path) -> Path:
    return shutil.copytree(honest, tmp_path / "state")


async def reported(state: Path):
    async with open_shop(state) as shop:
        return await check_invariants(shop)


async def test_an_honest_shop_breaks_none(copied):
    assert await reported(copied) == []


async def test_an_empty_shop_breaks_none(state):
    assert await reported(state) == []


@pytest.mark.parametrize("breaker", BREAKERS, ids=[f"{n}-{one.rule}" for n, one in enumerate(BREAKERS)])
async def test_what_breaks_a_rule_is_found(copied, breaker):
    connection = sqlite3.connect(copied / "fairday.db")
    for sql in breaker.sql:
        filled = re.sub(r"@(\w+)", r"(SELECT id FROM orders WHERE state = '\1')", sql)
        assert connection.execute(filled).rowcount > 0, "nothing was broken"
    connection.commit()
    connection.close()
    broken = {rule.name: rule for rule in await reported(copied)}
    assert set(broken) == {breaker.rule, *breaker.also}
    rule = broken[breaker.rule]
    assert 0 < len(rule.rows) <= ROWS_SHOWN
    assert all(len(row) == len(rule.columns) for row in rule.rows)


def test_every_rule_has_a_breaker():
    """A new rule without one fails here."""
    names = [rule.name for rule in INVARIANTS]
    assert len(names) == len(set(names))
    assert {one.rule for one in BREAKERS} == {*names, *(name for name, *_ in COMPUTED)}


def test_every_rule_stands_in_the_document():
    table = (ROOT / "docs" / "correctness.md").read_text()
    named = re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE)
    assert sorted(named) == sorted([*(rule.name for rule in INVARIANTS), *(name for name, *_ in COMPUTED)])
