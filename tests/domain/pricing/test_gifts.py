"""Gift balances: codes, who may spend what, and that a balance is its movements whatever is tried."""

import asyncio
import random
from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from fairday.domain.pricing import gift_store as store
from fairday.domain.pricing.gifts import (
    ALPHABET,
    GRACE_MS,
    GiftBalance,
    GiftMovement,
    GiftUse,
    card_code,
    code_hash,
    cover,
    plain_code,
    plan_return,
    plan_uses,
)
from fairday.domain.pricing.invariants import INVARIANTS
from fairday.kernel.errors import Conflict
from fairday.kernel.ids import derived_id, is_id, new_id

NOW = 1_800_000_000_000
SECRET = b"s" * 32


def card(name: str = "a", **fields) -> GiftBalance:
    code = card_code(SECRET, derived_id(name))
    given = {
        "id": derived_id(name), "kind": "card", "opened_by": code_hash(code), "last4": code[-4:], "customer_id": "",
        "currency": "EUR", "balance": 0, "active": 1, "email": "", "language": "en", "expires_ms": 0, "created_ms": NOW,
    } | fields  # fmt: skip
    return GiftBalance(**given)


def use(order: str, amount: int, name: str = "a", currency: str = "EUR") -> GiftUse:
    return GiftUse(order, derived_id(name), currency, amount)


# --------------------------------------------------------------------------------------------------------- the codes


def test_a_code_is_a_hundred_bits_that_the_shop_can_make_again():
    one = new_id()
    code = card_code(SECRET, one)
    assert code == card_code(SECRET, one)
    assert [len(group) for group in code.split("-")] == [4] * 5
    assert set(plain_code(code)) <= set(ALPHABET)
    assert len(ALPHABET) == 32
    codes = {card_code(SECRET, new_id()) for _ in range(1000)}
    assert len(codes) == 1000
    assert all(len({code[place] for code in codes}) == 32 for place in range(24) if place not in {4, 9, 14, 19})
    assert card_code(b"t" * 32, one) != code


@given(seed=st.integers(0, 2**32))
def test_a_code_is_known_however_it_is_typed(seed):
    dice = random.Random(seed)
    code = card_code(SECRET, str(seed))
    typed = code.replace("0", dice.choice("0oO")).replace("1", dice.choice("1iIlL")).lower()
    typed = typed.replace("-", dice.choice(["", " ", " - ", "–"]))
    assert code_hash(f"  {typed} ") == code_hash(code)


@pytest.mark.parametrize("other", ["", "0", "\N{FULLWIDTH DIGIT ONE}", ascii_lowercase])
def test_another_code_is_not(other):
    code = card_code(SECRET, "one")
    assert code_hash(code + "0") != code_hash(code)
    assert code_hash(code[:-1] + other) != code_hash(code) or plain_code(code[:-1] + other) == plain_code(code)


# ------------------------------------------------------------------------------------------------------ who gets what


def test_what_may_be_spent():
    full = card(balance=50)
    assert full.spendable("EUR", NOW) == 50
    assert full.spendable("USD", NOW) == 0
    assert replace(full, active=0).spendable("EUR", NOW) == 0
    assert replace(full, expires_ms=NOW).spendable("EUR", NOW) == 0
    assert replace(full, expires_ms=NOW + 1).spendable("EUR", NOW) == 50


def test_balances_cover_a_total_in_their_order():
    cards = [card("a", balance=30), card("b", balance=0), card("c", balance=9, currency="USD"), card("d", balance=50)]
    assert [(u.balance_id, u.amount) for u in cover(100, cards, NOW, "EUR")] == [
        (derived_id("a"), 30), (derived_id("d"), 50),
    ]  # fmt: skip
    assert [u.amount for u in cover(40, cards, NOW, "EUR")] == [30, 10]
    assert cover(0, cards, NOW, "EUR") == []


def test_first_come_first_served_each_whole_or_not_at_all():
    cards = [card("a", balance=50), card("b", balance=5)]
    plan = plan_uses([use("1", 30), use("2", 30), use("3", 20), use("3", 6, "b"), use("4", 20)], cards, NOW)
    assert plan.refused == {"2", "3"}
    assert [(u.order_id, u.amount) for u in plan.taken] == [("1", 30), ("4", 20)]
    assert plan_uses([use("1", 0)], cards, NOW).refused == {"1"}
    assert plan_uses([use("1", -5)], cards, NOW).refused == {"1"}
    assert plan_uses([use("1", 5, "nobody's")], cards, NOW).refused == {"1"}


