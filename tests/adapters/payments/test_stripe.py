"""What the contract does not ask: names that were lost, keys that stay secret, certificates, amounts, other shops."""

import asyncio
import datetime as dt
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import stripe
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import delete
from structlog.testing import capture_logs

from fairday.adapters.payments import stripe as adapter
from fairday.adapters.payments.stripe import StripeKeys, StripePayments, is_safe_base
from fairday.adapters.payments.tables import STRIPE_PAYMENTS
from fairday.bootstrap.adapters import Parts, build_from
from fairday.bootstrap.settings import Settings, SettingsError
from fairday.domain.payments import PaymentRequest, PaymentUnknown
from fairday.kernel.clock import MINUTE_MS, FixedClock
from fairday.kernel.ids import new_id
from fairday.kernel.sql import Statement
from tests.shop import open_shop
from tests.stripe_fake import KEY, WEBHOOK_SECRET, fake_stripe
from tests.stripe_fake.models import validated

NOW = 1_800_000_000_000


@pytest.fixture
def clock():
    return FixedClock(NOW)


@pytest.fixture
def fake(clock, monkeypatch):
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.001)
    monkeypatch.setattr(stripe.HTTPClient, "MAX_DELAY", 0.002)
    with fake_stripe(clock) as opened:
        yield opened


@pytest.fixture
async def shop(state, clock):
    async with open_shop(state, clock=clock) as opened:
        yield opened


@asynccontextmanager
async def opened(a_shop, base: str, **more: str) -> AsyncIterator[StripePayments]:
    keys = StripeKeys(secret_key=KEY, webhook_secrets=(WEBHOOK_SECRET,), api_base=base, **more)
    provider = StripePayments(a_shop.database, a_shop.clock, keys)
    yield provider
    await provider.close()


@pytest.fixture
async def payments(shop, fake):
    async with opened(shop, fake.url) as provider:
        yield provider


def asked(order_id: str, token: str = "pm_card_visa", amount: int = 5_000) -> PaymentRequest:
    return PaymentRequest(
        order_id=order_id, token=token, amount=amount, currency="EUR", capture=True, return_url="https://shop.example/"
    )


async def test_a_restored_copy_finds_payments_whose_names_it_lost(shop, payments, fake, clock):
    """F-41: search lags by a minute, and finds what is older; what it found is known by name from then on."""
    order, untried = new_id(), new_id()
    await payments.pay(asked(order))
    fake.fail("/confirm", "drop_before", times=3)
    with pytest.raises(PaymentUnknown):
        await payments.pay(asked(untried))
    async with shop.database.write() as unit:
        await unit.run(Statement(delete(STRIPE_PAYMENTS)))
    clock.advance(2 * MINUTE_MS)
    found = await payments.find([order, untried, new_id()])
    assert {one: outcome.captured for one, outcome in found.items()} == {order: 5_000}
    assert (await payments.refund(order, new_id(), 5_000)).refunded == 5_000
    assert len([one for one in fake.asked if one.endswith("/search")]) == 3


async def test_an_order_that_was_let_go_before_it_began_is_barred_for_good(payments, fake):
    order = new_id()
    assert (await payments.void(order)).state == "voided"
    assert (await payments.pay(asked(order))).decline_code == "voided"
    assert (await payments.find([order]))[order].state == "voided"
    assert fake.account.all("charge") == []


@pytest.mark.parametrize("token", ["pm_card_visa", "pm_card_authenticationRequired", "hosted"])
async def test_paying_and_letting_go_at_once_end_in_one_of_two_ways(payments, fake, token):
    """Whatever comes first: never money for an order that was told to be off."""
    for _ in range(10):
        order = new_id()
        paid, off = await asyncio.gather(
            payments.pay(asked(order, token)), payments.void(order), return_exceptions=True
        )
        now = (await payments.find([order])).get(order)
        last = now if now is not None and now.state == "captured" else await payments.void(order)
        charges = [one for one in fake.account.all("charge") if one["metadata"]["order_id"] == order]
        assert len(charges) == (1 if last.state == "captured" else 0), (paid, off, last)
        assert not (charges and getattr(off, "state", "") == "voided"), "it was said to be off"
        assert {one["status"] for one in fake.account.all("checkout.session")} <= {"expired"}


async def test_nothing_to_pay_is_paid_without_asking(payments, fake):
    order = new_id()
    outcome = await payments.pay(asked(order, amount=0))
    assert (outcome.state, outcome.captured, outcome.currency) == ("captured", 0, "EUR")
    assert (await payments.find([order]))[order] == outcome
    assert fake.asked == []


async def test_no_answer_in_time_is_no_answer(payments, fake, monkeypatch):
    monkeypatch.setattr(adapter, "DEADLINE_S", 0.2)
    fake.fail("/confirm", "hold")
    order = new_id()
    with pytest.raises(PaymentUnknown):
        await payments.pay(asked(order))
    fake.release()
    assert (await payments.find([order]))[order].state == "captured"


