"""Whoever sent a form is read to from the primary for ten seconds, and nobody else is."""

import httpx
import pytest

from fairday.interfaces.web.own_writes import COOKIE, LASTS_S, OwnWrites
from fairday.interfaces.web.surface import Web
from fairday.kernel.clock import FixedClock
from fairday.kernel.lag import may_lag

WEB = Web((b"s" * 32,), "http://localhost:8000")


async def answers(scope, receive, send):
    """Says whether this request may lag; `/no` refuses."""
    status = 422 if scope["path"] == "/no" else 200
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": str(may_lag()).encode()})


@pytest.fixture
def clock():
    return FixedClock(1_790_000_000_000)


@pytest.fixture
async def browser(clock):
    transport = httpx.ASGITransport(app=OwnWrites(answers, WEB, clock))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        yield client


async def test_who_only_asks_may_be_answered_late(browser):
    answer = await browser.get("/")
    assert (answer.text, answer.headers.get("set-cookie")) == ("True", None)
    assert (await browser.head("/")).status_code == 200
    assert not may_lag(), "outside a request nothing may"


async def test_who_changes_something_is_not_and_reads_it_from_the_primary_afterwards(browser, clock):
    assert (await browser.post("/")).text == "False"
    assert (await browser.get("/")).text == "False"
    clock.advance(LASTS_S * 1000 - 1)
    assert (await browser.get("/")).text == "False"
    clock.advance(1)
    assert (await browser.get("/")).text == "True"


async def test_the_cookie_tells_nothing_and_is_for_the_server_alone(browser):
    said = (await browser.post("/")).headers["set-cookie"]
    assert said.startswith(f"{COOKIE}=")
    assert "HttpOnly" in said
    assert "SameSite=lax" in said
    assert f"Max-Age={LASTS_S}" in said
    assert "1790000000" not in said


async def test_a_cookie_that_somebody_made_up_counts_for_nothing(browser):
    for made_up in ("1790000000000", "x" * 5_000, '"', "=;="):
        answer = await browser.get("/", headers={"cookie": f"{COOKIE}={made_up}"})
        assert answer.text == "True"


async def test_what_was_refused_changed_nothing_and_programs_keep_no_cookies(browser):
    for path in ("/no", "/api/v1/carts", "/webhooks/stripe"):
        answer = await browser.post(path)
        assert (answer.text, answer.headers.get("set-cookie")) == ("False", None), path
