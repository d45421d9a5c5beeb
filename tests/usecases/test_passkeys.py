"""Passkeys, with an authenticator in software: they prove who signs in, and nothing that was bent proves anything."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from fairday.domain.access import SYSTEM
from fairday.domain.access.errors import LastFactor, PasskeysImpossible, SignInExpired, WrongFactor
from fairday.kernel.clock import MINUTE_MS, FixedClock
from fairday.kernel.errors import NotFound
from fairday.usecases.enrol_factor import begin_passkey, finish_passkey, list_passkeys, remove_passkey, remove_totp
from fairday.usecases.prove_passkey import begin_passkey_proof, passkeys_possible, prove_passkey
from fairday.usecases.staff_sign_in import recognise_staff, staff_sign_in
from fairday.usecases.write_audit import read_audit
from tests.authenticator import Authenticator
from tests.engines import NOW_MS
from tests.people import PASSWORD, a_colleague
from tests.shop import open_shop

ORIGIN = "http://localhost:8123"
STRANGE_KEY = ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
async def shop(tmp_path):
    async with open_shop(tmp_path, clock=FixedClock(NOW_MS), url=ORIGIN) as opened:
        yield opened


@pytest.fixture
async def ada(shop):
    return (await a_colleague(shop, "owner", "ada"))[0]


@pytest.fixture
async def key(shop, ada):
    """Ada's passkey, enrolled."""
    authenticator = Authenticator(ORIGIN)
    offer = await begin_passkey(shop, ada.id)
    await finish_passkey(shop, ada.id, offer.challenge_id, authenticator.create(offer.options_json), " my  key ")
    return authenticator


async def test_a_passkey_signs_in(shop, ada, key):
    (passkey,) = await list_passkeys(shop, ada.id)
    assert (passkey.name, passkey.sign_count, passkey.used_ms) == ("my key", 0, 0)
    first = await staff_sign_in(shop, "ada", PASSWORD)
    assert first.factors == ("passkey", "totp", "recovery")
    offer = await begin_passkey_proof(shop, first.ticket)
    options = json.loads(offer.options_json)
    assert options["rpId"] == "localhost"
    assert [one["id"] for one in options["allowCredentials"]] == [passkey.id]
    staff = await prove_passkey(shop, first.ticket, offer.challenge_id, key.get(offer.options_json))
    assert await recognise_staff(shop, ada.id, staff.epoch) is not None
    (passkey,) = await list_passkeys(shop, ada.id)
    assert (passkey.sign_count, passkey.used_ms) == (1, NOW_MS)


async def test_enrolling_ends_other_sessions_and_asks_for_nothing_secret(shop, ada):
    offer = await begin_passkey(shop, ada.id)
    options = json.loads(offer.options_json)
    assert (options["rp"]["id"], options["user"]["name"], options["attestation"]) == ("localhost", "ada", "none")
    answer = Authenticator(ORIGIN).create(offer.options_json)
    enrolled = await finish_passkey(shop, ada.id, offer.challenge_id, answer, "")
    assert await recognise_staff(shop, ada.id, ada.epoch) is None
    assert enrolled.staff.passkeys == 1
    assert enrolled.recovery_codes == ()  # they came with the first factor
    assert (await list_passkeys(shop, ada.id))[0].name == "passkey"


async def test_a_challenge_is_good_for_one_answer(shop, ada, key):
    first = await staff_sign_in(shop, "ada", PASSWORD)
    offer = await begin_passkey_proof(shop, first.ticket)
    answer = key.get(offer.options_json)
    await prove_passkey(shop, first.ticket, offer.challenge_id, answer)
    with pytest.raises(SignInExpired):
        await prove_passkey(shop, first.ticket, offer.challenge_id, answer)
    offer = await begin_passkey_proof(shop, first.ticket)
    with pytest.raises(WrongFactor):  # a wrong answer spends it too
        await prove_passkey(shop, first.ticket, offer.challenge_id, "{}")
    with pytest.raises(SignInExpired):
        await prove_passkey(shop, first.ticket, offer.challenge_id, key.get(offer.options_json))


async def test_an_old_answer_does_not_fit_a_new_challenge(shop, ada, key):
    first = await staff_sign_in(shop, "ada", PASSWORD)
    old = key.get((await begin_passkey_proof(shop, first.ticket)).options_json)
    offer = await begin_passkey_proof(shop, first.ticket)
    with pytest.raises(WrongFactor):
        await prove_passkey(shop, first.ticket, offer.challenge_id, old)


@pytest.mark.parametrize(
    "bent",
    [
        {"origin": "http://localhost:8124"},
        {"origin": "https://localhost:8123"},
        {"origin": "http://localhost:8123.evil.example"},
        {"rp_id": "evil.example"},
        {"kind": "webauthn.create"},
        {"challenge": "AAAA"},
        {"challenge": 7},
        {"flags": 0},
        {"key": STRANGE_KEY},
    ],
    ids="-".join,
)
async def test_a_bent_answer_proves_nothing(shop, ada, key, bent):
    first = await staff_sign_in(shop, "ada", PASSWORD)
    offer = await begin_passkey_proof(shop, first.ticket)
    with pytest.raises(WrongFactor):
        await prove_passkey(shop, first.ticket, offer.challenge_id, key.get(offer.options_json, **bent))
    assert (await list_passkeys(shop, ada.id))[0].used_ms == 0


