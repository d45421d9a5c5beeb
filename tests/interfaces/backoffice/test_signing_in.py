"""Signing in and out of the back office, through its pages."""

import html
import json
import re

import pytest

from fairday.domain.access import SYSTEM
from fairday.interfaces.backoffice.session import IDLE_MS, LIFE_MS
from fairday.kernel.clock import FixedClock
from fairday.usecases.manage_staff import create_owner, set_staff_active
from fairday.usecases.shop import Shop
from tests.authenticator import Authenticator
from tests.office import BASE, STEP_MS, Browser, Office
from tests.people import OTHER_PASSWORD, PASSWORD, a_colleague, code_of

COOKIE = "fairday-office"


def advance(shop: Shop, by_ms: int) -> None:
    assert isinstance(shop.clock, FixedClock)
    shop.clock.advance(by_ms)


def without_secrets(page: str) -> str:
    page = re.sub(r'nonce="[^"]+"', "", page)
    return re.sub(r'value="[^"]*"', "", page)


async def test_there_is_no_default_password(office: Office, shop: Shop) -> None:
    new = await create_owner(shop)
    assert new is not None
    assert len(new.password) >= 20
    for login in ("admin", "owner", "root", "fairday"):
        for password in ("", "admin", "owner", "password", "fairday", "changeme", "12345678", login):
            browser = office.browser(source=f"10.0.0.{len(login)}{len(password)}")
            await browser.get("/sign-in")
            answer = await browser.post("/sign-in", {"login": login, "password": password})
            assert answer.status_code in {401, 429}, (login, password)


async def test_the_first_sign_in_asks_for_a_password_and_a_factor_of_ones_own(office: Office, shop: Shop) -> None:
    new = await create_owner(shop)
    assert new is not None
    browser = office.browser()
    await browser.get("/sign-in")
    answer = await browser.post("/sign-in", {"login": "owner", "password": new.password})
    assert answer.headers["location"] == "/backoffice/welcome"
    for path in ("/", "/orders", "/staff", "/account"):
        assert (await browser.get(path)).headers["location"] == "/backoffice/welcome"
    await browser.get("/welcome")
    fields = {"current": new.password, "password": OTHER_PASSWORD, "repeated": OTHER_PASSWORD}
    answer = await browser.post("/welcome/password", {**fields, "repeated": "something else"})
    assert answer.status_code == 400
    answer = await browser.post("/welcome/password", fields)
    assert answer.headers["location"] == "/backoffice/welcome?done=password"
    page = await browser.get("/welcome")
    assert "data:image/svg+xml" in html.unescape(page.text)
    secret = re.search(r'class="secret">([A-Z2-7]+)<', page.text)
    sealed = re.search(r'name="sealed" value="([^"]+)"', page.text)
    assert secret
    assert sealed
    wrong = await browser.post("/account/totp", {"sealed": sealed[1], "code": "000000"})
    assert wrong.status_code == 401
    done = await browser.post("/account/totp", {"sealed": sealed[1], "code": code_of(shop, secret[1])})
    codes = re.findall(r"<li>([a-z0-9-]{29})</li>", done.text)
    assert len(codes) == 10
    assert (await browser.get("/")).status_code == 200
    advance(shop, STEP_MS)
    again = office.browser()
    again.secret = secret[1]
    assert (await again.sign_in("owner", OTHER_PASSWORD)).headers["location"] == "/backoffice/"


async def test_a_code_works_once(office: Office, shop: Shop) -> None:
    owner = await office.enter("owner")
    code = code_of(shop, owner.secret)  # the one that signed the owner in
    thief = office.browser()
    await thief.get("/sign-in")
    await thief.post("/sign-in", {"login": "owner", "password": PASSWORD})
    await thief.get("/sign-in/factor")
    assert (await thief.post("/sign-in/factor", {"code": code})).status_code == 401
    assert (await thief.get("/orders")).headers["location"] == "/backoffice/sign-in"
    advance(shop, STEP_MS)
    answer = await thief.post("/sign-in/factor", {"code": code_of(shop, owner.secret)})
    assert answer.headers["location"] == "/backoffice/"