def test_one_order_cannot_spend_the_same_money_twice_over():
    plan = plan_uses([use("1", 30), use("1", 30)], [card("a", balance=50)], NOW)
    assert plan.refused == {"1"}
    plan = plan_uses([use("1", 20), use("1", 30)], [card("a", balance=50)], NOW)
    assert plan.taken == (use("1", 50),)
    assert [u.amount for u in cover(80, [card("a", balance=50)] * 2, NOW, "EUR")] == [50]


@given(taken=st.lists(st.integers(1, 50), min_size=1, max_size=4), parts=st.lists(st.integers(0, 80), max_size=6))
def test_what_goes_back_never_exceeds_what_was_taken(taken, parts):
    moves = [GiftMovement(id="", balance_id=str(n), kind="redeem", amount=-amount, order_id="1", ref="1", at_ms=0)
             for n, amount in enumerate(taken)]  # fmt: skip
    for part in parts:
        owed = -sum(move.amount for move in moves)
        back = plan_return(part, moves)
        assert sum(back.values()) == min(part, owed)
        moves += [GiftMovement(id="", balance_id=n, kind="refund", amount=more, order_id="1", ref="", at_ms=1)
                  for n, more in back.items()]  # fmt: skip
        for n, amount in enumerate(taken):
            assert -amount <= sum(move.amount for move in moves if move.balance_id == str(n)) <= 0


# ---------------------------------------------------------------------------------------------------------- the store


@pytest.fixture(autouse=True)
async def rules(database):
    yield
    async with database.read() as reader:
        for rule in INVARIANTS:
            assert await reader.rows(rule.statement) == [], rule.name


async def issue(database, *cards: GiftBalance, amount: int = 50, ref: str = "desk") -> None:
    async with database.write() as unit:
        await store.insert_many(unit, cards)
        await store.issue_many(unit, {c.id: amount for c in cards}, {c.id: ref for c in cards}, NOW)


async def balance(database, name: str = "a") -> int:
    async with database.read() as reader:
        return (await store.get_many(reader, [derived_id(name)]))[derived_id(name)].balance


async def redeem(database, *uses: GiftUse, at_ms: int = NOW):
    async with database.write() as unit:
        return await store.redeem_many(unit, uses, at_ms)


async def test_issued_once_however_often_it_is_said(database):
    for _ in range(2):
        await issue(database, card())
    await issue(database, card(), amount=7, ref="another")
    assert await balance(database) == 57
    async with database.read() as reader:
        code = card_code(SECRET, derived_id("a"))
        assert (await store.find_cards(reader, [code.lower(), "wrong"])).keys() == {code.lower()}
        kinds = [(m.kind, m.amount) for m in await store.movements_of(reader, derived_id("a"))]
    assert sorted(kinds) == [("issue", 7), ("issue", 50)]


async def test_one_refusal_touches_no_neighbour(database):
    await issue(database, card("a"), card("b"))
    plan = await redeem(database, use("1", 40), use("2", 20), use("3", 10), use("3", 50, "b"))
    assert plan.refused == {"2"}
    assert (await balance(database), await balance(database, "b")) == (0, 0)


@pytest.mark.parametrize("fields", [{"active": 0}, {"expires_ms": NOW}, {"currency": "USD"}])
async def test_what_may_not_be_spent_is_refused(database, fields):
    await issue(database, card(**fields))
    assert (await redeem(database, use("1", 1))).refused == {"1"}
    assert await balance(database) == 50


async def test_the_write_does_not_trust_what_was_read(database):
    """Whatever a plan says: an empty, blocked or expired balance gives nothing, and the unit is undone."""
    await issue(database, card())
    for wrong in (use("1", 51), use("1", 20, "nobody's")):
        with pytest.raises(Conflict):
            async with database.write() as unit:
                await store.take_many(unit, [wrong], NOW)
    async with database.write() as unit:
        assert await store.set_active(unit, derived_id("a"), active=False)
        assert not await store.set_active(unit, derived_id("a"), active=False)
    with pytest.raises(Conflict):
        async with database.write() as unit:
            await store.take_many(unit, [use("1", 5)], NOW)
    assert await balance(database) == 50


