"""Gift cards and store credit as staff give them: once, audited, in the books, told by letter, over in the end."""

import asyncio

import pytest
from msgspec.structs import replace

from fairday.domain.access import Actor
from fairday.domain.access.errors import Forbidden
from fairday.domain.ledger import store as ledger
from fairday.domain.ledger.model import CASH, EXPIRED_GIFTS, GIFT_CARDS, GOODWILL, STORE_CREDIT
from fairday.domain.pricing import gift_store as gifts
from fairday.domain.pricing.errors import GiftInvalid, GiftRefused
from fairday.domain.pricing.gifts import GiftUse, card_code
from fairday.kernel.clock import DAY_MS, FixedClock
from fairday.kernel.errors import Invalid, NotFound, TooMany
from fairday.kernel.events import outbox_after
from fairday.kernel.ids import new_id
from fairday.subscribers.notifications import subscription
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.expire_gift_cards import expire_gift_cards
from fairday.usecases.give_store_credit import GiveStoreCredit, give_store_credit, store_credit
from fairday.usecases.issue_gift_card import IssueGiftCard, issue_gift_card
from fairday.usecases.manage_gift_cards import list_gift_cards, set_gift_card_active, view_gift_card
from fairday.usecases.offer_gifts import (
    TRIES_BY_SOURCE,
    chosen_balances,
    offer_gifts,
    open_gift_card,
    open_spendable_card,
    seal_cards,
    unseal_cards,
)
from fairday.usecases.write_audit import read_audit
from tests.people import a_customer
from tests.shop import open_shop

OWNER = Actor(kind="staff", id="o", name="Olga", role="owner")
SUPPORT = Actor(kind="staff", id="s", name="Sam", role="support")
PACKER = Actor(kind="staff", id="p", name="Pat", role="warehouse")
NOON_MS = 1_790_000_000_000
FIFTY = IssueGiftCard(attempt="form 1", amount=5_000, currency="EUR", paid=True, email="eve@example.org", language="de")


@pytest.fixture
def clock():
    return FixedClock(NOON_MS)


@pytest.fixture
async def shop(state, clock):
    async with open_shop(state, clock=clock) as opened:
        await opened.bus.deliver([subscription(opened)])
        yield opened
        assert await check_invariants(opened) == []


async def books(shop) -> dict[str, int]:
    """Every account that holds anything, whatever the currency."""
    sums: dict[str, int] = {}
    async with shop.database.read() as reader:
        for line in await ledger.trial_balance(reader, 2**60):
            sums[line.account] = sums.get(line.account, 0) + line.amount
    return {account: amount for account, amount in sums.items() if amount}


async def letters(shop):
    while await shop.bus.deliver([subscription(shop)]):
        pass
    return [
        letter
        for letter in reversed(await shop.mail.sent(100))
        if letter.key.partition("/")[0] in {"gift-card", "credit"}
    ]


async def test_a_card_is_made_once_however_often_the_form_is_sent(shop):
    first, second = await issue_gift_card(shop, OWNER, FIFTY), await issue_gift_card(shop, OWNER, FIFTY)
    assert first == second
    assert (first.card.balance, first.card.last4) == (5_000, first.code[-4:])
    assert await books(shop) == {CASH: 5_000, GIFT_CARDS: -5_000}
    (letter,) = await letters(shop)
    assert letter.to == "eve@example.org"
    assert first.code in letter.text
    assert first.code in letter.html
    assert "50,00\xa0€" in letter.text
    entries, _ = await read_audit(shop, OWNER)
    assert [entry.action for entry in entries] == ["gift.issued"]


async def test_the_code_is_stored_nowhere(shop):
    issued = await issue_gift_card(shop, OWNER, FIFTY)
    async with shop.database.read() as reader:
        outbox = await outbox_after(reader, 0, 100)
        card = (await gifts.get_many(reader, [issued.card.id]))[issued.card.id]
    entries, _ = await read_audit(shop, OWNER)
    for plain in (issued.code, issued.code.replace("-", "")):
        assert plain not in f"{outbox} {card} {entries}"