async def test_a_recovery_code_works_once(office: Office, owner: Browser) -> None:
    page = await owner.post("/account/recovery")
    code = re.findall(r"<li>([a-z0-9-]{29})</li>", page.text)[0]
    for status in (303, 401):
        browser = office.browser()
        await browser.get("/sign-in")
        await browser.post("/sign-in", {"login": "owner", "password": PASSWORD})
        await browser.get("/sign-in/factor")
        assert (await browser.post("/sign-in/factor", {"recovery": code.upper()})).status_code == status


async def test_a_passkey_signs_in_and_can_be_removed(office: Office, owner: Browser) -> None:
    key = Authenticator(BASE)
    page = await owner.get("/account")
    challenge, options = passkey_of(page.text)
    answer = await owner.post(
        "/account/passkeys", {"challenge": challenge, "credential": key.create(options), "name": "<b>Laptop</b>"}
    )
    assert answer.headers["location"] == "/backoffice/account?done=saved"
    page = await owner.get("/account")
    assert "&lt;b&gt;Laptop" in page.text
    browser = office.browser()
    await browser.get("/sign-in")
    await browser.post("/sign-in", {"login": "owner", "password": PASSWORD})
    page = await browser.get("/sign-in/factor")
    challenge, options = passkey_of(page.text)
    forged = await browser.post(
        "/sign-in/factor", {"challenge": challenge, "credential": Authenticator(BASE).get(options)}
    )
    assert forged.status_code == 401
    challenge, options = passkey_of(forged.text)
    said = {"challenge": challenge, "credential": key.get(options)}
    assert (await browser.post("/sign-in/factor", said)).headers["location"] == "/backoffice/"
    page = await browser.get("/account")
    removed = re.search(r'name="passkey" value="([^"]+)"', page.text)
    assert removed
    gone = await browser.post("/account/passkeys/remove", {"passkey": removed[1]})
    assert gone.headers["location"] == "/backoffice/account?done=saved"
    assert "Laptop" not in (await browser.get("/account")).text


def passkey_of(page: str) -> tuple[str, str]:
    """The challenge's id and the options of the passkey form."""
    options = re.search(r'data-passkey="([^"]+)"', page)
    challenge = re.search(r'name="challenge" value="([^"]+)"', page)
    assert options
    assert challenge
    text = html.unescape(options[1])
    json.loads(text)
    return challenge[1], text


async def test_a_stranger_learns_nothing_from_the_answer(office: Office, shop: Shop) -> None:
    await a_colleague(shop, "owner")
    gone, _ = await a_colleague(shop, "support")
    await set_staff_active(shop, SYSTEM, gone.id, active=False)
    answers = []
    for number, (login, password) in enumerate([("owner", "wrong"), ("nobody", "wrong"), ("support", PASSWORD)]):
        browser = office.browser(source=f"10.0.1.{number}")
        await browser.get("/sign-in")
        answer = await browser.post("/sign-in", {"login": login, "password": password})
        answers.append((answer.status_code, without_secrets(answer.text)))
    assert answers[0][0] == 401
    assert answers[0] == answers[1] == answers[2]


async def test_tries_are_limited(office: Office, shop: Shop) -> None:
    await a_colleague(shop, "owner")
    browser = office.browser(source="10.0.2.1")
    await browser.get("/sign-in")
    statuses = [
        (await browser.post("/sign-in", {"login": "owner", "password": "wrong"})).status_code for _ in range(25)
    ]
    assert statuses[0] == 401
    assert statuses[-1] == 429
    assert (await browser.post("/sign-in", {"login": "owner", "password": PASSWORD})).status_code == 429


async def test_codes_cannot_be_guessed_one_after_the_other(office: Office, shop: Shop) -> None:
    await a_colleague(shop, "owner")
    advance(shop, STEP_MS)
    browser = office.browser()
    await browser.get("/sign-in")
    await browser.post("/sign-in", {"login": "owner", "password": PASSWORD})
    await browser.get("/sign-in/factor")
    statuses = [(await browser.post("/sign-in/factor", {"code": f"{n:06}"})).status_code for n in range(12)]
    assert 429 in statuses
    assert 303 not in statuses