async def test_two_shops_on_one_account_leave_each_others_money_alone(shop, payments, fake, clock):
    order = new_id()
    await payments.pay(asked(order))
    clock.advance(MINUTE_MS)
    async with opened(shop, fake.url, shop="another") as other:
        assert await other.movements("", 10) == []
        assert await other.order_of(fake.account.intent_of(order)["id"]) == ""
        headers, body = fake.message(fake.account.events[-1])
        assert other.read(headers, body).order_id == ""
    assert len(await payments.movements("", 10)) == 1


async def test_a_long_record_is_read_in_pieces(payments, fake, clock, monkeypatch):
    monkeypatch.setattr(adapter, "WINDOW_LINES", 3)
    orders = [new_id() for _ in range(12)]
    for number, order in enumerate(orders):
        await payments.pay(asked(order))
        clock.advance(100_000_000 if number == 5 else 700)
    clock.advance(MINUTE_MS)
    lines, page = [], await payments.movements("", 5)
    while page:
        lines += page
        page = await payments.movements(page[-1].id, 5)
    assert sorted(line.order_id for line in lines) == sorted(orders)
    assert [line.id for line in lines] == sorted(line.id for line in lines)


async def test_neither_keys_nor_answers_stand_in_what_is_shown_or_logged(payments, fake):
    keys = StripeKeys(secret_key=KEY, webhook_secrets=(WEBHOOK_SECRET,))
    assert KEY not in repr(keys)
    assert WEBHOOK_SECRET not in repr(keys)
    fake.fail(".", "error_before", times=100)
    with capture_logs() as lines, pytest.raises(PaymentUnknown) as unknown:
        await payments.pay(asked(new_id()))
    assert KEY not in f"{lines} {unknown.value!r} {unknown.value.details}"
    assert [line["event"] for line in lines] == ["stripe_no_answer"]


async def test_a_wrong_key_is_told_to_the_log_and_takes_no_order(shop, fake):
    keys = StripeKeys(secret_key="sk_test_wrong", api_base=fake.url)
    provider = StripePayments(shop.database, shop.clock, keys)
    with capture_logs() as lines, pytest.raises(PaymentUnknown):
        await provider.pay(asked(new_id()))
    assert (lines[0]["problem"], lines[0]["status"]) == ("AuthenticationError", 401)
    await provider.close()


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://api.stripe.com", True), ("http://127.0.0.1:1", True), ("http://[::1]:1", True),
        ("http://api.stripe.com", False), ("http://10.0.0.1", False), ("ftp://127.0.0.1", False), ("", False),
        ("http://localhost.evil.example", False), ("https://", False),
    ],
)  # fmt: skip
def test_a_key_is_sent_by_tls_or_to_this_machine(url, safe):
    assert is_safe_base(url) is safe


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "FAIRDAY_STRIPE_SECRET_KEY"),
        ({"stripe_secret_key": KEY}, "FAIRDAY_STRIPE_WEBHOOK_SECRETS"),
        ({"stripe_secret_key": KEY, "stripe_webhook_secrets": " , "}, "FAIRDAY_STRIPE_WEBHOOK_SECRETS"),
        ({"stripe_secret_key": KEY, "stripe_webhook_secrets": "a", "stripe_api_base": "http://x"}, "API_BASE"),
    ],
)
def test_what_is_missing_is_named_and_no_key_with_it(shop, given, says, state, clock):
    settings = Settings(state=str(state), **given)
    with pytest.raises(SettingsError, match=says) as told:
        build_from("payments", "stripe:", Parts(settings=settings, state=state, clock=clock, database=shop.database))
    assert KEY not in str(told.value)
    assert KEY not in repr(settings)


async def test_a_certificate_that_nobody_vouches_for_is_no_answer(shop, tmp_path):
    """F-58: the order waits, as for any answer that does not come, and nothing is sent to whoever that is."""
    heard = []

    async def listen(reader, writer):
        heard.append(await reader.read(100))
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0, ssl=a_certificate(tmp_path))
    port = server.sockets[0].getsockname()[1]
    async with opened(shop, f"https://127.0.0.1:{port}") as provider:
        with pytest.raises(PaymentUnknown):
            await provider.find([new_id()])
    server.close()
    await server.wait_closed()
    assert heard in ([], [b""])


def a_certificate(folder) -> ssl.SSLContext:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - dt.timedelta(days=9)).not_valid_after(now - dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


@pytest.mark.parametrize(
    "change",
    [{"amount": "5"}, {"status": "paid"}, {"currency": None}, {"amount_gotten": 5}, {"payment_method_types": "card"},
     {"latest_charge": {"object": "charge", "id": "x"}}, {"livemode": 1}],
)  # fmt: skip
def test_the_fake_cannot_send_what_stripe_would_not(fake, change):
    made = dict(fake.account.create_intent({"amount": "500", "currency": "eur"}))
    assert validated(made)
    with pytest.raises(AssertionError):
        validated({**made, **change})
    del made["amount"]
    with pytest.raises(AssertionError, match="missing"):
        validated(made)
