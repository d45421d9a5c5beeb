"""Accounts through their pages: nothing tells a stranger anything, and nobody gets at what is another's."""

import pytest

from fairday.usecases.manage_addresses import list_addresses
from fairday.usecases.reset_password import request_reset
from fairday.usecases.sign_in import sign_out_everywhere
from tests.people import OTHER_PASSWORD, PASSWORD, a_customer, last_token

HOME = {
    "name": "Ada Byron",
    "line1": "Lindenallee 1",
    "line2": "",
    "postcode": "10115",
    "city": "Berlin",
    "country": "DE",
}


async def sign_in(browser, email="ada@example.com", password=PASSWORD, **more):
    await browser.get("/en-de/sign-in")
    return await browser.post("/en-de/sign-in", {"email": email, "password": password, **more})


async def test_register_follow_the_letter_and_be_signed_in(browser, shop):
    await browser.get("/en-de/register")
    await browser.post("/en-de/register", {"name": "Ada", "email": "ada@example.com", "password": PASSWORD})
    assert browser.says("Look into your mailbox")
    assert (await sign_in(browser)).status_code == 422
    path = f"/en-de/register/confirm/{await last_token(shop, 'customer_registered')}"
    assert "noindex" in (await browser.get(path)).text
    assert (await browser.post(path, {"password": OTHER_PASSWORD})).status_code == 422
    await browser.get(path)
    await browser.follow(await browser.post(path, {"password": PASSWORD}))
    assert browser.says("Hello, Ada")
    assert (await browser.get("/en-de/session.json")).json()["name"] == "Ada"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": "", "email": "ada@example.com", "password": PASSWORD}, "Full name: Please fill this in."),
        ({"name": "Ada", "email": "ada", "password": PASSWORD}, "E-mail address: Please write"),
        ({"name": "Ada", "email": "ada@example.com", "password": "password"}, "New password"),
    ],
)
async def test_what_is_wrong_with_a_registration(browser, fields, says):
    await browser.get("/en-de/register")
    answer = await browser.post("/en-de/register", fields)
    assert answer.status_code == 422
    assert browser.says(says)
    assert (
        fields["password"] not in answer.text.replace('type="password"', "").replace('id="password"', "")
        or fields["password"] == "password"
    )


async def test_registering_a_known_address_looks_the_same(browser, another, shop):
    await a_customer(shop)
    pages = []
    for one, email in ((browser, "ada@example.com"), (another, "new@example.com")):
        await one.get("/en-de/register")
        answer = await one.post("/en-de/register", {"name": "Eve", "email": email, "password": OTHER_PASSWORD})
        pages.append((answer.status_code, answer.text.partition("<main")[2]))
    assert pages[0] == pages[1]


async def test_a_wrong_password_and_an_unknown_address_look_the_same(browser, shop):
    await a_customer(shop)
    wrong = await sign_in(browser, password=OTHER_PASSWORD)
    unknown = await sign_in(browser, email="eve@example.com")
    assert wrong.status_code == unknown.status_code == 422
    assert wrong.text.partition("</h1>")[2].count("do not belong together") == 1
    assert unknown.text.partition("</h1>")[2].count("do not belong together") == 1
    assert (await browser.get("/en-de/session.json")).json()["name"] == ""


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/de-de/account",
        "javascript:alert(1)",
        "/en-de/../../x y",
        "",
    ],
)
async def test_signing_in_never_leads_away(browser, shop, target):
    await a_customer(shop)
    answer = await sign_in(browser, next=target)
    assert answer.headers["location"] == "/en-de/account"


async def test_signing_in_leads_back_to_where_it_was_asked_for(browser, shop):
    await a_customer(shop)
    asked = await browser.get("/en-de/account/orders")
    assert asked.headers["location"] == "/en-de/sign-in?said=first&next=/en-de/account/orders"
    await browser.follow(asked)
    answer = await browser.post(
        "/en-de/sign-in", {"email": "ada@example.com", "password": PASSWORD, "next": browser.hidden("next")}
    )
    assert answer.headers["location"] == "/en-de/account/orders"


async def test_signing_in_changes_the_session_and_its_token(browser, shop):
    await a_customer(shop)
    await browser.get("/en-de/sign-in")
    planted, token = browser.client.cookies["fairday"], browser.hidden("csrf")
    await browser.post("/en-de/sign-in", {"email": "ada@example.com", "password": PASSWORD})
    assert browser.client.cookies["fairday"] != planted
    assert (await browser.post("/en-de/account/name", {"name": "Eve", "csrf": token})).status_code == 403