async def test_ten_clicks_at_once_are_one_card(shop):
    issued = await asyncio.gather(*(issue_gift_card(shop, OWNER, FIFTY) for _ in range(10)))
    assert len({one.code for one in issued}) == 1
    assert (await books(shop))[GIFT_CARDS] == -5_000


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": -5}, "amount"),
        ({"amount": 10**13}, "amount"),
        ({"currency": "XAU"}, "currency"),
        ({"expires_ms": NOON_MS}, "expires_ms"),
        ({"language": "tlh"}, "language"),
        ({"attempt": ""}, "attempt"),
        ({"email": "nobody"}, "email"),
        ({"email": "a@b.org\r\nBcc: x@y.org"}, "email"),
    ],
)
async def test_what_makes_no_sense_is_refused_and_nothing_happens(shop, fields, field):
    with pytest.raises((GiftInvalid, Invalid)) as no:
        await issue_gift_card(shop, OWNER, replace(FIFTY, **fields))
    assert no.value.details["field"] == field
    assert await books(shop) == {}
    assert await list_gift_cards(shop, OWNER) == ([], "")


async def test_who_may(shop):
    with pytest.raises(Forbidden):
        await issue_gift_card(shop, SUPPORT, FIFTY)
    card = (await issue_gift_card(shop, OWNER, FIFTY)).card
    assert (await view_gift_card(shop, SUPPORT, card.id)).card == card
    for forbidden in (
        list_gift_cards(shop, PACKER),
        view_gift_card(shop, PACKER, card.id),
        set_gift_card_active(shop, SUPPORT, card.id, active=False),
        give_store_credit(shop, SUPPORT, GiveStoreCredit(attempt="1", customer_id="x", amount=1, currency="EUR")),
    ):
        with pytest.raises(Forbidden):
            await forbidden


async def test_a_card_is_found_by_its_end_and_by_its_whole_code(shop):
    issued = [await issue_gift_card(shop, OWNER, replace(FIFTY, attempt=str(n), email="")) for n in range(3)]
    cards, after = await list_gift_cards(shop, OWNER, limit=2)
    rest, _ = await list_gift_cards(shop, OWNER, cursor=after, limit=2)
    assert len(cards) == 2
    assert len(rest) == 1
    assert {card.id for card in (*cards, *rest)} == {one.card.id for one in issued}
    one = issued[1]
    for search in (one.code, one.code.lower().replace("-", " "), one.card.last4):
        found, _ = await list_gift_cards(shop, OWNER, search)
        assert one.card in found
    with pytest.raises(NotFound):
        await view_gift_card(shop, OWNER, new_id())


async def test_a_blocked_card_pays_nothing_until_it_is_let_go(shop):
    issued = await issue_gift_card(shop, OWNER, FIFTY)
    for active in (False, False, True):
        card = await set_gift_card_active(shop, OWNER, issued.card.id, active=active)
        assert card.active == int(active)
        assert card.spendable("EUR", NOON_MS) == (5_000 if active else 0)
        if active:
            await open_spendable_card(shop, issued.code, "", "EUR")
        else:
            with pytest.raises(GiftRefused):
                await open_spendable_card(shop, issued.code, "", "EUR")
    entries, _ = await read_audit(shop, OWNER)
    assert [entry.action for entry in entries] == ["gift.unblocked", "gift.blocked", "gift.issued"]
    with pytest.raises(NotFound):
        await set_gift_card_active(shop, OWNER, new_id(), active=False)


async def test_what_is_left_at_the_end_belongs_to_the_shop(shop, clock):
    card = (await issue_gift_card(shop, OWNER, replace(FIFTY, expires_ms=NOON_MS + DAY_MS, paid=False))).card
    assert await books(shop) == {GOODWILL: 5_000, GIFT_CARDS: -5_000}
    assert await expire_gift_cards(shop) == 0
    clock.advance(DAY_MS)
    assert await asyncio.gather(*(expire_gift_cards(shop) for _ in range(3))) in ([1, 0, 0], [0, 1, 0], [0, 0, 1])
    assert await books(shop) == {GOODWILL: 5_000, EXPIRED_GIFTS: -5_000}
    view = await view_gift_card(shop, OWNER, card.id)
    assert [(move.kind, move.amount) for move in view.movements] == [("issue", 5_000), ("expire", -5_000)]