@pytest.mark.parametrize(
    "answer",
    ["", "{}", "[]", "null", "7", '"x"', "{" * 5_000, "[" * 30_000, '{"a":' * 6_000, '{"id": 1}',
     "x" * 40_000, "\ud800",
     '{"id":"AA","rawId":"AA","type":"public-key","response":{}}',
     '{"id":"ä","rawId":"ä","type":"public-key","response":{"clientDataJSON":"ä","authenticatorData":"","signature":""}}'],
)  # fmt: skip
async def test_nonsense_proves_nothing(shop, ada, key, answer):
    first = await staff_sign_in(shop, "ada", PASSWORD)
    offer = await begin_passkey_proof(shop, first.ticket)
    with pytest.raises(WrongFactor):
        await prove_passkey(shop, first.ticket, offer.challenge_id, answer)
    offer = await begin_passkey(shop, ada.id)
    with pytest.raises(WrongFactor):
        await finish_passkey(shop, ada.id, offer.challenge_id, answer, "x")


@pytest.mark.parametrize("field", ["clientDataJSON", "authenticatorData", "signature"])
async def test_a_garbled_part_proves_nothing(shop, ada, key, field):
    first = await staff_sign_in(shop, "ada", PASSWORD)
    for garbled in ("", "AAAA", "!!!!", "A" * 3_000):
        offer = await begin_passkey_proof(shop, first.ticket)
        answer = json.loads(key.get(offer.options_json))
        answer["response"][field] = garbled
        with pytest.raises(WrongFactor):
            await prove_passkey(shop, first.ticket, offer.challenge_id, json.dumps(answer))


@pytest.mark.parametrize(
    "bent",
    [{"origin": "http://evil.example"}, {"rp_id": "evil.example"}, {"kind": "webauthn.get"}, {"challenge": "AAAA"}],
    ids="-".join,
)
async def test_a_bent_enrolment_enrols_nothing(shop, ada, bent):
    offer = await begin_passkey(shop, ada.id)
    with pytest.raises(WrongFactor):
        await finish_passkey(
            shop, ada.id, offer.challenge_id, Authenticator(ORIGIN).create(offer.options_json, **bent), "x"
        )
    assert await list_passkeys(shop, ada.id) == []


async def test_challenges_belong_to_one_person_and_one_purpose_and_expire(shop, ada, key):
    await a_colleague(shop, "manager", "max")
    of_ada, of_max = await staff_sign_in(shop, "ada", PASSWORD), await staff_sign_in(shop, "max", PASSWORD)
    offer = await begin_passkey_proof(shop, of_ada.ticket)
    with pytest.raises(SignInExpired):
        await prove_passkey(shop, of_max.ticket, offer.challenge_id, key.get(offer.options_json))
    with pytest.raises(SignInExpired):
        await finish_passkey(shop, ada.id, offer.challenge_id, key.create('{"challenge":"AA","rp":{"id":"x"}}'), "x")
    shop.clock.advance(4 * MINUTE_MS)
    of_ada = await staff_sign_in(shop, "ada", PASSWORD)
    offer = await begin_passkey_proof(shop, of_ada.ticket)
    enrolment = await begin_passkey(shop, ada.id)
    shop.clock.advance(5 * MINUTE_MS)
    with pytest.raises(SignInExpired):
        await finish_passkey(shop, ada.id, enrolment.challenge_id, key.create(enrolment.options_json), "x")


async def test_another_persons_passkey_proves_nothing(shop, ada, key):
    await a_colleague(shop, "manager", "max")
    first = await staff_sign_in(shop, "max", PASSWORD)
    offer = await begin_passkey_proof(shop, first.ticket)
    with pytest.raises(WrongFactor):
        await prove_passkey(shop, first.ticket, offer.challenge_id, key.get(offer.options_json))


async def test_a_passkey_is_enrolled_once(shop, ada, key):
    max_, _ = await a_colleague(shop, "manager", "max")
    for staff_id in (ada.id, max_.id):
        offer = await begin_passkey(shop, staff_id)
        with pytest.raises(WrongFactor):
            await finish_passkey(shop, staff_id, offer.challenge_id, key.create(offer.options_json), "again")
    assert await list_passkeys(shop, max_.id) == []


async def test_a_counter_that_goes_back_is_let_in_and_written_down(shop, ada, key):
    for count, noted in ((7, 0), (3, 1), (0, 1), (0, 1)):
        first = await staff_sign_in(shop, "ada", PASSWORD)
        offer = await begin_passkey_proof(shop, first.ticket)
        await prove_passkey(shop, first.ticket, offer.challenge_id, key.get(offer.options_json, sign_count=count))
        entries = (await read_audit(shop, SYSTEM, limit=100))[0]
        assert [entry.action for entry in entries].count("passkey.went_back") == noted


async def test_the_last_factor_stays(shop, ada, key):
    max_, _ = await a_colleague(shop, "manager", "max")
    (passkey,) = await list_passkeys(shop, ada.id)
    with pytest.raises(NotFound):
        await remove_passkey(shop, max_.id, passkey.id)
    await remove_totp(shop, ada.id)
    with pytest.raises(LastFactor):
        await remove_passkey(shop, ada.id, passkey.id)
    assert await list_passkeys(shop, ada.id) == [passkey]
    with pytest.raises(LastFactor):
        await remove_totp(shop, max_.id)
    assert (await staff_sign_in(shop, "max", PASSWORD)).factors == ("totp", "recovery")


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "https://192.0.2.7", "http://[::1]:8000"])
async def test_bare_addresses_have_no_passkeys(tmp_path, url):
    async with open_shop(tmp_path, clock=FixedClock(NOW_MS), url=url) as shop:
        staff, _ = await a_colleague(shop, "owner")
        assert not passkeys_possible(shop)
        with pytest.raises(PasskeysImpossible):
            await begin_passkey(shop, staff.id)
