"""Every happening becomes its letter, once, in the reader's language, with links that lead where they say."""

import re

import pytest

from fairday.domain.access import SYSTEM
from fairday.kernel.clock import FixedClock
from fairday.kernel.events import outbox_after
from fairday.kernel.ids import opens
from fairday.messages import Messages
from fairday.subscribers.notifications import subscription
from fairday.subscribers.notifications.hearing import LETTERS
from fairday.usecases.cancel_order import cancel_order
from fairday.usecases.refund_order import RefundOrder, refund_order
from fairday.usecases.register_customer import confirm_registration, register_customer
from fairday.usecases.ship_order import ShipOrder, ship_order
from tests.buying import buy
from tests.goods import put_goods
from tests.shop import open_shop

PASSWORD = "a long sentence nobody guesses"
NOON_MS = 1_790_000_000_000


@pytest.fixture
async def shop(state):
    async with open_shop(state, clock=FixedClock(NOON_MS), name="Harbour & Sons <shop>") as opened:
        await opened.bus.deliver([subscription(opened)])
        await put_goods(opened, {"MUG": 10})
        yield opened


async def letters(shop):
    """What has left by now, oldest first."""
    while await shop.bus.deliver([subscription(shop)]):
        pass
    return list(reversed(await shop.mail.sent(100)))


async def test_an_order_is_followed_by_letter_from_purchase_to_refund(shop):
    order = (await buy(shop, {"MUG": 2})).order
    parcel = await ship_order(shop, ShipOrder(order_id=order.id, carrier="DHL", tracking="JD01"))
    await refund_order(shop, RefundOrder(order_id=order.id, lines={1: 1}))
    placed, shipped, refunded = await letters(shop)
    assert [letter.to for letter in (placed, shipped, refunded)] == ["ada@example.org"] * 3
    assert order.reference in placed.subject
    assert "2 × Thing MUG" in placed.text
    assert (parcel.tracking in shipped.text, "tracking-id=JD01" in shipped.text) == (True, True)
    assert "20,00\xa0€" in refunded.text
    link = re.search(r"/en-de/orders/(\w+)/(\S+)", placed.text)
    assert opens(shop.settings.secret, "order", link[1], link[2])


async def test_cancelling_tells_that_it_is_off_and_that_money_comes_back(shop):
    order = (await buy(shop, {"MUG": 2})).order
    await cancel_order(shop, order.id, reason="", actor=SYSTEM)
    assert sorted(letter.key.partition("/")[0] for letter in await letters(shop)) == [
        "order-cancelled", "order-placed", "order-refunded",
    ]  # fmt: skip


async def test_registering_leads_through_the_letter_to_an_open_account_in_ones_own_language(shop):
    await register_customer(shop, "grete@example.org", PASSWORD, "Grete <b>", "de")
    (confirm,) = await letters(shop)
    assert confirm.subject.startswith("Bestätigen Sie Ihr Konto")
    assert ("<b>" in confirm.html, "Grete <b>" in confirm.text, "<shop>" in confirm.html) == (False, True, False)
    token = re.search(r"/de-de/register/confirm/(\S+)", confirm.text)[1]
    customer = await confirm_registration(shop, token, PASSWORD)
    assert customer.email == "grete@example.org"
    assert (await letters(shop))[-1].subject.startswith("Willkommen")


async def test_hearing_twice_sends_once(shop):
    await buy(shop, {"MUG": 1})
    assert len(await letters(shop)) == 1
    again = subscription(shop)
    async with shop.database.read() as reader:
        heard = [event for event in await outbox_after(reader, 0, 100) if event.kind in LETTERS]
    await again.hear(heard)
    assert len(await letters(shop)) == 1


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_letter_has_all_its_sentences(language):
    text = Messages.for_language(language).text
    names = ["placed", "shipped", "refunded", "cancelled", "confirm", "known", "welcome", "reset", "password-changed",
             "new-email", "email-changed", "gift-card", "credit"]  # fmt: skip
    for name in names:
        for part in ("subject", "lead", "button"):
            assert text(f"letter-{name}-{part}", shop="S", reference="R", name="N", amount="1")
    assert len(names) == len(LETTERS)