async def test_signing_out_ends_a_copied_session_too(office: Office, owner: Browser) -> None:
    copied = office.browser()
    copied.client.cookies.set(COOKIE, owner.client.cookies[COOKIE], domain="localhost.local", path="/")
    assert (await copied.get("/orders")).status_code == 200
    assert (await owner.post("/sign-out")).headers["location"] == "/backoffice/sign-in?done=signed-out"
    assert (await owner.get("/orders")).headers["location"] == "/backoffice/sign-in"
    assert (await copied.get("/orders")).headers["location"] == "/backoffice/sign-in"


async def test_whoever_is_let_go_is_out_with_the_next_click(office: Office, owner: Browser, shop: Shop) -> None:
    support = await office.enter("support")
    assert (await support.get("/orders")).status_code == 200
    assert support.staff is not None
    answer = await owner.confirm(f"/staff/{support.staff.id}/leave")
    assert answer.headers["location"] == "/backoffice/staff?done=saved"
    assert (await support.get("/orders")).headers["location"] == "/backoffice/sign-in"
    advance(shop, STEP_MS)
    assert (await support.sign_in("support")).status_code == 401


@pytest.mark.parametrize(("idle_ms", "lives"), [(IDLE_MS - 60_000, True), (IDLE_MS + 1, False)])
async def test_an_idle_session_ends(owner: Browser, shop: Shop, idle_ms: int, *, lives: bool) -> None:
    advance(shop, idle_ms)
    assert ((await owner.get("/orders")).status_code == 200) is lives


async def test_a_busy_session_ends_as_well(owner: Browser, shop: Shop) -> None:
    for _ in range(LIFE_MS // (IDLE_MS // 2) - 1):
        advance(shop, IDLE_MS // 2)
        assert (await owner.get("/orders")).status_code == 200
    advance(shop, IDLE_MS // 2)
    assert (await owner.get("/orders")).status_code == 303


async def test_the_session_gets_a_new_id_at_every_step(office: Office, shop: Shop) -> None:
    _, secret = await a_colleague(shop, "owner")
    advance(shop, STEP_MS)
    browser = office.browser()
    seen = set()
    await browser.get("/sign-in")
    seen.add(browser.client.cookies[COOKIE])
    before = browser.token
    await browser.post("/sign-in", {"login": "owner", "password": PASSWORD})
    seen.add(browser.client.cookies[COOKIE])
    await browser.get("/sign-in/factor")
    await browser.post("/sign-in/factor", {"code": code_of(shop, secret)})
    seen.add(browser.client.cookies[COOKIE])
    assert len(seen) == 3
    planted = await browser.post("/account/recovery", {"csrf": before})
    assert planted.status_code == 403


async def test_cookie_and_headers(office: Office, owner: Browser) -> None:
    answer = await office.browser().get("/sign-in")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    nonces = set()
    for path in ("/", "/orders", "/account", "//mail"):
        answer = await owner.get(path)
        assert answer.headers["cache-control"] == "no-store"
        policy = answer.headers["content-security-policy"]
        nonce = re.search(r"script-src 'nonce-([^']+)'", policy)
        assert nonce
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert re.findall(r"<script[^>]*nonce=\"([^\"]+)\"", answer.text) == [nonce[1]]
        assert not re.search(r"<[^>]+ (on\w+|style)=", answer.text)
        nonces.add(nonce[1])
    assert len(nonces) == 4


async def test_every_sign_in_is_in_the_log(owner: Browser) -> None:
    browser_page = await owner.get("/audit")
    assert "staff.signed_in" in browser_page.text
    assert "127.0.0.1" in browser_page.text


async def test_the_language_can_be_chosen_and_leads_nowhere_else(office: Office) -> None:
    browser = office.browser(language="de-DE,de;q=0.9")
    assert '<html lang="de">' in (await browser.get("/sign-in")).text
    answer = await browser.post("/language", {"language": "en", "back": "//evil.example/"})
    assert answer.headers["location"] == "/backoffice/"
    assert '<html lang="en">' in (await browser.get("/sign-in")).text
    assert (await browser.post("/language", {"language": "xx"})).status_code == 303