async def test_signing_out_ends_it_here_and_everywhere_ends_it_there(browser, another, shop):
    customer = await a_customer(shop)
    await browser.follow(await sign_in(browser))
    await browser.follow(await browser.post("/en-de/sign-out"))
    assert browser.says("You are signed out.")
    assert (await browser.get("/en-de/account")).status_code == 303
    await sign_in(another)
    await sign_out_everywhere(shop, customer.id)
    assert (await another.get("/en-de/account")).status_code == 303


async def test_a_forgotten_password(browser, shop):
    await a_customer(shop)
    await browser.get("/en-de/password/reset")
    known = await browser.post("/en-de/password/reset", {"email": "ada@example.com"})
    assert browser.says("If there is an account with this address")
    await browser.get("/en-de/password/reset")
    unknown = await browser.post("/en-de/password/reset", {"email": "eve@example.com"})
    assert known.text.partition("<main")[2] == unknown.text.partition("<main")[2]
    await request_reset(shop, "ada@example.com")
    path = f"/en-de/password/new/{await last_token(shop, 'password_reset_requested')}"
    await browser.get(path)
    assert (await browser.post(path, {"password": "short"})).status_code == 422
    await browser.get(path)
    await browser.follow(await browser.post(path, {"password": OTHER_PASSWORD}))
    assert browser.says("Your new password works.")
    assert (await browser.get(path)).status_code == 410
    assert (await sign_in(browser, password=OTHER_PASSWORD)).status_code == 303


async def test_the_address_book(browser, shop):
    customer = await a_customer(shop)
    await sign_in(browser)
    await browser.get("/en-de/account/addresses")
    await browser.follow(await browser.post("/en-de/account/addresses", HOME))
    assert browser.says("Lindenallee 1")
    (address,) = await list_addresses(shop, customer.id)
    await browser.get(f"/en-de/account/addresses?edit={address.id}")
    assert browser.says('value="Lindenallee 1"')
    wrong = await browser.post(f"/en-de/account/addresses/{address.id}", {**HOME, "city": ""})
    assert wrong.status_code == 422
    assert browser.says("City: Please fill this in.")
    await browser.follow(await browser.post(f"/en-de/account/addresses/{address.id}", {**HOME, "city": "Potsdam"}))
    assert browser.says("Potsdam")
    await browser.post("/en-de/cart/lines", {"sku": "MUG"})
    await browser.get("/en-de/checkout")
    assert browser.says('value="Potsdam"')
    await browser.get("/en-de/account/addresses")
    await browser.follow(await browser.post(f"/en-de/account/addresses/{address.id}/remove"))
    assert await list_addresses(shop, customer.id) == []


async def test_another_s_address_is_not_there(browser, another, shop):
    customer = await a_customer(shop)
    await sign_in(browser)
    await browser.get("/en-de/account/addresses")
    await browser.post("/en-de/account/addresses", HOME)
    (address,) = await list_addresses(shop, customer.id)
    await a_customer(shop, "eve@example.com")
    await sign_in(another, "eve@example.com")
    await another.get("/en-de/account/addresses")
    assert (await another.post(f"/en-de/account/addresses/{address.id}", HOME)).status_code == 404
    await another.get("/en-de/account/addresses")
    assert (await another.post(f"/en-de/account/addresses/{address.id}/remove")).status_code == 404
    assert (await another.get(f"/en-de/account/addresses?edit={address.id}")).status_code == 404
    assert await list_addresses(shop, customer.id) == [address]


async def test_a_new_name_and_a_new_password(browser, another, shop):
    await a_customer(shop)
    await sign_in(browser)
    await sign_in(another)
    await browser.get("/en-de/account")
    await browser.follow(await browser.post("/en-de/account/name", {"name": "Augusta Ada"}))
    assert browser.says("Hello, Augusta Ada")
    wrong = await browser.post("/en-de/account/password", {"current": "wrong", "password": OTHER_PASSWORD})
    assert wrong.status_code == 422
    assert browser.says("That is not your current password.")
    await browser.follow(
        await browser.post("/en-de/account/password", {"current": PASSWORD, "password": OTHER_PASSWORD})
    )
    assert browser.says("Your new password is in force.")
    assert (await another.get("/en-de/account")).status_code == 303


async def test_a_new_address_for_letters(browser, shop):
    await a_customer(shop)
    await sign_in(browser)
    await browser.get("/en-de/account")
    await browser.follow(await browser.post("/en-de/account/email", {"current": PASSWORD, "email": "ada@new.example"}))
    assert browser.says("A letter is on its way to the new address.")
    path = f"/en-de/email/confirm/{await last_token(shop, 'email_change_requested')}"
    await browser.get(path)
    await browser.follow(await browser.post(path))
    assert browser.says("Your e-mail address is changed.")
    assert (await sign_in(browser, "ada@new.example")).status_code == 303
