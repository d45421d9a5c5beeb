"""Nothing secret is written where others read it: logs, representations, files of the state folder."""

import io
import logging
import stat

import pytest
import structlog

from fairday.bootstrap.app import _shown
from fairday.bootstrap.logs import configure_logs, without_secrets
from fairday.bootstrap.settings import Settings, secret_of
from fairday.interfaces.web import Web
from fairday.kernel.ids import new_id, new_token
from fairday.usecases.issue_account_link import account_link_token
from fairday.usecases.place_order import order_token
from fairday.usecases.shop import ShopSettings
from tests.calling import Caller
from tests.office import Browser as StaffBrowser
from tests.people import PASSWORD, a_customer, last_token

SECRET = "0123456789abcdef0123456789abcdef"
KEYED = "sk_live_abcdefgh"


@pytest.fixture
def logged(monkeypatch):
    """Everything that is logged while the test runs, as it is written in earnest."""
    stream = io.StringIO()
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers, root.level
    monkeypatch.setattr("sys.stderr", stream)
    configure_logs("debug")
    structlog.configure(cache_logger_on_first_use=False)
    monkeypatch.setattr(logging.getLogger("httpx"), "disabled", True)  # the browser's own lines, not the store's
    yield stream
    root.handlers, root.level = handlers, level
    structlog.configure(**before)


async def test_a_day_in_the_shop_writes_no_secret_into_the_log(store, logged):
    """Buying, signing in with right and wrong passwords, following letters, working in the back office."""
    shop = store.shop
    browser, caller = store.browser(), Caller(store.shop, store.browser().client)
    await a_customer(shop)
    cart = await caller.cart()
    order = await caller.post("/orders", caller.order(cart), token=cart["token"], key="an-idempotency-key")
    key = await caller.server()
    await caller.get(f"/orders/{order.json()['id']}", token=key)
    await browser.get(f"/en-de/orders/{order.json()['id']}/{order.json()['token']}")
    await browser.get("/en-de/sign-in")
    csrf = browser.token
    for password in (PASSWORD + "-wrong", PASSWORD):
        await browser.post("/en-de/sign-in", {"email": "ada@example.com", "password": password})
    await browser.get("/en-de/password/reset")
    await browser.post("/en-de/password/reset", {"email": "ada@example.com"})
    link = await last_token(shop, "password_reset_requested")
    await browser.get(f"/en-de/password/new/{link}")
    await browser.get(f"/en-de/password/new/{link}.")
    staff = await StaffBrowser(shop, store.browser().client).enter("owner")
    await staff.get("/orders", q="ada@shop.example")
    text = logged.getvalue()
    assert text.count('"event": "request"') >= 12, "the log was listened to"
    secrets = {
        "password": PASSWORD, "cart token": cart["token"], "order token": order.json()["token"], "api key": key,
        "csrf": csrf, "letter": link, "cookie": browser.client.cookies["fairday"],
        "secret": shop.settings.secret.decode(),
        "staff cookie": staff.client.cookies["fairday-office"], "totp": staff.secret, "payment": "tok_ok",
        "e-mail": "ada@", "key": "an-idempotency-key",
    }  # fmt: skip
    assert not [name for name, value in secrets.items() if value in text]


def test_a_path_is_shown_without_what_opens_things(store):
    shop, order_id = store.shop, new_id()
    opened = order_token(shop, order_id)
    assert len(opened) == 27
    assert _shown(f"/en-de/orders/{order_id}/{opened}") == f"/en-de/orders/{order_id}/..."
    assert _shown(f"/en-de/orders/{order_id}/{opened}/thanks") == f"/en-de/orders/{order_id}/.../thanks"
    for token in (account_link_token(shop, order_id), new_token(), f"{new_token()}.", f"{new_token()}%20"):
        for page in ("password/new", "register/confirm", "email/confirm"):
            assert _shown(f"/de-de/{page}/{token}") == f"/de-de/{page}/..."
    assert _shown("/" + "a/" * 140 + opened)[-20:].strip("./a") == ""
    assert _shown("/en-de/p/mug") == "/en-de/p/mug"
    assert _shown("/static/base.0123456789abcdef.css") == "/static/base.0123456789abcdef.css"


@pytest.mark.parametrize(
    "name",
    ["password", "Token", "cart_token", "set-cookie", "Authorization", "api_key", "csrf", "new_password", "code"],
)
def test_members_named_like_secrets_are_blanked(name):
    line = {name: "abc", "deep": {name: "abc", "list": [{name: "abc"}]}, "path": "/", "status_code": 200}
    assert "abc" not in str(without_secrets(None, "info", line))
    assert (line["path"], line["status_code"]) == ("/", 200)


def test_a_log_line_cannot_be_forged(logged):
    structlog.get_logger("test").info("request", path='/x\n{"event": "forged"}\r\x1b[2J')
    (line,) = logged.getvalue().splitlines()
    assert "\x1b" not in line
    assert line.startswith("{")


def test_what_holds_secrets_does_not_show_them():
    settings = Settings(
        secret=SECRET, metrics_token=SECRET, payments=f"stripe:{KEYED}", database=f"postgresql://u:{SECRET}@h/d"
    )
    shown = [settings, ShopSettings(secret=SECRET.encode()), Web((SECRET.encode(),), "https://shop.test")]
    for one in shown:
        assert SECRET not in f"{one!r}{one}"
        assert KEYED not in f"{one!r}{one}"


def test_the_secret_on_disk_is_its_owners_only(tmp_path):
    first = secret_of(Settings(), tmp_path)
    assert len(first) == 64
    assert first == secret_of(Settings(), tmp_path)
    assert first != secret_of(Settings(), tmp_path / "another")
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