# ------------------------------------------------------------------------------------------------------ store credit


async def test_store_credit_is_given_once_and_told(shop):
    ada = await a_customer(shop)
    asked = GiveStoreCredit(attempt="1", customer_id=ada.id, amount=700, currency="USD", reason="a scratch")
    for _ in range(2):
        balance = await give_store_credit(shop, OWNER, asked)
    assert balance.balance == 700
    assert (await give_store_credit(shop, OWNER, replace(asked, attempt="2", amount=50))).balance == 750
    await give_store_credit(shop, OWNER, replace(asked, attempt="3", currency="EUR"))
    assert [(one.currency, one.balance) for one in await store_credit(shop, ada.id)] == [("EUR", 700), ("USD", 750)]
    found = await letters(shop)
    assert [letter.to for letter in found] == [ada.email] * 3
    assert "$7.00" in found[0].text
    assert await books(shop) == {GOODWILL: 1_450, STORE_CREDIT: -1_450}
    entries, _ = await read_audit(shop, OWNER)
    assert [entry.action for entry in entries if entry.subject_id == ada.id].count("credit.given") == 3


@pytest.mark.parametrize(
    ("fields", "field"), [({"amount": 0}, "amount"), ({"currency": ""}, "currency"), ({"reason": "x" * 201}, "reason")]
)
async def test_credit_that_makes_no_sense_is_refused(shop, fields, field):
    ada = await a_customer(shop)
    asked = GiveStoreCredit(attempt="1", customer_id=ada.id, amount=700, currency="USD")
    with pytest.raises(GiftInvalid) as no:
        await give_store_credit(shop, OWNER, replace(asked, **fields))
    assert no.value.details["field"] == field
    with pytest.raises(NotFound):
        await give_store_credit(shop, OWNER, replace(asked, customer_id=new_id()))
    assert await store_credit(shop, ada.id) == []


# ------------------------------------------------------------------------------------------------- before a purchase


async def test_codes_are_tried_so_often_and_no_more(shop):
    issued = await issue_gift_card(shop, OWNER, FIFTY)
    assert (await open_gift_card(shop, issued.code.lower(), "here")).id == issued.card.id
    for _ in range(TRIES_BY_SOURCE.most - 1):
        with pytest.raises(GiftRefused):
            await open_gift_card(shop, card_code(b"x" * 32, new_id()), "here")
    for code in (issued.code, "wrong"):
        with pytest.raises(TooMany):
            await open_gift_card(shop, code, "here")
    assert (await open_gift_card(shop, issued.code, "there")).id == issued.card.id


async def test_cards_pay_first_then_credit_and_the_rest_is_due(shop):
    ada = await a_customer(shop)
    one = (await issue_gift_card(shop, OWNER, replace(FIFTY, amount=2_000))).card
    dollars = (await issue_gift_card(shop, OWNER, replace(FIFTY, attempt="2", currency="USD"))).card
    credit = await give_store_credit(
        shop, OWNER, GiveStoreCredit(attempt="1", customer_id=ada.id, amount=700, currency="EUR")
    )
    chosen = chosen_balances([one.id, dollars.id, one.id], ada.id, "EUR", use_credit=True)
    async with shop.database.read() as reader:
        offer = await offer_gifts(reader, chosen, 3_000, "EUR", NOON_MS)
        assert offer.uses == (GiftUse("", one.id, "EUR", 2_000), GiftUse("", credit.id, "EUR", 700))
        assert (offer.paid, offer.due) == (2_700, 300)
        assert (await offer_gifts(reader, chosen, 1_999, "EUR", NOON_MS)).due == 0
    assert chosen_balances([], "", "EUR", use_credit=True) == ()
    assert chosen_balances([], ada.id, "EUR", use_credit=False) == ()


async def test_cards_travel_sealed(shop):
    ids = [new_id() for _ in range(7)]
    assert unseal_cards(shop, seal_cards(shop, ids)) == tuple(ids[:5])
    assert (seal_cards(shop, []), unseal_cards(shop, ""), unseal_cards(shop, "x" * 60)) == ("", (), ())