async def test_an_order_takes_once(database):
    await issue(database, card())
    await redeem(database, use("1", 20))
    with pytest.raises(Conflict):
        await redeem(database, use("1", 20))
    assert await balance(database) == 30


async def test_let_go_comes_back_once(database):
    await issue(database, card("a"), card("b"))
    await redeem(database, use("1", 50), use("1", 10, "b"), use("2", 30, "b"))
    async with database.write() as unit:
        assert await store.release_many(unit, ["1", "none"], NOW) == 60
    async with database.write() as unit:
        assert await store.release_many(unit, ["1"], NOW) == 0
    assert (await balance(database), await balance(database, "b")) == (50, 20)


async def test_refunds_go_back_where_they_came_from_and_no_further(database):
    await issue(database, card("a"), card("b"))
    await redeem(database, use("1", 50), use("1", 10, "b"))
    for _ in range(2):  # the second time changes nothing
        async with database.write() as unit:
            assert await store.refund(unit, "1", "refund 1", 25, NOW) == {"card": 25, "credit": 0}
    assert await balance(database) + await balance(database, "b") == 65
    with pytest.raises(AssertionError, match="did not pay"):
        async with database.write() as unit:
            await store.refund(unit, "1", "refund 2", 36, NOW)
    async with database.write() as unit:
        await store.refund(unit, "1", "refund 2", 35, NOW)
    assert (await balance(database), await balance(database, "b")) == (50, 50)


async def test_what_was_paid_with_is_told_by_kind(database):
    await issue(database, card("a"), card("b", kind="credit", customer_id="ada"))
    await redeem(database, use("1", 50), use("1", 10, "b"), use("2", 5, "b"))
    async with database.read() as reader:
        assert await store.paid_by_kind(reader, ["1", "2", "3"]) == {
            "1": {"card": 50, "credit": 10},
            "2": {"credit": 5},
        }
        assert [one.balance for one in await store.credit_of(reader, "ada")] == [35]
        assert await store.credit_of(reader, "") == []
    async with database.write() as unit:
        assert await store.refund(unit, "1", "refund", 60, NOW) == {"card": 50, "credit": 10}


async def test_what_is_over_is_taken_and_what_comes_back_can_be_spent_a_while(database):
    await issue(database, card("a", expires_ms=NOW + 10), card("b"))
    await redeem(database, use("1", 20))
    async with database.read() as reader:
        assert await store.expired(reader, NOW + 9, 10) == []
        assert [one.id for one in await store.expired(reader, NOW + 10, 10)] == [derived_id("a")]
    for _ in range(2):
        async with database.write() as unit:
            gone = await store.expire_many(unit, [derived_id("a"), derived_id("b")], NOW + 10)
    assert (gone, await balance(database), await balance(database, "b")) == ([], 0, 50)
    async with database.write() as unit:
        await store.refund(unit, "1", "refund", 20, NOW + 20)
    async with database.read() as reader:
        back = (await store.get_many(reader, [derived_id("a")]))[derived_id("a")]
    assert (back.balance, back.expires_ms) == (20, NOW + 20 + GRACE_MS)
    async with database.write() as unit:
        (gone,) = await store.expire_many(unit, [derived_id("a")], NOW + 20 + GRACE_MS)
    assert gone.amount == -20


async def test_fifty_carts_and_one_card_at_once(database):
    """F-20, below the shop: thirty each of a hundred, so three of fifty."""
    await issue(database, card(), amount=100)
    plans = await asyncio.gather(*(redeem(database, use(str(n), 30)) for n in range(50)))
    assert sum(not plan.refused for plan in plans) == 3
    assert await balance(database) == 10


async def test_pages_are_newest_first(database):
    cards = [card(str(n), opened_by=str(n), last4=str(n), created_ms=NOW + n // 2 * 2) for n in range(6)]
    cards = sorted(cards, key=lambda one: (one.created_ms, one.id))
    order = [one.last4 for one in reversed(cards)]
    await issue(database, *cards)
    async with database.read() as reader:
        first = await store.page(reader, "card", limit=3)
        rest = await store.page(reader, "card", before=first[-1].id, limit=3)
        assert [one.last4 for one in (*first, *rest)] == order
        assert [one.last4 for one in await store.page(reader, "card", last4="2")] == ["2"]
        assert await store.page(reader, "credit") == []
    assert all(is_id(one.id) for one in first)
