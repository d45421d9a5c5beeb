"""No form is taken that our own page, in this session, did not send: every POST door, one by one."""

import re

from fairday.domain.access import audit
from fairday.interfaces.backoffice import all_doors
from fairday.interfaces.backoffice.doors import ANYONE
from fairday.kernel.events import outbox_end
from fairday.kernel.ids import new_id
from fairday.usecases.shop import Shop
from tests.office import Office

POSTS = [door for door in all_doors(development=True) if door.method == "POST"]
ELSEWHERE = (
    {},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"sec-fetch-site": "same-origin", "origin": "http://localhost:8000.evil.example"},
)


async def _written(shop: Shop) -> tuple[object, ...]:
    async with shop.database.read() as reader:
        return await audit.heads(reader), await outbox_end(reader)


async def test_every_post_needs_the_token_of_this_session(office: Office, shop: Shop) -> None:
    owner = await office.enter("owner")
    other = await office.enter("manager")
    stranger = office.browser()
    await stranger.get("/sign-in")
    before = await _written(shop)
    for door in POSTS:
        if door.permission == "proving":
            continue  # a signed-in owner is sent away before the token is looked at
        path = re.sub(r"\{[^}]+\}", new_id(), door.path).removeprefix("/backoffice")
        for token in ("", "x", "A" * 86, other.token, stranger.token):
            answer = await owner.post(path, {"csrf": token})
            assert answer.status_code == 403, (path, token)
    assert await _written(shop) == before


async def test_every_post_must_come_from_our_own_pages(office: Office, shop: Shop) -> None:
    owner = await office.enter("owner")
    before, token = await _written(shop), owner.token
    for door in POSTS:
        if door.permission == "proving":
            continue
        path = re.sub(r"\{[^}]+\}", new_id(), door.path).removeprefix("/backoffice")
        for headers in ELSEWHERE:
            answer = await owner.post(path, {"csrf": token}, headers=headers)
            assert answer.status_code == 403, (path, headers)
    assert await _written(shop) == before


async def test_the_second_step_is_guarded_too(office: Office, shop: Shop) -> None:
    await office.enter("owner")
    browser = office.browser()
    await browser.get("/sign-in")
    await browser.post("/sign-in", {"login": "owner", "password": "seven grey herons"})
    page = await browser.get("/sign-in/factor")
    assert page.status_code == 200
    assert (await browser.post("/sign-in/factor", {"csrf": "x", "code": "000000"})).status_code == 403
    elsewhere = {"sec-fetch-site": "cross-site"}
    assert (await browser.post("/sign-in/factor", {"code": "000000"}, headers=elsewhere)).status_code == 403


async def test_the_right_token_from_our_own_page_is_taken(office: Office) -> None:
    """The control: the refusals above are about token and origin and nothing else."""
    owner = await office.enter("owner")
    answer = await owner.post("/staff", {"login": "newcomer", "name": "New Comer", "role": "support"})
    assert answer.status_code == 200
    assert "newcomer" in answer.text


async def test_what_is_no_form_is_not_read(office: Office) -> None:
    owner = await office.enter("owner")
    headers = {"sec-fetch-site": "same-origin", "content-type": "application/json"}
    answer = await owner.client.post("/backoffice/staff", content=b"{}", headers=headers)
    assert answer.status_code == 400
    huge = {"login": "a" * 2_000_000}
    assert (await owner.post("/staff", huge)).status_code in {400, 413}


def test_only_signing_in_and_the_language_are_open_to_strangers() -> None:
    assert {door.path for door in POSTS if door.permission == ANYONE} == {
        "/backoffice/sign-in",
        "/backoffice/language",
    }
